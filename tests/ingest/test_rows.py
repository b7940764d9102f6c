"""Outcomes as rows of the stored tables."""

import json
import zlib
from decimal import Decimal
from typing import Any

import pytest
from support.events import FULL
from support.iglu import sdj
from support.requests import ARRIVED_MS, NEW_UUID, TP2, get, payload, raw_event, rules, tp2

from piste.events.columns import COLUMNS, ColumnType
from piste.events.enriched import EnrichedEvent
from piste.events.outcome import GoodEvent, Processed, RejectedPayload
from piste.events.payload import CollectorPayload, OversizedPayload
from piste.events.schema_key import Json
from piste.events.tables import EVENT_BITS, EVENTS, PAYLOADS, Row, RowBatch, StoredColumn
from piste.ingest.process import Recorded, process, set_aside
from piste.ingest.rows import to_rows

GOOD, BAD = {"e": "pv"}, {"e": "pv", "vid": "x"}
UNREADABLE = payload("/", querystring="a=1")
API = {"vendor": "com.snowplowanalytics.snowplow", "version": "tp2"}
SOURCE = {"name": "test-1.0.0", "encoding": "UTF-8", "hostname": None}


def rows_of(*recorded: Recorded, first: int = 1) -> RowBatch:
    """The rows of requests that stand in the log one after the other."""
    outcomes = [process(one, rules()) for one in recorded]
    return to_rows(enumerate(outcomes, first))


def named(columns: tuple[StoredColumn, ...], row: Row) -> dict[str, Any]:
    return dict(zip([column.name for column in columns], row, strict=True))


def event(row: Row) -> dict[str, Any]:
    return named(EVENTS, row)


def payload_row(row: Row) -> dict[str, Any]:
    return named(PAYLOADS, row)


def origin(row: Row) -> Json:
    """What a row keeps of its request; the last column of both tables."""
    packed = row[-1]
    assert isinstance(packed, bytes)
    return json.loads(zlib.decompress(packed))


def test_a_good_event_is_one_row() -> None:
    """Its columns and its raw event; no row for the payload."""
    request = get(GOOD | {"eid": NEW_UUID, "se_va": "1.5"}, ip_address="10.0.0.1")
    batch = rows_of(request)
    assert batch.payloads == ()
    (row,) = batch.events
    found = {name: value for name, value in event(row).items() if value is not None}
    del found["origin"]
    assert found == {
        "seq": 1 << EVENT_BITS,
        "valid": True,
        "event": "page_view",
        "event_id": NEW_UUID,
        "se_value": 1.5,
        "user_ipaddress": "10.0.0.1",
        "v_collector": "test-1.0.0",
        "v_etl": "piste-1.2.3",
        "collector_tstamp": ARRIVED_MS,
        "derived_tstamp": ARRIVED_MS,
        "etl_tstamp": ARRIVED_MS + 77,
        "event_vendor": "com.snowplowanalytics.snowplow",
        "event_name": "page_view",
        "event_format": "jsonschema",
        "event_version": "1-0-0",
    }
    assert origin(row) == {
        "rawEvent": {
            "api": {"vendor": "com.snowplowanalytics.snowplow", "version": "tp1"},
            "parameters": {"e": "pv", "eid": NEW_UUID, "se_va": "1.5"},
            "contentType": None,
            "source": SOURCE,
            "context": {
                "timestamp": "2025-01-01T12:30:45.123Z",
                "ipAddress": "10.0.0.1",
                "useragent": None,
                "refererUri": None,
                "headers": [],
                "userId": None,
            },
        }
    }
    assert list(origin(row)["rawEvent"]) == [
        "api",
        "parameters",
        "contentType",
        "source",
        "context",
    ]


def test_a_failed_event_has_its_errors_and_its_payload_a_row() -> None:
    """The sentence of /micro/bad and the bad row as text; the payload without errors of its own."""
    batch = rows_of(tp2(BAD, querystring="aid=shop&x", hostname="localhost"))
    (row,), (of_payload,) = batch.events, batch.payloads
    assert event(row)["valid"] is False
    kept = origin(row)
    assert list(kept) == ["rawEvent", "errors"]
    assert kept["rawEvent"]["parameters"]["vid"] == "x"
    sentence, bad_row = kept["errors"]
    assert sentence == "Error while validating the event"
    assert json.loads(bad_row)["schema"].split("/")[1] == "schema_violations"
    described = payload_row(of_payload)
    del described["origin"]
    assert described == {
        "seq": 1 << EVENT_BITS,
        "collector_tstamp": ARRIVED_MS,
        "rejected": False,
        "vendor": "com.snowplowanalytics.snowplow",
        "version": "tp2",
    }
    collector_payload = origin(of_payload)["collectorPayload"]
    assert list(origin(of_payload)) == ["collectorPayload"]
    assert collector_payload["querystring"] == ["aid=shop", "x=null"]
    assert collector_payload["api"] == API
    assert collector_payload["source"] == SOURCE | {"hostname": "localhost"}
    assert list(collector_payload) == [
        "api",
        "querystring",
        "contentType",
        "body",
        "source",
        "context",
    ]


def test_a_payload_of_many_failed_events_is_kept_once() -> None:
    """A thousand bad events share one row of their payload."""
    batch = rows_of(tp2(*[BAD] * 50, GOOD))
    assert len(batch.events) == 51
    assert [event(row)["valid"] for row in batch.events] == [False] * 50 + [True]
    assert len(batch.payloads) == 1
    assert all("collectorPayload" not in origin(row) for row in batch.events)


@pytest.mark.parametrize(
    ("request_", "api", "sentence", "bad_rows"),
    [
        pytest.param(
            payload(TP2),
            ("com.snowplowanalytics.snowplow", "tp2"),
            "Error while extracting event(s) from collector payload and validating it/them.",
            ["tracker_protocol_violations"],
            id="broken protocol",
        ),
        pytest.param(
            get(GOOD, "/com.acme/v1"),
            ("com.acme", "v1"),
            "Error while extracting event(s) from collector payload and validating it/them.",
            ["adapter_failures"],
            id="no adapter",
        ),
        pytest.param(
            payload("/", querystring="{"),
            (None, None),
            "Can't deserialize Thrift bytes.",
            ["collector_payload_format_violation"] * 2,
            id="unreadable",
        ),
        pytest.param(
            OversizedPayload(payload(TP2), 2, 1),
            (None, None),
            "Can't deserialize Thrift bytes.",
            ["size_violation"],
            id="too large",
        ),
    ],
)
def test_a_rejected_payload_is_a_row_without_events(
    request_: Recorded, api: tuple[str | None, str | None], sentence: str, bad_rows: list[str]
) -> None:
    """The sentence of /micro/bad and each bad row; an unreadable payload is null."""
    batch = rows_of(request_)
    assert batch.events == ()
    (row,) = batch.payloads
    found = payload_row(row)
    assert (found["rejected"], found["collector_tstamp"]) == (True, ARRIVED_MS)
    assert (found["vendor"], found["version"]) == api
    kept = origin(row)
    assert list(kept) == ["collectorPayload", "errors"]
    assert kept["errors"][0] == sentence
    assert [json.loads(text)["schema"].split("/")[1] for text in kept["errors"][1:]] == bad_rows
    assert (kept["collectorPayload"] is None) is (api == (None, None))


def test_seq_orders_everything() -> None:
    """Position in the log, then place in the payload; the payload itself has place 0."""
    batch = rows_of(tp2(GOOD, BAD, GOOD), UNREADABLE, get(GOOD), tp2(BAD), first=7)
    seqs = [event(row)["seq"] for row in batch.events]
    assert seqs == sorted(seqs)
    assert [divmod(seq, 1 << EVENT_BITS) for seq in seqs] == [
        (7, 0),
        (7, 1),
        (7, 2),
        (9, 0),
        (10, 0),
    ]
    assert [divmod(payload_row(row)["seq"], 1 << EVENT_BITS) for row in batch.payloads] == [
        (7, 0),
        (8, 0),
        (10, 0),
    ]


def test_every_column_is_stored_as_its_type() -> None:
    """Decimals become doubles, self-describing parts JSON text; the rest travels as it is."""
    raw = raw_event({})
    batch = to_rows([(1, Processed(raw.payload, (GoodEvent(raw, FULL),)))])
    (row,) = batch.events
    found = event(row)
    for column in COLUMNS:
        value = FULL.fields.get(column.name)
        if column.type is ColumnType.JSON:
            assert json.loads(found[column.name])["data"]
        elif column.type is ColumnType.DECIMAL:
            assert isinstance(value, Decimal)
            assert found[column.name] == float(value)
            assert type(found[column.name]) is float
        else:
            assert found[column.name] == value


def test_absent_parts_are_null() -> None:
    """No empty envelopes in the store."""
    raw = raw_event({})
    batch = to_rows([(1, Processed(raw.payload, (GoodEvent(raw, EnrichedEvent({})),)))])
    (row,) = batch.events
    found = event(row)
    assert {found["contexts"], found["unstruct_event"], found["derived_contexts"]} == {None}


def test_envelopes_are_stored_compact() -> None:
    """The text is what /micro/good prints."""
    part = sdj("iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0", {"id": NEW_UUID})
    envelope = sdj("iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0", [part])
    (row,) = rows_of(get(GOOD | {"co": json.dumps(envelope, indent=2)})).events
    assert event(row)["contexts"] == json.dumps(envelope, separators=(",", ":"))


def test_a_request_that_was_set_aside_is_a_rejected_payload() -> None:
    """It is kept in its place."""
    request: CollectorPayload = get(GOOD)
    batch = to_rows([(3, set_aside(request, RuntimeError("x"), rules()))])
    assert batch.events == ()
    (row,) = batch.payloads
    assert payload_row(row)["seq"] == 3 << EVENT_BITS
    assert "RuntimeError: x" in origin(row)["errors"][1]


def test_no_outcomes_of_no_requests() -> None:
    """An empty batch has no rows."""
    assert to_rows([]) == RowBatch((), ())


def test_an_unreadable_payload_with_events_beside_it() -> None:
    """Each payload of a batch is judged alone."""
    batch = rows_of(get(GOOD), UNREADABLE, get(GOOD))
    assert (len(batch.events), len(batch.payloads)) == (2, 1)


def test_the_outcome_of_a_rejected_payload_is_one() -> None:
    """What the shape of the payload's row relies on."""
    outcomes = process(UNREADABLE, rules()).outcomes
    assert [type(one) for one in outcomes] == [RejectedPayload]
