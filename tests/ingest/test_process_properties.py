"""What holds for every request, however odd: hypothesis makes them up."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.golden import golden_lines
from support.iglu import accept_all, contexts, payload_data, resolver, sdj, unstruct
from support.requests import (
    EVENT_ID,
    IGLU_WEBHOOK,
    JSON_TYPE,
    PROCESSED_MS,
    REDIRECT,
    TP1,
    TP2,
    USER,
    rules,
)

from piste.events.enriched import FAILURE, EnrichedEvent
from piste.events.outcome import FailedEvent, GoodEvent, Processed, RejectedPayload
from piste.events.payload import CollectorPayload
from piste.events.schema_key import Json
from piste.events.sdk_json import lossy, non_lossy
from piste.events.tables import TABLES
from piste.events.tsv import tsv_line
from piste.ingest.arrow import to_streams
from piste.ingest.loader import Events
from piste.ingest.process import process
from piste.ingest.records import decode_record, encode_record
from piste.ingest.rows import Row, to_rows
from piste.jsontext import JsonError, decode, encode, encode_base64, encode_text

GOOD = "iglu:com.acme/good/jsonschema/1-0-0"
OLD = "iglu:com.acme/old/jsonschema/1-0-0"
SCHEMAS: dict[str, Json] = {
    GOOD: {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
    OLD: {"$supersededBy": "1-0-1"},
    OLD.replace("1-0-0", "1-0-1"): {"type": "object"},
    "iglu:com.acme/broken/jsonschema/1-0-0": {"type": 5},
}
STRICT = resolver(SCHEMAS).check
CHECKS = [STRICT, accept_all]

NAMES = [line.split()[0] for line in golden_lines("events/parameters.txt")]

# Values: what trackers send, what breaks conversions, and anything at all.
SPECIAL = [
    "",
    "1",
    "0",
    "null",
    "-1",
    "1e9",
    "0E-999999999",
    "2147483648",
    "1x1",
    "9x99999999999",
    "253402300800000",
    "1735734645123",
    EVENT_ID,
    "http://x/a b?_sp=a.b#c",
    "http://x:y",
    "\x00\t\n",
    "é\U0001f600" * 200,
    "x" * 11_000,
    "\u0664",
]
VALUES = st.sampled_from(SPECIAL) | st.text()
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
JSONS: st.SearchStrategy[Json] = st.recursive(
    SCALARS | st.integers(2**63, 2**80),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)

# Self-describing parts: mostly of the right shape, as envelope or inside of one.
URIS = st.sampled_from(
    [
        *SCHEMAS,
        "iglu:com.acme/missing/jsonschema/1-0-0",
        "iglu:com.acme/good/jsonschema/1-0",
        "iglu:com.acme/good/jsonschema/0-0-1",
        "iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0",
        "not a uri",
    ]
)
VALID_PARTS = st.builds(sdj, st.just(GOOD), st.fixed_dictionaries({"n": st.integers()}))
PARTS = VALID_PARTS | st.builds(sdj, URIS, JSONS) | JSONS
LISTS = st.lists(VALID_PARTS | PARTS, max_size=3).map(lambda parts: contexts(*parts))
ODD = st.builds(sdj, URIS, JSONS) | JSONS


def parts_of(envelopes: st.SearchStrategy[Json]) -> st.SearchStrategy[str]:
    return (envelopes | envelopes | ODD).map(encode_text) | VALUES


CO, UE = parts_of(LISTS), parts_of((VALID_PARTS | PARTS).map(unstruct))
PARTS_OF_EVENTS: dict[str, st.SearchStrategy[str]] = {
    "e": st.sampled_from(["pv", "pp", "se", "ue", "ue", "tr", "ad", "xx"]),
    "co": CO,
    "ue_pr": UE,
    "cx": CO.map(encode_base64) | VALUES,
    "ue_px": UE.map(encode_base64) | VALUES,
}
PARAMETERS = st.builds(
    lambda plain, parts: plain | parts,
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5),
    st.fixed_dictionaries({}, optional=PARTS_OF_EVENTS),
)
EVENTS_OF_A_BODY = PARAMETERS.map(
    lambda parameters: {"e": "pv", "p": "web", "tv": "t"} | parameters
)

# Requests: three ways in with what they want, and anything at all.
KNOWN = {
    "collector": st.sampled_from(["test-1.0.0"] * 8 + ["", "x" * 200]),
    "timestamp_ms": st.sampled_from([PROCESSED_MS] * 8 + [-(2**63), 2**63 - 1]),
    "hostname": st.none() | st.text(),
    "ip_address": st.none() | st.just("unknown") | st.text(),
    "user_agent": st.none() | VALUES,
    "referer_uri": st.none() | VALUES,
    "headers": st.lists(st.text() | st.text().map("X-Forwarded-For: {}".format), max_size=3).map(tuple),
    "network_userid": st.none() | st.just(USER),
}  # fmt: skip
JSON_TYPES = st.sampled_from([JSON_TYPE, f"{JSON_TYPE}; charset=utf-8"])
GETS = st.builds(
    CollectorPayload,
    path=st.sampled_from([TP1, TP2, REDIRECT]),
    querystring=PARAMETERS.map(lambda parameters: urlencode({"u": "http://x"} | parameters)),
    **KNOWN,
)
POSTS = st.builds(
    CollectorPayload,
    path=st.just(TP2),
    body=st.lists(EVENTS_OF_A_BODY, min_size=1, max_size=3).map(
        lambda events: encode_text(payload_data(*events))
    ),
    content_type=JSON_TYPES,
    **KNOWN,
)
WEBHOOKS = st.builds(
    CollectorPayload,
    path=st.just(IGLU_WEBHOOK),
    querystring=URIS.map(lambda uri: urlencode({"schema": uri})) | st.just(""),
    body=st.none() | PARTS.map(encode_text) | st.lists(PARTS).map(encode_text),
    content_type=JSON_TYPES,
    **KNOWN,
)
WILD = st.builds(
    CollectorPayload,
    path=st.sampled_from([TP1, TP2, REDIRECT, IGLU_WEBHOOK, "/com.acme/v1", "/"])
    | st.text(st.sampled_from("/iab.?"), max_size=8),
    querystring=PARAMETERS.map(urlencode) | st.text(max_size=20),
    body=st.none() | UE | st.lists(EVENTS_OF_A_BODY | JSONS).map(
        lambda events: encode_text(payload_data(*events, version="1-0-0"))
    ),
    content_type=JSON_TYPES | st.none() | st.just("application/x-www-form-urlencoded"),
    **KNOWN | {"network_userid": st.none() | st.text(max_size=4)},
)  # fmt: skip
REQUESTS = GETS | POSTS | WEBHOOKS | WILD

odd = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def both(request: CollectorPayload) -> list[Processed]:
    """The request as it comes out of the log, by strict schemas and by lax ones."""
    recorded = decode_record(encode_record(request))
    return [process(recorded, rules(check)) for check in CHECKS]


@odd
@given(REQUESTS)
def test_every_request_has_outcomes(request_: CollectorPayload) -> None:
    """Nothing raises; a request that gives no events is one rejected payload, with its reasons."""
    for processed in both(request_):
        assert processed.payload == request_
        assert processed.outcomes
        kinds = {type(outcome) for outcome in processed.outcomes}
        if RejectedPayload in kinds:
            (outcome,) = processed.outcomes
            assert isinstance(outcome, RejectedPayload)
            assert outcome.bad_rows
        for outcome in processed.outcomes:
            if not isinstance(outcome, RejectedPayload):
                check_event(outcome)


def check_event(outcome: GoodEvent | FailedEvent) -> None:
    """The verdict, the failure entities and the bad row agree; what is kept can be read."""
    failures = [one for one in outcome.event.derived_contexts if one.key == FAILURE]
    assert bool(failures) is isinstance(outcome, FailedEvent)
    assert outcome.event.fields["event_id"]
    if isinstance(outcome, FailedEvent):
        name = outcome.bad_row["schema"].split("/")[1]
        assert name in ("schema_violations", "enrichment_failures")
        assert outcome.bad_row["data"]["failure"]["messages"]
        assert len(encode(outcome.bad_row)) < 1_000_000
        told = [one.data["failureType"] for one in failures]
        only_enrichment = all(kind.startswith("EnrichmentError: ") for kind in told)
        assert not only_enrichment or name == "enrichment_failures"
    for one in failures:
        assert one.data["errors"]
        assert isinstance(one.data["data"], dict | None)


SQL_TYPES: dict[str, tuple[type, ...]] = {
    "VARCHAR": (str,),
    "BIGINT": (int,),
    "DOUBLE": (float,),
    "BOOLEAN": (bool,),
    "TIMESTAMP_MS": (int,),
    "BLOB": (bytes,),
}
ALWAYS_SET = {
    "events": {"seq", "valid", "event_id"},
    "payloads": {"seq", "collector_tstamp", "rejected"},
    "origins": {"seq", "collector_tstamp", "origin"},
}


def check_row(table: str, row: Row) -> None:
    """Each value has its column's type, and none is out of its range."""
    assert {name for name, value in row.items() if value is not None} >= ALWAYS_SET[table]
    types = {column.name: SQL_TYPES[column.sql_type] for column in TABLES[table]}
    for name, value in row.items():
        if value is None:
            assert table == "payloads"  # the API of one that could not be read
            continue
        assert type(value) in types[name], (name, value)
        if isinstance(value, int):
            assert -(2**63) <= value < 2**63
        if isinstance(value, float):
            assert value - value == 0  # finite


def check_origin(row: Row, events: int) -> None:
    """It is JSON, and has a part for each event, or says why there is none."""
    packed = row["origin"]
    assert isinstance(packed, bytes)
    kept = json.loads(zstandard.decompress(packed))
    assert len(kept.get("events", [])) == events
    assert ("errors" in kept) is (events == 0)


@pytest.fixture(scope="module")
def store() -> Iterator[Events]:
    # Imported here: at the end of the process DuckDB complains about modules like this one that hold it.
    from piste.store.duckdb import EventStore

    with EventStore.open(None) as store:
        yield store


@odd
@given(request_=REQUESTS)
def test_every_outcome_can_be_stored(store: Events, request_: CollectorPayload) -> None:
    """Each row fits its table, the columns can be written, and the store takes them."""
    for processed in both(request_):
        batch = to_rows([(1, processed)])
        for table, rows in batch.items():
            for row in rows:
                check_row(table, row)
        all_good = all(isinstance(outcome, GoodEvent) for outcome in processed.outcomes)
        assert len(batch["payloads"]) == (0 if all_good else 1)
        events = [one for one in processed.outcomes if not isinstance(one, RejectedPayload)]
        assert len(batch["events"]) == len(events)
        (origin,) = batch["origins"]
        check_origin(origin, len(events))
        store.append([to_streams(batch)], 1)


@odd
@given(REQUESTS)
def test_every_event_can_be_printed(request_: CollectorPayload) -> None:
    """As both forms of JSON that read back, and as a line of 131 cells."""
    for processed in both(request_):
        for outcome in processed.outcomes:
            if not isinstance(outcome, RejectedPayload):
                check_printing(outcome.event)


def check_printing(event: EnrichedEvent) -> None:
    for form in (lossy(event), non_lossy(event)):
        text = encode_text(form)
        assert not isinstance(decode(text, max_depth=200), JsonError)
        assert len(text) < 2_000_000
    line = tsv_line(event, encode_text)
    assert line.count("\t") == 130
    assert not set("\n\r") & set(line)
    assert len(line) < 2_000_000


@odd
@given(st.lists(EVENTS_OF_A_BODY, min_size=1, max_size=4))
def test_an_event_does_not_depend_on_its_neighbours(events: list[dict[str, str]]) -> None:
    """The events of one body come out as they would alone, in their order."""

    def outcomes(*some: dict[str, str]) -> list[Any]:
        body = encode_text(payload_data(*some))
        request = CollectorPayload(
            path=TP2, body=body, content_type=JSON_TYPE, collector="c", timestamp_ms=PROCESSED_MS
        )
        found = process(request, rules(accept_all)).outcomes
        return [
            (one.event, one.raw.parameters) for one in found if not isinstance(one, RejectedPayload)
        ]

    assert outcomes(*events) == [outcome for one in events for outcome in outcomes(one)]
