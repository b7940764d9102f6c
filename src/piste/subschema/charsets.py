"""Sets of characters, as ranges of code points.

Room:   pure; the alphabet of `regexes`.
Limits: the universe is what a JSON text may hold, Unicode without surrogates. Ranges are sorted, apart and
        not empty, so that equal sets are equal tuples.
Source: ECMA-262, "RegExp": `\\d`, `\\w`, `\\s` and line terminators.
"""

from collections.abc import Iterable, Sequence

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


def readable(ranges: Ranges) -> int:
    """The member that a person would like to see."""
    for liked in _READABLE:
        if found := intersection(ranges, liked):
            return found[0][0]
    return ranges[0][0]


def partition(sets: Iterable[Ranges]) -> Sequence[Ranges]:
    """The universe in as few blocks as possible, each of which every set has whole or not at all."""
    blocks: list[Ranges] = [UNIVERSE]
    for ranges in sets:
        split: list[Ranges] = []
        for block in blocks:
            inside = intersection(block, ranges)
            if not inside or inside == block:
                split.append(block)
            else:
                split += inside, intersection(block, complement(ranges))
        blocks = split
    return blocks
