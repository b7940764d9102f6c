"""The engine that data is validated with in production, for single keywords and for whole schemas.

Room:   the only module that knows it.
Limits: draft-04 with formats asserted, those of draft-04 and what Snowplow adds: `date` and `uuid`.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jsonschema_rs
from jsonschema_rs import Draft4Validator, ValidationError

from piste.subschema.formats import UUID
from piste.subschema.values import Json

_FORMATS: dict[str, Callable[[str], bool]] = {
    "uuid": lambda text: re.fullmatch(UUID[1:-1], text) is not None
}
"""Which Snowplow validates, beside those that the engine knows in draft-04."""

REMEMBERED = 64
"""Patterns and formats; a compiled pattern may take megabytes."""


class Unreadable(Exception):
    """The engine cannot say; `str()` is why."""


@lru_cache(maxsize=REMEMBERED)
def _keyword(keyword: str, value: str) -> Draft4Validator | None:
    try:
        return _engine({keyword: value})
    except Exception:  # whatever the engine says of a pattern that it does not take
        return None


def has_pattern(text: str, pattern: str) -> bool:
    """Raises `Unreadable`."""
    engine = _keyword("pattern", pattern)
    if engine is None:
        raise Unreadable(f"the validator does not take the pattern {pattern[:60]}")
    return engine.is_valid(text)


def has_format(text: str, name: str) -> bool:
    engine = _keyword("format", name)
    return engine is None or engine.is_valid(text)


@lru_cache(maxsize=REMEMBERED)
def is_asserted(name: str) -> bool:
    """Whether the validator looks at this format; else every text has it."""
    return not has_format("\0 \0", name)


def flaw_of(schema: Json) -> tuple[str, str] | None:
    """Where, and in what, this is no draft-04 schema; None when it is one. Patterns and references are not
    looked into."""
    try:
        _META.validate(schema)
    except ValidationError as error:
        steps = (f"[{s}]" if isinstance(s, int) else f".{s}" for s in error.instance_path)
        return f"${''.join(steps)}", error.message
    except ValueError as error:
        return "$", str(error)
    return None


def validator(schema: Any, ignored_formats: frozenset[str] = frozenset()) -> Callable[[Json], bool]:
    """Whether a value is an instance of the whole schema. Raises what the engine raises, and so does it."""
    return _engine(schema, ignored_formats).is_valid


def _engine(schema: Any, ignored_formats: frozenset[str] = frozenset()) -> Draft4Validator:
    """That fetches nothing: it would follow every `$ref` on its own, also of parts that never apply."""
    formats = _FORMATS | dict.fromkeys(ignored_formats, lambda text: True)
    return Draft4Validator(schema, validate_formats=True, formats=formats, retriever=_nothing_else)


def _nothing_else(uri: str) -> Any:
    raise ValueError(f"{uri} is not in the schema")


def _meta() -> Draft4Validator:
    bundle: Any = jsonschema_rs.bundle({"$ref": f"{_DRAFT4}#"}, draft=4)
    return _engine(bundle["definitions"][_DRAFT4])


_DRAFT4 = "http://json-schema.org/draft-04/schema"
_META = _meta()
