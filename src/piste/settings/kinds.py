"""The kinds of value a setting can have: how each is read from TOML, from text, and printed.

Room:   `kind_of` turns a field's annotation into a `Kind`; everything that reads settings uses it.
Limits: a value is read strictly (no `"9090"` for an integer in TOML, where types exist); text, as
        from the environment, a flag or a Java property, is parsed.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from piste.settings.markers import AtLeast, Between

_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
_SPAN = re.compile(r"([0-9]{1,6})([dhms])")
_TRUE_AND_FALSE = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value. Both readers raise `ValueError` for what is not `expected`."""

    expected: str
    from_value: Callable[[object], Any]
    from_text: Callable[[str], Any]


def kind_of(annotation: Any, limits: Between | AtLeast | None = None) -> Kind:
    """The kind of an annotation such as `int`, `Path | None` or `tuple[str, ...]`.

    Raises `TypeError` for an annotation that no setting may have.
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType) and NoneType in arguments:
        (inner,) = (argument for argument in arguments if argument is not NoneType)
        return _optional(kind_of(inner, limits))
    if origin is tuple and arguments[1:] == (...,):
        return _list(kind_of(arguments[0]))
    if origin in (dict, Mapping):
        return _table()
    if origin is Literal:
        return _choice(arguments)
    if annotation is int:
        return _integer(limits if isinstance(limits, Between) else Between(-(2**63)))
    if annotation is timedelta:
        return _span(limits.low if isinstance(limits, AtLeast) else timedelta())
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    raise TypeError(f"no setting may have the type {annotation}")


def plain(value: object) -> Any:
    """The value as TOML and JSON have it; `from_value` undoes it."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, timedelta):
        return _span_text(value)
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    return value


def text(value: object) -> str:
    """The value as it is written in the environment; `from_text` undoes it."""
    match plain(value):
        case None:
            return ""
        case str(written):
            return written
        case list(items) if not any("," in item or item.startswith("[") for item in items):
            return ",".join(items)
        case other:
            return json.dumps(other)


def _instance(expected: type) -> Callable[[object], Any]:
    """Accepts exactly that type: for settings, `True` is no integer."""

    def read(value: object) -> object:
        if type(value) is not expected:
            raise ValueError(value)
        return value

    return read


def _boolean(written: str) -> bool:
    try:
        return _TRUE_AND_FALSE[written.lower()]
    except KeyError:
        raise ValueError(written) from None


def _string(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(value)
    return value


_PLAIN = {
    bool: Kind("true or false", _instance(bool), _boolean),
    str: Kind("a text", _string, _string),
    Path: Kind("a path", lambda value: Path(_string(value)), lambda value: Path(_string(value))),
}


def _integer(limits: Between) -> Kind:
    def check(number: int) -> int:
        if number < limits.low or (limits.high is not None and number > limits.high):
            raise ValueError(number)
        return number

    expected = "an integer"
    if limits.high is not None:
        expected += f" from {limits.low} to {limits.high}"
    elif limits.low > -(2**63):
        expected += f", {limits.low} or more"
    exact = _instance(int)
    return Kind(expected, lambda value: check(exact(value)), lambda value: check(int(value)))


def _span(low: timedelta) -> Kind:
    """A whole number and a unit, such as `90s`, `5m`, `24h` or `7d`."""

    def read(value: object) -> timedelta:
        match = _SPAN.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise ValueError(value)
        span = int(match[1]) * _UNITS[match[2]]
        if span < low:
            raise ValueError(value)
        return span

    return Kind(
        f"a time such as `90s`, `5m`, `24h` or `7d`, `{_span_text(low)}` or more", read, read
    )


def _span_text(span: timedelta) -> str:
    """In the largest unit that gives a whole number."""
    unit = next(name for name, size in _UNITS.items() if not span % size)
    return f"{span // _UNITS[unit]}{unit}"


def _choice(options: tuple[str, ...]) -> Kind:
    def read(value: object) -> object:
        if value not in options:
            raise ValueError(value)
        return value

    return Kind("one of " + ", ".join(f"`{option}`" for option in options), read, read)


def _optional(inner: Kind) -> Kind:
    """An empty text is `None`, for TOML knows no null."""
    return Kind(
        inner.expected,
        lambda value: None if value in (None, "") else inner.from_value(value),
        lambda value: None if value == "" else inner.from_text(value),
    )


def _list(item: Kind) -> Kind:
    """As text: items between commas, or a JSON list for items that have commas themselves."""

    def from_value(value: object) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)):
            raise ValueError(value)
        return tuple(item.from_value(one) for one in value)

    def from_text(value: str) -> tuple[Any, ...]:
        if value.startswith("["):
            return from_value(json.loads(value))
        return tuple(item.from_text(one.strip()) for one in value.split(",") if one.strip())

    return Kind(f"a list, each item {item.expected}", from_value, from_text)


def _table() -> Kind:
    """Names to texts. As text: a JSON object."""

    def from_value(value: object) -> dict[str, str]:
        if not isinstance(value, Mapping):
            raise ValueError(value)
        return {_string(name): _string(one) for name, one in value.items()}

    return Kind(
        "a table of texts",
        from_value,
        lambda value: from_value(json.loads(value)) if value else {},
    )
