"""What was seen of specifications, from real rows in a real store."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from queries.rows_of import NOON, Payloads, entity, page_view, self_describing
from support.specifications import CLICK

from piste.events.enriched import EnrichedEvent
from piste.events.matches import Match
from piste.events.schema_key import Json, SelfDescribing
from piste.queries.conformance import Seen, Unmatched, ViolationCount, seen, unmatched, violations
from piste.queries.statements import Rows
from piste.specs.plan import VALIDATION
from piste.store.duckdb import EventStore

A, B, C = "id-a", "id-b", "id-c"
PAGE_VIEW = "iglu:com.snowplowanalytics.snowplow/page_view/jsonschema/1-0-0"
LABEL = {"message": "$.label: wrong", "schema": CLICK.uri, "path": "$.label"}
COUNT = {"message": "There are 0 entities", "schema": "iglu:com.example/user/jsonschema/1-0-0"}


def click(event_id: str, *refuted: list[Json]) -> EnrichedEvent:
    """With an entity for each violated specification, among others."""
    said = [SelfDescribing(VALIDATION, {"isValid": False, "errors": errors}) for errors in refuted]
    other = entity("iglu:com.example/other/jsonschema/1-0-0", {"errors": [LABEL]})
    event = self_describing(SelfDescribing(CLICK, {}), event_id=event_id)
    return replace(event, derived_contexts=(*said, other))


@pytest.fixture(scope="module")
def rows() -> Iterator[Rows]:
    """A payload a second."""
    payloads = Payloads()
    payloads.good(click("one"), matches=(Match(A, 1),))
    payloads.good(click("two"), matches=(Match(A, 2), Match(B, 1)))
    payloads.good(
        click("three", [LABEL], [COUNT, LABEL]),
        matches=(Match(A, 2, True), Match(C, 1), Match(B, 1, True)),
    )
    payloads.failed(click("four", [LABEL]), matches=(Match(A, 2, True),))
    payloads.good(page_view(), page_view(), click("five"))
    payloads.failed(page_view())
    with EventStore.open(None) as store:
        store.append([payloads.streams()], 1)
        yield store.rows


def test_how_often_each_was_seen(rows: Rows) -> None:
    """In all its versions together, and by version."""
    assert seen(rows, 0) == {
        A: Seen(4, 1, 2, NOON, NOON + 3000, {1: 1, 2: 3}),
        B: Seen(2, 0, 1, NOON + 1000, NOON + 2000, {1: 2}),
        C: Seen(1, 0, 0, NOON + 2000, NOON + 2000, {1: 1}),
    }
    assert seen(rows, NOON + 2001) == {A: Seen(1, 1, 1, NOON + 3000, NOON + 3000, {2: 1})}
    assert seen(rows, NOON + 3001) == {}


def test_what_was_violated(rows: Rows) -> None:
    """The most frequent first, each with the newest event as an example; an event counts once."""
    of_a = [ViolationCount(LABEL["message"], LABEL["schema"], LABEL["path"], 2, "four")]
    of_b = [
        ViolationCount(LABEL["message"], LABEL["schema"], LABEL["path"], 1, "three"),
        ViolationCount(COUNT["message"], COUNT["schema"], None, 1, "three"),
    ]
    assert violations(rows, 0) == {A: of_a, B: of_b}
    assert violations(rows, 0, B) == {B: of_b}
    assert violations(rows, 0, C) == {}
    assert list(violations(rows, NOON + 2001)) == [A]


def test_what_matches_nothing(rows: Rows) -> None:
    """Good events only, the most frequent schema first."""
    assert unmatched(rows, 0) == [
        Unmatched(PAGE_VIEW, 2, NOON + 4000),
        Unmatched(CLICK.uri, 1, NOON + 4000),
    ]
    assert unmatched(rows, NOON + 4001) == []


def test_an_id_with_the_letters_of_a_pattern_is_no_pattern(rows: Rows) -> None:
    """It is answered for itself alone."""
    assert violations(rows, 0, "id-_") == {}
    assert violations(rows, 0, "%") == {}
