"""The requirement's own samples, from their requests (golden/micro, Micro REST API)."""

import json
from collections.abc import Callable

import zstandard
from support.golden import golden, request_of
from support.iglu import payload_data, resolver

from piste.events.badrows import Processor
from piste.events.failures import (
    IgluError,
    LookupHistory,
    RegistryError,
    RegistryErrorKind,
    ResolutionError,
)
from piste.events.outcome import FailedEvent, GoodEvent, Outcome
from piste.events.payload import CollectorPayload
from piste.events.schema_key import Json, SchemaKey, SelfDescribing
from piste.events.sdk_json import lossy, non_lossy
from piste.events.times import parse_iso
from piste.ingest.process import process
from piste.ingest.rows import Row, to_rows
from piste.ingest.rules import Check, Rules

GOOD = golden("micro/good.answer.json")[0]
BAD = golden("micro/bad.answer.json")[0]
FAILED = golden("micro/events-failed.answer.json")["events"][0]

EXAMPLE_SCHEMAS: dict[str, Json] = {
    "iglu:test.example.iglu/product_entity/jsonschema/1-0-0": {
        "type": "object",
        "properties": {"quantity": {"type": "integer"}},
    },
    "iglu:test.example.iglu/cart_action_event/jsonschema/1-0-0": {"type": "object"},
}


def clock(*instants: str) -> Callable[[], int]:
    """A clock that is read exactly so often."""
    times = iter([parse_iso(instant) for instant in instants])
    return lambda: next(times)


def outcome_of(
    request: CollectorPayload, check: Check, processor: Processor, clock_ms: Callable[[], int]
) -> tuple[Outcome, dict[str, list[Row]]]:
    """The one outcome of a request, and its rows."""

    def no_uuid() -> str:
        raise AssertionError("each sample has its id")

    processed = process(request, Rules(lambda: check, processor, clock_ms, no_uuid))
    (outcome,) = processed.outcomes
    return outcome, to_rows([(1, processed)])


def origin(rows: dict[str, list[Row]]) -> Json:
    """What is kept of the one request."""
    (row,) = rows["origins"]
    packed = row["origin"]
    assert isinstance(packed, bytes)
    return json.loads(zstandard.decompress(packed))


def request_part(sample: Json) -> Json:
    """What the events of a payload share."""
    return {name: sample[name] for name in ("api", "contentType", "source", "context")}


def test_the_good_event() -> None:
    """`rawEvent` and `event` of /micro/good, from the sample's own parameters.

    Not equal: v_etl, which the sample's Micro 1.3.1 wrote with the version of its library as well.
    """
    raw = GOOD["rawEvent"]
    request = request_of(raw, "", json.dumps(payload_data(raw["parameters"])))
    outcome, rows = outcome_of(
        request,
        resolver().check,
        Processor("snowplow-micro", "1.3.1"),
        clock(GOOD["event"]["etl_tstamp"]),
    )
    assert isinstance(outcome, GoodEvent)
    expected = GOOD["event"] | {"v_etl": "snowplow-micro-1.3.1"}
    assert non_lossy(outcome.event) == expected
    assert list(non_lossy(outcome.event)) == list(GOOD["event"])
    assert outcome.event.fields["event"] == GOOD["eventType"]
    assert outcome.event.schema == GOOD["schema"]
    assert [entity.key.uri for entity in outcome.event.contexts] == GOOD["contexts"]
    assert origin(rows) == {
        "request": request_part(raw),
        "events": [{"parameters": raw["parameters"]}],
    }
    assert rows["payloads"] == []


def test_the_bad_event() -> None:
    """`collectorPayload`, `rawEvent` and `errors` of /micro/bad, from the sample's own request.

    Not equal: v_etl (as above); the failure's time, which the sample has in microseconds and we keep in
    milliseconds; and the order of the raw parameters, which is a hash map's in the sample and the
    tracker's with us.
    """
    request = BAD["collectorPayload"]
    outcome, rows = outcome_of(
        request_of(request, "&".join(request["querystring"]), request["body"]),
        resolver(EXAMPLE_SCHEMAS).check,
        Processor("snowplow-micro", "1.2.1"),
        clock("2021-08-29T10:49:50.731Z", "2021-08-29T10:49:50.739Z", "2021-08-29T10:49:50.739Z"),
    )
    assert isinstance(outcome, FailedEvent)
    kept = origin(rows)
    (event,) = kept["events"]
    assert request_part(BAD["rawEvent"]) == request_part(request) == kept["request"]
    assert event["parameters"] == BAD["rawEvent"]["parameters"]
    assert (kept["querystring"], kept["body"]) == (request["querystring"], request["body"])
    assert len(rows["payloads"]) == 1

    error, bad_row = event["errors"]
    sample_error, sample_text = BAD["errors"]
    assert error == sample_error
    found, sample = json.loads(bad_row), json.loads(sample_text)
    sample["data"]["payload"]["enriched"]["v_etl"] = "snowplow-micro-1.2.1"
    sample["data"]["failure"]["timestamp"] = "2021-08-29T10:49:50.739Z"
    for row in (found, sample):
        row["data"]["payload"]["raw"]["parameters"].sort(key=lambda pair: pair["name"])
    assert found == sample
    enriched = found["data"]["payload"]["enriched"]
    assert list(enriched) == list(sample["data"]["payload"]["enriched"])
    assert list(found["data"]) == list(sample["data"])


def test_the_failed_event() -> None:
    """The event of an unresolved schema, as /micro/events shows it, with its failure entity.

    The sample shows seven keys of the event; ours has all the others too.
    """
    (sample,) = FAILED["contexts_com_snowplowanalytics_snowplow_failure_1"]
    histories = tuple(
        LookupHistory(
            one["repository"],
            (RegistryError(RegistryErrorKind.NOT_FOUND),),
            one["attempts"],
            parse_iso(one["lastAttempt"]),
        )
        for one in sample["errors"][0]["lookupHistory"]
    )
    known = resolver().check

    def check(data: SelfDescribing) -> SchemaKey | IgluError:
        missing = data.key.uri == sample["schema"]
        return ResolutionError(histories) if missing else known(data)

    event = {"schema": sample["schema"], "data": sample["data"]}
    unstruct = "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0"
    parameters = {
        "e": "ue",
        "eid": FAILED["event_id"],
        "aid": FAILED["app_id"],
        "p": FAILED["platform"],
        "tv": FAILED["v_tracker"],
        "ue_pr": json.dumps({"schema": unstruct, "data": event}),
    }
    request = CollectorPayload(
        path="/com.snowplowanalytics.snowplow/tp2",
        body=json.dumps(payload_data(parameters)),
        content_type="application/json",
        collector="ssc-3.7.0-stdout$",
        timestamp_ms=parse_iso(FAILED["collector_tstamp"]),
    )
    outcome, _ = outcome_of(
        request,
        check,
        Processor(sample["componentName"], sample["componentVersion"]),
        clock(*[sample["timestamp"]] * 3),
    )
    assert isinstance(outcome, FailedEvent)
    found = lossy(outcome.event)
    assert {key: found[key] for key in FAILED} == FAILED
    shredded = [key for key in found if key.startswith(("contexts_", "unstruct_event_"))]
    assert shredded == ["contexts_com_snowplowanalytics_snowplow_failure_1"]
