"""Event specifications over HTTP: the requirement's requests and answers, each refusal, two writers."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3
from support.console import (
    AUTHOR,
    BASE,
    ORGANIZATION,
    OTHER_ORGANIZATION,
    Answered,
    call,
    served,
)
from support.worlds import PRODUCT, World, opened

from piste.events.schema_key import SchemaKey
from piste.registry.structure_records import structure_hash
from piste.specs.forms import MAX_PUBLISHED
from piste.specs.records import Query

SPECS = "event-specs/v1"
ID = "5a203ef8-939b-4fd1-914e-f12a3dd1a869"
ABSENT = "00000000-0000-4000-8000-000000000000"
ACTIONS = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/1-0-0")
NEWER = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/1-0-1")
USER = SchemaKey.of("iglu:com.example/user/jsonschema/1-0-0")
UNKNOWN = "iglu:com.example/unknown/jsonschema/1-0-0"
SEARCH = {
    "name": "Search",
    "description": "Tracking the use of the search box",
    "event": {"source": ACTIONS.uri},
}
SUBMIT = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "description": "Event to capture search submit",
    "type": "object",
    "required": ["label", "action"],
    "properties": {
        "action": {"type": "string", "enum": ["click"]},
        "label": {"type": "string", "enum": ["Search"]},
    },
    "additionalProperties": False,
}
FITTED = {**SEARCH, "event": {"source": ACTIONS.uri, "schema": SUBMIT}}


def labelled(**label: Any) -> dict[str, Any]:
    properties = {"label": {"type": "string", **label}, "action": {"type": "string"}}
    return {"type": "object", "properties": properties, "additionalProperties": False}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened(tmp_path, {ACTIONS: labelled(), USER: {"type": "object"}}) as world:
        yield world


def created(world: World, **spec: Any) -> str:
    answer = world.ask("POST", SPECS, {"spec": {**SEARCH, **spec}})
    assert answer.status == 201, answer.body
    id_: str = answer.json["data"][0]["id"]
    return id_


def edited(world: World, id_: str, **spec: Any) -> Answered:
    return world.ask("PUT", f"{SPECS}/{id_}", {"spec": {**SEARCH, **spec}})


def errors(answer: Answered) -> list[tuple[str, str, str, str]]:
    assert set(answer.json) - {"message"} == {"data", "includes", "errors"}
    return [
        (one["type"], one["code"], one["source"], one["title"]) for one in answer.json["errors"]
    ]


def ids(answer: Answered) -> list[str]:
    assert answer.status == 200, answer.body
    return [one["id"] for one in answer.json["data"]]


def test_the_documented_creation(world: World) -> None:
    """Requirement 001, request and answer to the letter, but for the message: the requirement sends "update"
    and is answered "initial draft"."""
    world.next_id = lambda: ID
    answer = world.ask("POST", SPECS, {"spec": SEARCH, "message": "update"})
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
                "message": "update",
                "date": "2023-04-26T14:41:48.708191Z",
                "eventSpecId": "5a203ef8-939b-4fd1-914e-f12a3dd1a869",
                "version": 0,
                "status": "draft",
                "type": "History",
            }
        ],
        "errors": [],
    }
    assert list(answer.json) == ["data", "includes", "errors"]
    got = world.ask("GET", f"{SPECS}/{ID}")
    assert (got.status, got.json) == (200, {**answer.json, "includes": []})
    assert world.ask("GET", f"{SPECS}/{ID.upper()}").json == got.json
    assert len(world.changed_specifications) == 1


def test_the_documented_schema_fits(world: World) -> None:
    """Requirement 001, "Compatibility Checks": no errors."""
    answer = world.ask("POST", SPECS, {"spec": FITTED})
    assert (answer.status, answer.json["errors"]) == (201, [])
    assert answer.json["data"][0]["event"] == FITTED["event"]


def test_an_incompatible_schema_is_an_error_on_storing(world: World) -> None:
    """422 with the documented title; nothing is stored, and there is a counterexample."""
    world.schemas[ACTIONS] = labelled(maxLength=3)
    answer = world.ask("POST", SPECS, {"spec": {**FITTED, "id": ID}})
    assert answer.status == 422
    assert answer.json == {
        "data": [],
        "includes": [],
        "errors": [
            {
                "type": "Error",
                "code": "SchemaIncompatible",
                "title": f"Event specification with id: {ID}, event schema is INCOMPATIBLE with schema "
                "with name: ui_actions, vendor: com.example, version: 1-0-0",
                "source": "event.schema",
                "counterexample": {"action": "click", "label": "Search"},
                "path": "$.label",
                "reason": "`label` may be 6 characters long here, the data structure allows 3 "
                "(maxLength)",
            }
        ],
    }
    assert ids(world.ask("GET", SPECS)) == []
    assert world.changed_specifications == []


def test_the_documented_warning(world: World) -> None:
    """A latest version that does not fit is a warning on storing and on reading, with the exact title; so is
    the current one on reading."""
    id_ = created(world, id="59b5e250-91c4-45af-a63d-5f8cd39f4b67", **FITTED)
    latest = SchemaKey.of("iglu:com.snplow.msc.aws/test_event/jsonschema/1-0-13")
    first = SchemaKey.of("iglu:com.snplow.msc.aws/test_event/jsonschema/1-0-0")
    world.schemas |= {first: labelled(), latest: labelled(maxLength=3)}
    stored = edited(world, id_, event={"source": first.uri, "schema": SUBMIT})
    title = (
        "Event specification with id: 59b5e250-91c4-45af-a63d-5f8cd39f4b67, event schema is INCOMPATIBLE "
        "with schema with name: test_event, vendor: com.snplow.msc.aws, version: 1-0-13"
    )
    expected = [("Warning", "SchemaIncompatible", "event.schema", title)]
    assert (stored.status, errors(stored)) == (200, expected)
    got = world.ask("GET", f"{SPECS}/{id_}")
    assert (got.status, errors(got)) == (200, expected)
    world.schemas[first] = labelled(maxLength=3)
    both = [title.replace("1-0-13", "1-0-0"), title]
    assert [one[3] for one in errors(world.ask("GET", f"{SPECS}/{id_}"))] == both


def test_what_cannot_be_decided_is_a_warning(world: World) -> None:
    """And is stored."""
    odd = {**labelled(pattern="^(a)\\1$"), "required": ["label"]}
    world.schemas[ACTIONS] = labelled(pattern="^(b+)\\1$")
    answer = world.ask(
        "POST", SPECS, {"spec": {**SEARCH, "event": {"source": ACTIONS.uri, "schema": odd}}}
    )
    assert answer.status == 201
    assert [one[:3] for one in errors(answer)] == [("Warning", "SchemaUndecidable", "event.schema")]


def test_a_counterexample_with_a_decimal_number(world: World) -> None:
    """Is printed exactly."""
    world.schemas[ACTIONS] = {
        "type": "object",
        "properties": {"price": {"type": "integer"}},
    }
    asked = {"type": "object", "properties": {"price": {"type": "number", "multipleOf": 0.1}}}
    answer = world.ask(
        "POST", SPECS, {"spec": {**SEARCH, "event": {"source": ACTIONS.uri, "schema": asked}}}
    )
    assert answer.status == 422
    assert answer.json["errors"][0]["counterexample"] == {"price": -0.1}
    assert b'"price": -0.1' in answer.body


@pytest.mark.parametrize(
    ("spec", "code", "source", "title"),
    [
        (
            {"event": {"source": "iglu:x"}},
            *("InvalidField", "event.source"),
            "`event.source` must be an Iglu URI, as iglu:com.example/ui_actions/jsonschema/1-0-0",
        ),
        (
            {"event": {"source": UNKNOWN}},
            "UnknownSchema",
            "event.source",
            f"{UNKNOWN} does not exist",
        ),
        (
            {"event": {"source": ACTIONS.uri}},
            *("DuplicateName", "name"),
            f"There is an event specification of com.example/ui_actions with this name: {ID}",
        ),
        (
            {"version": -1},
            "InvalidField",
            "version",
            "`version` must be a whole number from 0 to 2147483647",
        ),
        (
            {"version": 2**64},
            *("InvalidField", "version"),
            "`version` must be a whole number from 0 to 2147483647",
        ),
        (
            {"status": "live"},
            "InvalidField",
            "status",
            "`status` must be one of draft, published, deprecated",
        ),
        (
            {"entities": {"tracked": [{"source": USER.uri}], "enriched": [{"source": USER.uri}]}},
            *("DuplicateEntity", "entities.enriched[0].source"),
            f"{USER} stands twice, first in entities.tracked[0].source",
        ),
        (
            {"entities": {"tracked": [{"source": UNKNOWN}]}},
            *("UnknownSchema", "entities.tracked[0].source", f"{UNKNOWN} does not exist"),
        ),
        (
            {"dataProductId": ABSENT},
            *("UnknownDataProduct", "dataProductId", f"There is no data product with id: {ABSENT}"),
        ),
        ({"name": None}, "InvalidField", "name", "`name` must be a text of 1 to 255 characters"),
        ({"owner": "me"}, "InvalidField", "owner", "`owner` is not a field here"),
    ],
)
def test_each_validation(
    world: World, spec: dict[str, Any], code: str, source: str, title: str
) -> None:
    """Of creating and of editing: 422, all is as it was."""
    created(world, id=ID)
    other = created(world, name="Other", event={"source": USER.uri})
    before = world.ask("GET", f"{SPECS}?withLatestHistory=true").json
    asked = {"spec": {"name": "Search", "event": {"source": USER.uri}, **spec}}
    for method, address in (("POST", SPECS), ("PUT", f"{SPECS}/{other}")):
        answer = world.ask(method, address, asked)
        assert (answer.status, errors(answer)) == (422, [("Error", code, source, title)])
    assert world.ask("GET", f"{SPECS}?withLatestHistory=true").json == before


def test_schemas_that_are_none_are_refused(world: World) -> None:
    """Events could not be held against them."""
    for spec, source in (
        ({"event": {"source": ACTIONS.uri, "schema": {"type": 5}}}, "event.schema"),
        (
            {"entities": {"tracked": [{"source": USER.uri, "schema": {"type": 5}}]}},
            "entities.tracked[0].schema",
        ),
    ):
        answer = world.ask("POST", SPECS, {"spec": {"name": "Odd", **spec}})
        assert answer.status == 422
        [(kind, code, at, title)] = errors(answer)
        assert (kind, code, at) == ("Error", "InvalidField", source)
        assert title.startswith(f"`{source}` is not a valid draft-04 schema: ")


def test_a_life(world: World) -> None:
    """The drawing of requirement 001: published 1, drafts 2 to 4, published 5: versions 2 to 4 are gone.
    Then deprecated, taken up again, deleted."""
    id_ = created(world)
    for version, status in (
        *((1, "published"), (2, "draft"), (3, "draft"), (4, "draft"), (5, "published")),
        *((6, "deprecated"), (7, "published")),
    ):
        answer = edited(world, id_, version=version, status=status, description=f"{version}")
        assert (answer.status, len(answer.json["includes"])) == (200, 1)
        assert answer.json["data"][0]["version"] == version
        if version == 4:
            history = world.ask("GET", f"{SPECS}/{id_}?withHistory=true").json["includes"]
            assert [one["version"] for one in history] == [0, 1, 2, 3, 4]
        if version == 5:
            history = world.ask("GET", f"{SPECS}/{id_}?withHistory=true").json["includes"]
            assert [one["version"] for one in history] == [0, 1, 5]
    got = world.ask("GET", f"{SPECS}/{id_}?withHistory=true").json
    assert [(one["version"], one["status"]) for one in got["includes"]] == [
        *((0, "draft"), (1, "published"), (5, "published"), (7, "published")),
    ]
    assert {one["eventSpecId"] for one in got["includes"]} == {id_}
    for status, description in (("published", "7"), ("draft", SEARCH["description"])):
        found = world.ask("GET", f"{SPECS}/{id_}?status={status}").json["data"]
        assert [one["description"] for one in found] == [description]
    assert world.ask("GET", f"{SPECS}/{id_}?status=deprecated").json["data"] == []
    for version, title in (
        (7, "Version 7 exists already"),
        (6, "Version 6 is not greater than the last published version, 7"),
    ):
        refused = edited(world, id_, version=version)
        assert refused.status == 422
        assert errors(refused) == [("Error", "InvalidVersion", "version", title)]
    gone = world.ask("DELETE", f"{SPECS}/{id_}")
    assert (gone.status, gone.body) == (204, b"")
    for method in ("GET", "PUT", "DELETE"):
        answer = world.ask(method, f"{SPECS}/{id_}", {"spec": SEARCH})
        assert answer.status == 404
        assert errors(answer) == [("Error", "NotFound", "id", "There is no such specification")]
    assert len(world.changed_specifications) == 9


def test_the_last_version_that_there_can_be(world: World) -> None:
    """Is followed by none, and is still readable."""
    id_ = created(world, version=2**31 - 1)
    refused = edited(world, id_)
    title = "There is no version after 2147483647"
    assert (refused.status, errors(refused)) == (
        422,
        [("Error", "InvalidVersion", "version", title)],
    )
    published = world.ask("POST", f"{SPECS}/publish", {"eventSpecIds": [id_]})
    assert (published.status, published.json["message"]) == (422, title)
    assert ids(world.ask("GET", SPECS)) == [id_]


def test_filters(world: World) -> None:
    """Each alone, and together; `dataStructureId` is what requirement 001 calls `sourceId` once."""
    first = created(world)
    second = created(world, name="Menu", dataProductId=PRODUCT, status="published")
    third = created(world, event={"source": USER.uri})
    structure = structure_hash(ORGANIZATION, ACTIONS)
    for query, expected in (
        ("", [first, second, third]),
        (f"dataProductId={PRODUCT}", [second]),
        (f"dataProductId={ABSENT}", []),
        (f"sourceId={structure}", [first, second]),
        (f"sourceId={structure.upper()}", [first, second]),
        (f"dataStructureId={structure}&sourceVersion=1-0-0", [first, second]),
        (f"sourceId={structure}&sourceVersion=1-0-1", []),
        ("status=draft", [first, third]),
        (f"sourceId={structure}&status=published", [second]),
        ("status=deprecated", []),
        ("unknown=1", [first, second, third]),
    ):
        answer = world.ask("GET", f"{SPECS}?{query}&withLatestHistory=true")
        assert ids(answer) == expected, query
        assert [one["eventSpecId"] for one in answer.json["includes"]] == expected
        assert world.ask("GET", f"{SPECS}?{query}&withLatestHistory=false").json["includes"] == []


@pytest.mark.parametrize(
    ("address", "source", "title"),
    [
        (
            "?status=live",
            *("status", "query.status: Input should be 'draft', 'published' or 'deprecated'"),
        ),
        (
            "?status=",
            "status",
            "query.status: Input should be 'draft', 'published' or 'deprecated'",
        ),
        (
            "?withLatestHistory=maybe",
            *("withLatestHistory", "query.withLatestHistory: Input should be 'true' or 'false'"),
        ),
        (
            f"/{ID}?withHistory=maybe",
            *("withHistory", "query.withHistory: Input should be 'true' or 'false'"),
        ),
        ("?status=draft&status=draft", "status", "query.status: is given more than once"),
        (
            f"?sourceId={'a' * 64}&dataStructureId={'b' * 64}",
            "dataStructureId",
            "query.dataStructureId: is another name of sourceId, and differs from it",
        ),
        (
            "?sourceId=x",
            "sourceId",
            "query.sourceId: String should match pattern '^[0-9a-fA-F]{64}$'",
        ),
    ],
)
def test_a_wrong_parameter_is_400_and_named(
    world: World, address: str, source: str, title: str
) -> None:
    """In the envelope."""
    answer = world.ask("GET", SPECS + address)
    assert (answer.status, errors(answer)) == (400, [("Error", "MalformedRequest", source, title)])


def test_refusals_have_the_envelope(world: World) -> None:
    """Whoever refuses: the body, the token, the organization, the address, the method."""
    large = b'{"spec": "' + b"a" * 1024 * 1024 + b'"}'
    deep = b"[" * 50 + b"]" * 50
    there = f"{BASE}/organizations/{OTHER_ORGANIZATION}/{SPECS}"
    ours = {"authorization": "Bearer ours"}
    wanted = "Wanted: an `Authorization: Bearer` header with a valid access token"
    for answer, status, expected in (
        (
            world.ask("POST", SPECS, b"{"),
            400,
            ("MalformedRequest", "body", "The body is not JSON: "),
        ),
        (
            world.ask("POST", SPECS, b""),
            400,
            ("MalformedRequest", "body", "The body is not JSON: "),
        ),
        (
            world.ask("POST", SPECS, deep),
            400,
            ("MalformedRequest", "body", "The body is not JSON: "),
        ),
        (
            world.ask("POST", SPECS, b"\xff"),
            400,
            ("MalformedRequest", "body", "The body is not UTF-8"),
        ),
        (world.ask("GET", SPECS, token=None), 401, ("Unauthorized", "authorization", wanted)),
        (world.ask("GET", SPECS, token="no"), 401, ("Unauthorized", "authorization", wanted)),
        (
            call(world.application, "GET", there, None, ours),
            404,
            ("NotFound", "path", "There is no such organization"),
        ),
        (
            world.ask("GET", f"{SPECS}/x"),
            404,
            ("NotFound", "path", "Not Found"),
        ),
        (
            world.ask("GET", f"{SPECS}/{ABSENT}"),
            404,
            ("NotFound", "id", "There is no such specification"),
        ),
        (world.ask("GET", f"{SPECS}/a/b"), 404, ("NotFound", "path", "Not Found")),
        (
            world.ask("PATCH", SPECS),
            405,
            ("MethodNotAllowed", "method", "Method Not Allowed"),
        ),
        (
            world.ask("POST", SPECS, large),
            413,
            ("TooLarge", "body", "The body has more than 1048576 bytes"),
        ),
        (
            world.ask("POST", SPECS, []),
            422,
            ("InvalidField", "spec", "`spec` must be an object"),
        ),
    ):
        [(kind, code, source, title)] = errors(answer)
        assert (answer.status, kind, code, source) == (status, "Error", *expected[:2])
        assert title.startswith(expected[2])
        if status == 401:
            assert answer.headers["www-authenticate"] == "Bearer"
        if status == 405:
            assert answer.headers["allow"] == "GET, POST"
    assert errors(call(world.application, "GET", there, None, ours)) != []
    assert ids(world.ask("GET", SPECS)) == []


def test_what_nobody_should_send_is_refused(world: World) -> None:
    """Never a 500."""
    odd_ones: tuple[dict[str, Any], ...] = (
        *({"name": "a\0"}, {"name": "a" * 256}, {"name": ["a"]}, {"name": {"a": 1}}),
        *({"id": "x"}, {"id": 10**30}, {"version": 10**400}, {"version": 1e300}),
        *({"event": "x"}, {"event": {"source": ["x"]}}, {"event": {"source": "x" * 100_000}}),
        *({"entities": []}, {"entities": {"tracked": {}}}, {"triggers": [5]}),
        *({"sourceApplications": [10**30]}, {"x" * 100_000: 1}, {"description": "\ud800"}),
    )
    for spec in odd_ones:
        body = json.dumps({"spec": {"name": "Odd", **spec}}).encode()
        answer = world.ask("POST", SPECS, body)
        assert answer.status in (400, 422), spec
        assert len(answer.body) < 2_000
    odd = {"name": "Odd", "triggers": [{"description": "\0\U0001f600", "n": 10**300}]}
    answer = world.ask("POST", SPECS, {"spec": odd})
    assert answer.status == 201
    assert answer.json["data"][0]["triggers"] == odd["triggers"]


def test_an_id_of_another_organization_is_not_there(world: World) -> None:
    """Not to read, to edit, to publish or to delete."""
    id_ = created(world)
    there = f"{BASE}/organizations/{OTHER_ORGANIZATION}/{SPECS}"
    theirs = {"authorization": "Bearer theirs"}
    for method, address, body in (
        ("GET", f"/{id_}", None),
        ("PUT", f"/{id_}", {"spec": SEARCH}),
        ("DELETE", f"/{id_}", None),
        ("POST", "/publish", {"eventSpecIds": [id_]}),
    ):
        assert call(world.application, method, there + address, body, theirs).status == 404
    assert call(world.application, "GET", there, None, theirs).json["data"] == []
    assert ids(world.ask("GET", SPECS)) == [id_]
    assert ids(world.ask("GET", SPECS, token="admin")) == [id_]


def test_editing_another_id_than_that_of_the_address(world: World) -> None:
    """Is refused; creating one that is there is a conflict, with what is there."""
    id_ = created(world)
    answer = edited(world, id_, id=ABSENT)
    title = "`id` must be that of the address, or absent"
    assert (answer.status, errors(answer)) == (422, [("Error", "InvalidField", "id", title)])
    again = world.ask("POST", SPECS, {"spec": {**SEARCH, "name": "Other", "id": id_}})
    assert again.status == 409
    assert [one[:3] for one in errors(again)] == [("Error", "Conflict", "version")]
    assert [one["name"] for one in again.json["data"]] == ["Search"]


def test_publishing_several(world: World) -> None:
    """202: a new version of each, once; one that is published already stays as it is."""
    first, second = created(world), created(world, name="Menu")
    third = created(world, name="Done", status="published")
    edited(world, second, name="Menu", status="deprecated")
    body = {"eventSpecIds": [second, first, second.upper(), third], "message": "release"}
    answer = world.ask("POST", f"{SPECS}/publish", body)
    assert answer.status == 202
    assert [(one["id"], one["version"], one["status"]) for one in answer.json["data"]] == [
        *((second, 2, "published"), (first, 1, "published"), (third, 0, "published")),
    ]
    assert [(one["eventSpecId"], one.get("message")) for one in answer.json["includes"]] == [
        *((second, "release"), (first, "release"), (third, None)),
    ]
    assert answer.json["errors"] == []
    changes = len(world.changed_specifications)
    assert world.ask("POST", f"{SPECS}/publish", body).json == answer.json
    assert len(world.changed_specifications) == changes
    stored = world.store.specifications(ORGANIZATION).find(Query())
    assert [record.latest.version for record in stored] == [1, 2, 0]


def test_what_is_not_in_production_is_not_published(world: World) -> None:
    """Event and entities: all refused, with the words that programs look for."""
    fine = created(world)
    entities = {"tracked": [{"source": USER.uri}]}
    waiting = created(world, name="Menu", entities=entities, event=None)
    world.drafts.add(USER)
    before = world.ask("GET", f"{SPECS}?withLatestHistory=true").json
    answer = world.ask("POST", f"{SPECS}/publish", {"eventSpecIds": [fine, waiting]})
    title = f"Event specification with id: {waiting}, {USER} is not deployed to production"
    assert answer.status == 422
    assert errors(answer) == [
        ("Error", "NotInProduction", "entities.tracked[0].source", title),
    ]
    assert answer.json["message"] == title
    assert world.ask("GET", f"{SPECS}?withLatestHistory=true").json == before


def test_what_cannot_be_published(world: World) -> None:
    """Unknown ids, incompatible ones, too many, none, and other bodies; nothing is half published."""
    id_ = created(world, **FITTED)
    unknown = world.ask("POST", f"{SPECS}/publish", {"eventSpecIds": [id_, ABSENT]})
    title = f"There is no event specification with id: {ABSENT}"
    assert (unknown.status, errors(unknown)) == (
        404,
        [("Error", "NotFound", "eventSpecIds", title)],
    )
    world.schemas[ACTIONS] = labelled(maxLength=3)
    broken = world.ask("POST", f"{SPECS}/publish", {"eventSpecIds": [id_]})
    assert broken.status == 422
    assert [one[:3] for one in errors(broken)] == [("Error", "SchemaIncompatible", "event.schema")]
    wanted = f"`eventSpecIds` must be a list of 1 to {MAX_PUBLISHED} UUIDs"
    for body, source, title in (
        ({"eventSpecIds": []}, "eventSpecIds", wanted),
        ({}, "eventSpecIds", wanted),
        ({"eventSpecIds": [ID] * (MAX_PUBLISHED + 1)}, "eventSpecIds", wanted),
        ({"eventSpecIds": [5]}, "eventSpecIds", "`eventSpecIds` must be a list of UUIDs"),
        ({"eventSpecIds": [id_], "x": 1}, "x", "`x` is not a field here"),
        ([id_], "eventSpecIds", "The body must be an object"),
    ):
        answer = world.ask("POST", f"{SPECS}/publish", body)
        assert (answer.status, errors(answer)) == (422, [("Error", "InvalidField", source, title)])
    assert [one["status"] for one in world.ask("GET", SPECS).json["data"]] == ["draft"]


def test_compatibility_without_storing(world: World) -> None:
    """Each source with its properties, and the worst of all."""
    path = f"{SPECS}/compatibility"
    fine = world.ask("POST", path, {"spec": FITTED})
    assert fine.status == 200
    assert fine.json == {
        "status": "compatible",
        "sources": [
            {
                "source": ACTIONS.uri,
                "status": "compatible",
                "properties": {"action": "compatible", "label": "compatible"},
            }
        ],
        "message": "The specification is compatible with its data structures",
    }
    world.schemas[ACTIONS] = labelled(maxLength=3)
    entities = {"tracked": [{"source": USER.uri, "minCardinality": 1}]}
    broken = world.ask("POST", path, {"spec": {**FITTED, "entities": entities, "id": ID}})
    assert broken.status == 200
    assert broken.json == {
        "status": "incompatible",
        "sources": [
            {
                "source": ACTIONS.uri,
                "status": "incompatible",
                "properties": {"action": "compatible", "label": "incompatible"},
                "counterexample": {"action": "click", "label": "Search"},
                "path": "$.label",
                "reason": "`label` may be 6 characters long here, the data structure allows 3 "
                "(maxLength)",
            },
            {"source": USER.uri, "status": "compatible", "properties": {}},
        ],
        "message": "The specification is not compatible with its data structures",
    }
    assert ids(world.ask("GET", SPECS)) == []


def test_compatibility_of_single_properties(world: World) -> None:
    """As the data structure has them: by name, by pattern, by what is left, or not at all. Where one refers
    to what is outside of all properties, none can be judged alone."""
    world.schemas[ACTIONS] = {
        "type": "object",
        "properties": {"label": {"$ref": "#/definitions/short"}},
        "patternProperties": {"^n": {"type": "integer"}},
        "additionalProperties": False,
        "required": ["label", "n"],
        "definitions": {"short": {"type": "string", "maxLength": 3}},
    }
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "label": {"enum": ["abc"]},
            "n": {"type": "integer"},
            "name": {"type": "string"},
            "other": {},
        },
    }
    spec = {"name": "New", "event": {"source": ACTIONS.uri, "schema": schema}}
    answer = world.ask("POST", f"{SPECS}/compatibility", {"spec": spec})
    assert answer.json["sources"][0]["properties"] == {
        "label": "compatible",
        "n": "compatible",
        "name": "incompatible",
        "other": "incompatible",
    }
    schema["properties"]["label"] = {"$ref": "#/allOf/0"}
    schema["allOf"] = [{}]
    answer = world.ask("POST", f"{SPECS}/compatibility", {"spec": spec})
    assert set(answer.json["sources"][0]["properties"].values()) == {"undecidable"}


def test_compatibility_of_what_cannot_be_judged(world: World) -> None:
    """An unknown schema or a wrong form is 422; a name that is taken is not looked at."""
    created(world)
    path = f"{SPECS}/compatibility"
    assert world.ask("POST", path, {"spec": FITTED}).status == 200
    unknown = world.ask("POST", path, {"spec": {"name": "New", "event": {"source": UNKNOWN}}})
    assert unknown.status == 422
    assert errors(unknown) == [
        ("Error", "UnknownSchema", "event.source", f"{UNKNOWN} does not exist")
    ]
    assert unknown.json["message"] == f"{UNKNOWN} does not exist"
    wrong = world.ask("POST", path, {"spec": {"name": 5}})
    assert [one[1:3] for one in errors(wrong)] == [("InvalidField", "name")]


def test_two_writers(world: World) -> None:
    """Twenty rounds over HTTP: each version is one writer's, the other one is refused and shown the current
    state, and nothing is lost."""
    id_ = created(world)
    address = f"{BASE}/organizations/{ORGANIZATION}/{SPECS}/{id_}"
    headers = {"authorization": "Bearer ours"}
    with served(world.application) as url, urllib3.PoolManager(maxsize=2) as http:
        for turn in range(1, 21):
            answers: list[tuple[str, int, Any]] = []
            barrier = threading.Barrier(2)

            def write(
                who: str,
                turn: int = turn,
                answers: list[Any] = answers,
                barrier: threading.Barrier = barrier,
            ) -> None:
                spec = {**SEARCH, "description": f"{who} {turn}", "version": turn}
                barrier.wait()
                answer = http.request("PUT", url + address, json={"spec": spec}, headers=headers)
                answers.append((who, answer.status, answer.json()))

            threads = [threading.Thread(target=write, args=(who,)) for who in "ab"]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            (_, won, kept), (_, lost, refused) = sorted(answers, key=lambda one: one[1])
            assert (won, lost in (409, 422)) == (200, True)
            got = world.ask("GET", f"{SPECS}/{id_}?withHistory=true").json
            assert got["data"] == kept["data"]
            assert [one["version"] for one in got["includes"]] == list(range(turn + 1))
            if lost == 409:
                assert refused["data"] == kept["data"]
            else:
                assert refused["errors"][0]["title"] == f"Version {turn} exists already"
    assert got["includes"][-1]["author"] == AUTHOR


def test_two_writers_without_versions(world: World) -> None:
    """Who is told that it is stored finds it in the history, and no version is there twice."""
    id_ = created(world)
    address = f"{BASE}/organizations/{ORGANIZATION}/{SPECS}/{id_}"
    told: list[tuple[int, str]] = []
    with served(world.application) as url, urllib3.PoolManager(maxsize=2) as http:

        def write(who: str) -> None:
            for turn in range(20):
                body = {"spec": SEARCH, "message": f"{who} {turn}"}
                headers = {"authorization": "Bearer ours"}
                answer = http.request("PUT", url + address, json=body, headers=headers)
                if answer.status == 200:
                    told.append((answer.json()["data"][0]["version"], f"{who} {turn}"))
                else:
                    assert answer.status == 409
                    assert [one["id"] for one in answer.json()["data"]] == [id_]

        threads = [threading.Thread(target=write, args=(who,)) for who in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    history = world.ask("GET", f"{SPECS}/{id_}?withHistory=true").json["includes"]
    assert sorted(told) == [(one["version"], one["message"]) for one in history[1:]]
    assert [one["version"] for one in history] == list(range(len(history)))
