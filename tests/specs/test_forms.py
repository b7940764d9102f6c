"""Requests to create a specification: the documented one, and what is said of wrong ones."""

from datetime import UTC, datetime
from typing import Any

import pytest

from piste.specs.findings import Code, Severity
from piste.specs.forms import Form, read_form
from piste.specs.lifecycle import Change
from piste.specs.specification import Status

ID = "5a203ef8-939b-4fd1-914e-f12a3dd1a869"
AUTHOR = "39b81015-1bd5-4b37-96c7-3296cabaa36f"
SOURCE = "iglu:com.example/ui_actions/jsonschema/1-0-0"
SEARCH = {
    "name": "Search",
    "description": "Tracking the use of the search box",
    "event": {"source": SOURCE},
}


def form(spec: dict[str, Any], **others: Any) -> Form:
    found = read_form({"spec": spec, **others}, "spec")
    assert isinstance(found, Form), found
    return found


def test_the_documented_request_and_its_answer() -> None:
    """Requirement 001, "Creating an Event Specification": data and history, to the letter."""
    search = form(SEARCH, message="initial draft")
    specification = search.at(ID, 0, Status.DRAFT)
    assert list(specification.to_json().items()) == [
        ("id", ID),
        ("version", 0),
        ("status", "draft"),
        *SEARCH.items(),
    ]
    date = datetime(2023, 4, 26, 14, 41, 48, 708191, UTC)
    change = Change(0, Status.DRAFT, AUTHOR, search.message, date)
    assert list(change.to_json("eventSpecId", ID).items()) == [
        ("author", AUTHOR),
        ("message", "initial draft"),
        ("date", "2023-04-26T14:41:48.708191Z"),
        ("eventSpecId", ID),
        ("version", 0),
        ("status", "draft"),
        ("type", "History"),
    ]


def test_a_scenario_is_a_specification_under_another_name() -> None:
    """Requirement 002."""
    assert read_form({"scenario": SEARCH}, "scenario") == form(SEARCH)
    assert isinstance(read_form({"scenario": SEARCH}, "spec"), tuple)


def test_everything_that_may_be_said_is_printed_again() -> None:
    """Nothing that was sent is lost."""
    spec = {
        **SEARCH,
        "event": {"source": SOURCE, "schema": {"type": "object"}},
        "entities": {
            "tracked": [{"source": SOURCE, "minCardinality": 1, "maxCardinality": None}],
            "enriched": [
                {"source": SOURCE, "minCardinality": 0, "maxCardinality": 2, "schema": {}},
            ],
        },
        "triggers": [{"description": "on click", "appIds": ["web"]}],
        "sourceApplications": [AUTHOR],
        "dataProductId": ID,
        "lockStatus": "locked",
        "managedFrom": "repository",
    }
    printed = form(spec).at(ID, 3, Status.PUBLISHED).to_json()
    assert printed == {"id": ID, "version": 3, "status": "published", **spec}


@pytest.mark.parametrize(
    ("spec", "source", "wanted"),
    [
        ({}, "name", "a text of 1 to 255 characters"),
        ({"name": " "}, "name", "a text of 1 to 255 characters"),
        ({"name": "a\0"}, "name", "a text of 1 to 255 characters"),
        ({"name": "a", "version": -1}, "version", "a whole number from 0 to"),
        ({"name": "a", "version": True}, "version", "a whole number from 0 to"),
        ({"name": "a", "version": 1.0}, "version", "a whole number from 0 to"),
        ({"name": "a", "status": "live"}, "status", "one of draft, published, deprecated"),
        ({"name": "a", "status": ["draft"]}, "status", "one of draft, published, deprecated"),
        ({"name": "a", "id": "5"}, "id", "a UUID"),
        ({"name": "a", "description": 5}, "description", "a text of at most 10000 characters"),
        ({"name": "a", "event": []}, "event", "an object"),
        ({"name": "a", "event": {"schema": {}}}, "event.source", "an Iglu URI"),
        ({"name": "a", "event": {"source": "iglu:a/b"}}, "event.source", "an Iglu URI"),
        (
            {"name": "a", "event": {"source": SOURCE, "schema": True}},
            "event.schema",
            "an object",
        ),
        ({"name": "a", "entities": {"tracked": [5]}}, "entities.tracked", "a list of objects"),
        (
            {"name": "a", "entities": {"enriched": [{}]}},
            "entities.enriched[0].source",
            "an Iglu URI",
        ),
        (
            {
                "name": "a",
                "entities": {
                    "tracked": [{"source": SOURCE, "minCardinality": 2, "maxCardinality": 1}]
                },
            },
            "entities.tracked[0].maxCardinality",
            "at least the minCardinality, 2",
        ),
        ({"name": "a", "sourceApplications": ["x"]}, "sourceApplications", "a list of UUIDs"),
        ({"name": "a", "triggers": {}}, "triggers", "a list of objects"),
        ({"name": "a", "lockStatus": "open"}, "lockStatus", "one of locked, unlocked"),
    ],
)
def test_a_wrong_field_is_named(spec: dict[str, Any], source: str, wanted: str) -> None:
    """With what it must be."""
    (finding,) = found if isinstance(found := read_form({"spec": spec}, "spec"), tuple) else ()
    assert (finding.severity, finding.code) == (Severity.ERROR, Code.INVALID_FIELD)
    assert finding.source == source
    assert finding.title.startswith(f"`{source}` must be {wanted}")


def test_all_that_is_wrong_is_said_at_once() -> None:
    """And a field that is unknown is not dropped in silence."""
    found = read_form({"spec": {"version": -1, "events": {}, "event": {"x": 1}}, "y": 1}, "spec")
    assert isinstance(found, tuple)
    assert [one.source for one in found] == [
        *("y", "events", "name", "version", "event.x", "event.source"),
    ]


@pytest.mark.parametrize("body", [None, [], "spec", {}, {"spec": None}, {"spec": []}])
def test_no_specification_at_all(body: Any) -> None:
    """One finding, whatever was sent."""
    found = read_form(body, "spec")
    assert isinstance(found, tuple)
    assert [one.to_json() for one in found] == [
        {
            "type": "Error",
            "code": "InvalidField",
            "title": "`spec` must be an object",
            "source": "spec",
        }
    ]
