"""Schemas that say which schema they are."""

from typing import Any

import pytest
from support.registries import key_of, schema

from piste.events.schema_key import IgluParseError, SchemaVer
from piste.registry.self_describing import (
    META_SCHEMA,
    Candidate,
    read_schema,
    superseded_versions,
    with_self,
)


def test_a_schema_knows_its_key() -> None:
    assert read_schema(schema()) == Candidate(key_of(), schema())


def test_who_supersedes_it_is_not_the_schema_s_to_say() -> None:
    candidate = read_schema({**schema(), "$supersededBy": "1-0-1"})
    assert isinstance(candidate, Candidate)
    assert candidate.json == schema()


def test_what_it_supersedes_is() -> None:
    candidate = read_schema(schema("1-0-2", supersedes=["1-0-0", "1-0-1"]))
    assert isinstance(candidate, Candidate)
    assert candidate.supersedes == (SchemaVer(1, 0, 0), SchemaVer(1, 0, 1))
    assert candidate.json["$supersedes"] == ["1-0-0", "1-0-1"]


@pytest.mark.parametrize(
    ("json", "error"),
    [
        (None, IgluParseError.INVALID_SCHEMA),
        ([], IgluParseError.INVALID_SCHEMA),
        ({}, IgluParseError.INVALID_SCHEMA),
        (schema(self={}), IgluParseError.INVALID_SCHEMA),
        (schema(self="iglu:com.acme/ad_click/jsonschema/1-0-0"), IgluParseError.INVALID_SCHEMA),
        (schema("0-0-1"), IgluParseError.INVALID_SCHEMAVER),
        (schema("1-00-1"), IgluParseError.INVALID_SCHEMAVER),
        (schema("1-0"), IgluParseError.INVALID_SCHEMA),
        (schema(name="a/b"), IgluParseError.INVALID_SCHEMA),
        (schema(name="a" * 256), IgluParseError.INVALID_SCHEMA),
        ({**schema(), "$schema": META_SCHEMA[:-1]}, IgluParseError.INVALID_METASCHEMA),
        ({**schema(), "$schema": None}, IgluParseError.INVALID_METASCHEMA),
        (schema(supersedes=[1]), IgluParseError.INVALID_SCHEMAVER),
        (schema(supersedes={}), IgluParseError.INVALID_SCHEMAVER),
    ],
)
def test_what_is_no_self_describing_schema(json: Any, error: IgluParseError) -> None:
    assert read_schema(json) is error


def test_superseded_versions_of_none() -> None:
    assert superseded_versions({}) == ()
    assert superseded_versions({"$supersedes": []}) == ()


def test_an_address_can_say_it_instead() -> None:
    said = with_self({"type": "object"}, key_of("1-2-3"))
    assert said == {"$schema": META_SCHEMA, "self": schema("1-2-3")["self"], "type": "object"}
    assert list(said) == ["$schema", "self", "type"]
    kept = with_self({"type": "object", "$schema": "other"}, key_of())
    assert kept["$schema"] == "other"
