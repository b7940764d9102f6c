"""What is left out could not have matched."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.iglu.validator import Schema, compile_schema
from piste.specs.candidates import Candidates, listed_texts


def labelled(*labels: str, required: bool = True) -> dict[str, Any]:
    schema: dict[str, Any] = {"properties": {"label": {"enum": list(labels)}}}
    return schema | {"required": ["label"]} if required else schema


FIVE: list[tuple[str, Any]] = [
    ("search", labelled("Search")),
    ("menu", labelled("Menu", "Search")),
    ("maybe", labelled("Menu", required=False)),
    ("action", {"properties": {"action": {"enum": ["click"]}}}),
    ("any", None),
]


@pytest.mark.parametrize(
    ("data", "left"),
    [
        ({"label": "Search"}, ["search", "menu", "action", "any"]),
        ({"label": "Menu"}, ["menu", "maybe", "action", "any"]),
        ({"label": "Other"}, ["action", "any"]),
        ({"label": 5}, ["action", "any"]),
        ({"label": None}, ["action", "any"]),
        ({}, ["maybe", "action", "any"]),
        ([], ["search", "menu", "maybe", "action", "any"]),
        ("Search", ["search", "menu", "maybe", "action", "any"]),
    ],
)
def test_the_most_telling_property_decides(data: Any, left: list[str]) -> None:
    assert list(Candidates(FIVE).of(data)) == left


def test_without_a_telling_property_all_are_left() -> None:
    assert list(Candidates([("a", None), ("b", {"type": "object"})]).of({"label": "x"})) == [
        "a",
        "b",
    ]
    assert Candidates([]).of({}) == ()


@pytest.mark.parametrize(
    "schema",
    [
        None,
        {},
        {"properties": 5},
        {"properties": {"label": True}},
        {"properties": {"label": {"enum": ["a", 1]}}},
        {"properties": {"label": {"enum": []}}},
        {"properties": {"label": {"$ref": "#/x", "enum": ["a"]}}},
        {"$ref": "#/x", "properties": {"label": {"enum": ["a"]}}},
    ],
)
def test_what_lists_no_texts(schema: Any) -> None:
    assert listed_texts(schema) == {}


VALUES = st.sampled_from(["a", "b", "c", 1, None, [], ["a"]])
PROPERTY = st.fixed_dictionaries(
    {}, optional={"enum": st.lists(VALUES, min_size=1, max_size=3), "type": st.just("string")}
)
NAMES = st.sampled_from(["label", "action", "place"])
SCHEMA = st.fixed_dictionaries(
    {},
    optional={
        "properties": st.dictionaries(NAMES, PROPERTY, max_size=3),
        "required": st.lists(NAMES, min_size=1, max_size=2, unique=True),
    },
)
DATA = st.one_of(st.dictionaries(NAMES, VALUES, max_size=3), VALUES)


@given(st.lists(SCHEMA, max_size=8), DATA)
def test_whoever_matches_is_left(schemas: list[dict[str, Any]], data: Any) -> None:
    left = Candidates(list(enumerate(schemas))).of(data)
    assert list(left) == sorted(left)
    for number, schema in enumerate(schemas):
        compiled = compile_schema(schema)
        if isinstance(compiled, Schema) and not compiled.reports(data):
            assert number in left
