"""Smaller counterexamples: parts left out, as long as it remains one.

Room:   pure; what remains one is the caller's to say.
Limits: greedy, of a bounded number of tries; texts and numbers stay, which the search made small.
"""

from collections.abc import Callable, Iterator

from piste.subschema.values import Json

TRIES = 200
MOST_WORK = 50_000
"""Tries times values in the witness."""


def smaller(witness: Json, is_one: Callable[[Json], bool]) -> Json:
    """The witness, or a part of it. Raises what `is_one` raises."""
    tries = min(TRIES, MOST_WORK // (1 + _size(witness)))
    found = True
    while found:
        found = False
        for simpler in _simpler(witness):
            if tries == 0:
                return witness
            tries -= 1
            if is_one(simpler):
                witness, found = simpler, True
                break
    return witness


def _simpler(value: Json) -> Iterator[Json]:
    """With one member or item less, here or further down."""
    if isinstance(value, dict):
        for name in value:
            yield {other: one for other, one in value.items() if other != name}
        for name, one in value.items():
            for part in _simpler(one):
                yield {**value, name: part}
    elif isinstance(value, list):
        for position in range(len(value) - 1, -1, -1):
            yield value[:position] + value[position + 1 :]
        for position, one in enumerate(value):
            for part in _simpler(one):
                yield [*value[:position], part, *value[position + 1 :]]


def _size(value: Json) -> int:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_size, parts))
