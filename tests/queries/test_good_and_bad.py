"""/micro/good and /micro/bad, below HTTP: which items match, and what they hold."""

import json

import pytest
from queries.rows_of import API, NOON, Payloads, entity, page_view, self_describing
from support.requests import get, payload, rules, tp2

from piste.events.enriched import EnrichedEvent
from piste.events.payload import OversizedPayload
from piste.ingest.arrow import to_streams
from piste.ingest.process import process
from piste.ingest.rows import to_rows
from piste.queries.bad import BadFilter, bad_count, bad_items
from piste.queries.counts import counts
from piste.queries.good import GoodFilter, good_count, good_items
from piste.queries.statements import statement
from piste.store.duckdb import EventStore

A, B = "iglu:com.acme/a/jsonschema/1-0-0", "iglu:com.acme/b/jsonschema/1-0-0"
CART = "iglu:com.acme/cart/jsonschema/1-0-0"
WEBHOOK = ("com.webhook", "v1")
INVALID = "Error while validating the event"
NO_EVENT = "Error while extracting event(s) from collector payload and validating it/them."
UNREADABLE = "Can't deserialize Thrift bytes."
GONE = ["The original is no longer kept."]


@pytest.fixture(scope="module")
def good_rows():
    with EventStore.open(None) as store:
        payloads = Payloads()
        payloads.good(page_view(app_id="view"))
        payloads.good(page_view([entity(A, {})], app_id="view a"), page_view(app_id="second"))
        payloads.good(self_describing(entity(CART, {"n": 2**70}), app_id="cart"))
        payloads.good(
            self_describing(
                entity(CART, {}),
                [entity(A, {"nested": {"schema": B}}), entity(A, 5)],
                app_id="cart a a",
            )
        )
        payloads.good(page_view([entity(B, {}), entity(A, {})], app_id="view b a"))
        payloads.good(EnrichedEvent({"event": "struct", "app_id": "struct"}))
        payloads.failed(page_view(app_id="failed"))
        store.append([payloads.streams()], 1)
        yield store.rows


ALL = ["struct", "view b a", "cart a a", "cart", "second", "view a", "view"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param(
            {}, ALL, id="no filter: newest first, and the later events of a payload before"
        ),
        pytest.param(
            {"event_type": "page_view"}, ["view b a", "second", "view a", "view"], id="by name"
        ),
        pytest.param({"event_type": "pv"}, ["view b a", "second", "view a", "view"], id="by code"),
        pytest.param({"event_type": "ue"}, ["cart a a", "cart"], id="the documented code"),
        pytest.param({"event_type": "unstruct"}, ["cart a a", "cart"], id="and its name"),
        pytest.param({"event_type": "se"}, ["struct"], id="another code"),
        pytest.param({"event_type": "PV"}, [], id="codes have a case"),
        pytest.param({"event_type": ""}, [], id="an empty type is none"),
        pytest.param({"schema": CART}, ["cart a a", "cart"], id="by schema"),
        pytest.param({"schema": CART[5:]}, ["cart a a", "cart"], id="without iglu:"),
        pytest.param({"schema": CART[:-1] + "1"}, [], id="of another version"),
        pytest.param(
            {"schema": "iglu:com.snowplowanalytics.snowplow/page_view/jsonschema/1-0-0"},
            [],
            id="a schema demands a self-describing event",
        ),
        pytest.param({"schema": "%"}, [], id="a schema is no pattern"),
        pytest.param(
            {"event_type": "pv", "schema": CART}, [], id="type and schema that exclude each other"
        ),
        pytest.param({"contexts": ()}, ALL, id="an empty list of entities demands nothing"),
        pytest.param(
            {"contexts": (A,)}, ["view b a", "cart a a", "view a"], id="an entity among others"
        ),
        pytest.param(
            {"contexts": (A[5:],)}, ["view b a", "cart a a", "view a"], id="without iglu:"
        ),
        pytest.param({"contexts": (B, A)}, ["view b a"], id="two entities, in any order"),
        pytest.param(
            {"contexts": (A, A)}, ["view b a", "cart a a", "view a"], id="one of them twice"
        ),
        pytest.param(
            {"contexts": (B,)}, ["view b a"], id="a schema inside an entity's data is no entity"
        ),
        pytest.param({"contexts": ("",)}, [], id="an empty name is none"),
        pytest.param({"contexts": (A,), "event_type": "ue"}, ["cart a a"], id="entity and type"),
        pytest.param({"contexts": (A,), "schema": CART}, ["cart a a"], id="entity and schema"),
    ],
)
def test_good_filters(good_rows, options, expected):
    """All that is given must hold."""
    wanted = GoodFilter(**options)
    found = [json.loads(item)["event"]["app_id"] for item in good_items(good_rows, wanted)]
    assert found == expected
    assert good_count(good_rows, wanted) == len(expected)
    limited = good_items(good_rows, wanted, 2)
    assert [json.loads(item)["event"]["app_id"] for item in limited] == expected[:2]


def test_a_good_item(good_rows):
    """Keys in the documented order; contexts are the tracked entities, repeated ones too."""
    items = [json.loads(item) for item in good_items(good_rows, GoodFilter())]
    struct, _, cart_a_a, cart, *_, view = items
    assert list(view) == ["rawEvent", "eventType", "schema", "contexts", "event"]
    assert view["rawEvent"]["parameters"] == {"e": "pv", "n": "1.0"}
    assert list(view["rawEvent"]) == ["api", "parameters", "contentType", "source", "context"]
    assert cart_a_a["contexts"] == [A, A]
    assert cart_a_a["event"]["contexts"]["data"][1] == {"schema": A, "data": 5}
    assert cart["event"]["unstruct_event"]["data"] == {"schema": CART, "data": {"n": 2**70}}
    assert (struct["eventType"], struct["schema"], struct["contexts"]) == ("struct", None, [])
    assert cart["schema"] == CART


@pytest.fixture(scope="module")
def bad_rows():
    with EventStore.open(None) as store:
        payloads = Payloads()
        payloads.good(page_view())
        payloads.failed(page_view(), page_view())
        payloads.rejected(WEBHOOK)
        payloads.rejected(None)
        payloads.failed(page_view(), api=WEBHOOK)
        payloads.rejected()
        store.append([payloads.streams()], 1)
        yield store.rows


def summary(item):
    """(body of the payload, place of the raw event, first error)"""
    payload, raw_event = item["collectorPayload"], item["rawEvent"]
    return (
        payload and payload["body"],
        raw_event and raw_event["parameters"]["n"],
        item["errors"][0],
    )


ITEMS = [
    ("body 6", None, NO_EVENT),
    ("body 5", "5.0", INVALID),
    (None, None, UNREADABLE),
    ("body 3", None, NO_EVENT),
    ("body 2", "2.1", INVALID),
    ("body 2", "2.0", INVALID),
]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({}, [0, 1, 2, 3, 4, 5], id="no filter: newest first"),
        pytest.param({"vendor": API[0]}, [0, 2, 4, 5], id="by vendor"),
        pytest.param({"version": "v1"}, [1, 2, 3], id="by version"),
        pytest.param({"vendor": "com.webhook", "version": "v1"}, [1, 2, 3], id="by both"),
        pytest.param({"vendor": "com.webhook", "version": "tp2"}, [2], id="both must hold"),
        pytest.param({"vendor": ""}, [2], id="what could not be read always matches"),
    ],
)
def test_bad_filters(bad_rows, options, expected):
    """Vendor and version of the payload, exactly."""
    wanted = BadFilter(**options)
    found = [summary(json.loads(item)) for item in bad_items(bad_rows, wanted)]
    assert found == [ITEMS[number] for number in expected]
    assert bad_count(bad_rows, wanted) == len(expected)
    assert len(list(bad_items(bad_rows, wanted, 1))) == 1


def test_counts(bad_rows, good_rows):
    """A failed event is not good; a payload of which something failed counts by its events."""
    assert counts(bad_rows) == {"total": 7, "good": 1, "bad": 6}
    assert counts(good_rows) == {"total": 8, "good": 7, "bad": 1}


def test_a_bad_item(bad_rows):
    """Keys in the documented order, in the payload too; null is what does not apply."""
    rejected, failed, unreadable, *_ = map(json.loads, bad_items(bad_rows, BadFilter()))
    for item in (rejected, failed, unreadable):
        assert list(item) == ["collectorPayload", "rawEvent", "errors"]
        assert len(item["errors"]) == 2
    described = failed["collectorPayload"]
    request = ["contentType", "body", "source", "context"]
    assert list(described) == ["api", "querystring", *request]
    assert described["api"] == failed["rawEvent"]["api"] == {"vendor": WEBHOOK[0], "version": "v1"}
    assert described["context"] == failed["rawEvent"]["context"]
    assert described["context"]["timestamp"] == "2025-01-01T12:00:04.000Z"
    assert rejected["rawEvent"] is unreadable["rawEvent"] is unreadable["collectorPayload"] is None


def test_good_and_failed_events_of_one_payload():
    """What the ingest writes is read back: each event has its own raw event, and all their payload."""
    requests = [
        tp2(
            {"e": "pv", "aid": "a"},
            {"e": "pv", "aid": "b", "vid": "x"},
            {"e": "pv", "aid": "c"},
            {"e": "pv", "aid": "d", "vid": "y"},
            querystring="nuid=1&x",
        ),
        OversizedPayload(payload(), 2, 1),
        get({"e": "pv", "aid": "e"}, user_agent="é"),
    ]
    processed = [process(request, rules()) for request in requests]
    with EventStore.open(None) as store:
        store.append([to_streams(to_rows(enumerate(processed, 1)))], 3)
        good = [json.loads(item) for item in good_items(store.rows, GoodFilter())]
        bad = [json.loads(item) for item in bad_items(store.rows, BadFilter())]
    assert [item["rawEvent"]["parameters"]["aid"] for item in good] == ["e", "c", "a"]
    assert [item["event"]["app_id"] for item in good] == ["e", "c", "a"]
    assert good[0]["rawEvent"]["context"]["useragent"] == "é"
    too_large, *failed = bad
    assert (too_large["collectorPayload"], too_large["rawEvent"]) == (None, None)
    assert [item["rawEvent"]["parameters"]["vid"] for item in failed] == ["y", "x"]
    for item in failed:
        assert item["collectorPayload"]["body"] == requests[0].body
        assert item["collectorPayload"]["querystring"] == ["nuid=1", "x=null"]
        bad_row = json.loads(item["errors"][1])
        named = {
            one["name"]: one["value"] for one in bad_row["data"]["payload"]["raw"]["parameters"]
        }
        assert named["vid"] == item["rawEvent"]["parameters"]["vid"]


def test_originals_that_are_no_longer_kept():
    """A persistent store forgets them before their events; the items stay, without them."""
    payloads = Payloads().good(page_view()).failed(page_view()).rejected().rejected(None)
    streams = payloads.streams()
    del streams["origins"]
    with EventStore.open(None) as store:
        store.append([streams], 1)
        (good,) = [json.loads(item) for item in good_items(store.rows, GoodFilter())]
        assert good["rawEvent"] is None
        assert good["event"]["event"] == "page_view"
        gone = {"collectorPayload": None, "rawEvent": None, "errors": GONE}
        assert [json.loads(item) for item in bad_items(store.rows, BadFilter())] == [gone] * 3
        assert bad_count(store.rows, BadFilter(vendor=API[0])) == 3
        assert counts(store.rows) == {"total": 4, "good": 1, "bad": 3}


def test_originals_that_are_still_kept_stay_with_their_events():
    """Only what is older is forgotten, also when one answer has both kinds."""
    with EventStore.open(None) as store:
        payloads = Payloads()
        for _ in range(3):
            payloads.good(page_view(), page_view()).failed(page_view(), page_view()).rejected()
        store.append([payloads.streams()], 1)
        store.delete_origins_before(NOON + 5000)
        good = [json.loads(item)["rawEvent"] for item in good_items(store.rows, GoodFilter())]
        bad = [json.loads(item) for item in bad_items(store.rows, BadFilter())]
    assert [raw_event and raw_event["parameters"]["n"] for raw_event in good] == [
        *("7.1", "7.0"),
        *[None] * 4,
    ]
    assert [summary(item) for item in bad] == [
        ("body 9", None, NO_EVENT),
        *(("body 8", "8.1", INVALID), ("body 8", "8.0", INVALID)),
        ("body 6", None, NO_EVENT),
        *[(None, None, *GONE)] * 5,
    ]


def test_lists_over_many_chunks():
    """More items than are fetched at once: all of them, once, newest first, each with its original."""
    with EventStore.open(None) as store:
        payloads = Payloads()
        for _ in range(3):
            payloads.good(*[page_view([entity(A, {})])] * 400)
            payloads.failed(*[page_view()] * 170)
        store.append([payloads.streams()], 1)
        good = good_items(store.rows, GoodFilter(contexts=(A,)))
        assert [json.loads(item)["rawEvent"]["parameters"]["n"] for item in good] == [
            f"{position}.{place}" for position in (5, 3, 1) for place in reversed(range(400))
        ]
        items = [summary(json.loads(item)) for item in bad_items(store.rows, BadFilter())]
        assert items == [
            (f"body {position}", f"{position}.{place}", INVALID)
            for position in (6, 4, 2)
            for place in reversed(range(170))
        ]


@pytest.mark.parametrize("items", [good_items, bad_items])
def test_the_original_of_many_events_is_read_once(items):
    """However many events a payload has, and also when it is no longer kept."""
    asked = []

    def rows(sql, params):
        asked.append(sql)
        return store.rows(sql, params)

    many = [page_view()] * 1000
    wanted = GoodFilter() if items is good_items else BadFilter()
    with EventStore.open(None) as store:
        payloads = Payloads().good(*many).failed(*many)
        store.append([payloads.streams()], 1)
        assert len(list(items(rows, wanted))) == 1000
        assert asked.count(statement("origins")) == 1
        store.delete_origins_before(NOON + 60_000)
        asked.clear()
        assert len(list(items(rows, wanted))) == 1000
        assert asked.count(statement("origins")) == 1
