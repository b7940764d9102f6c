"""Iglu's names: parsing, printing, order, and what is not one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.events.schema_key import (
    MAX_PART_LENGTH,
    IgluParseError,
    SchemaCriterion,
    SchemaKey,
    SchemaVer,
    SelfDescribing,
)

KEY = SchemaKey("com.acme", "thing", "jsonschema", SchemaVer(1, 2, 3))

numbers = st.integers(0, 999_999_999)
versions = st.builds(SchemaVer, numbers.filter(bool), numbers, numbers)
names = st.from_regex(r"[a-zA-Z0-9_-]{1,20}", fullmatch=True)
vendors = st.from_regex(r"[a-zA-Z0-9_.-]{1,20}", fullmatch=True)
keys = st.builds(SchemaKey, vendors, names, names, versions)
criteria = st.builds(
    SchemaCriterion,
    vendors,
    names,
    names,
    st.none() | numbers.filter(bool),
    st.none() | numbers,
    st.none() | numbers,
)


@given(versions)
def test_parse_undoes_print_for_versions(version):
    assert SchemaVer.parse(str(version)) == version


@given(keys)
def test_parse_undoes_print_for_keys(key):
    assert SchemaKey.parse(str(key)) == key
    assert SchemaKey.of(key.uri) == key
    assert key.uri == f"iglu:{key.path}"


@given(criteria)
def test_parse_undoes_print_for_criteria(criterion):
    assert SchemaCriterion.parse(str(criterion)) == criterion


@given(st.text())
def test_any_text_is_parsed_to_a_value(text):
    """Never an exception: the text came from a tracker."""
    for parse in (SchemaVer.parse, SchemaKey.parse, SchemaCriterion.parse):
        parsed = parse(text)
        assert isinstance(parsed, IgluParseError) or str(parsed) == text
        parse(f"iglu:{text}")


@given(keys)
def test_a_key_matches_itself_as_a_criterion(key):
    version = key.version
    parts = (version.model, version.revision, version.addition)
    assert SchemaCriterion(key.vendor, key.name, key.format, *parts).matches(key)
    assert SchemaCriterion(key.vendor, key.name, key.format).matches(key)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("iglu:com.acme/thing/jsonschema/1-2-3", KEY),
        ("iglu:../thing/jsonschema/1-2-3", SchemaKey("..", "thing", "jsonschema", KEY.version)),
        (
            "iglu:a_b-c.d/t-h_1/avro/1-0-0",
            SchemaKey("a_b-c.d", "t-h_1", "avro", SchemaVer(1, 0, 0)),
        ),
        ("iglu:com.acme/thing/jsonschema/01-0-0", IgluParseError.INVALID_SCHEMAVER),
        ("iglu:com.acme/thing/jsonschema/1-00-0", IgluParseError.INVALID_SCHEMAVER),
        ("iglu:com.acme/thing/jsonschema/0-0-1", IgluParseError.INVALID_SCHEMAVER),
        ("iglu:com.acme/thing/jsonschema/1000000000-0-0", IgluParseError.INVALID_SCHEMAVER),
        ("iglu:com.acme/thing/jsonschema/1-0", IgluParseError.INVALID_IGLUURI),
        ("iglu:com.acme/thing/jsonschema/1-0-*", IgluParseError.INVALID_IGLUURI),
        ("iglu:com.acme/thing/jsonschema/1-0-0/", IgluParseError.INVALID_IGLUURI),
        ("iglu:com.acme/thing/jsonschema/1-0-0\n", IgluParseError.INVALID_IGLUURI),
        ("iglu:com.acme/thing/jsonschema/١-٠-٠", IgluParseError.INVALID_IGLUURI),
        ("iglu:com.acme/thing/jsonschema/", IgluParseError.INVALID_IGLUURI),
        ("iglu:com.acme/th.ing/jsonschema/1-0-0", IgluParseError.INVALID_IGLUURI),
        ("iglu:com acme/thing/jsonschema/1-0-0", IgluParseError.INVALID_IGLUURI),
        ("iglu:com.acmé/thing/jsonschema/1-0-0", IgluParseError.INVALID_IGLUURI),
        ("iglu://com.acme/thing/jsonschema/1-0-0", IgluParseError.INVALID_IGLUURI),
        ("com.acme/thing/jsonschema/1-0-0", IgluParseError.INVALID_IGLUURI),
        ("Iglu:com.acme/thing/jsonschema/1-0-0", IgluParseError.INVALID_IGLUURI),
        ("", IgluParseError.INVALID_IGLUURI),
    ],
)
def test_uris(uri, expected):
    """Digits in three places are a wrong version; anything else is a wrong URI."""
    assert SchemaKey.parse(uri) == expected


@pytest.mark.parametrize("length", [MAX_PART_LENGTH, MAX_PART_LENGTH + 1])
@pytest.mark.parametrize("part", range(3))
def test_a_part_has_a_longest_length(length, part):
    parts = ["a", "b", "c"]
    parts[part] = "x" * length
    key = SchemaKey.parse(f"iglu:{'/'.join(parts)}/1-0-0")
    assert isinstance(key, SchemaKey) is (length == MAX_PART_LENGTH)


def test_of_is_for_constants():
    with pytest.raises(ValueError, match="'iglu:x' is not a schema URI"):
        SchemaKey.of("iglu:x")


@pytest.mark.parametrize(
    ("criterion", "matches"),
    [
        ("iglu:com.acme/thing/jsonschema/*-*-*", True),
        ("iglu:com.acme/thing/jsonschema/1-*-*", True),
        ("iglu:com.acme/thing/jsonschema/1-2-*", True),
        ("iglu:com.acme/thing/jsonschema/1-2-3", True),
        ("iglu:com.acme/thing/jsonschema/*-2-*", True),
        ("iglu:com.acme/thing/jsonschema/2-*-*", False),
        ("iglu:com.acme/thing/jsonschema/1-2-4", False),
        ("iglu:com.acme/thing/avro/1-*-*", False),
        ("iglu:com.acme/other/jsonschema/1-*-*", False),
        ("iglu:com/thing/jsonschema/1-*-*", False),
    ],
)
def test_criteria(criterion, matches):
    assert SchemaCriterion.parse(criterion).matches(KEY) is matches


def test_versions_are_ordered_by_number():
    texts = ["1-0-0", "1-0-2", "1-0-10", "1-1-0", "2-0-0", "10-0-0"]
    assert sorted(map(SchemaVer.parse, reversed(texts))) == [SchemaVer.parse(t) for t in texts]


@pytest.mark.parametrize(
    ("json", "expected"),
    [
        ({"schema": str(KEY), "data": None}, SelfDescribing(KEY, None)),
        ({"schema": str(KEY), "data": [1], "more": 2}, SelfDescribing(KEY, [1])),
        ({"schema": str(KEY)}, IgluParseError.INVALID_DATA_PAYLOAD),
        ({"data": {}}, IgluParseError.INVALID_DATA_PAYLOAD),
        ({"schema": 5, "data": {}}, IgluParseError.INVALID_DATA_PAYLOAD),
        ([], IgluParseError.INVALID_DATA_PAYLOAD),
        (None, IgluParseError.INVALID_DATA_PAYLOAD),
        ({"schema": "x", "data": {}}, IgluParseError.INVALID_IGLUURI),
        (
            {"schema": "iglu:com.acme/thing/jsonschema/1-0-01", "data": {}},
            IgluParseError.INVALID_SCHEMAVER,
        ),
    ],
)
def test_self_describing(json, expected):
    assert SelfDescribing.parse(json) == expected


@given(keys, st.integers())
def test_self_describing_parse_undoes_print(key, data):
    value = SelfDescribing(key, data)
    assert SelfDescribing.parse(value.to_json()) == value
