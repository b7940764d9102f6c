"""What the linter says, check by check."""

from typing import Any

import pytest
from support.registries import schema

from piste.registry.linter import Finding, Level, is_refused, lint


def said(**more: Any) -> list[tuple[str, str, str]]:
    return [(one.level.value, one.pointer, one.message) for one in lint(schema(**more))]


def of_property(one: Any) -> list[tuple[str, str, str]]:
    """About a required property with a description."""
    described = {"description": "It", **one} if isinstance(one, dict) else one
    return said(properties={"url": described})


def test_a_good_schema_is_not_spoken_of() -> None:
    assert lint(schema()) == ()


URL = "/properties/url"


@pytest.mark.parametrize(
    ("one", "message"),
    [
        ({"type": "string"}, "a string should have maxLength, an enum or a format"),
        ({"type": ["string", "null"]}, "a string should have maxLength, an enum or a format"),
        ({"type": "integer"}, "a number should have minimum and maximum"),
        ({"type": "number", "minimum": 0}, "a number should have maximum"),
        ({"type": "number", "maximum": 0}, "a number should have minimum"),
        ({"type": "string", "format": "colour"}, "unknown format colour: it is not checked"),
    ],
)
def test_advice(one: Any, message: str) -> None:
    assert of_property(one) == [("WARNING", URL, message)]


@pytest.mark.parametrize(
    "one",
    [
        {"type": "string", "enum": ["a"]},
        {"type": "string", "format": "uuid"},
        {"type": "string", "format": "date-time"},
        {"type": "integer", "minimum": 0, "maximum": 1},
        {"type": "integer", "enum": [1]},
        {"enum": [1, None]},
        {"type": "boolean"},
        {"type": "array", "items": {"type": "boolean"}},
    ],
)
def test_no_advice(one: Any) -> None:
    assert of_property(one) == []


def test_the_root_is_an_object_with_properties() -> None:
    message = "The root of a schema should have the type object, and properties"
    finding = Finding(message, Level.WARNING, "")
    for more in ({"type": "array"}, {"type": None}, {"properties": None}):
        assert finding in lint(schema(**more))


def test_optional_properties_may_be_null() -> None:
    optional = {"type": "boolean", "description": "It"}
    message = "an optional property should also have the type null"
    properties = {**schema()["properties"], "on": optional}
    assert said(properties=properties) == [("WARNING", "/properties/on", message)]
    assert said(properties={**properties, "on": {**optional, "type": ["boolean", "null"]}}) == []
    assert said(properties=properties, required=["url", "on"]) == []


def test_properties_have_a_description() -> None:
    undescribed = {"url": {"type": "boolean"}}
    assert said(properties=undescribed) == [
        ("WARNING", URL, "a property should have a description")
    ]


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (
            {"type": "integer", "minimum": 2, "maximum": 1},
            "minimum 2 is greater than maximum 1",
        ),
        (
            {"type": "number", "minimum": 0.5, "maximum": -10},
            "minimum 0.5 is greater than maximum -10",
        ),
        (
            {"type": "string", "minLength": 9, "maxLength": 8},
            "minLength 9 is greater than maxLength 8",
        ),
        ({"type": "array", "minItems": 3, "maxItems": 2}, "minItems 3 is greater than maxItems 2"),
        (
            {"type": "object", "minProperties": 3, "maxProperties": 2},
            "minProperties 3 is greater than maxProperties 2",
        ),
        (
            {"type": "boolean", "maximum": 5},
            "maximum is for number and integer, the type is boolean",
        ),
        ({"type": "boolean", "maxLength": 5}, "maxLength is for string, the type is boolean"),
        (
            {"type": ["boolean", "null"], "pattern": "a"},
            "pattern is for string, the type is boolean, null",
        ),
        ({"type": "boolean", "items": {}}, "items is for array, the type is boolean"),
        ({"type": "array", "properties": {}}, "properties is for object, the type is array"),
        ({"type": "array", "required": ["a"]}, "required is for object, the type is array"),
        (
            {"type": "object", "required": ["a", "b"], "additionalProperties": False},
            "required, but neither in properties nor allowed beside them: a, b",
        ),
    ],
)
def test_mistakes(one: Any, message: str) -> None:
    assert of_property(one) == [("ERROR", URL, message)]


@pytest.mark.parametrize(
    "one",
    [
        {"type": "integer", "minimum": 1, "maximum": 1},
        {"maximum": 5, "maxLength": 5, "items": {}},
        {"type": ["boolean", "object"], "properties": {}},
        {"type": "object", "required": ["a"]},
        {
            "type": "object",
            "required": ["a"],
            "patternProperties": {"^a": {}},
            "additionalProperties": False,
        },
    ],
)
def test_no_mistakes(one: Any) -> None:
    assert of_property(one) == []


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"type": "txt"}, "/type"),
        ({"required": []}, "/required"),
        ({"properties": {"a.b": {"type": 5, "description": "It"}}}, "/properties/a.b/type"),
        ({"properties": {"url": {"minLength": -1}}}, "/properties/url/minLength"),
        ({"properties": {"url": {"pattern": "("}}}, "/properties/url/pattern"),
    ],
)
def test_what_is_no_draft_04_is_an_error_where_it_stands(more: Any, pointer: str) -> None:
    findings = lint(schema(**more))
    assert findings[0].level is Level.ERROR
    assert findings[0].message.startswith("Invalid draft-04 schema: ")
    assert findings[0].pointer == pointer
    assert is_refused(findings)


@pytest.mark.parametrize(
    "where",
    [
        ("patternProperties", "^a"),
        ("definitions", "a/b"),
        ("dependencies", "a"),
        ("allOf", 0),
        ("anyOf", 0),
        ("oneOf", 0),
        ("items", 0),
        ("items",),
        ("additionalItems",),
        ("additionalProperties",),
        ("not",),
    ],
)
def test_it_looks_below_every_keyword(where: tuple[Any, ...]) -> None:
    wrong = {"minItems": 2, "maxItems": 1}
    keyword, *below = where
    below_it: Any = wrong
    if below:
        below_it = [wrong] if below[0] == 0 else {below[0]: wrong}
    findings = lint({"properties": {}, "type": "object", keyword: below_it})
    pointer = "/" + "/".join(str(token).replace("/", "~1") for token in where)
    assert [one for one in findings if one.message.startswith("minItems")] == [
        Finding("minItems 2 is greater than maxItems 1", Level.ERROR, pointer)
    ]


def test_what_an_enum_holds_is_no_schema() -> None:
    assert of_property({"enum": [{"minItems": 2, "maxItems": 1}]}) == []


def test_advice_refuses_nothing() -> None:
    findings = lint(schema(properties={"url": {"type": "string"}}))
    assert findings
    assert not is_refused(findings)


def test_a_finding_prints_as_the_server_s_reports() -> None:
    assert Finding("text", Level.WARNING, "/a").to_json() == {
        "message": "text",
        "level": "WARNING",
        "pointer": "/a",
    }
