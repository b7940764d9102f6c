"""Outcomes as rows of the stored tables."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest
import zstandard
from support.events import FULL
from support.iglu import sdj
from support.pipelines import reason_of
from support.requests import ARRIVED_MS, NEW_UUID, TP2, get, payload, raw_event, rules, tp2

from piste.events.columns import COLUMNS, ColumnType
from piste.events.enriched import EnrichedEvent
from piste.events.outcome import GoodEvent, Processed, RejectedPayload
from piste.events.payload import OversizedPayload
from piste.events.schema_key import Json
from piste.events.tables import EVENT_BITS
from piste.ingest.process import process, set_aside
from piste.ingest.records import Recorded
from piste.ingest.rows import Row, to_rows

GOOD, BAD = {"e": "pv"}, {"e": "pv", "vid": "x"}
UNREADABLE = payload("/", querystring="a=1")
SNOWPLOW = "com.snowplowanalytics.snowplow"
SOURCE = {"name": "test-1.0.0", "encoding": "UTF-8", "hostname": None}
NOT_ADAPTED = "Error while extracting event(s) from collector payload and validating it/them."
UNKNOWN = "Can't deserialize Thrift bytes."
NOISE = random.Random(1).randbytes(2000).hex()
"""A text that hardly compresses."""


def rows_of(*recorded: Recorded, first: int = 1) -> dict[str, list[dict[str, Any]]]:
    """The rows of requests that stand in the log one after the other."""
    outcomes = [process(one, rules()) for one in recorded]
    return to_rows(enumerate(outcomes, first))


def row_of(event: EnrichedEvent) -> Row:
    """The row of one good event."""
    raw = raw_event({})
    (row,) = to_rows([(1, Processed(raw.payload, (GoodEvent(raw, event),)))])["events"]
    return row


def origin(row: Row) -> Json:
    packed = row["origin"]
    assert isinstance(packed, bytes)
    return json.loads(zstandard.decompress(packed))


def test_a_good_event_is_one_row() -> None:
    """Of the columns that are set, and one for its origin; no row for the payload."""
    request = get(GOOD | {"eid": NEW_UUID, "se_va": "1.5"}, ip_address="10.0.0.1")
    batch = rows_of(request)
    assert batch["payloads"] == []
    assert batch["events"] == [
        {
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
    ]
    (row,) = batch["origins"]
    assert (row["seq"], row["collector_tstamp"]) == (1 << EVENT_BITS, ARRIVED_MS)
    assert list(row) == ["seq", "collector_tstamp", "origin"]
    assert origin(row) == {
        "request": {
            "api": {"vendor": SNOWPLOW, "version": "tp1"},
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
        },
        "events": [{"parameters": {"e": "pv", "eid": NEW_UUID, "se_va": "1.5"}}],
    }


def test_a_failed_event_has_its_errors_and_its_payload_a_row() -> None:
    """The sentence of /micro/bad and the bad row as text; the payload without errors of its own."""
    request = tp2(BAD, querystring="aid=shop&x", hostname="localhost")
    batch = rows_of(request)
    (row,), (of_payload,), (of_origin,) = batch["events"], batch["payloads"], batch["origins"]
    assert row["valid"] is False
    assert of_payload == {
        "seq": 1 << EVENT_BITS,
        "collector_tstamp": ARRIVED_MS,
        "rejected": False,
        "vendor": SNOWPLOW,
        "version": "tp2",
    }
    kept = origin(of_origin)
    assert set(kept) == {"request", "querystring", "body", "events"}
    assert kept["querystring"] == ["aid=shop", "x=null"]
    assert kept["body"] == request.body
    assert kept["request"]["api"] == {"vendor": SNOWPLOW, "version": "tp2"}
    assert kept["request"]["source"] == SOURCE | {"hostname": "localhost"}
    (event,) = kept["events"]
    assert event["parameters"]["vid"] == "x"
    sentence, bad_row = event["errors"]
    assert sentence == "Error while validating the event"
    assert json.loads(bad_row)["schema"].split("/")[1] == "schema_violations"


def test_only_failed_events_have_errors() -> None:
    """In a payload of both kinds; its query string and body are kept as for any bad one."""
    (row,) = rows_of(tp2(GOOD, BAD, GOOD))["origins"]
    kept = origin(row)
    assert kept["body"]
    assert [set(event) for event in kept["events"]] == [
        {"parameters"},
        {"parameters", "errors"},
        {"parameters"},
    ]


@pytest.mark.parametrize(
    ("event", "bodies", "payload_rows"),
    [
        pytest.param(GOOD, 0, 0, id="good events, whose body nobody asks for"),
        pytest.param(BAD, 1, 1, id="bad events"),
    ],
)
def test_a_payload_of_a_thousand_events_keeps_its_request_once(
    event: dict[str, str], bodies: int, payload_rows: int
) -> None:
    """Together they take less than a tenth of what they take alone."""
    request = tp2(*[event] * 1000, headers=(f"Cookie: {NOISE}",))
    batch = rows_of(request)
    assert {table: len(rows) for table, rows in batch.items()} == {
        "events": 1000,
        "payloads": payload_rows,
        "origins": 1,
    }
    (together,) = batch["origins"]
    kept = origin(together)
    assert list(kept).count("body") == bodies
    assert kept["request"]["context"]["headers"] == [f"Cookie: {NOISE}"]
    assert {name for one in kept["events"] for name in one} <= {"parameters", "errors"}
    (alone,) = rows_of(tp2(event, headers=request.headers))["origins"]
    assert 10 * len(together["origin"]) < 1000 * len(alone["origin"])


@pytest.mark.parametrize(
    ("request_", "api", "sentence", "bad_rows"),
    [
        pytest.param(
            payload(TP2),
            (SNOWPLOW, "tp2"),
            NOT_ADAPTED,
            ["tracker_protocol_violations"],
            id="broken protocol",
        ),
        pytest.param(
            get(GOOD, "/com.acme/v1"),
            ("com.acme", "v1"),
            NOT_ADAPTED,
            ["adapter_failures"],
            id="no adapter",
        ),
        pytest.param(
            payload("/", querystring="{"),
            (None, None),
            UNKNOWN,
            ["collector_payload_format_violation"] * 2,
            id="unreadable",
        ),
        pytest.param(
            OversizedPayload(payload(TP2), 2, 1),
            (None, None),
            UNKNOWN,
            ["size_violation"],
            id="too large",
        ),
    ],
)
def test_a_rejected_payload_is_a_row_without_events(
    request_: Recorded, api: tuple[str | None, str | None], sentence: str, bad_rows: list[str]
) -> None:
    """The sentence of /micro/bad and each bad row; of an unreadable payload nothing else is kept."""
    batch = rows_of(request_)
    assert batch["events"] == []
    (row,), (of_origin,) = batch["payloads"], batch["origins"]
    assert (row["rejected"], row["collector_tstamp"]) == (True, ARRIVED_MS)
    assert (row["vendor"], row["version"]) == api
    kept = origin(of_origin)
    readable = set() if api == (None, None) else {"querystring", "body"}
    assert set(kept) == {"request", "errors"} | readable
    assert kept["errors"][0] == sentence
    assert [json.loads(text)["schema"].split("/")[1] for text in kept["errors"][1:]] == bad_rows
    assert bool(kept["request"]) is bool(readable)


def test_seq_orders_everything() -> None:
    """Position in the log, then place in the payload; the payload itself has place 0."""
    batch = rows_of(tp2(GOOD, BAD, GOOD), UNREADABLE, get(GOOD), tp2(BAD), first=7)
    places = {
        table: [divmod(row["seq"], 1 << EVENT_BITS) for row in rows]
        for table, rows in batch.items()
    }
    assert places == {
        "events": [(7, 0), (7, 1), (7, 2), (9, 0), (10, 0)],
        "payloads": [(7, 0), (8, 0), (10, 0)],
        "origins": [(7, 0), (8, 0), (9, 0), (10, 0)],
    }


def test_each_payload_has_one_origin_that_its_events_find() -> None:
    """`seq >> EVENT_BITS` names the origin, the rest of `seq` the event in it."""
    requests = [tp2(*({"e": "pv", "aid": f"{n}.{i}"} for i in range(n))) for n in (1, 3, 2)]
    batch = rows_of(*requests, UNREADABLE, tp2(BAD | {"aid": "bad"}, GOOD | {"aid": "good"}))
    origins = {row["seq"] >> EVENT_BITS: origin(row) for row in batch["origins"]}
    assert len(origins) == len(batch["origins"]) == 5
    for row in batch["events"]:
        raw = origins[row["seq"] >> EVENT_BITS]["events"][row["seq"] % (1 << EVENT_BITS)]
        assert raw["parameters"]["aid"] == row["app_id"]
        assert ("errors" in raw) is not row["valid"]
    assert {row["seq"] >> EVENT_BITS for row in batch["payloads"]} == {4, 5}


def test_every_column_is_stored_as_its_type() -> None:
    """Decimals become doubles, self-describing parts JSON text; the rest travels as it is."""
    found: dict[str, Any] = row_of(FULL)
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


def test_absent_parts_are_absent() -> None:
    """No empty envelopes in the store, and no nulls on the way to it."""
    assert row_of(EnrichedEvent({})) == {"seq": 1 << EVENT_BITS, "valid": True}


def test_envelopes_are_stored_compact() -> None:
    """The text is what /micro/good prints."""
    part = sdj("iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0", {"id": NEW_UUID})
    envelope = sdj("iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0", [part])
    (row,) = rows_of(get(GOOD | {"co": json.dumps(envelope, indent=2)}))["events"]
    assert row["contexts"] == json.dumps(envelope, separators=(",", ":"))


def test_a_request_that_was_set_aside_is_a_rejected_payload() -> None:
    """It is kept in its place."""
    batch = to_rows([(3, set_aside(get(GOOD), RuntimeError("x"), rules()))])
    assert batch["events"] == []
    (row,), (of_origin,) = batch["payloads"], batch["origins"]
    assert row["seq"] == of_origin["seq"] == 3 << EVENT_BITS
    packed = of_origin["origin"]
    assert isinstance(packed, bytes)
    assert reason_of(packed) == "RuntimeError: x"


def test_no_outcomes_of_no_requests() -> None:
    """An empty batch has no rows."""
    assert to_rows([]) == {"events": [], "payloads": [], "origins": []}


def test_an_unreadable_payload_with_events_beside_it() -> None:
    """Each payload of a batch is judged alone."""
    batch = rows_of(get(GOOD), UNREADABLE, get(GOOD))
    assert (len(batch["events"]), len(batch["payloads"]), len(batch["origins"])) == (2, 1, 3)


def test_the_outcome_of_a_rejected_payload_is_one() -> None:
    """What the shape of the payload's row relies on."""
    outcomes = process(UNREADABLE, rules()).outcomes
    assert [type(one) for one in outcomes] == [RejectedPayload]
