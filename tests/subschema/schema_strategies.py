"""Hypothesis strategies of draft-04 schemas: every keyword, from alphabets so small that schemas overlap.

Also the values to try on them, which are made of the same letters.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from itertools import combinations, product
from typing import Any, NamedTuple, TypeAlias

from hypothesis import strategies as st

Json: TypeAlias = Any
Schema: TypeAlias = dict[str, Any]
Strategy: TypeAlias = st.SearchStrategy[Schema]

TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
NAMES = ("a", "b", "ab")
NAME_PATTERNS = ("^a", "b$", "^.$")
TEXTS = ("", "a", "b", "ab", "ba", "aab", "192.0.2.1", "2026-01-01T00:00:00Z")
PATTERNS = ("^a", "b$", "^[ab]*$", "^(ab|b)?$", "^.{2,3}$", "aa|bb", "^[0-9]")
FORMATS = ("ipv4", "date-time", "unknown")
NUMBERS = (-1, 0, 1, 2, 3, Decimal("0.5"))
STEPS = (1, 2, 3, Decimal("0.5"), Decimal("1.5"))
SCALARS = (None, True, False, *NUMBERS, *TEXTS)
COMPOUNDS: tuple[Json, ...] = ([], ["a"], ["a", 1], [1, 1], {}, {"a": 1}, {"a": "a", "b": None})
LEAVES = ({"type": "integer"}, {"enum": ["a", 1]}, {"minLength": 2}, {"type": ["null", "string"]})
DEFINITIONS = ("one", "two")

ELEMENTS: tuple[Json, ...] = (None, 1, 2, "a", "ab", [], {"a": 1})
CONTENTS = (None, 1, "a", {"b": "b"})
UNIVERSE: tuple[Json, ...] = (
    *SCALARS,
    *(list(values) for size in range(4) for values in product(ELEMENTS, repeat=size)),
    *(
        dict(zip(chosen, values, strict=True))
        for size in range(4)
        for chosen in combinations((*NAMES, "c", "cb"), size)
        for values in product(CONTENTS, repeat=size)
    ),
)
"""Some twelve hundred values; most schemas of these alphabets accept some and refuse others."""

# ---------------------------------------------------------------------------------- schemas

counts = st.integers(0, 3)
numbers = st.sampled_from(NUMBERS)
type_names = st.sampled_from(TYPES)
names = st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True)


@cache
def schemas(depth: int = 2, *, refers: bool = True) -> Strategy:
    """Without references where the value is still the one that a definition is about: a definition in
    terms of itself has no meaning."""
    leaf = st.sampled_from([*LEAVES, {}, {"not": {}}])
    same = schemas(depth - 1, refers=refers) if depth else leaf
    part = schemas(depth - 1) | leaf if depth else leaf
    kinds = [
        some_of(type=type_names | some(type_names, unique=True)),
        some_of(enum=some(st.sampled_from((*SCALARS, *COMPOUNDS)), unique_by=repr)),
        some_of(
            type=st.sampled_from(("integer", "number")),
            minimum=numbers,
            maximum=numbers,
            multipleOf=st.sampled_from(STEPS),
            exclusiveMinimum=st.booleans(),
            exclusiveMaximum=st.booleans(),
        ).map(with_bounds),
        some_of(
            type=st.just("string"),
            minLength=counts,
            maxLength=counts,
            pattern=st.sampled_from(PATTERNS),
            format=st.sampled_from(FORMATS),
        ),
        some_of(
            type=st.just("array"),
            items=part | some(part),
            additionalItems=st.booleans() | part,
            minItems=counts,
            maxItems=counts,
            uniqueItems=st.booleans(),
        ),
        some_of(
            type=st.just("object"),
            properties=st.dictionaries(st.sampled_from(NAMES), part, min_size=1, max_size=2),
            patternProperties=st.dictionaries(st.sampled_from(NAME_PATTERNS), part, max_size=2),
            additionalProperties=st.booleans() | part,
            required=names,
            minProperties=counts,
            maxProperties=counts,
            dependencies=st.dictionaries(st.sampled_from(NAMES), names | same, max_size=2),
        ),
    ]
    if depth:
        kinds += [some_of(**{word: some(same)}) for word in ("allOf", "anyOf", "oneOf")]
        kinds += [some_of(**{"not": same})]
    if refers:
        kinds += [st.sampled_from([{"$ref": f"#/definitions/{name}"} for name in DEFINITIONS])]
    return st.lists(st.one_of(kinds), min_size=1, max_size=2).map(merged)


def some(one: st.SearchStrategy[Any], **uniqueness: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(one, min_size=1, max_size=3, **uniqueness)


def some_of(**keywords: st.SearchStrategy[Any]) -> Strategy:
    words = st.sets(st.sampled_from(sorted(keywords)), min_size=1, max_size=4)
    return words.flatmap(
        lambda chosen: st.fixed_dictionaries({word: keywords[word] for word in sorted(chosen)})
    )


def merged(fragments: list[Schema]) -> Schema:
    return {word: value for fragment in fragments for word, value in fragment.items()}


def with_bounds(schema: Schema) -> Schema:
    """Without an exclusive bound that has none: it is no draft-04."""
    bounds = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}
    return {word: value for word, value in schema.items() if bounds.get(word, word) in schema}


def with_parts(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """Each schema right below this one changed."""

    def changed(word: str, value: Json) -> Json:
        match word, value:
            case ("allOf" | "anyOf" | "oneOf" | "items", list()):
                return [change(part) for part in value]
            case ("properties" | "patternProperties", _):
                return {name: change(part) for name, part in value.items()}
            case ("dependencies", _):
                return {n: change(d) if isinstance(d, dict) else d for n, d in value.items()}
            case ("not" | "items" | "additionalItems" | "additionalProperties", dict()):
                return change(value)
            case _:
                return value

    return {word: changed(word, value) for word, value in schema.items()}


# ------------------------------------------------------------------------------------ cases


class Case(NamedTuple):
    """Three schemas, often alike, that share their definitions."""

    a: Schema
    b: Schema
    c: Schema
    definitions: Schema

    def whole(self, schema: Schema) -> Schema:
        return schema | {"definitions": {**self.definitions, **schema.get("definitions", {})}}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    definitions = {name: draw(schemas(1, refers=False)) for name in DEFINITIONS}
    a = draw(schemas())
    return Case(a, draw(relatives(a)), draw(relatives(a)), definitions)


def relatives(schema: Schema) -> Strategy:
    """Schemas that have much in common with it: of others hardly any is compatible."""
    others = schemas(1)
    fewer = st.sampled_from(sorted(schema) or [""]).map(
        lambda dropped: with_bounds({w: v for w, v in schema.items() if w != dropped})
    )
    return st.one_of(
        others,
        fewer,
        others.map(lambda other: schema | other),
        others.map(lambda other: with_parts(schema, lambda part: part | other)),
        others.map(lambda other: with_parts(schema, lambda part: {"anyOf": [part, other]})),
        st.tuples(fewer, others).map(lambda two: {"anyOf": list(two)}),
        others.map(lambda other: {"oneOf": [schema, other]}),
        others.map(lambda other: {"allOf": [schema, {"not": other}]}),
    )
