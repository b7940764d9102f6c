"""Answers pairs of schemas by jsonsubschema: a JSON object a line in, one out, until the input ends.

Run by `_engines.py` in an environment of its own, so it imports nothing else of ours.
Limits: one pair at a time; whoever asks kills the process when that takes too long. With more memory than
MAX_BYTES the answer is an exception.
"""

import json
import os
import resource
import sys
import time

MAX_BYTES = 4 * 1024**3


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the library prints is no answer
    resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
    from jsonsubschema import isSubschema  # type: ignore[import-not-found]

    for line in sys.stdin:
        pair = json.loads(line)
        started = time.perf_counter()
        try:
            answer = {"answer": isSubschema(pair["left"], pair["right"])}
        except Exception as error:  # any of them is how it says that it cannot tell
            answer = {"answer": None, "why": type(error).__name__}
        answer["ms"] = (time.perf_counter() - started) * 1_000
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
