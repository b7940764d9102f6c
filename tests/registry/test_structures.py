"""Data structures as rules: hashes, forms, and the size of what a schema changes."""

from typing import Any

import pytest

from piste.events.schema_key import SchemaKey
from piste.registry.deployment import Affected, Report
from piste.registry.migrations import MAX_PROPERTIES, migrations
from piste.registry.structure_forms import MigrationForm, read_meta_patch, read_migration
from piste.registry.structure_records import Meta, SchemaType, content_hash, structure_hash

ORGANIZATION = "38e97db9-f3cb-404d-8250-cd227506e544"


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


TEXT = {"type": "string", "maxLength": 10}


def test_the_documented_hash() -> None:
    """The example of Snowplow's documentation, "Generating a data structure hash"."""
    key = SchemaKey.of("iglu:com.acme.event/search/jsonschema/1-0-0")
    expected = "a41ef92847476c1caaf5342c893b51089a596d8ecd28a54d3f22d922422a6700"
    assert structure_hash(ORGANIZATION, key) == expected


def test_content_is_the_same_in_any_order_of_keys() -> None:
    one = {"a": 1, "b": [{"c": 2, "d": "é"}], "e": 10**30}
    other = {"e": 10**30, "b": [{"d": "é", "c": 2}], "a": 1}
    assert content_hash(one) == content_hash(other)
    assert content_hash(one) != content_hash({**one, "a": 2})
    assert content_hash({"a": [1, 2]}) != content_hash({"a": [2, 1]})


@pytest.mark.parametrize(
    ("older", "newer", "change", "steps"),
    [
        (of(a=TEXT), of(a=TEXT), "none", []),
        (of(a=TEXT), of(a=TEXT, b=TEXT), "patch", [("added", "patch", "$.b")]),
        (of(a=TEXT, b=TEXT), of(a=TEXT), "major", [("removed", "major", "$.b")]),
        (
            {**of(a=TEXT, b=TEXT), "additionalProperties": True},
            {**of(a=TEXT), "additionalProperties": True},
            "patch",
            [("removed", "patch", "$.b")],
        ),
        (of(a=TEXT), {**of(a=TEXT), "required": ["a"]}, "major", [("required", "major", "$.a")]),
        ({**of(a=TEXT), "required": ["a"]}, of(a=TEXT), "patch", [("optional", "patch", "$.a")]),
        (
            of(a=TEXT),
            {**of(a=TEXT, b=TEXT), "required": ["b"]},
            "major",
            [("added", "major", "$.b")],
        ),
        (
            of(a=TEXT),
            of(a={**TEXT, "maxLength": 20}),
            "patch",
            [("changed", "patch", "$.a")],
        ),
        (of(a=TEXT), of(a={"type": "integer"}), "major", [("changed", "major", "$.a")]),
        (
            of(a={"type": "array", "items": of(b=TEXT)}),
            of(a={"type": "array", "items": of(b={**TEXT, "maxLength": 5})}),
            "major",
            [("changed", "major", "$.a[*].b")],
        ),
        (
            of(a={"type": "array", "items": [TEXT]}),
            of(a={"type": "array", "items": TEXT}),
            "major",
            [("changed", "major", "$.a")],
        ),
        (of(a=TEXT), of(a={"type": "nonsense"}), "minor", [("changed", "minor", "$.a")]),
        (of(a=5), of(a=[]), "minor", []),
        ({}, {"properties": [], "required": 5}, "minor", []),
    ],
)
def test_migrations(
    older: dict[str, Any], newer: dict[str, Any], change: str, steps: list[tuple[str, str, str]]
) -> None:
    found = migrations(older, newer)
    assert found.change == change
    assert [(one.kind, one.change, one.path) for one in found.steps] == steps


def test_which_schema_it_is_does_not_count() -> None:
    about = {"self": {"version": "1-0-0"}, "$schema": "x", "$supersedes": []}
    assert migrations({**about, **of(a=TEXT)}, of(a=TEXT)).change == "none"


def test_no_more_properties_are_compared_than_time_allows() -> None:
    """The rest counts as `minor`."""
    older = of(**{f"p{number}": TEXT for number in range(MAX_PROPERTIES + 10)})
    longer = {**TEXT, "maxLength": 11}
    newer = of(**{f"p{number}": longer for number in range(MAX_PROPERTIES + 10)})
    changes = [one.change.value for one in migrations(older, newer).steps]
    assert changes == ["patch"] * MAX_PROPERTIES + ["minor"] * 10


def test_a_meta_in_parts() -> None:
    """What is null is given."""
    before = Meta(hidden=True, schema_type=SchemaType.EVENT, custom_data={"a": "b"})
    assert read_meta_patch({}, before) == before
    assert read_meta_patch({"schemaType": None}, before) == Meta(True, None, {"a": "b"})
    assert read_meta_patch({"customData": {}}, before) == Meta(True, SchemaType.EVENT, {})
    assert read_meta_patch({"hidden": None}, before) == ("`hidden` must be true or false",)


def test_a_destination_may_be_absent() -> None:
    uri = "iglu:com.example/ui_actions/jsonschema/1-0-0"
    form = read_migration({"sourceSchemaKey": uri, "targetSchema": {}})
    assert form == MigrationForm(SchemaKey.of(uri), {}, None)


def test_a_long_counterexample_is_cut_in_the_sentence_only() -> None:
    affected = Affected("id", "Search", 1, {"label": "x" * 5000}, "$.label")
    report = Report(201, affected=(affected,)).to_json()
    (sentence,) = report["warnings"]
    assert len(sentence) < 1300
    assert sentence.endswith("…")
    assert len(report["affectedEventSpecs"][0]["counterexample"]["label"]) == 5000
