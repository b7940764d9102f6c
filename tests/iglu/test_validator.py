"""The dialect: what a schema means here, and that no schema or data is too much."""

import math
import subprocess
import sys
import textwrap
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import piste
from iglu.fakes import Clock, FakeRegistry, key
from piste.events.failures import InvalidData, InvalidSchema, ResolutionError, SchemaIssue
from piste.events.schema_key import SchemaKey, SelfDescribing
from piste.iglu import Resolver, Schema, compile_schema
from piste.iglu.dialect import MAX_CHECKS, MAX_DEPTH
from piste.iglu.formats import PATTERNS, RULES
from piste.iglu.validator import MAX_DATA_DEPTH

SRC = Path(piste.__file__).parents[1]


def compiled(schema) -> Schema:
    result = compile_schema(schema)
    assert isinstance(result, Schema), result
    return result


def accepts(schema, data) -> bool:
    schema = compiled(schema)
    verdict: bool = schema.is_valid(data)
    assert bool(schema.reports(data)) is not verdict
    return verdict


def issues(schema) -> tuple[SchemaIssue, ...]:
    result = compile_schema(schema)
    assert isinstance(result, InvalidSchema)
    return result.issues


# ----------------------------------------------------------------------------------- dialect


@pytest.mark.parametrize(
    "schema",
    [
        {"const": 1},
        {"if": {"type": "integer"}, "then": {"not": {}}},
        {"contains": {"type": "string"}, "propertyNames": {"maxLength": 0}},
        {"dependentRequired": {"a": ["b"]}, "unevaluatedProperties": False},
        {"$defs": {"a": {"type": "string"}}, "examples": [1], "$comment": 7},
        {"exclusiveMinimumm": 5, "self": {"vendor": 1}, "required ": 5},
        {"$schema": "http://json-schema.org/draft-07/schema#", "const": 1},
        {
            "$schema": "http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/"
            "jsonschema/1-0-0#",
            "self": {"vendor": "v", "name": "n", "format": "jsonschema", "version": "1-0-0"},
        },
    ],
)
def test_what_draft_04_does_not_know_means_nothing(schema):
    for data in (2, [1], {"a": 1, "bb": 2}):
        assert accepts(schema, data)


@pytest.mark.parametrize(
    ("type_", "data", "expected"),
    [
        ("integer", 5, True),
        ("integer", 10**40, True),
        ("integer", 5.0, False),
        ("integer", 1e3, False),
        ("integer", Decimal("5.0"), False),
        ("integer", Decimal("1E+400"), False),
        ("integer", True, False),
        ("integer", "5", False),
        ("number", 5, True),
        ("number", 5.0, True),
        ("number", Decimal("1E+400"), True),
        ("number", "5", False),
        ("number", False, False),
        ("string", 5, False),
        ("null", None, True),
        ("null", "null", False),
        ("boolean", 1, False),
    ],
)
def test_types_are_never_converted(type_, data, expected):
    assert accepts({"type": type_}, data) is expected


@pytest.mark.parametrize(
    ("schema", "data", "expected"),
    [
        ({"maximum": 10}, 10**40, False),
        ({"maximum": 10}, Decimal("1E+400"), False),
        ({"minimum": 10}, Decimal("1E+400"), True),
        ({"maximum": 10**40}, 10**40 + 1, False),
        ({"maximum": 10**40}, 10**40, True),
        ({"multipleOf": 0.01}, 19.99, True),
        ({"multipleOf": 0.01}, 19.995, False),
        ({"enum": [1]}, 1.0, True),
        ({"enum": [5]}, "5", False),
    ],
)
def test_numbers_of_any_size(schema, data, expected):
    assert accepts(schema, data) is expected


def test_lengths_are_code_points():
    assert accepts({"maxLength": 2, "minLength": 2}, "😀😀")


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("b", "abc", True),
        ("^b", "abc", False),
        (r"^\d+$", "123", True),
        (r"^\d+$", "١٢٣", False),
        (r"^\w+$", "é", False),
        ("^a$", "a\n", False),
        (r"^\S*\/$", "a/", True),
        (r"^(?!x).*$", "abc", True),
        (r"(a)\1", "aa", True),
        (r"^\p{L}+$", "é", True),
    ],
)
def test_a_pattern_is_searched_for_as_ecma_does(pattern, text, expected):
    assert accepts({"pattern": pattern}, text) is expected


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "http://example.com/schema"},
        {"$ref": "https://example.com/schema#/definitions/a"},
        {"properties": {"a": {"$ref": "http://iglucentral.com/x#"}}},
        {"allOf": [{"$ref": "http://example.com/a.json"}]},
        {"id": "http://example.com/root.json", "items": {"$ref": "other.json"}},
    ],
)
def test_a_reference_to_another_document_accepts_anything(schema):
    for data in (1, "text", {"a": 1}, [1]):
        assert accepts(schema, data)


def test_a_reference_to_the_schema_s_own_id_is_local():
    uri = "http://example.com/root.json"
    schema = {
        "id": uri,
        "definitions": {"a": {"type": "string"}},
        "properties": {"a": {"$ref": f"{uri}#/definitions/a"}},
    }
    assert not accepts(schema, {"a": 1})


# ----------------------------------------------------------------------------------- formats

FORMATS = {
    "alpha": (["abcXYZ"], ["", "a1", "é"]),
    "alphanumeric": (["a1"], ["", "a-1"]),
    "color": (["#ff0000", "fff", "red", "rgb(1, 2, 3)", "rgb(1%,2%,100%)"], ["", "#f", "nocolor"]),
    "date": (["2024-02-29"], ["2023-02-29", "2024-2-9", "20240229", "2024-02-29T00:00:00Z"]),
    "date-time": (
        ["2024-02-29T12:34:56Z", "2024-02-29t12:34:56.123456789z", "2024-02-29T12:34:56-23:59"],
        ["2024-02-29", "2024-02-29 12:34:56", "2024-02-30T12:34:56Z", "2024-02-29T12:34:56",
         "2024-02-29T24:00:00Z"],
    ),
    "duration": (
        ["P1D", "P1Y2M3DT4H5M6S", "PT0.5S", "P2W", "PT36H"],
        ["", "P", "PT", "P1DT", "1D", "P1", "PT1D", "P2W1D"],
    ),
    "email": (["a@example.com", "a+b@x.y.z"], ["a", "a@", "@b", "a b@example.com"]),
    "hostname": (["example.com", "a", "a-b.c"], ["", "-a", "a..b", "a_b", "a" * 64]),
    "ip-address": (["1.2.3.4", "001.2.3.4"], ["1.2.3", "256.1.1.1"]),
    "ipv4": (["1.2.3.4"], ["1.2.3", "256.1.1.1", "01.2.3.4"]),
    "ipv6": (["::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "fe80::1%eth0"], ["", "::g", "1::2::3"]),
    "phone": (["+44 20 7946 0958", "+12345678"], ["12345678", "+1", "+abc"]),
    "style": (["color: red", "a:b;"], ["", "color", ":"]),
    "time": (["12:34:56"], ["12:34", "12:34:56Z", "1:2:3"]),
    "uri": (
        ["https://a.b/c?d=e#f", "mailto:a@b.c", "urn:x", "//host", "http:"],
        ["", "/path", "a b:c", "1a:b", "no uri"],
    ),
    "utc-millisec": (["1700000000000", "1.5"], ["", "-1", "1."]),
    "uuid": (
        ["024629f0-6b3c-4c5e-8f0b-0a1b2c3d4e5f", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"],
        ["", "024629f06b3c4c5e8f0b0a1b2c3d4e5f", "024629f0-6b3c-4c5e-8f0b-0a1b2c3d4e5g",
         "{024629f0-6b3c-4c5e-8f0b-0a1b2c3d4e5f}", " 024629f0-6b3c-4c5e-8f0b-0a1b2c3d4e5f"],
    ),
}  # fmt: skip


def test_every_format_has_its_cases():
    assert FORMATS.keys() == PATTERNS.keys() | RULES.keys()


@pytest.mark.parametrize("name", FORMATS)
def test_formats(name):
    """What passes, what does not; and that a format is a matter of strings alone."""
    right, wrong = FORMATS[name]
    for text in right:
        assert accepts({"format": name}, text), text
    for text in wrong:
        assert not accepts({"format": name}, text), text
    for data in (5, None, ["x"], {"x": 1}):
        assert accepts({"format": name}, data)


@pytest.mark.parametrize(
    "name", ["regex", "json-pointer", "iri", "idn-email", "strict-uri", "", "UUID"]
)
def test_other_formats_mean_nothing(name):
    assert accepts({"format": name}, "( \\ not anything")


def test_format_is_only_a_keyword_where_a_schema_stands():
    """Not as a property's name, nor inside values, nor in `self`."""
    schema = {
        "self": {"format": "uuid"},
        "properties": {
            "format": {"enum": ["uuid"]},
            "e": {"enum": [{"format": "uuid"}]},
            "d": {"default": {"format": "uuid"}},
        },
        "definitions": {"format": {"type": "string"}},
    }
    assert accepts(schema, {"format": "uuid", "e": {"format": "uuid"}, "d": "x"})
    assert not accepts(schema, {"format": "no"})
    assert not accepts(schema, {"e": {"pattern": "uuid"}})
    assert compiled(schema).json is schema


@pytest.mark.parametrize("name", ["enum", "default", "format", "$ref", "items", "properties"])
def test_a_property_may_bear_a_keyword_s_name(name):
    """What stands under `properties` are names, each with a schema."""
    assert not accepts({"properties": {name: {"format": "uuid"}}}, {name: "no"})


@pytest.mark.parametrize(
    "schema",
    [
        {"format": "uuid", "pattern": "^0"},
        {"format": "uuid", "pattern": "^0", "allOf": [{"maxLength": 40}]},
        {"$ref": "#/x-types/id", "x-types": {"id": {"format": "uuid", "pattern": "^0"}}},
        {"items": {"format": "uuid", "pattern": "^0"}},
    ],
)
def test_format_beside_pattern_and_behind_references(schema):
    """Both are checked, wherever the schema stands."""

    def data(text):
        return [text] if "items" in schema else text

    assert accepts(schema, data("024629f0-6b3c-4c5e-8f0b-0a1b2c3d4e5f"))
    assert not accepts(schema, data("f24629f0-6b3c-4c5e-8f0b-0a1b2c3d4e5f"))
    assert not accepts(schema, data("0"))


# --------------------------------------------------------------------------- invalid schemas


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (True, [("$", "$: boolean found, object expected")]),
        ([], [("$", "$: array found, object expected")]),
        ("{}", [("$", "$: string found, object expected")]),
        (None, [("$", "$: null found, object expected")]),
        (
            {"type": "foo"},
            [
                (
                    "$.type",
                    "$.type: does not have a value in the enumeration [array, boolean, integer, "
                    "null, number, object, string]",
                ),
                ("$.type", "$.type: should be valid to any of the schemas array"),
            ],
        ),
        (
            {"properties": {"a": {"minLength": "x"}, "b": {"required": True}}},
            [
                (
                    "$.properties.a.minLength",
                    "$.properties.a.minLength: string found, integer expected",
                ),
                (
                    "$.properties.b.required",
                    "$.properties.b.required: boolean found, array expected",
                ),
            ],
        ),
        (
            {"exclusiveMaximum": True},
            [("$", "$: has an error with dependencies {exclusiveMaximum=[maximum], "
              "exclusiveMinimum=[minimum]}")],
        ),
        (
            {"properties": {"a": True}},
            [("$.properties.a", "$.properties.a: boolean found, object expected")],
        ),
        (
            {"properties": {"a": {"pattern": "(a"}}},
            [("$.properties.a.pattern", '$.properties.a.pattern: "(a" is not a "regex"')],
        ),
        (
            {"patternProperties": {"[": {}}},
            [("$.patternProperties.[", '$.patternProperties.[: "[" is not a "regex"')],
        ),
        (
            {"pattern": "(a{1000}){1000}"},
            [("$.pattern", '$.pattern: "(a{1000}){1000}" is not a "regex"')],
        ),
        (
            {"items": {"$ref": "#/definitions/a"}},
            [("$", "$: Pointer '/definitions/a' does not exist")],
        ),
    ],
)  # fmt: skip
def test_an_invalid_schema_says_where_and_why(schema, expected):
    assert [(issue.path, issue.message) for issue in issues(schema)] == expected


@pytest.mark.parametrize("ref", ["other.json", "iglu:com.acme/a/jsonschema/1-0-0", "file:///etc"])
def test_a_reference_that_leads_nowhere(ref):
    assert issues({"$ref": ref})[0].path == "$"


# ------------------------------------------------------------------------------ too much


def nested(levels: int, wrap, leaf):
    for _ in range(levels):
        leaf = wrap(leaf)
    return leaf


def cyclic():
    schema: dict = {}
    schema["not"] = schema
    return schema


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        (nested(100_000, lambda s: {"not": s}, {}), f"$: is nested deeper than {MAX_DEPTH} levels"),
        (nested(100_000, lambda s: [s], {}), f"$: is nested deeper than {MAX_DEPTH} levels"),
        (
            {"default": nested(100_000, lambda s: [s], 1)},
            f"$: is nested deeper than {MAX_DEPTH} levels",
        ),
        (cyclic(), f"$: is nested deeper than {MAX_DEPTH} levels"),
        (
            {
                "$ref": "#/definitions/0",
                "definitions": {str(n): {"$ref": f"#/definitions/{n + 1}"} for n in range(50_000)},
            },
            "$: has a chain of $refs that is too long",
        ),
        (
            {
                "$ref": "#/definitions/0",
                "definitions": {
                    **{str(n): {"anyOf": [{"$ref": f"#/definitions/{n + 1}"}] * 2}
                       for n in range(40)},
                    "40": {},
                },
            },
            f"$: checks one value more than {MAX_CHECKS} times",
        ),
    ],
    ids=["deep", "deep list", "deep value", "cyclic", "chain", "laughs"],
)  # fmt: skip
def test_a_schema_that_is_too_much_is_invalid(schema, problem):
    assert issues(schema)[0].message == problem


def test_a_schema_of_realistic_size_is_fine():
    """Deeper than any of Iglu Central, with thousands of properties and repeated references."""
    deep = nested(40, lambda s: {"properties": {"a": s}}, {"type": "string"})
    data = nested(40, lambda d: {"a": d}, "text")
    assert accepts(deep, data)
    wide = {
        "definitions": {"text": {"type": "string"}},
        "properties": {f"p{n}": {"$ref": "#/definitions/text"} for n in range(5_000)},
    }
    assert not accepts(wide, {"p4999": 5})


TREE = {"properties": {"a": {"$ref": "#"}}, "additionalProperties": False, "type": "object"}


def test_recursive_schemas():
    assert accepts(TREE, nested(MAX_DATA_DEPTH - 1, lambda d: {"a": d}, {}))
    assert not accepts(TREE, nested(20, lambda d: {"a": d}, {"b": 1}))


@pytest.mark.parametrize("schema", [{"$ref": "#"}, {"anyOf": [{"$ref": "#"}]}])
def test_a_reference_to_itself_says_nothing(schema):
    assert accepts(schema, 1)


def test_a_schema_that_denies_itself():
    """There is no right answer, only an answer."""
    compiled({"not": {"$ref": "#"}}).reports(1)


@pytest.mark.parametrize(
    "schema",
    [TREE, {"items": {"$ref": "#"}}, {"type": "array"}, {"enum": [[1]]}, {"uniqueItems": True}],
)
def test_bottomless_data_is_answered_without_a_crash(schema):
    """In another process, because what is tested for would end this one."""
    code = f"""
        import sys
        sys.path.insert(0, {str(SRC)!r})
        from piste.iglu import compile_schema
        schema = compile_schema({schema!r})
        for wrap in (lambda d: [d], lambda d: {{"a": d}}, lambda d: [d, d]):
            data = 1
            for _ in range(100_000):
                data = wrap(data)
            try:
                schema.is_valid(data)
            except ValueError:
                pass
            schema.reports(data)
        import os
        os._exit(7)  # freeing such data is a test of CPython
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True)
    assert run.returncode == 7, run.stderr


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "(a|aa)+$", "^(a|a)*$", "(x+x+)+y", r"(a+)+\1$", "(?=(a+)+$)b", "(?!b)(a|aa)+$"],
)
def test_a_catastrophic_pattern_gives_up(pattern):
    """Linear time, or at most `BACKTRACK_LIMIT` steps back; a text is refused then."""
    assert not accepts({"pattern": pattern}, "a" * 2_000 + "!")


# ------------------------------------------------------------------------------- properties

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
KEYWORDS = (
    *("$ref", "$schema", "$supersededBy", "additionalItems", "additionalProperties", "allOf"),
    *("anyOf", "default", "definitions", "dependencies", "enum", "exclusiveMaximum"),
    *("exclusiveMinimum", "format", "id", "items", "maxItems", "maxLength", "maxProperties"),
    *("maximum", "minItems", "minLength", "minProperties", "minimum", "multipleOf", "not"),
    *("oneOf", "pattern", "patternProperties", "properties", "required", "self", "type"),
    "uniqueItems",
)
likely_values = st.sampled_from(
    ["#", "#/properties/a", "string", "object", "uuid", "date-time", "^a", "(", 0, 3, True, 1.5]
)
schemas = st.recursive(
    json_values | likely_values,
    lambda inner: (
        st.dictionaries(
            st.sampled_from(KEYWORDS),
            inner | likely_values | st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
            max_size=5,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(schema=schemas, data=json_values)
def test_check_never_raises(schema, data):
    """Whatever a registry holds and a tracker sends, the answer is a value."""
    resolver = Resolver([FakeRegistry("r", otherwise=schema)], clock_ms=Clock())
    answer = resolver.check(SelfDescribing(key(), data))
    assert isinstance(answer, SchemaKey | InvalidData | InvalidSchema | ResolutionError)
    if isinstance(answer, InvalidData):
        assert answer.reports
    if isinstance(answer, InvalidSchema):
        assert answer.issues


@pytest.mark.parametrize("data", [math.nan, math.inf, -math.inf, Decimal("NaN"), Decimal("sNaN")])
def test_numbers_that_are_none(data):
    assert compiled({"type": "number", "minimum": 0}).reports(data)
