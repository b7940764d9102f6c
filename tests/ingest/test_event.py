"""One raw event through its three phases."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from support.events import entity
from support.iglu import contexts, needs_iglu_central, problems, resolver, sdj, unstruct
from support.requests import (
    ARRIVED_MS,
    EVENT_ID,
    NEW_UUID,
    PROCESSED_MS,
    PROCESSOR,
    raw_event,
    rules,
)

from piste.enrich import STEPS, Patch, Step
from piste.enrich.mapping import request_columns
from piste.enrich.tracked_json import Check
from piste.events.badrows import Processor
from piste.events.columns import NAMES
from piste.events.enriched import FAILURE, EnrichedEvent
from piste.events.failures import EnrichmentFailure
from piste.events.outcome import FailedEvent, GoodEvent
from piste.events.payload import RawEvent
from piste.events.schema_key import Json, SelfDescribing
from piste.ingest.event import enrich
from piste.ingest.rules import Rules
from piste.jsontext import encode_base64

GOOD = "iglu:com.acme/good/jsonschema/1-0-0"
OLD = "iglu:com.acme/old/jsonschema/1-0-0"
NEW = "iglu:com.acme/old/jsonschema/1-0-1"
MISSING = "iglu:com.acme/missing/jsonschema/1-0-0"
NEEDS_N: Json = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
SCHEMAS: dict[str, Json] = {
    GOOD: NEEDS_N,
    OLD: {"type": "object", "$supersededBy": "1-0-1"},
    NEW: NEEDS_N,
}
CHECK = resolver(SCHEMAS).check
ATOMIC = "iglu:com.snowplowanalytics.snowplow/atomic/jsonschema/1-0-0"
SNOWPLOW = "com.snowplowanalytics.snowplow"


def enriched(raw: RawEvent, check: Check, its_rules: Rules) -> GoodEvent | FailedEvent:
    return enrich(raw, request_columns(raw.payload), check, its_rules)


def outcome(
    parameters: Mapping[str, str], *more_steps: Step, **others: Any
) -> GoodEvent | FailedEvent:
    steps = (*STEPS, *more_steps)
    return enriched(raw_event(parameters, **others), CHECK, rules(CHECK, steps=steps))


def good(parameters: Mapping[str, str], *more_steps: Step, **others: Any) -> EnrichedEvent:
    found = outcome(parameters, *more_steps, **others)
    assert isinstance(found, GoodEvent), found
    return found.event


def failed(parameters: Mapping[str, str], *more_steps: Step, **others: Any) -> FailedEvent:
    found = outcome(parameters, *more_steps, **others)
    assert isinstance(found, FailedEvent)
    return found


def failures_of(event: EnrichedEvent) -> list[Json]:
    """The data of the failure entities; they stand before all other derived entities."""
    kinds = [one.key == FAILURE for one in event.derived_contexts]
    assert kinds == sorted(kinds, reverse=True)
    return [one.data for one in event.derived_contexts if one.key == FAILURE]


def co(*entities: Json) -> str:
    return json.dumps(contexts(*entities))


def ue(event: Json) -> str:
    return json.dumps(unstruct(event))


# good events


def test_a_page_view() -> None:
    """Columns from parameters, request, clock and derivation; no more than are known."""
    event = good({"e": "pv", "p": "web", "eid": EVENT_ID, "url": "https://example.com/a"})
    assert event == EnrichedEvent(
        {
            "event": "page_view",
            "platform": "web",
            "event_id": EVENT_ID,
            "page_url": "https://example.com/a",
            "page_urlscheme": "https",
            "page_urlhost": "example.com",
            "page_urlport": 443,
            "page_urlpath": "/a",
            "v_collector": "test-1.0.0",
            "v_etl": "piste-1.2.3",
            "collector_tstamp": ARRIVED_MS,
            "etl_tstamp": PROCESSED_MS,
            "derived_tstamp": ARRIVED_MS,
            "event_vendor": SNOWPLOW,
            "event_name": "page_view",
            "event_format": "jsonschema",
            "event_version": "1-0-0",
        }
    )
    assert event.schema == f"iglu:{SNOWPLOW}/page_view/jsonschema/1-0-0"


def test_a_self_describing_event_with_entities() -> None:
    """Plain or in base64, the parts are kept as they were sent, in order."""
    first, second = sdj(GOOD, {"n": 1}), sdj(GOOD, {"n": 2, "more": [2**70, "é"]})
    plain = good({"e": "ue", "eid": EVENT_ID, "ue_pr": ue(first), "co": co(second, first)})
    assert plain.unstruct_event == entity(GOOD, {"n": 1})
    assert plain.contexts == (entity(GOOD, second["data"]), entity(GOOD, {"n": 1}))
    assert plain.derived_contexts == ()
    assert plain.schema == GOOD
    encoded = {"ue_px": encode_base64(ue(first)), "cx": encode_base64(co(second, first))}
    assert good({"e": "ue", "eid": EVENT_ID} | encoded) == plain


def test_a_self_describing_event_without_its_part() -> None:
    """It is good, and nameless."""
    event = good({"e": "ue"})
    assert event.unstruct_event is None
    assert event.schema is None
    assert not {"event_vendor", "event_name", "event_format", "event_version"} & set(event.fields)


def test_a_self_describing_part_beside_another_event_type() -> None:
    """It is kept, and does not name the event."""
    event = good({"e": "pv", "ue_pr": ue(sdj(GOOD, {"n": 1}))})
    assert event.unstruct_event == entity(GOOD, {"n": 1})
    assert event.fields["event_name"] == "page_view"


def test_an_event_without_an_id_gets_one() -> None:
    """The new id is the caller's."""
    assert good({"e": "pv"}).fields["event_id"] == NEW_UUID


def test_superseded_schemas() -> None:
    """The version in the event is the one that it was validated with; each replacement is told once."""
    old = sdj(OLD, {"n": 1})
    event = good({"e": "ue", "ue_pr": ue(old), "co": co(old, sdj(GOOD, {"n": 2}), old)})
    assert event.unstruct_event == entity(NEW, {"n": 1})
    assert [one.key.uri for one in event.contexts] == [NEW, GOOD, NEW]
    assert event.fields["event_version"] == "1-0-1"
    info = "iglu:com.snowplowanalytics.iglu/validation_info/jsonschema/1-0-0"
    told = {"originalSchema": OLD, "validatedWith": "1-0-1"}
    assert event.derived_contexts == (entity(info, told),)


# which bad row, and what the failed event keeps

BAD_EVENT = {"e": "ue", "ue_pr": ue(sdj(GOOD, {}))}
BAD_ENTITY = {"e": "pv", "co": co(sdj(GOOD, {}))}
BAD_FIELD = {"e": "pv", "vid": "x"}
BAD_URL = {"e": "pv", "url": "http://x:y"}
TOO_LONG = {"e": "pv", "aid": "x" * 256}
BAD_TYPE = {"e": "xx"}


def derive_invalid(_: object) -> Patch:
    return Patch(entities=(entity(GOOD, {"n": 5}), entity(GOOD, {"n": "x"})))


@pytest.mark.parametrize(
    ("parameters", "steps", "bad_row", "messages", "kinds"),
    [
        pytest.param(BAD_EVENT, (), "schema_violations", 1, ["ValidationError"], id="phase 1: the event"),
        pytest.param(BAD_ENTITY, (), "schema_violations", 1, ["ValidationError"], id="phase 1: an entity"),
        pytest.param(BAD_FIELD, (), "schema_violations", 1, ["ValidationError"], id="phase 1: a field"),
        pytest.param(BAD_URL, (), "enrichment_failures", 1, ["EnrichmentError: "], id="phase 2: a URL"),
        pytest.param({"p": "web"}, (), "enrichment_failures", 1, ["EnrichmentError: "], id="phase 2: no e"),
        pytest.param({"e": "ad"}, (), "enrichment_failures", 1, ["EnrichmentError: "], id="phase 2: an ad"),
        pytest.param(TOO_LONG, (), "schema_violations", 1, ["ValidationError"], id="phase 3: a length"),
        pytest.param(
            {"e": "pv"}, (derive_invalid,), "schema_violations", 1, ["ValidationError"], id="phase 3: derived"
        ),
        pytest.param(
            BAD_TYPE,
            (),
            "schema_violations",
            1,
            ["ValidationError", "EnrichmentError: "],
            id="an unknown type breaks phases 1 and 2: the first one's bad row",
        ),
        pytest.param(
            BAD_ENTITY | TOO_LONG,
            (),
            "schema_violations",
            1,
            ["ValidationError", "ValidationError"],
            id="phases 1 and 3: the first one's bad row",
        ),
        pytest.param(
            BAD_URL | TOO_LONG,
            (),
            "enrichment_failures",
            1,
            ["ValidationError", "EnrichmentError: "],
            id="phases 2 and 3: the enrichment's bad row",
        ),
        pytest.param(
            BAD_EVENT | BAD_URL | TOO_LONG | {"e": "ue", "co": co(sdj(MISSING, {})), "vid": "x", "tid": "y"},
            (derive_invalid,),
            "schema_violations",
            3,
            [
                "ValidationError",
                "ResolutionError",
                "ValidationError",
                "ValidationError",
                "ValidationError",
                "EnrichmentError: ",
            ],
            id="everything at once: an entity an error, and fields together",
        ),
    ],
)  # fmt: skip
def test_the_first_phase_that_fails_gives_the_bad_row(
    parameters: dict[str, str],
    steps: tuple[Step, ...],
    bad_row: str,
    messages: int,
    kinds: list[str],
) -> None:
    """All phases run and each error is an entity; the bad row has the errors of one phase."""
    found = failed(parameters, *steps)
    version = "2-0-0"
    prefix = "iglu:com.snowplowanalytics.snowplow.badrows"
    assert found.bad_row["schema"] == f"{prefix}/{bad_row}/jsonschema/{version}"
    assert len(found.bad_row["data"]["failure"]["messages"]) == messages
    assert [one["failureType"] for one in failures_of(found.event)] == kinds


def test_the_bad_row_of_the_first_phase_shows_the_event_before_enrichment() -> None:
    """Parts as they were sent, and nothing derived."""
    sent = co(sdj(GOOD, {}), sdj(GOOD, {"n": 1}))
    found = failed({"e": "pv", "url": "http://x/a b", "cx": encode_base64(sent)})
    enriched = found.bad_row["data"]["payload"]["enriched"]
    known = {name: value for name, value in enriched.items() if value is not None}
    assert known == {
        "event": "page_view",
        "event_id": NEW_UUID,
        "page_url": "http://x/a b",
        "contexts": sent,
        "v_collector": "test-1.0.0",
        "v_etl": "piste-1.2.3",
        "collector_tstamp": "2025-01-01 12:30:45.123",
        "etl_tstamp": "2025-01-01 12:30:45.200",
    }
    assert tuple(enriched) == NAMES


@pytest.mark.parametrize("parameters", [BAD_URL, TOO_LONG], ids=["phase 2", "phase 3"])
def test_the_bad_row_of_a_later_phase_shows_the_event_after_enrichment(
    parameters: dict[str, str],
) -> None:
    """Valid parts in their envelopes, and what is derived."""
    part, derived = sdj(GOOD, {"n": 1}), entity(GOOD, {"n": 2})
    sent = parameters | {"refr": "http://y/", "co": co(part), "ue_pr": ue(part)}
    found = failed(sent, lambda _: Patch(entities=(derived,)))
    enriched = found.bad_row["data"]["payload"]["enriched"]
    assert enriched["refr_urlhost"] == "y"
    assert enriched["event_name"] == "page_view"
    assert json.loads(enriched["contexts"]) == contexts(part)
    assert json.loads(enriched["unstruct_event"]) == unstruct(part)
    assert json.loads(enriched["derived_contexts"]) == contexts(derived.to_json())
    if "aid" in parameters:  # what is too long stands in the bad row as it was sent
        assert enriched["app_id"] == parameters["aid"]


def test_the_raw_event_stands_in_the_bad_row() -> None:
    """All parameters as they were sent."""
    found = failed(BAD_FIELD)
    raw = found.bad_row["data"]["payload"]["raw"]
    assert raw["parameters"] == [{"name": "e", "value": "pv"}, {"name": "vid", "value": "x"}]
    assert (raw["vendor"], raw["version"]) == (SNOWPLOW, "tp1")


def test_invalid_parts_are_removed_and_valid_ones_kept() -> None:
    """The failed event holds everything that is valid."""
    first, invalid, second = sdj(GOOD, {"n": 1}), sdj(GOOD, {"n": "x"}), sdj(GOOD, {"n": 2})
    found = failed({"e": "ue", "ue_pr": ue(invalid), "co": co(first, invalid, second)})
    assert found.event.unstruct_event is None
    assert found.event.contexts == (entity(GOOD, {"n": 1}), entity(GOOD, {"n": 2}))
    assert found.event.fields["event"] == "unstruct"
    assert "event_name" not in found.event.fields
    sources = [one["errors"][0]["source"] for one in failures_of(found.event)]
    assert sources == ["contexts", "unstruct"]


def test_invalid_derived_entities_are_removed() -> None:
    """Their source says that no tracker sent them; valid ones stand behind the failures."""
    found = failed({"e": "pv"}, derive_invalid)
    (failure,) = failures_of(found.event)
    assert failure["errors"][0]["source"] == "derived_contexts"
    assert failure["data"] == {"n": "x"}
    assert found.event.derived_contexts[1:] == (entity(GOOD, {"n": 5}),)


def test_what_superseded_stands_behind_the_failures() -> None:
    """Failure entities come first."""
    found = failed({"e": "pv", "vid": "x", "co": co(sdj(OLD, {"n": 1}))})
    names = [one.key.name for one in found.event.derived_contexts]
    assert names == ["failure", "validation_info"]


def test_all_bad_fields_are_one_violation_of_the_atomic_schema() -> None:
    """One report a field, and the fields as they were sent as its data."""
    found = failed({"e": "pv", "vid": "x", "res": "y", "eid": "z"})
    (failure,) = failures_of(found.event)
    assert failure["schema"] == ATOMIC
    assert failure["data"] == {"domain_sessionidx": "x", "dvce_screenwidth": "y", "event_id": "z"}
    assert failure["errors"] == [
        {
            "message": message,
            "source": "atomic_field",
            "path": path,
            "keyword": "atomic_field_parse_error",
            "targets": [],
        }
        for path, message in [
            ("domain_sessionidx", "Cannot be converted to java.lang.Integer"),
            ("dvce_screenwidth", r"Does not conform to regex (\d+)x(\d+)"),
            ("event_id", "Not a valid UUID"),
        ]
    ]
    (message,) = found.bad_row["data"]["failure"]["messages"]
    assert message["schemaKey"] == ATOMIC
    assert [report["path"] for report in message["error"]["dataReports"]] == [
        "domain_sessionidx",
        "dvce_screenwidth",
        "event_id",
    ]
    assert found.event.fields["event_id"] == NEW_UUID


@pytest.mark.parametrize(
    ("parameters", "others", "column", "kept"),
    [
        pytest.param({"aid": "x" * 256}, {}, "app_id", False, id="a column is voided"),
        pytest.param({"aid": "\U0001f600" * 128}, {}, "app_id", False, id="in UTF-16 code units"),
        pytest.param({"url": "http://x/" + "|" * 4000}, {}, "page_url", False, id="a URL as encoded"),
        pytest.param({"cv": "x" * 101}, {}, "v_collector", True, id="v_collector is kept"),
        pytest.param({}, {"collector": "x" * 101}, "v_collector", True, id="also the collector's"),
    ],
)  # fmt: skip
def test_a_column_that_is_too_long(
    parameters: dict[str, str], others: dict[str, str], column: str, kept: bool
) -> None:
    """It is a violation of the atomic schema, and null in the failed event but for three columns."""
    found = failed({"e": "pv"} | parameters, **others)
    (failure,) = failures_of(found.event)
    (error, *_) = failure["errors"]
    assert (error["path"], error["keyword"]) == (column, "atomic_field_length_exceeded")
    assert error["message"].startswith("Field is longer than maximum allowed size ")
    assert failure["schema"] == ATOMIC
    assert len(failure["data"][column]) > 100
    assert (column in found.event.fields) is kept


def test_a_long_v_etl_is_kept() -> None:
    """It is our own name, and no reason to lose anything."""
    processor = Processor("x" * 100, "1.0.0")
    found = enriched(raw_event({"e": "pv"}), CHECK, rules(CHECK, processor=processor))
    assert isinstance(found, FailedEvent)
    assert found.event.fields["v_etl"] == f"{'x' * 100}-1.0.0"


def test_an_event_of_no_collector() -> None:
    """`v_collector` should be set."""
    found = failed({"e": "pv"}, collector="")
    (failure,) = failures_of(found.event)
    assert failure["errors"] == [
        {"message": "v_collector - should be set", "source": "v_collector"}
    ]
    assert failure["data"] == {"v_collector": None}


def test_a_collectors_clock_that_is_impossible() -> None:
    """The event is kept as failed, without a time."""
    found = failed({"e": "pv"}, timestamp_ms=2**60)
    (failure,) = failures_of(found.event)
    assert failure["errors"][0]["message"].startswith("Formatted as 36536598-01-28")
    assert not {"collector_tstamp", "derived_tstamp"} & set(found.event.fields)


def test_steps_may_fail_in_the_name_of_an_enrichment() -> None:
    """The entity names the enrichment and its configuration's schema."""
    key = entity(GOOD, {}).key
    failure = EnrichmentFailure("it broke", key, "my-enrichment")
    found = failed({"e": "pv"}, lambda _: Patch({"app_id": "a"}, failures=(failure,)))
    (told,) = failures_of(found.event)
    assert (told["failureType"], told["schema"]) == ("EnrichmentError: my-enrichment", GOOD)
    assert found.event.fields["app_id"] == "a"


@needs_iglu_central
@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param(BAD_EVENT, id="the event"),
        pytest.param({"e": "pv", "co": "nul"}, id="contexts that are no JSON"),
        pytest.param({"e": "pv", "co": "[1]"}, id="contexts that are a list"),
        pytest.param({"e": "pv", "co": co()}, id="no entities"),
        pytest.param({"e": "pv", "co": ue(sdj(GOOD, {"n": 1}))}, id="an event in the contexts"),
        pytest.param({"e": "ue", "ue_pr": co(sdj(GOOD, {"n": 1}))}, id="contexts in the event"),
        pytest.param({"e": "ue", "ue_pr": ue(sdj(GOOD, "text"))}, id="data that is no object"),
        pytest.param({"e": "ue", "ue_pr": ue(sdj(MISSING, [1]))}, id="data without a schema"),
        pytest.param({"e": "ue", "ue_pr": ue(5)}, id="an event of no shape"),
        pytest.param(BAD_URL | TOO_LONG | BAD_FIELD, id="fields"),
        pytest.param({}, id="nothing at all"),
    ],
)
def test_what_is_said_of_a_failure_satisfies_the_published_schemas(
    parameters: dict[str, str],
) -> None:
    """Bad row and failure entities are valid, whatever is wrong with the event."""
    found = failed(parameters)
    assert problems(found.bad_row["schema"], found.bad_row["data"]) == []
    for one in found.event.derived_contexts:
        assert problems(one.key.uri, one.data) == []
        assert one.data["componentName"] == PROCESSOR.artifact


def test_a_failed_event_does_not_share_its_fields() -> None:
    """Voiding a column changes no other event."""
    raw = raw_event(TOO_LONG)
    first, second = (enriched(raw, CHECK, rules(CHECK)) for _ in range(2))
    assert first == second
    assert isinstance(raw.parameters, dict)
    assert raw.parameters == TOO_LONG


def test_the_check_is_asked_for_every_part_once() -> None:
    """Envelope and inner parts; nothing is looked up twice."""
    asked: list[str] = []

    def check(data: SelfDescribing) -> Any:
        asked.append(data.key.name)
        return CHECK(data)

    part = sdj(GOOD, {"n": 1})
    enriched(raw_event({"e": "ue", "ue_pr": ue(part), "co": co(part, part)}), check, rules())
    assert asked == ["contexts", "good", "good", "unstruct_event", "good"]
