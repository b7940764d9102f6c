"""The checks themselves: labelled pairs, hostile schemas, and what holds for every schema."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from piste.subschema import (
    Budget,
    Compatible,
    Incompatible,
    InvalidSchema,
    Undecidable,
    check,
    equivalent,
    satisfiable,
)

DATA = Path(__file__).parents[3] / "shared" / "data" / "subschema"
FORMATS = jsonschema.Draft4Validator.FORMAT_CHECKER


def pairs() -> list[Any]:
    file = DATA / "pairs.jsonl"
    if not file.exists():
        return []
    lines = file.read_text().splitlines()
    return [json.loads(line, parse_float=Decimal) for line in lines]


def pool() -> list[Any]:
    file = DATA / "iglu_pool.jsonl"
    if not file.exists():
        return []
    lines = file.read_text().splitlines()
    return [json.loads(line, parse_float=Decimal)["schema"] for line in lines]


PAIRS = pairs()
needs_data = pytest.mark.skipif(not PAIRS, reason=f"there is no {DATA}")


def is_member(instance: Any, schema: Any) -> list[bool]:
    """By two validators that know nothing of each other."""
    return [
        jsonschema_rs.Draft4Validator(schema, validate_formats=True).is_valid(instance),
        jsonschema.Draft4Validator(schema, format_checker=FORMATS).is_valid(instance),
    ]


@needs_data
@pytest.mark.parametrize("pair", PAIRS, ids=[pair["id"] for pair in PAIRS])
def test_a_labelled_pair(pair: Any) -> None:
    """The verdict is the label's; a counterexample convinces two validators."""
    verdict = check(pair["left"], pair["right"])
    assert type(verdict).__name__.lower() == pair["verdict"], verdict
    if isinstance(verdict, Incompatible):
        assert is_member(verdict.witness, pair["left"]) == [True, True]
        assert is_member(verdict.witness, pair["right"]) == [False, False]
        assert verdict.path.startswith("$")
        assert verdict.reason


@needs_data
def test_every_schema_of_the_pool_holds_for_itself() -> None:
    """With a part of it said in other words as well."""
    for schema in pool():
        if '"$ref": "http' in json.dumps(schema, default=str):
            continue
        assert isinstance(check(schema, schema), Compatible)
        moved = {"definitions": {"it": schema}, "$ref": "#/definitions/it"}
        if '"$ref"' in json.dumps(schema, default=str):
            continue  # its references would point elsewhere
        assert isinstance(check(schema, {"anyOf": [schema, {"type": "null"}]}), Compatible)
        assert isinstance(check({"allOf": [schema, {"maxProperties": 3}]}, schema), Compatible)
        assert isinstance(check(moved, schema), Compatible)
        assert isinstance(check(schema, moved), Compatible)
        assert isinstance(check({"not": {"not": schema}}, schema), Compatible)


@pytest.mark.parametrize(
    ("left", "right", "path", "reason"),
    [
        (
            {"properties": {"label": {"type": "string", "maxLength": 300}}},
            {"properties": {"label": {"type": "string", "maxLength": 255}}},
            "$.label",
            "`label` may be 300 characters long here, the right schema allows 255 (maxLength)",
        ),
        (
            {"items": {"pattern": "^a{16,20}$", "maxLength": 300}},
            {"items": {"minLength": 17}},
            "$[0]",
            "an item may be 16 characters long here, the right schema wants at least 17 (minLength)",
        ),
        (
            {"minProperties": 2},
            {"minProperties": 3},
            "$",
            "it may be 2 properties large here, the right schema wants at least 3 (minProperties)",
        ),
        (
            {},
            {"enum": ["a"]},
            "$",
            "may be null here, which is not in the right schema's enum (enum)",
        ),
        (
            {"properties": {"a b": {"type": "string"}}},
            {"properties": {"a b": {"type": "string", "format": "ipv4"}}},
            '$["a b"]',
            '`a b` may be "" here, the right schema allows only texts of the format ipv4 (format)',
        ),
        (
            {"properties": {"n": {"type": ["integer", "null"]}}},
            {"properties": {"n": {"type": "integer"}}},
            "$.n",
            "`n` may be null here, the right schema allows only number (type)",
        ),
        (
            {"type": "object"},
            {"required": ["a"]},
            "$",
            "`a` may be missing here, the right schema requires it (required)",
        ),
        (
            {},
            {"additionalProperties": False},
            "$",
            "the right schema does not allow a property of this name (additionalProperties)",
        ),
        (
            {"items": {}},
            {"items": [{}], "additionalItems": False},
            "$",
            "an item may be there, the right schema allows only 1 items (additionalItems)",
        ),
        (
            {"minimum": 1},
            {"minimum": 2},
            "$",
            "it may be 1 here, the right schema allows at least 2 (minimum)",
        ),
        (
            {"type": "number"},
            {"multipleOf": 5},
            "$",
            "the right schema allows only multiples of 5 (multipleOf)",
        ),
    ],
)
def test_a_reason_says_what_to_change(left: Any, right: Any, path: str, reason: str) -> None:
    """Where, what may be here, and what is allowed."""
    verdict = check(left, right)
    assert isinstance(verdict, Incompatible)
    assert verdict.path.startswith(path)
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("left", "right", "message"),
    [
        ([], {}, r"left schema, \$: a schema is an object"),
        ({}, {"type": "strin"}, r"right schema, \$\.type: "),
        (
            {"properties": {"a": {"minLength": -1}}},
            {},
            r"left schema, \$\.properties\.a\.minLength: ",
        ),
        ({}, {"required": []}, r"right schema, \$\.required: "),
    ],
)
def test_an_invalid_schema_names_its_side_and_path(left: Any, right: Any, message: str) -> None:
    """It is the caller's mistake."""
    with pytest.raises(InvalidSchema, match=message):
        check(left, right)


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [
        ({"$ref": "http://example.com/a"}, {"type": "null"}, "refers to http://example.com/a"),
        ({}, {"items": {"$ref": "#/nowhere"}}, "refers to #/nowhere, which is not there"),
        ({"pattern": r"^(a)\1$"}, {"pattern": "^aa$"}, "pattern"),
    ],
)
def test_what_cannot_be_decided_has_a_reason(left: Any, right: Any, reason: str) -> None:
    """And where it stands."""
    verdict = check(left, right)
    assert isinstance(verdict, Undecidable)
    assert reason in verdict.reason


def test_a_smaller_budget_ends_sooner() -> None:
    """And says which one it was."""
    pair = {"pattern": "^(a|b)*a(a|b){8}$"}, {"pattern": "^(a|b)*b(a|b){8}$|^a"}
    verdict = check(*pair, budget=Budget(states=50))
    assert verdict == Undecidable("too much to search: out of states")


def test_satisfiable_and_equivalent() -> None:
    """Thin uses of the same search."""
    assert satisfiable({"type": "string"}) is True
    assert satisfiable({"enum": [1], "type": "string"}) is False
    assert (
        satisfiable({"required": ["a"], "properties": {"a": {"$ref": "#"}}, "type": "object"})
        is False
    )
    assert equivalent({"enum": [1, 2]}, {"enum": [2, Decimal("1.0")]}) is True
    assert equivalent({"minimum": 1}, {"minimum": 2}) is False
    assert isinstance(satisfiable({"$ref": "other.json"}), Undecidable)
