"""Every two successive versions of a schema in Iglu Central, compared in both directions.

What is known of them is agreed with: the labelled pairs, and whatever jsonschema_rs has proven of the two
(its `covers`, which is experimental, and mostly does not know).
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from iglu.data import iglu_central_schemas
from jsonschema_rs.canonical import Containment
from support.iglu import IGLU_CENTRAL, needs_iglu_central

from piste.subschema import Incompatible, Undecidable, Verdict, check

LABELLED = IGLU_CENTRAL.parent / "subschema" / "pairs.jsonl"
FORMATS = jsonschema.Draft4Validator.FORMAT_CHECKER
FORMATS_AND_DATE = jsonschema.FormatChecker((*FORMATS.checkers, "date"))
"""`date` is none of draft-04's, but jsonschema_rs asserts it there, and so does Snowplow."""

BECAUSE_OF_A_DATE = {"iglu/com.marketo/event/2-0-0>1-0-0"}
"""Incompatible for a validator that asserts `date`, else not."""

KNOWN = {Containment.YES: "compatible", Containment.NO: "incompatible"}


@dataclass(frozen=True)
class Pair:
    """Named as the labelled ones are."""

    name: str
    left: Any
    right: Any


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    families: dict[str, list[tuple[tuple[int, ...], Any]]] = defaultdict(list)
    for key, file in iglu_central_schemas():
        family, schema_format, version = key.rsplit("/", 2)
        if schema_format == "jsonschema":
            schema = json.loads(file.read_bytes(), parse_float=Decimal)
            for no_constraint in ("self", "$schema"):
                schema.pop(no_constraint, None)
            families[family].append((tuple(map(int, version.split("-"))), schema))
    found = []
    for family, versions in families.items():
        versions.sort(key=lambda one: one[0])
        for one, other in pairwise(versions):
            for (old, left), (new, right) in ((one, other), (other, one)):
                name = f"iglu/{family}/{'-'.join(map(str, old))}>{'-'.join(map(str, new))}"
                found.append(Pair(name, left, right))
    return found


@pytest.fixture(scope="module")
def verdicts(pairs: list[Pair]) -> dict[str, Verdict]:
    return {pair.name: check(pair.left, pair.right) for pair in pairs}


@needs_iglu_central
def test_all_are_decided(pairs: list[Pair], verdicts: dict[str, Verdict]) -> None:
    """Both directions of every step."""
    assert len(verdicts) == len(pairs) > 250
    assert [n for n, verdict in verdicts.items() if isinstance(verdict, Undecidable)] == []


@needs_iglu_central
def test_every_counterexample_convinces_two_validators(
    pairs: list[Pair], verdicts: dict[str, Verdict]
) -> None:
    """It is of the left schema, and not of the right."""
    found = 0
    for pair in pairs:
        verdict = verdicts[pair.name]
        if isinstance(verdict, Incompatible):
            found += 1
            formats = FORMATS_AND_DATE if pair.name in BECAUSE_OF_A_DATE else FORMATS
            assert is_member(verdict.witness, pair.left, formats) == [True, True], pair.name
            assert is_member(verdict.witness, pair.right, formats) == [False, False], pair.name
    assert found > 100


@needs_iglu_central
def test_what_is_proven_elsewhere_is_found(pairs: list[Pair], verdicts: dict[str, Verdict]) -> None:
    """By jsonschema_rs; its "unknown" proves nothing."""
    proven = {pair.name: KNOWN.get(containment(pair)) for pair in pairs}
    known = {name: verdict for name, verdict in proven.items() if verdict is not None}
    assert {name: word(verdicts[name]) for name in known} == known
    assert len(known) > 100


@needs_iglu_central
@pytest.mark.skipif(not LABELLED.exists(), reason=f"{LABELLED} is absent")
def test_what_is_labelled_is_found(verdicts: dict[str, Verdict]) -> None:
    """Each of the labelled version pairs is one of these."""
    lines = map(json.loads, LABELLED.read_text(encoding="utf-8").splitlines())
    labels = {one["id"]: one["verdict"] for one in lines if one["category"] == "iglu-version"}
    assert {name: word(verdicts[name]) for name in labels} == labels
    assert len(labels) > 100


def word(verdict: Verdict) -> str:
    return type(verdict).__name__.lower()


def is_member(instance: Any, schema: Any, formats: jsonschema.FormatChecker) -> list[bool]:
    """By two validators that know nothing of each other."""
    return [
        jsonschema_rs.Draft4Validator(schema, validate_formats=True).is_valid(instance),
        jsonschema.Draft4Validator(schema, format_checker=formats).is_valid(instance),
    ]


def containment(pair: Pair) -> Containment:
    left, right = (
        jsonschema_rs.canonicalize(schema, draft=4, validate_formats=True)
        for schema in (pair.left, pair.right)
    )
    return right.covers(left)
