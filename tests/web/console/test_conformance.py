"""Conformance and coverage over HTTP: every figure from real rows, each refusal, the document's examples."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as Xml

import jsonschema
import pytest
from queries.rows_of import Payloads, page_view, self_describing
from support.console import BASE, call
from support.governed import Governed, governed

from piste.events.enriched import EnrichedEvent
from piste.events.matches import Match
from piste.events.schema_key import Json, SchemaKey, SelfDescribing
from piste.specs.plan import VALIDATION
from piste.store.duckdb import EventStore

ACTIONS = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/1-0-0")
PAGE_VIEW = "iglu:com.snowplowanalytics.snowplow/page_view/jsonschema/1-0-0"
SHOP = "11111111-1111-4111-8111-111111111111"
EMPTY = "22222222-2222-4222-8222-222222222222"
ABSENT = "99999999-9999-4999-8999-999999999999"
SEARCH = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
OPEN = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
CLOSE = "cccccccc-cccc-4ccc-8ccc-cccccccccccc"
OLD = "dddddddd-dddd-4ddd-8ddd-dddddddddddd"
OLD_UNSEEN = "eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee"
DRAFT = "ffffffff-ffff-4fff-8fff-ffffffffffff"
ODD_NAME = 'Open <&">\x01 the box'
WRONG = {"message": "$.label: is <wrong>\x02", "schema": ACTIONS.uri, "path": "$.label"}
NO_USER = {"message": "There are 0 entities", "schema": "iglu:com.example/user/jsonschema/1-0-0"}

CONFORMANCE = f"event-specs/v1/{SEARCH}/conformance"
COVERAGE = f"data-products/v2/{SHOP}/coverage"


def action(event_id: str, *errors: Json) -> EnrichedEvent:
    """With what it violates, if it does."""
    event = self_describing(SelfDescribing(ACTIONS, {}), event_id=event_id)
    said = SelfDescribing(VALIDATION, {"isValid": False, "errors": list(errors)})
    return replace(event, derived_contexts=(said,)) if errors else event


def rows() -> dict[str, bytes]:
    """A payload a second, from noon on."""
    payloads = Payloads()
    payloads.good(action("one"), matches=(Match(SEARCH, 0),))
    payloads.good(action("two"), matches=(Match(SEARCH, 1), Match(OPEN, 0)))
    payloads.good(action("three", WRONG, NO_USER), matches=(Match(SEARCH, 1, True),))
    payloads.failed(action("four", WRONG), matches=(Match(SEARCH, 1, True),))
    payloads.good(action("five"), matches=(Match(OLD, 0),))
    payloads.good(page_view(), page_view())
    payloads.good(action("six"))
    return payloads.streams()


def publish(console: Governed, id_: str, name: str, *, product: str = SHOP) -> None:
    spec = {"id": id_, "name": name, "dataProductId": product, "event": {"source": ACTIONS.uri}}
    console.done("POST", "event-specs/v1", {"spec": {**spec, "status": "published"}})


def deprecate(console: Governed, id_: str, name: str) -> None:
    spec = {"name": name, "dataProductId": SHOP, "event": {"source": ACTIONS.uri}}
    console.done("PUT", f"event-specs/v1/{id_}", {"spec": {**spec, "status": "deprecated"}})


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Governed]:
    """A data product with a specification for each verdict, a draft, and one without any."""
    with (
        EventStore.open(None) as store,
        governed(
            tmp_path_factory.mktemp("data"), {ACTIONS.uri: {"type": "object"}}, store.rows
        ) as console,
    ):
        store.append([rows()], 1)
        for id_, name in ((SHOP, "Shop <1> & more"), (EMPTY, "Empty")):
            console.done("POST", "data-products/v2", {"id": id_, "name": name})
        for id_, name in ((SEARCH, "Search"), (OPEN, ODD_NAME), (CLOSE, "Close")):
            publish(console, id_, name)
        for id_, name in ((OLD, "Old"), (OLD_UNSEEN, "Old and unseen")):
            publish(console, id_, name)
            deprecate(console, id_, name)
        draft = {"id": DRAFT, "name": "Not published", "dataProductId": SHOP}
        console.done("POST", "event-specs/v1", {"spec": draft})
        again = {"name": "Search", "dataProductId": SHOP, "event": {"source": ACTIONS.uri}}
        console.done("PUT", f"event-specs/v1/{SEARCH}", {"spec": {**again, "status": "published"}})
        yield console


@pytest.fixture(autouse=True)
def nothing_pending(console: Governed) -> Iterator[None]:
    yield
    console.pending = 0


SEARCH_FIGURES = {
    "eventSpecId": SEARCH,
    "name": "Search",
    "version": 1,
    "events": 4,
    "failedEvents": 1,
    "violatingEvents": 2,
    "firstSeen": "2025-01-01T12:00:00.000Z",
    "lastSeen": "2025-01-01T12:00:03.000Z",
    "versions": [{"version": 0, "events": 1}, {"version": 1, "events": 3}],
    "violations": [
        {**WRONG, "events": 2, "eventId": "four"},
        {**NO_USER, "path": None, "events": 1, "eventId": "three"},
    ],
}
NO_FIGURES: dict[str, Any] = {
    "events": 0,
    "failedEvents": 0,
    "violatingEvents": 0,
    "firstSeen": None,
    "lastSeen": None,
    "versions": [],
    "violations": [],
}


def test_how_a_specification_is_kept_to(console: Governed) -> None:
    answer = console.ask("GET", CONFORMANCE)
    assert (answer.status, answer.json) == (
        200,
        {"data": [SEARCH_FIGURES], "includes": [], "errors": []},
    )
    assert "x-piste-pending" not in answer.headers
    assert console.ask("GET", CONFORMANCE.replace(SEARCH, SEARCH.upper())).json == answer.json


def test_one_that_was_never_seen(console: Governed) -> None:
    """Published, or a draft: zeros."""
    for id_, name in ((CLOSE, "Close"), (DRAFT, "Not published")):
        (found,) = console.done("GET", f"event-specs/v1/{id_}/conformance")["data"]
        assert found == {"eventSpecId": id_, "name": name, "version": 0, **NO_FIGURES}


def test_coverage(console: Governed) -> None:
    """By name; a deprecated one only while it is seen, a draft not at all."""
    answer = console.ask("GET", COVERAGE)
    assert answer.status == 200
    old, odd = (
        {
            **NO_FIGURES,
            "eventSpecId": id_,
            "name": name,
            "version": version,
            "verdict": verdict,
            "events": 1,
            "firstSeen": at,
            "lastSeen": at,
            "versions": [{"version": 0, "events": 1}],
        }
        for id_, name, version, verdict, at in (
            (OLD, "Old", 0, "deprecated", "2025-01-01T12:00:04.000Z"),
            (OPEN, ODD_NAME, 0, "seen", "2025-01-01T12:00:01.000Z"),
        )
    )
    assert answer.json == {
        "dataProductId": SHOP,
        "name": "Shop <1> & more",
        "since": None,
        "summary": {"eventSpecs": 4, "seen": 1, "neverSeen": 1, "violated": 1, "deprecated": 1},
        "eventSpecs": [
            {
                "eventSpecId": CLOSE,
                "name": "Close",
                "version": 0,
                "verdict": "neverSeen",
                **NO_FIGURES,
            },
            old,
            odd,
            {**SEARCH_FIGURES, "verdict": "violated"},
        ],
        "unmatched": {
            "events": 3,
            "schemas": [
                {"schema": PAGE_VIEW, "events": 2, "lastSeen": "2025-01-01T12:00:05.000Z"},
                {"schema": ACTIONS.uri, "events": 1, "lastSeen": "2025-01-01T12:00:06.000Z"},
            ],
        },
    }
    assert console.ask("GET", COVERAGE + "?format=json&unmatched=fail").json == answer.json


def test_coverage_of_a_data_product_without_specifications(console: Governed) -> None:
    found = console.done("GET", f"data-products/v2/{EMPTY}/coverage?since=2030-01-01")
    assert found == {
        "dataProductId": EMPTY,
        "name": "Empty",
        "since": "2030-01-01T00:00:00.000Z",
        "summary": {"eventSpecs": 0, "seen": 0, "neverSeen": 0, "violated": 0, "deprecated": 0},
        "eventSpecs": [],
        "unmatched": {"events": 0, "schemas": []},
    }


@pytest.mark.parametrize(
    ("since", "events", "shown"),
    [
        ("2025-01-01", 4, "2025-01-01T00:00:00.000Z"),
        ("2025-01-01T12:00:03Z", 1, "2025-01-01T12:00:03.000Z"),
        ("2025-01-01T12:00:02.001", 1, "2025-01-01T12:00:02.001Z"),
        ("2025-01-01T14:00:02+02:00", 2, "2025-01-01T12:00:02.000Z"),
        ("2025-01-02", 0, "2025-01-02T00:00:00.000Z"),
        ("9999-12-31T23:59:59Z", 0, "9999-12-31T23:59:59.000Z"),
        ("0001-01-01", 4, "0001-01-01T00:00:00.000Z"),
    ],
)
def test_since(console: Governed, since: str, events: int, shown: str) -> None:
    """A date is its first moment; without an offset it is UTC; the moment itself counts."""
    (found,) = console.done("GET", f"{CONFORMANCE}?since={quote(since)}")["data"]
    assert found["events"] == events
    report = console.done("GET", f"{COVERAGE}?since={quote(since)}")
    assert report["since"] == shown


def test_what_was_violated_since(console: Governed) -> None:
    """Violations, verdicts and what matches nothing are of the same time."""
    (found,) = console.done("GET", f"{CONFORMANCE}?since=2025-01-01T12:00:03Z")["data"]
    assert found["violations"] == [{**WRONG, "events": 1, "eventId": "four"}]
    report = console.done("GET", f"{COVERAGE}?since=2025-01-01T12:00:06Z")
    assert {one["verdict"] for one in report["eventSpecs"]} == {"neverSeen"}
    assert [one["schema"] for one in report["unmatched"]["schemas"]] == [ACTIONS.uri]


WRONG_TIMES = ["", "yesterday", "2025-13-01", "1735732800000", "%00", "😀"]


@pytest.mark.parametrize("since", WRONG_TIMES)
def test_a_time_that_is_none(console: Governed, since: str) -> None:
    """Each route in its own shape."""
    given = since.replace("%00", "\0")
    said = f"query.since: {given!r} is not an ISO 8601 date-time such as 2025-01-01T00:00:00Z"
    query = f"?since={quote(since, safe='%')}"
    answer = console.ask("GET", CONFORMANCE + query)
    assert (answer.status, answer.json) == (400, refused("MalformedRequest", "since", said))
    answer = console.ask("GET", COVERAGE + query)
    assert (answer.status, answer.json) == (400, {"message": said})


def refused(code: str, source: str, title: str) -> dict[str, Any]:
    finding = {"type": "Error", "code": code, "title": title, "source": source}
    return {"data": [], "includes": [], "errors": [finding]}


@pytest.mark.parametrize(
    "query", ["format=xml", "format=", "unmatched=1", "format=json&format=json"]
)
def test_a_form_that_is_none(console: Governed, query: str) -> None:
    name = query.partition("=")[0]
    wanted = {"format": "'json' or 'junit'", "unmatched": "'report' or 'fail'"}[name]
    said = "is given more than once" if "&" in query else f"Input should be {wanted}"
    answer = console.ask("GET", f"{COVERAGE}?{query}")
    assert (answer.status, answer.json) == (400, {"message": f"query.{name}: {said}"})


def test_junit(console: Governed) -> None:
    """A case for each specification and one for the rest; what XML cannot write is replaced."""
    answer = console.ask("GET", COVERAGE + "?format=junit")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/xml")
    suites = Xml.fromstring(answer.body)
    assert suites.attrib == {"tests": "5", "failures": "2", "errors": "0", "skipped": "0"}
    (suite,) = suites
    assert suite.attrib == {"name": "Shop <1> & more", **suites.attrib}
    assert [case.attrib for case in suite] == [
        {"name": "Close", "classname": CLOSE},
        {"name": "Old", "classname": OLD},
        {"name": 'Open <&">\ufffd the box', "classname": OPEN},
        {"name": "Search", "classname": SEARCH},
        {"name": "Events that match no event specification", "classname": "unmatched"},
    ]
    close, old, odd, search, rest = (
        [(one.tag, one.attrib, one.text) for one in case] for case in suite
    )
    never = {"type": "neverSeen", "message": "No event is an instance of version 0"}
    assert close == [("failure", never, None)]
    assert old == [("system-out", {}, "Deprecated, and still seen: 1 event")]
    assert odd == [("system-out", {}, "1 event")]
    violated = {"type": "violated", "message": "Of 4 events, 2 violate it, 1 failed"}
    lines = [
        f"2 x $.label: is <wrong>\ufffd ({ACTIONS.uri}; four)",
        "1 x There are 0 entities (iglu:com.example/user/jsonschema/1-0-0; three)",
    ]
    assert search == [("failure", violated, "\n".join(lines))]
    unmatched = f"2 x {PAGE_VIEW}\n1 x {ACTIONS.uri}"
    assert rest == [("system-out", {}, unmatched)]


def test_junit_that_fails_on_what_matches_nothing(console: Governed) -> None:
    answer = console.ask("GET", COVERAGE + "?format=junit&unmatched=fail")
    suites = Xml.fromstring(answer.body)
    assert suites.attrib["failures"] == "3"
    (failure,) = suites[0][-1]
    assert failure.attrib == {
        "type": "unmatched",
        "message": "3 events of no event specification",
    }
    assert failure.text == f"2 x {PAGE_VIEW}\n1 x {ACTIONS.uri}"


def test_events_that_are_not_stored_yet(console: Governed) -> None:
    """Every answer says how many."""
    console.pending = 7
    for address in (CONFORMANCE, COVERAGE, COVERAGE + "?format=junit"):
        answer = console.ask("GET", address)
        assert (answer.status, answer.headers["x-piste-pending"]) == (200, "7")


def test_without_a_token(console: Governed) -> None:
    """Nothing else is looked at."""
    said = "Wanted: an `Authorization: Bearer` header with a valid access token"
    for token in (None, "wrong"):
        answer = console.ask("GET", CONFORMANCE + "?since=never", token=token)
        assert (answer.status, answer.json) == (401, refused("Unauthorized", "authorization", said))
        answer = console.ask("GET", COVERAGE + "?since=never", token=token)
        assert (answer.status, answer.json) == (401, {"message": said})
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("id_", [ABSENT, "one", "%00", "%F0%9F%98%80", "1" * 5000])
def test_what_is_not_there(console: Governed, id_: str) -> None:
    answer = console.ask("GET", f"event-specs/v1/{id_}/conformance")
    expected = refused("NotFound", "path", "There is no such event specification")
    assert (answer.status, answer.json) == (404, expected)
    answer = console.ask("GET", f"data-products/v2/{id_}/coverage")
    assert (answer.status, answer.json) == (404, {"message": "There is no such data product"})


def test_another_organization(console: Governed) -> None:
    """Neither its addresses are there, nor what is ours at theirs; an admin sees all."""
    for token, organization_id, what in (
        ("theirs", console.organization_id, "organization"),
        ("ours", console.other_organization_id, "organization"),
        ("theirs", console.other_organization_id, None),
        ("admin", console.other_organization_id, None),
    ):
        answer = console.ask("GET", CONFORMANCE, token=token, organization_id=organization_id)
        title = f"There is no such {what or 'event specification'}"
        assert (answer.status, answer.json) == (404, refused("NotFound", "path", title))
        answer = console.ask("GET", COVERAGE, token=token, organization_id=organization_id)
        message = f"There is no such {what or 'data product'}"
        assert (answer.status, answer.json) == (404, {"message": message})
    assert console.ask("GET", COVERAGE, token="admin").status == 200


def test_another_method(console: Governed) -> None:
    for address in (CONFORMANCE, COVERAGE):
        answer = console.ask("POST", address, {})
        assert (answer.status, answer.headers["allow"]) == (405, "GET")


def test_without_storage(tmp_path: Path) -> None:
    """Specifications may be there; of events nothing is known."""
    with governed(tmp_path) as console:
        said = "This Piste keeps no events"
        answer = console.ask("GET", CONFORMANCE)
        assert (answer.status, answer.json) == (501, refused("NotImplemented", "path", said))
        answer = console.ask("GET", COVERAGE)
        assert (answer.status, answer.json) == (501, {"message": said})
        assert console.ask("GET", COVERAGE, token=None).status == 401


def test_the_examples_are_what_the_document_says(console: Governed) -> None:
    """And so are real answers; the page for people has both routes."""
    document = call(console.application, "GET", f"{BASE}/openapi.json").json
    page = call(console.application, "GET", f"{BASE}/docs").body.decode().replace("<wbr>", "")
    for address, pattern in (
        (CONFORMANCE, "event-specs/v1/{eventSpecId}/conformance"),
        (COVERAGE, "data-products/v2/{dataProductId}/coverage"),
    ):
        path = f"{BASE}/organizations/{{organizationId}}/{pattern}"
        operation = document["paths"][path]["get"]
        assert path in page
        content = operation["responses"]["200"]["content"]["application/json"]
        schema = {**content["schema"], "components": document["components"]}
        for json in (content["example"], console.done("GET", address)):
            jsonschema.Draft202012Validator(schema).validate(json)
        statuses = {int(one) for one in operation["responses"]}
        assert statuses == {200, 400, 401, 404, 501}
    junit = operation["responses"]["200"]["content"]["application/xml"]["example"]
    assert Xml.fromstring(junit).attrib["failures"] == "1"
