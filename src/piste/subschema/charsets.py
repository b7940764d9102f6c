"""Sets of characters, as ranges of code points.

Room:   pure; the alphabet of `regexes`.
Limits: the universe is what a JSON text may hold, Unicode without surrogates. Ranges are sorted, apart and
        not empty, so that equal sets are equal tuples.
Source: ECMA-262, "RegExp": `\\d`, `\\w`, `\\s` and line terminators.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

Ranges = tuple[tuple[int, int], ...]
"""First and last code points."""

LAST = 0x10FFFF
UNIVERSE: Ranges = ((0, 0xD7FF), (0xE000, LAST))
NOTHING: Ranges = ()


def union(*sets: Ranges) -> Ranges:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(one for ranges in sets for one in ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(merged[-1][1], last)
        else:
            merged.append((first, last))
    return tuple(merged)


def intersection(left: Ranges, right: Ranges) -> Ranges:
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(left) and j < len(right):
        first, last = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if first <= last:
            found.append((first, last))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def complement(ranges: Ranges) -> Ranges:
    """The rest of the universe."""
    gaps: list[tuple[int, int]] = []
    following = 0
    for first, last in ranges:
        if following < first:
            gaps.append((following, first - 1))
        following = last + 1
    if following <= LAST:
        gaps.append((following, LAST))
    return intersection(tuple(gaps), UNIVERSE)


def of(*characters: str) -> Ranges:
    """Each a character, or two with a hyphen between them."""
    pairs = [(ord(one[0]), ord(one[-1])) for one in characters]
    return union(*(((first, last),) for first, last in pairs))


def contains(ranges: Ranges, code: int) -> bool:
    return any(first <= code <= last for first, last in ranges)


DIGITS = of("0-9")
WORD = of("0-9", "A-Z", "_", "a-z")
LINE_ENDS = of("\n", "\r", "\u2028", "\u2029")
SPACES = union(
    LINE_ENDS,
    of("\t", "\v", "\f", " ", "\xa0", "\u1680", "\u2000-\u200a", "\u202f", "\u205f", "\u3000"),
    of("\ufeff"),
)

_READABLE = (of("a-z"), DIGITS, of("A-Z"), of("-", "_", "."), of("!-~"), of(" "), of("\xa1-\u024f"))


def readable_first(ranges: Ranges) -> Ranges:
    """The same set, not sorted: it begins with what a person would like to see."""
    found: list[tuple[int, int]] = []
    rest = ranges
    for liked in (*_READABLE, UNIVERSE):
        found += intersection(rest, liked)
        rest = intersection(rest, complement(liked))
    return tuple(found)


def partition(sets: Iterable[Ranges]) -> Sequence[Ranges]:
    """The universe in as few blocks as possible, each of which every set has whole or not at all."""
    changes: dict[int, int] = {}
    """Where sets begin and end: a bit for each set that does."""
    for number, ranges in enumerate((UNIVERSE, *sets)):
        for first, last in ranges:
            changes[first] = changes.get(first, 0) ^ 1 << number
            changes[last + 1] = changes.get(last + 1, 0) ^ 1 << number
    blocks: dict[int, list[tuple[int, int]]] = {}
    having = 0
    for start, end in pairwise(sorted(changes)):
        having ^= changes[start]
        if having & 1:  # the rest is not in the universe
            blocks.setdefault(having, []).append((start, end - 1))
    return [union(tuple(block)) for block in blocks.values()]
