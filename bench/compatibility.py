"""Verdicts and times of three engines that compare schemas, side by side, on a labelled corpus.

    python bench/compatibility.py [--pairs FILE] [--step N]

Each pair asks whether every instance of `left` is one of `right`. In turn, pair by pair: Piste's `check`;
`covers` of jsonschema_rs, which Piste validates with; and jsonsubschema, in an environment of its own that is
made for it in a temporary folder. Prints a table, and one by category, and writes
bench/results/compatibility.json. Run by `make bench`; without the corpus it says so and does nothing.

right           the verdict is the label's
false           compatible or incompatible, against the label
undecided       the engine does not know: for `covers` its "unknown" (which its documentation advises to take
                for a "no"); for jsonsubschema an exception, None, or no answer within 10 s, which kills it

Limits: every engine answers one pair before, which does not count. Times are of decoded schemas to a verdict;
of Piste and `covers` the median of three calls (so patterns are compiled, as in a server that has seen them;
the first call alone is in the results too), of jsonsubschema one call, and 10 s for an answer that did not
come. Some labels rest on `covers` beside other arguments, so that on them it cannot be wrong.
"""

import argparse
import hashlib
import json
import math
import os
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from _engines import (
    COMPATIBLE,
    INCOMPATIBLE,
    LIMIT_S,
    UNDECIDED,
    Answer,
    Covers,
    Engine,
    Pair,
    Piste,
    Unavailable,
    jsonsubschema,
)
from _processes import write_result

REPOSITORY = Path(__file__).resolve().parents[1]
CORPUS = REPOSITORY.parent / "shared" / "data" / "subschema" / "pairs.jsonl"
SLOWEST = 5

WARM_UP = Pair.of(
    """{"left": {"type": "object", "properties": {"a": {"type": "string", "pattern": "^[a-c]+$"}}},"""
    """ "right": {"type": "object", "properties": {"a": {"enum": ["a", "b", 1]}}}}"""
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A pair of the corpus."""

    name: str
    category: str
    verdict: str
    pair: Pair


@dataclass(slots=True)
class Tally:
    """What one engine answered."""

    engine: Engine
    answers: list[tuple[Labelled, list[Answer]]] = field(default_factory=list)

    def count(self, holds: Callable[[str, str], bool], category: str | None = None) -> int:
        """Pairs, by label and answer."""
        return sum(
            holds(one.verdict, calls[0].verdict)
            for one, calls in self.answers
            if category in (None, one.category)
        )

    def false_compatible(self, category: str | None = None) -> int:
        return self.count(lambda label, said: (label, said) == (INCOMPATIBLE, COMPATIBLE), category)

    def false_incompatible(self, category: str | None = None) -> int:
        return self.count(lambda label, said: (label, said) == (COMPATIBLE, INCOMPATIBLE), category)

    def undecided(self, category: str | None = None) -> int:
        return self.count(lambda _, said: said == UNDECIDED, category)

    def times(self) -> dict[str, float]:
        return _spread(statistics.median(one.ms for one in calls) for _, calls in self.answers)

    def report(self) -> dict[str, Any]:
        """For the results."""
        slowest = sorted(self.answers, key=lambda one: -_typical(one[1]))[:SLOWEST]
        return {
            "versions": self.engine.versions,
            "calls_a_pair": self.engine.calls,
            "right": self.count(lambda label, said: label == said),
            "false_compatible": self._named(INCOMPATIBLE, COMPATIBLE),
            "false_incompatible": self._named(COMPATIBLE, INCOMPATIBLE),
            "undecided": self.undecided(),
            "undecided_of_compatible": self.count(
                lambda label, said: (label, said) == (COMPATIBLE, UNDECIDED)
            ),
            "undecided_why": Counter(
                calls[0].why for _, calls in self.answers if calls[0].verdict == UNDECIDED
            ),
            "ms": self.times(),
            "ms_of_the_first_call": _spread(calls[0].ms for _, calls in self.answers),
            "slowest_ms": {one.name: round(_typical(calls), 3) for one, calls in slowest},
            "unsteady": [
                one.name for one, calls in self.answers if len({call.verdict for call in calls}) > 1
            ],
            "by_category": {
                category: {
                    "false_compatible": self.false_compatible(category),
                    "false_incompatible": self.false_incompatible(category),
                    "undecided": self.undecided(category),
                }
                for category in sorted({one.category for one, _ in self.answers})
            },
        }

    def _named(self, label: str, said: str) -> list[str]:
        return [
            one.name
            for one, calls in self.answers
            if (one.verdict, calls[0].verdict) == (label, said)
        ]


def _typical(calls: list[Answer]) -> float:
    return statistics.median(call.ms for call in calls)


def _spread(times: Iterable[float]) -> dict[str, float]:
    """Percentiles are the nearest ones that were measured."""
    ordered = sorted(times)
    return {
        "median": round(statistics.median(ordered), 3),
        "p95": round(ordered[math.ceil(0.95 * len(ordered)) - 1], 3),
        "worst": round(ordered[-1], 3),
    }


def read(file: Path) -> list[Labelled]:
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        found.append(Labelled(one["id"], one["category"], one["verdict"], Pair.of(line)))
    return found


def measure(corpus: list[Labelled], engines: list[Engine]) -> list[Tally]:
    tallies = [Tally(engine) for engine in engines]
    for engine in engines:
        engine.answer(WARM_UP)
    for number, one in enumerate(corpus):
        calls: dict[str, list[Answer]] = {engine.name: [] for engine in engines}
        for turn in range(max(engine.calls for engine in engines)):
            for engine in engines:
                if turn < engine.calls:
                    calls[engine.name].append(engine.answer(one.pair))
        for tally in tallies:
            tally.answers.append((one, calls[tally.engine.name]))
        if sys.stderr.isatty():
            print(f"\r{number + 1} of {len(corpus)}", end="", file=sys.stderr)
    return tallies


def show(tallies: list[Tally], corpus: list[Labelled]) -> None:
    print(
        f"\n{'':16}{'right':>7}{'false comp.':>13}{'false incomp.':>15}{'undecided':>11}"
        f"{'median ms':>12}{'p95 ms':>10}{'worst ms':>11}"
    )
    for tally in tallies:
        right = tally.count(lambda label, said: label == said)
        times = tally.times()
        print(
            f"{tally.engine.name:16}{right:>7}{tally.false_compatible():>13}"
            f"{tally.false_incompatible():>15}{tally.undecided():>11}"
            f"{times['median']:>12.2f}{times['p95']:>10.2f}{times['worst']:>11.1f}"
        )
    print("\nfalse compatible / false incompatible / undecided, by category; . is none")
    print(f"{'':22}{'pairs':>6}" + "".join(f"{tally.engine.name:>16}" for tally in tallies))
    pairs = Counter(one.category for one in corpus)
    for category in sorted(pairs):
        row = f"{category:22}{pairs[category]:>6}"
        for tally in tallies:
            counts = (
                tally.false_compatible(category),
                tally.false_incompatible(category),
                tally.undecided(category),
            )
            row += f"{' / '.join(map(str, counts)) if any(counts) else '.':>16}"
        print(row)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", type=Path, default=CORPUS, help="the corpus, JSON Lines")
    parser.add_argument("--step", type=int, default=1, help="every so manieth pair only; unwritten")
    arguments = parser.parse_args()
    if not arguments.pairs.exists():
        print(f"skipped: there is no {arguments.pairs}")
        return
    corpus = read(arguments.pairs)[:: arguments.step]
    engines: list[Engine] = [Piste(), Covers()]
    skipped = {}
    before = os.getloadavg()[0]
    with ExitStack() as stack:
        try:
            engines.append(stack.enter_context(jsonsubschema(WARM_UP)))
        except Unavailable as unavailable:
            skipped["jsonsubschema"] = str(unavailable)
            print(f"jsonsubschema is skipped: {unavailable}")
        tallies = measure(corpus, engines)
    labels = Counter(one.verdict for one in corpus)
    print(f"{len(corpus)} pairs: {labels[COMPATIBLE]} compatible, {labels[INCOMPATIBLE]} not")
    show(tallies, corpus)
    if arguments.step == 1:
        result = {
            "corpus": {
                "file": arguments.pairs.name,
                "sha256": hashlib.sha256(arguments.pairs.read_bytes()).hexdigest(),
                **labels,
            },
            "limit_seconds": LIMIT_S,
            "load_average": {"before": before, "after": os.getloadavg()[0]},
            "skipped": skipped,
            "engines": {tally.engine.name: tally.report() for tally in tallies},
        }
        write_result("compatibility", result)


if __name__ == "__main__":
    main()
