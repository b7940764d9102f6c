"""Odd requests over real HTTP: nothing breaks, nothing is lost, and what is wrong is said.

The tables are in `rows`, a module a theme.
"""

import json
from typing import Any

import pytest
from support.iglu import resolver

from piste.events.failures import InvalidData
from piste.events.schema_key import SchemaKey, SelfDescribing

from .program import Running
from .rows import ROWS
from .table import Bad, Fact, Row, matches
from .wire import exchange, get, post_json

BAD_ROW = "iglu:com.snowplowanalytics.snowplow.badrows/"
FAILURE = "iglu:com.snowplowanalytics.snowplow/failure/jsonschema/1-0-0"
FAILURES = "contexts_com_snowplowanalytics_snowplow_failure_1"
LATER = {
    f"{BAD_ROW}schema_violations/jsonschema/2-0-0": f"{BAD_ROW}schema_violations/jsonschema/2-0-1"
}
DESCRIBED = 20
"""Items looked at; no row describes more."""

_published = resolver()


@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in ROWS])
def test_an_odd_request(row: Row, server: Running) -> None:
    """It gets its answer, is recorded as what it is, and leaves a server that answers the next one."""
    parts = row.sent if isinstance(row.sent, tuple) else (row.sent,)
    answer = exchange(server.port, *parts, ends=row.ends)
    if answer is None:
        assert row.answered.status is None
    else:
        assert answer.status == row.answered.status, answer
        assert matches(row.answered.body, answer.body), answer.body[:500]
        for name, fact in row.answered.headers.items():
            assert matches(fact, answer.headers.get(name)), answer.headers

    counts = ask(server, "all")
    assert counts == row.recorded.counts, shown(server)
    assert counts["total"] == counts["good"] + counts["bad"]
    if counts["good"]:
        check_good_events(row, server)
    if counts["bad"]:
        check_bad_items(row, server)

    health = exchange(server.port, get("/health"))
    assert health is not None
    assert (health.status, json.loads(health.body)["status"]) == (200, "ok")


def check_good_events(row: Row, server: Running) -> None:
    """The newest good events have the columns that they should."""
    items = ask(server, "good", limit=DESCRIBED)
    assert len(items) == min(DESCRIBED, row.recorded.counts["good"])
    for columns, item in zip(reversed(row.recorded.good), items, strict=False):
        found = {name: item["event"].get(name) for name in columns}
        assert matches(columns, found), found


def check_bad_items(row: Row, server: Running) -> None:
    """The newest bad items say what is wrong; the failed events among them are in /micro/events."""
    items = ask(server, "bad", limit=DESCRIBED)
    assert len(items) == min(DESCRIBED, row.recorded.counts["bad"])
    question = {"page": 1, "pageSize": DESCRIBED, "filters": [], "validEvents": False}
    failed = iter(ask(server, "events", **question)["events"])
    for expected, item in zip(reversed(row.recorded.bad), items, strict=False):
        check_bad(expected, item)
        if item["rawEvent"] is None:
            assert not expected.failures
        else:
            check_failed(expected, next(failed))
    assert list(failed) == []


def check_bad(expected: Bad, item: Any) -> None:
    """The bad rows are of the expected kind, say the expected facts, and satisfy their schemas."""
    _, *texts = item["errors"]
    bad_rows = [json.loads(text) for text in texts]
    assert bad_rows
    messages: list[Fact] = []
    for bad_row in bad_rows:
        assert bad_row["schema"].startswith(f"{BAD_ROW}{expected.kind}/"), bad_row
        check_schema(bad_row)
        failure = bad_row["data"]["failure"]
        one = failure.get("message", failure)
        messages += failure.get("messages", [one])
    for fact in expected.messages:
        assert any(matches(fact, message) for message in messages), (fact, messages)


def check_failed(expected: Bad, event: Any) -> None:
    """The failed event names all failures, in an entity each, and holds what is valid."""
    entities = event[FAILURES]
    assert sorted(entity["failureType"] for entity in entities) == sorted(expected.failures)
    for entity in entities:
        assert entity.pop("_schema_version") == FAILURE
        check_schema({"schema": FAILURE, "data": entity})
    found = {name: event.get(name) for name in expected.event}
    assert matches(expected.event, found), found


def check_schema(self_describing: Any) -> None:
    """The data satisfies the schema that it names, but for lengths.

    Iglu Central gives a parameter of a bad row 512 characters, which any tracker's entities exceed;
    Snowplow's own bad rows do, too. And `supersededBy` is only in 2-0-1, though 2-0-0 is named.
    """
    parsed = SelfDescribing.parse(self_describing)
    assert isinstance(parsed, SelfDescribing), self_describing
    if parsed.key.uri in LATER:
        parsed = SelfDescribing(SchemaKey.of(LATER[parsed.key.uri]), parsed.data)
    verdict = _published.check(parsed)
    if isinstance(verdict, InvalidData):
        assert {report.keyword for report in verdict.reports} == {"maxLength"}, verdict
    else:
        assert verdict == parsed.key


def ask(server: Running, endpoint: str, **question: object) -> Any:
    """The answer of a Micro endpoint, which must be complete."""
    answer = exchange(server.port, post_json(f"/micro/{endpoint}", question))
    assert answer is not None
    assert answer.status == 200, answer
    assert "x-piste-pending" not in answer.headers
    return json.loads(answer.body)


def shown(server: Running) -> str:
    """What there is, for whoever reads why a test failed."""
    bad = [item["errors"] for item in ask(server, "bad", limit=3)]
    return f"good: {ask(server, 'good', limit=3)}; bad: {bad}"[:3000]


def test_the_tables_are_large_and_say_each_thing_once() -> None:
    """At least 150 odd requests, each with a sentence of its own, none of which is our fault."""
    ids = [row.id for row in ROWS]
    assert len(ids) >= 150
    assert sorted(set(ids)) == sorted(ids)
    assert all(row.answered.status is None or row.answered.status < 500 for row in ROWS)
