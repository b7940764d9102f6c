"""Hostile schemas and files: each ends in an answer or a reason, soon, in little memory, and without a crash.

Every pair is checked in a process of its own, forked from one that has everything imported: its peak of
memory is its own, and what kills it fails that case only. `python tests/subschema/test_hostile.py [part of a
name]` (with PYTHONPATH=tests) prints the processor time and the memory of each, the worst last.
"""

import json
import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from support.hostile_schemas import CASES

from piste.subschema import Compatible, InvalidSchema, check

MAX_SECONDS = 20
"""Of processor time: a guard against hangs. What is wanted is 1 second; these machines are noisy."""
MAX_MEMORY = 500
"""MB, more than there were before."""
MAX_ADDRESSES = 4_000_000_000


def measured(name: str) -> dict[str, Any]:
    """In a process that has nothing else to do: what became of a pair, and what that took."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESSES, MAX_ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS + 1))
    signal.alarm(3 * MAX_SECONDS)  # for what waits instead of working
    left, right = CASES[name]()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    before, started = pages * resource.getpagesize(), time.process_time()
    problem = ""
    try:
        verdict = check(left, right)
        outcome = type(verdict).__name__
        reason = "all is well" if isinstance(verdict, Compatible) else verdict.reason
    except InvalidSchema as error:
        outcome, reason = "InvalidSchema", str(error)
    except BaseException as error:
        outcome, reason, problem = "crash", str(error), f"{type(error).__name__}: {error}"
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "outcome": outcome,
        "reason": reason[:200],
        "problem": problem[:200],
        "seconds": round(seconds, 2),
        "megabytes": round((peak - before) / 1e6),
    }


def serve() -> None:
    """Measure the pairs whose names come in, each in a child."""
    logging.disable()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                print(json.dumps(measured(line.rstrip("\n"))), flush=True)
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        # Behind the child's answer, if it gave one.
        print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, flush=True)


class Server:
    """A process that measures."""

    def __init__(self) -> None:
        tests = Path(__file__).parents[1]
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": f"{tests}:{tests.parent / 'src'}"},
        )

    def measure(self, name: str) -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if isinstance(answer, dict):
            self.process.stdout.readline()
            return answer
        problem = f"killed: {signal.Signals(answer).name}" if answer else "no answer"
        return {"outcome": "crash", "problem": problem, "seconds": MAX_SECONDS, "megabytes": 0}

    def close(self) -> None:
        self.process.communicate()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_pair_ends(name: str, server: Server) -> None:
    """In an answer or a reason."""
    end = server.measure(name)
    assert end["problem"] == ""
    assert end["reason"]
    assert end["megabytes"] <= MAX_MEMORY


def test_nothing_is_fetched() -> None:
    """Neither by the engine nor by the validator, wherever the reference is."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        base = f"http://127.0.0.1:{server.server_port}/"
        other = {"$ref": f"{base}other"}
        for schema in (
            other,
            {"definitions": {"it": other}},
            {"additionalItems": other},
            {"$ref": "#/definitions/it", "definitions": {"it": {}}, "not": other},
            {"id": base, "definitions": {"it": {"$ref": "other"}}},
            {"properties": {"it": {"id": base, "$ref": "other"}}},
            {"definitions": {"it": {"$schema": f"{base}other"}}},
            {"default": other, "enum": [other, 1], "unknown": other},
        ):
            check(schema, {"type": "null"})
            check({}, {**schema, "type": "null"})
        server.shutdown()
    assert asked == []


# Files


def written(content: bytes) -> Callable[[Path], object]:
    return lambda file: file.write_bytes(content)


def large(file: Path) -> None:
    """200 MB that are one string."""
    with file.open("wb") as stream:
        stream.write(b'{"title": "')
        for _ in range(200):
            stream.write(b"a" * 1_000_000)
        stream.write(b'"}')


FILES: dict[str, tuple[Callable[[Path], object], int]] = {
    "empty": (written(b""), 3),
    "no JSON": (written(b"{'type': 'string'}"), 3),
    "two values": (written(b"{} {}"), 3),
    "deep": (written(b'{"not":' * 100_000 + b"}" * 100_000), 3),
    "no UTF-8": (written(b'{"title": "\xff"}'), 3),
    "UTF-16": (written('{"type": "string"}'.encode("utf-16")), 3),
    "a mark of byte order": (written(b"\xef\xbb\xbf{}"), 3),
    "NUL": (written(b"\0" * 5_000), 3),
    "NaN": (written(b'{"minimum": NaN}'), 3),
    "infinite": (written(b'{"enum": [-Infinity]}'), 3),
    "a name twice": (written(b'{"type": "string", "type": "null"}'), 3),
    "an integer of 5,000 digits": (written(b'{"minimum": %s}' % (b"9" * 5_000)), 3),
    "no schema": (written(b'[{"type": "string"}]'), 3),
    "half a surrogate pair": (written(b'{"enum": ["\\ud800"]}'), 3),
    "a control character": (written(b'{"required": ["\\u001b[2J\\n"], "type": "object"}'), 1),
    "200 MB": (large, 3),
    "a folder": (Path.mkdir, 3),
    "a pipe that nobody writes to": (os.mkfifo, 3),
    "unreadable": (lambda file: file.touch(mode=0), 3),
    "a link to itself": (lambda file: file.symlink_to(file), 3),
    "a device": (lambda file: file.symlink_to("/dev/zero"), 3),
}
"""How to make them, and the exit code."""


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_ends(name: str, tmp_path: Path) -> None:
    """With the exit code for it, and a message of one line."""
    make, code = FILES[name]
    file, other = tmp_path / "left.json", tmp_path / "right.json"
    make(file)
    other.write_text('{"type": "null"}')
    if name == "unreadable" and os.access(file, os.R_OK):
        pytest.skip("root may read everything")
    ended = subprocess.run(
        [sys.executable, "-m", "piste", "subschema", str(file), str(other)],
        capture_output=True,
        timeout=MAX_SECONDS,
        preexec_fn=_limited,
        check=False,
    )
    file.unlink(missing_ok=True) if name == "200 MB" else None
    printed = (ended.stdout + ended.stderr).decode()
    assert "Traceback" not in printed
    assert ended.returncode == code, printed
    assert printed.count("\n") <= 2
    if code == 3:
        assert printed.startswith(("error: ", "usage: "))


def main(part: str) -> None:
    """Print the figures."""
    server = Server()
    ends = [(name, server.measure(name)) for name in CASES if part in name]
    server.close()
    for name, end in sorted(ends, key=lambda one: (one[1]["seconds"], one[1]["megabytes"])):
        said = end["problem"] or end.get("reason", "")
        print(
            f"{end['seconds']:6.2f} s {end['megabytes']:5} MB  {name}: {end['outcome']}, {said!a:.100}"
        )


if __name__ == "__main__":
    serve() if sys.argv[1:] == ["--serve"] else main("".join(sys.argv[1:]))
