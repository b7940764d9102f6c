"""What is wrong with a schema as such, and what its author should think about.

Room:   pure; on decoded JSON, valid or not.
Limits: an ERROR keeps a schema from being published, a WARNING never does. Keywords are held against the
        `type` of the same subschema only. Formats are those that events are checked for.
Source: igluctl's linter: the checks of SKIPPABLE may be skipped there, and the others may not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from piste.events.failures import InvalidSchema
from piste.events.schema_key import Json
from piste.iglu import compile_schema
from piste.iglu.formats import PATTERNS, RULES
from piste.registry.pointers import pointer, pointer_of


class Level(StrEnum):
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True)
class Finding:
    """`pointer` is the JSON Pointer of the place."""

    message: str
    level: Level
    pointer: str

    def to_json(self) -> dict[str, Json]:
        """As Iglu Server's reports print it."""
        return {"message": self.message, "level": self.level.value, "pointer": self.pointer}


SKIPPABLE = (
    "rootObject",
    "unknownFormats",
    "numericMinMax",
    "stringLength",
    "optionalNull",
    "description",
)

_NUMERIC = ("number", "integer")
_BOUNDS = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)
_KEYWORDS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (_NUMERIC, ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
    (("string",), ("minLength", "maxLength", "pattern")),
    (("array",), ("items", "additionalItems", "minItems", "maxItems", "uniqueItems")),
    (
        ("object",),
        (
            *("properties", "additionalProperties", "patternProperties", "required"),
            *("minProperties", "maxProperties", "dependencies"),
        ),
    ),
)
"""Types, and the keywords that mean something for those only."""

_MAPS_OF_SCHEMAS = ("properties", "patternProperties", "definitions", "dependencies")
_LISTS_OF_SCHEMAS = ("allOf", "anyOf", "oneOf")
_SCHEMAS = ("additionalProperties", "additionalItems", "items", "not")


def lint(schema: Mapping[str, Json]) -> tuple[Finding, ...]:
    """Everything, errors of draft-04 first and then by place."""
    return (*_draft4(schema), *_root(schema), *_below(schema, ()))


def is_refused(findings: tuple[Finding, ...]) -> bool:
    return any(finding.level is Level.ERROR for finding in findings)


def _draft4(schema: Mapping[str, Json]) -> Iterator[Finding]:
    json = dict(schema)
    compiled = compile_schema(json)
    if isinstance(compiled, InvalidSchema):
        for issue in compiled.issues:
            message = f"Invalid draft-04 schema: {issue.message}"
            yield Finding(message, Level.ERROR, pointer_of(issue.path, json))


def _root(schema: Mapping[str, Json]) -> Iterator[Finding]:
    if "object" not in _types(schema) or not isinstance(schema.get("properties"), dict):
        message = "The root of a schema should have the type object, and properties"
        yield Finding(message, Level.WARNING, "")


def _below(schema: Mapping[str, Json], place: tuple[str | int, ...]) -> Iterator[Finding]:
    where = pointer(*place)
    for message in _mistakes(schema):
        yield Finding(message, Level.ERROR, where)
    for message in _advice(schema):
        yield Finding(message, Level.WARNING, where)
    properties = schema.get("properties")
    if isinstance(properties, dict):
        required = _texts(schema.get("required"))
        for name, one in properties.items():
            if isinstance(one, dict):
                yield from _of_property(one, (*place, "properties", name), name in required)
    for step, below in _subschemas(schema):
        yield from _below(below, (*place, *step))


def _mistakes(schema: Mapping[str, Json]) -> Iterator[str]:
    """What no instance could satisfy, or what can mean nothing."""
    for least, most in _BOUNDS:
        low, high = _number(schema.get(least)), _number(schema.get(most))
        if low is not None and high is not None and low > high:
            yield f"{least} {low} is greater than {most} {high}"
    types = _types(schema)
    for fitting, keywords in _KEYWORDS:
        if types and not types & set(fitting):
            for keyword in keywords:
                if keyword in schema:
                    declared = ", ".join(sorted(types))
                    yield f"{keyword} is for {' and '.join(fitting)}, the type is {declared}"
    if schema.get("additionalProperties") is False and "patternProperties" not in schema:
        properties = schema.get("properties", {})
        if isinstance(properties, dict):
            unknown = [one for one in _texts(schema.get("required")) if one not in properties]
            if unknown:
                names = ", ".join(unknown)
                yield f"required, but neither in properties nor allowed beside them: {names}"


def _advice(schema: Mapping[str, Json]) -> Iterator[str]:
    """Of the checks that a user of igluctl may skip."""
    types = _types(schema)
    format_ = schema.get("format")
    if isinstance(format_, str) and format_ not in PATTERNS and format_ not in RULES:
        yield f"unknown format {format_}: it is not checked"
    if types & set(_NUMERIC) and "enum" not in schema:
        missing = [bound for bound in ("minimum", "maximum") if bound not in schema]
        if missing:
            yield f"a number should have {' and '.join(missing)}"
    if "string" in types and not {"maxLength", "enum", "format"} & schema.keys():
        yield "a string should have maxLength, an enum or a format"


def _of_property(
    schema: Mapping[str, Json], place: tuple[str | int, ...], is_required: bool
) -> Iterator[Finding]:
    where = pointer(*place)
    types = _types(schema)
    if not is_required and types and "null" not in types:
        message = "an optional property should also have the type null"
        yield Finding(message, Level.WARNING, where)
    if "description" not in schema:
        yield Finding("a property should have a description", Level.WARNING, where)


def _subschemas(
    schema: Mapping[str, Json],
) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    for keyword in _MAPS_OF_SCHEMAS:
        members = schema.get(keyword)
        if isinstance(members, dict):
            for name, one in members.items():
                if isinstance(one, dict):
                    yield (keyword, name), one
    for keyword in (*_LISTS_OF_SCHEMAS, "items"):
        branches = schema.get(keyword)
        if isinstance(branches, list):
            for index, one in enumerate(branches):
                if isinstance(one, dict):
                    yield (keyword, index), one
    for keyword in _SCHEMAS:
        one = schema.get(keyword)
        if isinstance(one, dict):
            yield (keyword,), one


def _types(schema: Mapping[str, Json]) -> set[str]:
    declared = schema.get("type")
    return {declared} if isinstance(declared, str) else set(_texts(declared))


def _texts(value: Json) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _number(value: Json) -> int | float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number else None
