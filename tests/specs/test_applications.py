"""Source applications as forms: what is read is printed again, and every flaw is named."""

from typing import Any

import pytest

from piste.specs.applications import read_application
from piste.specs.refusal import MAX_FINDINGS, Refusal
from piste.specs.tracking_plans import SourceApplication

FULL = {
    "id": "11111111-1111-4111-8111-111111111111",
    "name": "Shop",
    "description": "",
    "owner": "Web team",
    "appIds": ["shop-web"],
    "entities": {
        "tracked": [
            {
                "source": "iglu:com.example/user/jsonschema/1-0-0",
                "minCardinality": 0,
                "maxCardinality": 2,
                "schema": {"type": "object"},
            }
        ],
        "enriched": [],
    },
    "lockStatus": "unlocked",
    "managedFrom": "git",
}


def test_what_is_read_is_printed_again() -> None:
    form = read_application(FULL)
    assert isinstance(form, SourceApplication)
    assert form.to_json() == FULL
    assert read_application(form.to_json()) == form


def test_every_flaw_is_named() -> None:
    """In one answer, in the order of the request where fields are unknown."""
    flaws = read_application({"x": 1, "name": 5, "y": 2, "appIds": "a", "lockStatus": 1})
    assert isinstance(flaws, tuple)
    assert [one.source for one in flaws] == ["x", "y", "name", "appIds", "lockStatus"]


@pytest.mark.parametrize("text", ["\ud800", "a\udfff", "\0"])
def test_text_that_no_database_takes(text: str) -> None:
    for field in ("name", "owner", "description", "managedFrom"):
        flaws = read_application({**FULL, field: text})
        assert isinstance(flaws, tuple)
        assert [one.source for one in flaws] == [field]


def test_a_refusal_has_an_end() -> None:
    body: dict[str, Any] = {f"field {number}": 0 for number in range(1000)}
    flaws = read_application({**body, "name": "a"})
    assert isinstance(flaws, tuple)
    assert len(flaws) == 1000
    assert len(Refusal(422, flaws).to_json()["errors"]) == MAX_FINDINGS
