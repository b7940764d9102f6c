"""What users read when data is invalid: the table of messages, row by row."""

import math
from decimal import Decimal

import pytest

from piste.events.failures import DataReport
from piste.iglu import Schema, compile_schema
from piste.iglu.formats import PATTERNS
from piste.iglu.messages import MAX_DATA_ECHO, MAX_REPORTS, MAX_SCHEMA_ECHO, MAX_STEPS


def reports(schema, data) -> tuple[DataReport, ...]:
    compiled = compile_schema(schema)
    assert isinstance(compiled, Schema), compiled
    return compiled.reports(data)


@pytest.mark.parametrize(
    ("found", "data"),
    [
        ("string", "5"),
        ("integer", 5),
        ("integer", 10**40),
        ("number", 5.0),
        ("number", 1e3),
        ("number", Decimal("1E+400")),
        ("boolean", True),
        ("object", {}),
        ("array", []),
        ("null", None),
    ],
)
def test_type(found, data):
    """The type found is named as JSON Schema names it; a number with a fraction is no integer."""
    wanted = "string" if found != "string" else "integer"
    assert reports({"properties": {"q": {"type": wanted}}}, {"q": data}) == (
        DataReport(f"$.q: {found} found, {wanted} expected", "$.q", "type", (found, wanted)),
    )


@pytest.mark.parametrize(
    ("schema", "data", "message", "keyword", "targets"),
    [
        pytest.param(
            {"type": ["string", "null"]}, 1,
            "$: integer found, but [string, null] is required",
            "unionType", ("integer", "[string, null]"),
            id="type as a list keeps the schema's order",
        ),
        pytest.param(
            {"type": ["string"]}, 1,
            "$: integer found, but [string] is required",
            "unionType", ("integer", "[string]"),
            id="type as a list of one is still a union",
        ),
        pytest.param(
            {"required": ["k"]}, {"a": 1},
            "$.k: is missing but it is required",
            "required", ("k",),
            id="required: the message names the child, the path the parent",
        ),
        pytest.param(
            {"additionalProperties": False, "properties": {"a": {}}}, {"a": 1, "k": 2},
            "$.k: is not defined in the schema and the schema does not allow additional properties",
            "additionalProperties", ("k",),
            id="additionalProperties",
        ),
        pytest.param(
            {"additionalProperties": False}, {"k": 2},
            "$.k: is not defined in the schema and the schema does not allow additional properties",
            "additionalProperties", ("k",),
            id="additionalProperties where no property is defined",
        ),
        pytest.param(
            {"enum": ["a", 1, None, True, 2.0, {"k": [1]}]}, "b",
            '$: does not have a value in the enumeration [a, 1, null, true, 2.0, {"k":[1]}]',
            "enum", ('[a, 1, null, true, 2.0, {"k":[1]}]',),
            id="enum",
        ),
        pytest.param(
            {"maxLength": 2}, "abc",
            "$: may only be 2 characters long", "maxLength", ("2",), id="maxLength",
        ),
        pytest.param(
            {"minLength": 2}, "😀",
            "$: must be at least 2 characters long", "minLength", ("2",),
            id="minLength counts code points",
        ),
        pytest.param(
            {"maximum": 10}, 15,
            "$: must have a maximum value of 10", "maximum", ("10",), id="maximum",
        ),
        pytest.param(
            {"maximum": 10, "exclusiveMaximum": True}, 10,
            "$: must have a maximum value of 10", "maximum", ("10",), id="exclusiveMaximum",
        ),
        pytest.param(
            {"minimum": 0.5}, 0,
            "$: must have a minimum value of 0.5", "minimum", ("0.5",), id="minimum",
        ),
        pytest.param(
            {"minimum": 1, "exclusiveMinimum": True}, 1,
            "$: must have a minimum value of 1", "minimum", ("1",), id="exclusiveMinimum",
        ),
        pytest.param(
            {"pattern": "^[a-z]+$"}, "A1",
            "$: does not match the regex pattern ^[a-z]+$", "pattern", ("^[a-z]+$",), id="pattern",
        ),
        pytest.param(
            {"format": "ipv4"}, "1.2.3",
            f"$: does not match the ipv4 pattern {PATTERNS['ipv4']}",
            "format", ("ipv4", PATTERNS["ipv4"]),
            id="format",
        ),
        pytest.param(
            {"format": "email"}, "a@",
            "$: does not match the email pattern RFC 5321", "format", ("email", "RFC 5321"),
            id="format decided by a rule",
        ),
        pytest.param(
            {"format": "date-time"}, "today",
            "$: today is an invalid date-time", "dateTime", ("today", "date-time"),
            id="format date-time",
        ),
        pytest.param(
            {"format": "date"}, "2023-02-29",
            "$: 2023-02-29 is an invalid date", "dateTime", ("2023-02-29", "date"),
            id="format date",
        ),
        pytest.param(
            {"format": "uuid"}, "u",
            "$: u is an invalid uuid", "uuid", ("u", "uuid"), id="format uuid",
        ),
        pytest.param(
            {"maxItems": 1}, [1, 2],
            "$: there must be a maximum of 1 items in the array", "maxItems", ("1",), id="maxItems",
        ),
        pytest.param(
            {"minItems": 1}, [],
            "$: there must be a minimum of 1 items in the array", "minItems", ("1",), id="minItems",
        ),
        pytest.param(
            {"maxProperties": 0}, {"a": 1},
            "$: may only have a maximum of 0 properties", "maxProperties", ("0",),
            id="maxProperties",
        ),
        pytest.param(
            {"minProperties": 1}, {},
            "$: should have a minimum of 1 properties", "minProperties", ("1",),
            id="minProperties",
        ),
        pytest.param(
            {"uniqueItems": True}, [1, 1],
            "$: the items in the array must be unique", "uniqueItems", (), id="uniqueItems",
        ),
        pytest.param(
            {"multipleOf": 5}, 7, "$: must be multiple of 5", "multipleOf", ("5",), id="multipleOf",
        ),
        pytest.param(
            {"oneOf": [{"multipleOf": 5}, {"multipleOf": 3}, {"type": "string"}]}, 15,
            "$: should be valid to one and only one of schema, but more than one are valid: "
            '{"multipleOf":5}{"multipleOf":3}',
            "oneOf", ('{"multipleOf":5}{"multipleOf":3}',),
            id="oneOf with two that are valid",
        ),
        pytest.param(
            {"not": {"type": "string"}}, "a",
            '$: should not be valid to the schema "not" : {"type":"string"}',
            "not", ('"not" : {"type":"string"}',),
            id="not",
        ),
        pytest.param(
            {"dependencies": {"a": ["b", "c"], "d": {}}}, {"a": 1},
            "$: has an error with dependencies {a=[b, c]}", "dependencies", ("{a=[b, c]}",),
            id="dependencies: one report, however many are missing",
        ),
        pytest.param(
            {"items": [{}], "additionalItems": False}, [1, 2],
            "$[1]: no validator found at this index", "additionalItems", ("1",),
            id="additionalItems",
        ),
    ],
)  # fmt: skip
def test_wording(schema, data, message, keyword, targets):
    """One keyword broken, one report, to the letter."""
    assert reports(schema, data) == (DataReport(message, "$", keyword, targets),)


@pytest.mark.parametrize(
    ("schema", "data", "messages"),
    [
        pytest.param(
            {"anyOf": [{"type": "integer"}, {"minLength": 2}]}, "a",
            ["$: should be valid to any of the schemas integer",
             "$: must be at least 2 characters long"],
            id="anyOf: a branch of another type is named, the others explain themselves",
        ),
        pytest.param(
            {"anyOf": [{"$ref": "#/definitions/a", "type": "null"}],
             "definitions": {"a": {"type": "integer"}}}, "a",
            ["$: string found, integer expected"],
            id="anyOf: what stands beside a $ref means nothing",
        ),
        pytest.param(
            {"oneOf": [{"type": "integer"}, {"minLength": 2}]}, "a",
            ["$: string found, integer expected", "$: must be at least 2 characters long"],
            id="oneOf with none that is valid: each branch explains itself",
        ),
        pytest.param(
            {"oneOf": [{"additionalProperties": False}, {"required": ["k"]}]}, {"a": 1},
            ["$.k: is missing but it is required"],
            id="oneOf: additional properties are only mentioned when there is nothing else",
        ),
        pytest.param(
            {"allOf": [{"minLength": 2}, {"pattern": "b"}]}, "a",
            ["$: must be at least 2 characters long", "$: does not match the regex pattern b"],
            id="allOf",
        ),
        pytest.param(
            {"required": ["a", "b"], "additionalProperties": False}, {"x": 1, "y": 1},
            ["$.x: is not defined in the schema and the schema does not allow additional "
             "properties",
             "$.y: is not defined in the schema and the schema does not allow additional "
             "properties",
             "$.a: is missing but it is required", "$.b: is missing but it is required"],
            id="a report per missing and per extra property",
        ),
        pytest.param(
            {"type": "string", "properties": {"b": {"type": "null"}, "a": {"type": "null"}},
             "patternProperties": {"^a": {"maximum": 0}}, "minProperties": 3},
            {"a": 1, "b": 1},
            ["$.b: integer found, null expected", "$.a: integer found, null expected",
             "$.a: must have a maximum value of 0", "$: should have a minimum of 3 properties",
             "$: object found, string expected"],
            id="properties in the schema's order, patternProperties, then keywords by name",
        ),
        pytest.param(
            {"dependencies": {"a": {"required": ["b"]}}}, {"a": 1},
            ["$.b: is missing but it is required"],
            id="a dependency that is a schema explains itself",
        ),
        pytest.param(
            {"additionalProperties": {"type": "null"}}, {"a": 1},
            ["$.a: integer found, null expected"],
            id="additionalProperties as a schema",
        ),
        pytest.param(
            {"items": [{}], "additionalItems": {"type": "null"}}, [1, 2],
            ["$[1]: integer found, null expected"],
            id="additionalItems as a schema",
        ),
        pytest.param(
            {"items": {"$ref": "#/definitions/a~1b%25~01"},
             "definitions": {"a/b%~1": {"type": "null"}}},
            [1, None, 2],
            ["$[0]: integer found, null expected", "$[2]: integer found, null expected"],
            id="a $ref is followed, its pointer unescaped",
        ),
        pytest.param(
            {"type": "integer", "minimum": 1, "allOf": [{"type": "integer"}]}, "a",
            ["$: string found, integer expected"],
            id="the same report comes once; a keyword for other types says nothing",
        ),
        pytest.param(
            {"type": "number", "maximum": 3}, 5, ["$: must have a maximum value of 3"],
            id="an integer is a number",
        ),
        pytest.param(
            {"additionalProperties": {}, "required": ["k"]}, {"a": 1},
            ["$.k: is missing but it is required"],
            id="additionalProperties as a schema that accepts anything",
        ),
        pytest.param(
            {"format": "uuid", "pattern": "^a"}, "b",
            ["$: b is an invalid uuid", "$: does not match the regex pattern ^a"],
            id="format beside pattern",
        ),
    ],
)  # fmt: skip
def test_several_reports(schema, data, messages):
    """Which reports, and in which order."""
    assert [report.message for report in reports(schema, data)] == messages


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("b", "$.a[0].b"),
        ("b.c", "$.a[0].b.c"),
        ("b c", "$.a[0].b c"),
        ("['b']", "$.a[0].['b']"),
        ("0", "$.a[0].0"),
        ("", "$.a[0]."),
        ("é😀\n", "$.a[0].é😀\n"),
    ],
)
def test_path(name, path):
    """Names stand in a path as they are, as they do in networknt's."""
    schema = {"properties": {"a": {"items": {"additionalProperties": {"type": "null"}}}}}
    [report] = reports(schema, {"a": [{name: 1}]})
    assert report.path == path


def test_a_valid_value_has_no_reports():
    assert reports({"type": "string"}, "a") == ()


def test_hostile_data_is_reported_in_bounded_time_and_space():
    """A million wrong items, names and values: few reports, each of a length one can print."""
    huge = "x" * 1_000_000
    schema = {
        "properties": {"items": {"items": {"type": "string"}}, "date": {"format": "date"}},
        "additionalProperties": False,
        "required": [f"k{n}" for n in range(2_000)],
    }
    data = {"date": huge, "items": [1] * 1_000_000, **{huge[:n]: n for n in range(1_000, 1_100)}}
    found = reports(schema, data)
    assert len(found) == MAX_REPORTS
    longest = max(len(text) for r in found for text in (r.message, r.path, *r.targets))
    assert longest < MAX_DATA_ECHO + 200


def test_a_needle_in_a_haystack_is_left_to_the_engine():
    """Past `MAX_STEPS` the first error in the engine's words is all that is said."""
    data = [1] * MAX_STEPS + ["text"]
    [report] = reports({"items": {"type": "integer"}}, data)
    assert report == DataReport(
        f'$[{MAX_STEPS}]: "text" is not of type "integer"', f"$[{MAX_STEPS}]", "type"
    )


def test_a_long_enumeration_is_cut():
    [report] = reports({"enum": [f"value {n}" for n in range(5_000)]}, 1)
    assert report.targets[0].endswith("…")
    assert len(report.targets[0]) == MAX_SCHEMA_ECHO


def test_half_a_character_can_be_printed():
    """Some JSON parsers let a lone surrogate pass; UTF-8 has no way to write it."""
    schema = {"type": "array", "properties": {"a": {"type": "string"}}}
    for report in reports(schema, {"\ud800": 1, "a": 2}):
        report.message.encode()


def test_the_engine_s_own_words_are_cut():
    """Where this module cannot follow a reference, the engine explains, at length."""
    schema = {
        "id": "http://example.com/root.json",
        "definitions": {"a": {"id": "a.json", "enum": ["a"]}},
        "properties": {"k": {"$ref": "a.json"}},
    }
    [report] = reports(schema, {"k": "x" * 1_000_000})
    assert report.path == "$.k"
    assert len(report.message) == MAX_DATA_ECHO


@pytest.mark.parametrize("data", [math.nan, math.inf, "\ud800", {1: 2}, object()])
def test_data_that_is_not_json_is_invalid(data):
    """What no JSON text can hold never passes a type, and is never an exception."""
    assert reports({"type": ["string", "number", "object"]}, data) != ()
