"""JSON values, compared and ordered as JSON Schema does.

Room:   pure; numbers are exact.
Limits: a float is taken as the decimal number that it prints as. Booleans are no numbers; 1, 1.0 and
        Decimal("1.00") are one value.
Source: draft-04 core, "Instance equality".
"""

import json
from collections.abc import Hashable, Iterable, Iterator
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from piste.subschema.budget import Spent

Json = Any
"""dict, list, str, bool, None; numbers as int, `Decimal` or float."""


MAX_DIGITS = 1_000
"""Of a number, in front of the point and behind it; with more a few characters would be a million."""


class Kind(Enum):
    """What a value may be. The value is the keyword's word for it."""

    NULL = "null"
    BOOLEAN = "boolean"
    NUMBER = "number"
    STRING = "string"
    ARRAY = "array"
    OBJECT = "object"


def kind_of(value: Json) -> Kind:
    if value is None:
        return Kind.NULL
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, str):
        return Kind.STRING
    if isinstance(value, dict):
        return Kind.OBJECT
    return Kind.ARRAY if isinstance(value, list | tuple) else Kind.NUMBER


def exact(number: Json) -> Fraction:
    """Of a JSON number. Raises `Spent` for one with thousands of digits."""
    if (
        abs(number.adjusted()) > MAX_DIGITS or len(number.as_tuple().digits) > MAX_DIGITS
        if isinstance(number, Decimal)
        else isinstance(number, int) and number.bit_length() > 3 * MAX_DIGITS
    ):
        raise Spent("room for such large numbers")
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


def plain(number: Fraction) -> int | Decimal:
    """As JSON prints it; exactly, which the caller has made sure is possible."""
    if number.denominator == 1:
        return number.numerator
    digits, rest = 0, number.denominator
    while rest % 10 == 0 or rest % 2 == 0 or rest % 5 == 0:
        rest //= 10 if rest % 10 == 0 else 2 if rest % 2 == 0 else 5
        digits += 1
    scaled = number * 10**digits
    assert scaled.denominator == 1
    return Decimal(scaled.numerator).scaleb(-digits)


def identity(value: Json) -> Hashable:
    """Equal for equal values only."""
    match kind_of(value):
        case Kind.NUMBER:
            return Kind.NUMBER, exact(value)
        case Kind.ARRAY:
            return Kind.ARRAY, tuple(map(identity, value))
        case Kind.OBJECT:
            return Kind.OBJECT, frozenset((name, identity(one)) for name, one in value.items())
        case kind:
            return kind, value


class Values:
    """Distinct values; equal, and hashed, as the set that they are."""

    __slots__ = ("by_identity", "key")

    def __init__(self, values: Iterable[Json]) -> None:
        self.by_identity = {identity(value): value for value in values}
        self.key = frozenset(self.by_identity)

    def __contains__(self, value: Json) -> bool:
        return identity(value) in self.key

    def __iter__(self) -> Iterator[Json]:
        return iter(self.by_identity.values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Values) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def to_json(value: Json) -> str:
    """With decimal numbers as they are, which the standard encoder does not take."""
    if isinstance(value, dict):
        members = (f"{json.dumps(name)}: {to_json(one)}" for name, one in value.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(to_json, value))}]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)
