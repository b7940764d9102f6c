"""/micro/good and /micro/bad, below HTTP: which items match, and what they hold."""

import json

import pytest
from queries.rows_of import API, Payloads, entity, page_view, raw_event, self_describing

from piste.events.enriched import EnrichedEvent
from piste.events.tables import EVENT_BITS
from piste.queries.bad import BadFilter, bad_count, bad_items
from piste.queries.counts import counts
from piste.queries.good import GoodFilter, good_count, good_items
from piste.store.duckdb import EventStore

A, B = "iglu:com.acme/a/jsonschema/1-0-0", "iglu:com.acme/b/jsonschema/1-0-0"
CART = "iglu:com.acme/cart/jsonschema/1-0-0"
WEBHOOK = {"vendor": "com.webhook", "version": "v1"}


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
        store.append(payloads.batch(), 1)
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
    assert view["rawEvent"] == raw_event(1 << EVENT_BITS)
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
        payloads.failed(page_view(), page_view(), errors=["invalid", "{}"])
        payloads.rejected(WEBHOOK, errors=["no event"])
        payloads.rejected(None, errors=["unreadable"])
        payloads.failed(page_view(), api=WEBHOOK)
        payloads.rejected()
        store.append(payloads.batch(), 1)
        yield store.rows


def summary(item):
    """(body of the payload, number of the raw event, first error)"""
    payload, raw_event = item["collectorPayload"], item["rawEvent"]
    number = raw_event and int(raw_event["parameters"]["n"])
    place = number and f"{number >> EVENT_BITS}.{number % (1 << EVENT_BITS)}"
    return payload and payload["body"], place, item["errors"][0]


ITEMS = [
    ("body 6", None, "no event"),
    ("body 5", "5.0", "Error while validating the event"),
    (None, None, "unreadable"),
    ("body 3", None, "no event"),
    ("body 2", "2.1", "invalid"),
    ("body 2", "2.0", "invalid"),
]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({}, [0, 1, 2, 3, 4, 5], id="no filter: newest first"),
        pytest.param({"vendor": API["vendor"]}, [0, 2, 4, 5], id="by vendor"),
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


def test_originals_that_are_no_longer_kept():
    """A persistent store forgets raw events after a time; the items stay, without them."""
    batch = Payloads().good(page_view()).failed(page_view()).rejected().batch()
    forgotten = type(batch)(
        tuple((*row[:-1], None) for row in batch.events),
        tuple((*row[:-1], None) for row in batch.payloads),
    )
    with EventStore.open(None) as store:
        store.append(forgotten, 1)
        (good,) = [json.loads(item) for item in good_items(store.rows, GoodFilter())]
        assert good["rawEvent"] is None
        assert good["event"]["event"] == "page_view"
        gone = {
            "collectorPayload": None,
            "rawEvent": None,
            "errors": ["The original is no longer kept."],
        }
        assert [json.loads(item) for item in bad_items(store.rows, BadFilter())] == [gone, gone]


def test_lists_over_many_chunks():
    """More items than are fetched at once: all of them, once, newest first."""
    with EventStore.open(None) as store:
        payloads = Payloads()
        for _ in range(3):
            payloads.good(*[page_view([entity(A, {})])] * 400)
            payloads.failed(*[page_view()] * 70)
        store.append(payloads.batch(), 1)
        numbers = [
            int(json.loads(item)["rawEvent"]["parameters"]["n"])
            for item in good_items(store.rows, GoodFilter(contexts=(A,)))
        ]
        assert len(numbers) == 1200
        assert numbers == sorted(numbers, reverse=True)
        items = [summary(json.loads(item)) for item in bad_items(store.rows, BadFilter())]
        assert len(set(items)) == 210
        assert [item[0] for item in items] == ["body 6"] * 70 + ["body 4"] * 70 + ["body 2"] * 70
