"""ECMA patterns as languages of whole texts, and those that are a length in other words.

Room:   pure; between the notation and the expressions.
Limits: `Unsupported` for look-ahead in a repeat, and for what `notation` does not know.
Source: draft-04 validation 5.2.3 (searched for, not anchored).
"""

from dataclasses import dataclass
from functools import lru_cache

from piste.subschema.budget import Counter, Spent
from piste.subschema.notation import Ahead, Choice, Parser, Part, Repeat, Sequence, Unsupported
from piste.subschema.regexes import Regex, Regexes

MAX_CHARACTERS = 20_000
"""Of a pattern."""

FEW = 16
"""Counts below are left to the states."""


def matching(pattern: str, regexes: Regexes) -> Regex:
    """The texts in which the pattern is found. Raises `Unsupported`."""
    if len(pattern) > MAX_CHARACTERS:
        raise Unsupported(f"more than {MAX_CHARACTERS} characters")
    found = Parser(pattern, regexes).parse()
    return regexes.cat((regexes.always, _followed(found, regexes.always, regexes)))


def _followed(part: Part, rest: Regex, regexes: Regexes) -> Regex:
    """The part, and then the rest, at which it may have looked ahead. Raises `Unsupported`."""
    match part:
        case Sequence(parts):
            for one in reversed(parts):
                rest = _followed(one, rest, regexes)
            return rest
        case Choice(parts) if any(map(_looks_ahead, parts)):
            return regexes.alt([_followed(one, rest, regexes) for one in parts])
        case Repeat(one, low, 1) if _looks_ahead(one):
            once = _followed(one, rest, regexes)
            return once if low else regexes.alt((once, rest))
        case Ahead(one, sign):
            beginning = _followed(one, regexes.always, regexes)
            return regexes.both((beginning if sign else regexes.no(beginning), rest))
        case _:
            return regexes.cat((_alone(part, regexes), rest))


def _alone(part: Part, regexes: Regexes) -> Regex:
    """What it matches, whatever follows. Raises `Unsupported`."""
    match part:
        case Sequence(parts):
            return regexes.cat([_alone(one, regexes) for one in parts])
        case Choice(parts):
            return regexes.alt([_alone(one, regexes) for one in parts])
        case Repeat(one, low, high):
            return regexes.repeat(_alone(one, regexes), low, high)
        case Ahead():
            raise Unsupported("look-ahead in a repeat")
        case _:
            return part


def _looks_ahead(part: Part) -> bool:
    match part:
        case Sequence(parts) | Choice(parts):
            return any(map(_looks_ahead, parts))
        case Repeat(one):
            return _looks_ahead(one)
        case _:
            return isinstance(part, Ahead)


@dataclass(frozen=True, slots=True)
class Counted:
    """A pattern that says the same as another one and a length, in characters."""

    pattern: str
    low: int
    high: int | None


@lru_cache(maxsize=512)
def counted(pattern: str) -> Counted | None:
    """Of `^[a-z][a-z0-9]{0,254}$`: `^[a-z][a-z0-9]*$` and 1 to 255 characters.

    So that the count is no states. For patterns of the whole text, of characters each of which is repeated so
    often and no more but for one; None for others, and where the count is small.
    """
    counter = Counter("states", _COUNTED_STATES)
    parser = Parser(pattern, Regexes(counter, counter))
    if not parser.take("^") or len(pattern) > _COUNTED_STATES:
        return None
    try:
        return _counted(parser)
    except (Unsupported, Spent):
        return None


_COUNTED_STATES = 1_000


def _counted(parser: Parser) -> Counted | None:
    fixed, found = 0, None
    while not parser.take("$"):
        if parser.next() in ("", "(", ")", "|", "^") or parser.text[parser.at :][:2] in (
            "\\b",
            "\\B",
        ):
            return None
        parser.character()
        start = parser.at
        low, high = parser.quantifier() or (1, 1)
        if low == high and low < FEW:
            fixed += low
        elif found is not None or (high is not None and high < low):
            return None
        else:
            found = start, parser.at, low, high
        if parser.at > start:
            parser.take("?")
    if parser.at < len(parser.text) or found is None:
        return None
    start, end, low, high = found
    if max(low, high or 0) < FEW:
        return None
    rewritten = f"{parser.text[:start]}*{parser.text[end:]}"
    return Counted(rewritten, low + fixed, None if high is None else high + fixed)
