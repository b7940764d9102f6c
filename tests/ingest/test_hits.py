"""Hits of the cookie-less tracker on their way from the log to rows."""

import json

import pytest
from support.hits import VISITOR, WEBSITE_ID, custom, hit
from support.iglu import accept_all
from support.requests import ARRIVED_MS, NEW_UUID, PROCESSED_MS, get, rules
from support.specifications import plan_of, specification
from support.streams import rows_of

from piste.events.columns import MAX_LENGTHS
from piste.events.outcome import GoodEvent, RejectedPayload
from piste.events.tables import EVENT_BITS, TRAFFIC
from piste.iglu import EmbeddedRegistry, Resolver
from piste.ingest.copies import lines_of
from piste.ingest.enricher import Enricher
from piste.ingest.hits import HIT, PROPERTIES
from piste.ingest.process import process, set_aside
from piste.ingest.records import decode_record, encode_record
from piste.ingest.rows import to_rows
from piste.queries.counts import counts
from piste.queries.good import GoodFilter, good_items
from piste.store.duckdb import EventStore


def outcome_of(one, **others):
    processed = process(one, rules(**others))
    (outcome,) = processed.outcomes
    assert isinstance(outcome, GoodEvent)
    return outcome


def row_of(one):
    rows = to_rows([(3, process(one, rules()))])
    assert rows["origins"] == []
    assert rows["payloads"] == []
    (row,) = rows["events"]
    return row


def test_a_record_is_the_hit():
    assert decode_record(encode_record(hit())) == hit()
    one = custom(properties='{"a":"é\\u0001","n":12345678901234567890123}')
    assert decode_record(encode_record(one)) == one


def test_a_page_view_is_a_page_view_of_the_canonical_model():
    assert row_of(hit()) == {
        "seq": 3 << EVENT_BITS,
        "valid": True,
        "app_id": WEBSITE_ID,
        "platform": "web",
        "etl_tstamp": PROCESSED_MS,
        "collector_tstamp": ARRIVED_MS,
        "derived_tstamp": ARRIVED_MS,
        "event": "page_view",
        "event_id": NEW_UUID,
        "v_collector": "test-1.0.0",
        "v_etl": "piste-1.2.3",
        "event_vendor": "com.snowplowanalytics.snowplow",
        "event_name": "page_view",
        "event_format": "jsonschema",
        "event_version": "1-0-0",
        "mkt_source": "twitter",
        "br_viewwidth": 1920,
        "br_viewheight": 1080,
        "page_url": "https://example.com/blog/post-1",
        "page_urlscheme": "https",
        "page_urlhost": "example.com",
        "page_urlport": 443,
        "page_urlpath": "/blog/post-1",
        "page_referrer": "https://t.co/abc123",
        "refr_urlscheme": "https",
        "refr_urlhost": "t.co",
        "refr_urlport": 443,
        "refr_urlpath": "/abc123",
        "website_id": WEBSITE_ID,
        "visitor_id": VISITOR,
        "hit_type": "page_view",
        "path": "/blog/post-1",
        "content_group": "Blog",
        "referrer_domain": "t.co",
        "referrer_channel": "Social",
        "channel_detail": "Social",
        "device_type": "desktop",
        "browser": "Chrome",
        "operating_system": "Windows",
        "screen_bucket": "1441+",
        "is_bot": False,
        "is_excluded": False,
    }


def test_no_column_for_who_it_was_is_set():
    """Whatever enrichments there are."""
    row = row_of(hit())
    never = (
        "user_ipaddress",
        "useragent",
        "user_id",
        "network_userid",
        "domain_userid",
        "page_urlquery",
    )
    assert not set(never) & set(row)


def test_the_properties_of_a_page_view_are_an_entity():
    outcome = outcome_of(hit(properties='{"plan":"pro"}'))
    (entity,) = outcome.event.contexts
    assert (entity.key, entity.data) == (PROPERTIES, {"plan": "pro"})
    assert outcome.traffic["properties"] == '{"plan":"pro"}'


@pytest.mark.parametrize(
    ("one", "data"),
    [
        (custom("signup"), {"type": "custom", "name": "signup"}),
        (hit(hit_type="scroll_50"), {"type": "scroll_50"}),
        (
            hit(hit_type="outbound_link", properties='{"url":"https://a.example/"}'),
            {"type": "outbound_link", "properties": {"url": "https://a.example/"}},
        ),
        (hit(hit_type="buy", hit_name="buy"), {"type": "buy", "name": "buy"}),
    ],
)
def test_other_hits_are_events_of_our_own_schema(one, data):
    event = outcome_of(one).event
    assert event.unstruct_event is not None
    assert (event.unstruct_event.key, event.unstruct_event.data) == (HIT, data)
    assert event.fields["event"] == "unstruct"
    assert event.schema == "iglu:io.piste/hit/jsonschema/1-0-0"
    assert event.contexts == ()


@pytest.mark.parametrize(
    "one",
    [
        *(custom(name) for name in ("a", "x" * 255, "\U0001f3bf" * 255)),
        custom(properties='{"a":{"b":[1,null]}}'),
        hit(hit_type="x" * 255, hit_name="y"),
        hit(properties="{}"),
        hit(properties='{"a":1}'),
    ],
)
def test_its_data_is_valid(one):
    check = Resolver([EmbeddedRegistry()], clock_ms=lambda: ARRIVED_MS).check
    event = outcome_of(one).event
    own = () if event.unstruct_event is None else (event.unstruct_event,)
    for part in (*event.contexts, *own):
        assert check(part) == part.key


@pytest.mark.parametrize(
    "url", [None, "https://a b/", "http://example.com:99999999999/", "http://[::1]:80/"]
)
def test_odd_urls_make_no_bad_event(url):
    assert outcome_of(hit(url=url, referrer=url)).event.fields["event"] == "page_view"


def test_texts_fit_their_columns():
    long = "https://example.com/" + "\u3000" * 2_000
    fields = outcome_of(hit(url=long, referrer=long)).event.fields
    for name, value in fields.items():
        if isinstance(value, str):
            assert len(value) <= MAX_LENGTHS[name]


def test_every_traffic_column_is_a_field_of_the_hit():
    for column in TRAFFIC:
        assert hasattr(hit(), column.name)


def test_hits_are_held_against_specifications():
    schema = {"properties": {"name": {"enum": ["signup"]}}, "required": ["name"]}
    plan = plan_of(specification("signup", source=HIT, schema=schema))
    assert [str(match) for match in outcome_of(custom("signup"), plan=plan).matches] == ["signup@1"]
    assert outcome_of(custom("other"), plan=plan).matches == ()
    entity, *_ = outcome_of(custom("signup"), plan=plan).event.derived_contexts
    assert entity.data["id"] == "signup"


def test_one_that_piste_cannot_process_is_set_aside_as_a_payload():
    processed = set_aside(hit(), ZeroDivisionError("oops"), rules())
    (outcome,) = processed.outcomes
    assert isinstance(outcome, RejectedPayload)
    rows = to_rows([(1, processed)])
    assert rows["events"] == []
    assert len(rows["payloads"]) == len(rows["origins"]) == 1


def test_hits_and_requests_stand_in_one_batch():
    records = [encode_record(hit()), encode_record(get({"e": "pv"})), encode_record(custom())]
    enriched = Enricher(rules(accept_all), copy=lines_of("json")).enrich(
        list(enumerate(records, 1)), {}
    )
    assert enriched.counts == {"good": 3}
    assert len(enriched.copies) == 3
    rows = rows_of(enriched.streams)
    assert [row["seq"] >> EVENT_BITS for row in rows["events"]] == [1, 2, 3]
    assert [row["seq"] >> EVENT_BITS for row in rows["origins"]] == [2]
    assert [row["website_id"] for row in rows["events"]] == [WEBSITE_ID, None, WEBSITE_ID]


def test_stored_hits_are_counted_and_shown():
    records = [encode_record(one) for one in (hit(), custom(properties='{"plan":"pro"}'))]
    with EventStore.open(None) as store:
        store.append([Enricher(rules()).enrich(list(enumerate(records, 1)), {}).streams], 2)
        assert counts(store.rows) == {"total": 2, "good": 2, "bad": 0}
        newest, oldest = map(json.loads, good_items(store.rows, GoodFilter()))
        assert newest["rawEvent"] is None
        assert newest["schema"] == HIT.uri
        data = newest["event"]["unstruct_event"]["data"]["data"]
        assert data == {"type": "custom", "name": "signup", "properties": {"plan": "pro"}}
        assert oldest["eventType"] == "page_view"
        assert oldest["event"]["app_id"] == WEBSITE_ID
