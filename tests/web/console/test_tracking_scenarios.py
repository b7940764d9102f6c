"""Tracking scenarios over HTTP: the same as event specifications, in the words of requirement 002."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.console import ORGANIZATION
from support.worlds import World, opened

from piste.events.schema_key import SchemaKey
from piste.registry.structure_records import structure_hash

SCENARIOS = "tracking-scenarios/v1"
ID = "5a203ef8-939b-4fd1-914e-f12a3dd1a869"
ACTIONS = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/1-0-0")
TEST_EVENT = SchemaKey.of("iglu:com.snplow.msc.aws/test_event/jsonschema/1-0-0")
LATEST = SchemaKey.of("iglu:com.snplow.msc.aws/test_event/jsonschema/1-0-13")
SEARCH = {
    "name": "Search",
    "description": "Tracking the use of the search box",
    "event": {"source": ACTIONS.uri},
}
SUBMIT = {"type": "object", "properties": {"label": {"enum": ["Search"]}}}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    schemas = {ACTIONS: {"type": "object"}, TEST_EVENT: {"type": "object"}}
    with opened(tmp_path, schemas) as world:
        yield world


def created(world: World, **scenario: Any) -> str:
    answer = world.ask("POST", SCENARIOS, {"scenario": {**SEARCH, **scenario}})
    assert answer.status == 201, answer.body
    id_: str = answer.json["data"][0]["id"]
    return id_


def test_the_documented_creation(world: World) -> None:
    """Requirement 002, request and answer to the letter."""
    world.next_id = lambda: ID
    answer = world.ask(
        "POST",
        SCENARIOS,
        {
            "scenario": {
                "name": "Search",
                "description": "Tracking the use of the search box",
                "event": {"source": "iglu:com.example/ui_actions/jsonschema/1-0-0"},
            },
            "message": "initial draft",
        },
    )
    assert answer.status == 201
    assert answer.json == {
        "data": [
            {
                "id": "5a203ef8-939b-4fd1-914e-f12a3dd1a869",
                "version": 0,
                "status": "draft",
                "name": "Search",
                "description": "Tracking the use of the search box",
                "event": {"source": "iglu:com.example/ui_actions/jsonschema/1-0-0"},
            }
        ],
        "includes": [
            {
                "author": "39b81015-1bd5-4b37-96c7-3296cabaa36f",
                "message": "initial draft",
                "date": "2023-04-26T14:41:48.708191Z",
                "scenarioId": "5a203ef8-939b-4fd1-914e-f12a3dd1a869",
                "version": 0,
                "status": "draft",
                "type": "History",
            }
        ],
        "errors": [],
    }


def test_the_documented_warning(world: World) -> None:
    """With the exact title, and nothing beside the documented members but ours."""
    id_ = created(
        world,
        id="59b5e250-91c4-45af-a63d-5f8cd39f4b67",
        event={"source": TEST_EVENT.uri, "schema": SUBMIT},
    )
    world.schemas[LATEST] = {"type": "object", "maxProperties": 0}
    answer = world.ask("GET", f"{SCENARIOS}/{id_}")
    assert answer.status == 200
    [warning] = answer.json["errors"]
    assert {name: warning[name] for name in ("type", "code", "title", "source")} == {
        "type": "Warning",
        "code": "SchemaIncompatible",
        "title": "Tracking scenario with id: 59b5e250-91c4-45af-a63d-5f8cd39f4b67, event schema is "
        "INCOMPATIBLE with schema with name: test_event, vendor: com.snplow.msc.aws, version: 1-0-13",
        "source": "event.schema",
    }
    assert warning.keys() - {"type", "code", "title", "source"} == {
        *("counterexample", "path", "reason")
    }


def test_an_incompatible_scenario_is_not_stored(world: World) -> None:
    """422."""
    world.schemas[ACTIONS] = {"type": "object", "maxProperties": 0}
    scenario = {**SEARCH, "id": ID, "event": {"source": ACTIONS.uri, "schema": SUBMIT}}
    answer = world.ask("POST", SCENARIOS, {"scenario": scenario})
    assert answer.status == 422
    [error] = answer.json["errors"]
    assert (error["type"], error["code"]) == ("Error", "SchemaIncompatible")
    assert error["title"].startswith(
        f"Tracking scenario with id: {ID}, event schema is INCOMPATIBLE"
    )
    assert world.ask("GET", SCENARIOS).json["data"] == []


def test_filters_and_history(world: World) -> None:
    """Under the older names, with `scenarioId` in the history."""
    first = created(world)
    second = created(world, event={"source": TEST_EVENT.uri}, status="published")
    structure = structure_hash(ORGANIZATION, ACTIONS)
    for query, expected in (
        (f"dataStructureId={structure}", [first]),
        (f"dataStructureId={structure}&dataStructureVersion=1-0-0", [first]),
        (f"dataStructureId={structure}&dataStructureVersion=1-0-1", []),
        ("status=published", [second]),
        ("", [first, second]),
    ):
        answer = world.ask("GET", f"{SCENARIOS}?{query}&withLatestHistory=true").json
        assert [one["id"] for one in answer["data"]] == expected
        assert [one["scenarioId"] for one in answer["includes"]] == expected


def test_a_life(world: World) -> None:
    """Published 1, drafts 2 to 4, published 5: versions 2 to 4 are gone; deprecated, deleted."""
    id_ = created(world)
    for version, status in (
        *((1, "published"), (2, "draft"), (3, "draft"), (4, "draft"), (5, "published")),
        (6, "deprecated"),
    ):
        body = {"scenario": {**SEARCH, "version": version, "status": status}}
        assert world.ask("PUT", f"{SCENARIOS}/{id_}", body).status == 200
    history = world.ask("GET", f"{SCENARIOS}/{id_}?withHistory=true").json["includes"]
    assert [one["version"] for one in history] == [0, 1, 5, 6]
    assert world.ask("DELETE", f"{SCENARIOS}/{id_}").status == 204
    assert world.ask("GET", f"{SCENARIOS}/{id_}").status == 404


def test_publishing_and_compatibility(world: World) -> None:
    """`scenarioIds` and `scenario`."""
    id_ = created(world)
    published = world.ask("POST", f"{SCENARIOS}/publish", {"scenarioIds": [id_]})
    assert published.status == 202
    assert [one["version"] for one in published.json["data"]] == [1]
    assessed = world.ask("POST", f"{SCENARIOS}/compatibility", {"scenario": SEARCH})
    assert (assessed.status, assessed.json["status"]) == (200, "compatible")


def test_the_two_names_are_not_mixed(world: World) -> None:
    """A body in the other words is refused, and a specification is there under both."""
    for address, body, title in (
        (SCENARIOS, {"spec": SEARCH}, "`scenario` must be an object"),
        ("event-specs/v1", {"scenario": SEARCH}, "`spec` must be an object"),
    ):
        answer = world.ask("POST", address, body)
        assert answer.status == 422
        assert [one["title"] for one in answer.json["errors"]] == [title]
    id_ = created(world)
    assert world.ask("GET", f"event-specs/v1/{id_}").json["data"][0]["id"] == id_
