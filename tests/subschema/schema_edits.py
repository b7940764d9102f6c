"""Seeded edits that make a schema wider or narrower, or say it in other words.

Some change a single keyword by the least that it may: those are the mutants of `iglu.schema_instances`.
"""

import copy
from collections.abc import Callable, Iterator
from random import Random

from iglu.schema_instances import UNKNOWN, Schema, mutants


def edited(schema: Schema, random: Random) -> Schema:
    """Wider here, narrower there."""
    result = copy.deepcopy(schema)
    left = random.randint(1, 4)
    while left:
        before = copy.deepcopy(result)
        changes = [one for one in mutants(result) if not one.kind.endswith("branch dropped")]
        if changes and random.random() < 0.4:
            result = random.choice(changes).schema
            tidy(result)
        else:
            random.choice(EDITS)(random.choice(list(places(result))), random)
        left -= result != before
    return result


def tidy(schema: Schema) -> None:
    """A bound may have gone, and draft-04 wants no exclusive one without it."""
    for part in places(schema):
        for word in ("minimum", "maximum"):
            if word not in part:
                part.pop(f"exclusive{word.capitalize()}", None)


def places(schema: Schema) -> Iterator[Schema]:
    """The schema and those in it."""
    yield schema
    for word in ("properties", "patternProperties", "definitions"):
        for part in schema.get(word, {}).values():
            yield from places(part)
    for word in ("items", "additionalProperties", "not", "allOf", "anyOf", "oneOf"):
        value = schema.get(word)
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict):
                yield from places(part)


def limit(schema: Schema, random: Random) -> None:
    """With another limit, of a kind that it has a type for."""
    words = [word for kind, some in LIMITS.items() if kind in types_of(schema) for word in some]
    if words:
        word = random.choice(words)
        old = schema.get(word, 1)
        schema[word] = random.choice((0, 1, 2, 3, 20, 255, max(0, old - 1), old, old + 1))


def bound(schema: Schema, random: Random) -> None:
    """With another bound of numbers, or the same one that itself is allowed or not."""
    if set(types_of(schema)) & {"integer", "number"}:
        word = random.choice(("minimum", "maximum"))
        exclusive = f"exclusive{word.capitalize()}"
        schema[exclusive] = not schema.get(exclusive, False)
        if word not in schema:
            schema[word] = random.choice((-1, 0, 0.5, 1, 20))
        if random.random() < 0.3:
            schema["multipleOf"] = random.choice((1, 2, 5, 0.5))


LIMITS = {
    "string": ("minLength", "maxLength"),
    "array": ("minItems", "maxItems"),
    "object": ("minProperties", "maxProperties"),
}


def retype(schema: Schema, random: Random) -> None:
    """With one type more, or an integer where a number was, and the other way round."""
    types = types_of(schema)
    swapped = {"integer": "number", "number": "integer"}
    if types and random.random() < 0.5:
        more = random.choice(("null", "string", "integer", "number", "array", "object"))
        schema["type"] = [*types, *{more} - set(types)]
    elif len(types) == 1:
        schema["type"] = swapped.get(types[0], types[0])


def types_of(schema: Schema) -> list[str]:
    types = schema.get("type", [])
    return types if isinstance(types, list) else [types]


def puzzle(schema: Schema, random: Random) -> None:
    """With another pattern or format."""
    word = random.choice(("pattern", "format"))
    if word not in schema or random.random() < 0.7:
        schema[word] = random.choice(PATTERNS if word == "pattern" else FORMAT_NAMES)
    else:
        del schema[word]


PATTERNS = ("^[a-zA-Z0-9-_.]+$", "^[a-z]", r"^\S*$", "^.{0,20}$", "[0-9]$", r"^\d+-\d+-\d+$")
FORMAT_NAMES = ("date-time", "uri", "ipv4", "email", "date", "uuid")


def open_up(schema: Schema, random: Random) -> None:
    """Other rules for names that are not spelt, or one name more."""
    if "object" not in types_of(schema):
        return
    part = random.choice(
        ({}, {"type": "string"}, {"type": ["integer", "null"]}, {"enum": ["text"]})
    )
    match random.choice(("additionalProperties", "patternProperties", "properties", "needs")):
        case "additionalProperties":
            schema["additionalProperties"] = random.choice((True, False, part))
        case "patternProperties":
            pattern = random.choice(("^[a-m]", "_", "^.{3}$"))
            schema["patternProperties"] = {**schema.get("patternProperties", {}), pattern: part}
        case "properties":
            schema["properties"] = {**schema.get("properties", {}), random.choice(("k", "a")): part}
        case _:
            names = [*schema.get("properties", {}), "k", UNKNOWN]
            schema["dependencies"] = {random.choice(names): [random.choice(names)]}


def repeat(schema: Schema, random: Random) -> None:
    """Arrays without repetition."""
    if "array" in types_of(schema):
        schema["uniqueItems"] = not schema.get("uniqueItems", False)


def wrap(schema: Schema, random: Random) -> None:
    """The same in other words, or nearly."""
    inner = {word: schema.pop(word) for word in [*schema] if word not in ("definitions", "$schema")}
    more = random.choice(
        ({"type": "null"}, {"type": "string"}, {"maxLength": 9}, {"minimum": 1}, {})
    )
    split = [inner | {"type": one} for one in types_of(inner)] or [inner]
    schema |= random.choice(
        (
            {"not": {"not": inner}},
            {"allOf": [inner]},
            {"allOf": [inner, more]},
            {"anyOf": [inner, more]},
            {"oneOf": [inner, more]},
            {"anyOf": split},
            {"oneOf": split},
            {"not": {"anyOf": [{"not": inner}, {"not": more}]}},
        )
    )


EDITS: list[Callable[[Schema, Random], None]] = [
    limit,
    bound,
    retype,
    puzzle,
    open_up,
    repeat,
    wrap,
]
