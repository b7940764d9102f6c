"""The engine that data is validated with in production, for single keywords and for whole schemas.

Room:   the only module that knows it.
Limits: draft-04 with formats asserted.
"""

from functools import lru_cache
from typing import Any

import jsonschema_rs
from jsonschema_rs import Draft4Validator, ValidationError

from piste.subschema.values import Json

REMEMBERED = 512


class Unreadable(Exception):
    """The engine cannot say; `str()` is why."""


@lru_cache(maxsize=REMEMBERED)
def _keyword(keyword: str, value: str) -> Draft4Validator | None:
    try:
        return Draft4Validator({keyword: value}, validate_formats=True)
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


def is_valid(instance: Json, schema: Any) -> bool:
    """By the whole schema. Raises what the engine raises."""
    return Draft4Validator(schema, validate_formats=True).is_valid(instance)


def _meta() -> Draft4Validator:
    bundle: Any = jsonschema_rs.bundle({"$ref": f"{_DRAFT4}#"}, draft=4)
    return Draft4Validator(bundle["definitions"][_DRAFT4])


_DRAFT4 = "http://json-schema.org/draft-04/schema"
_META = _meta()
