"""PyPI's `snowplow-tracker` against Piste: what it sends is good, each once, in its columns."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from snowplow_tracker import (  # type: ignore[attr-defined]  # it re-exports implicitly
    AsyncEmitter,
    Emitter,
    PagePing,
    PageView,
    ScreenView,
    SelfDescribing,
    SelfDescribingJson,
    StructuredEvent,
    Subject,
    Tracker,
)
from snowplow_tracker.typing import Method

from .harness import Piste, assert_columns, data, faulty_proxy

SNOWPLOW = "iglu:com.snowplowanalytics.snowplow"
LINK_CLICK = f"{SNOWPLOW}/link_click/jsonschema/1-0-1"
WEB_PAGE = f"{SNOWPLOW}/web_page/jsonschema/1-0-0"
GEOLOCATION = f"{SNOWPLOW}/geolocation_context/jsonschema/1-1-0"

PAGE = "https://shop.example/fr/p%C3%A2te?utm_source=mail&q=a%20b#top"
TITLE = "Pâte brisée & 漢字 🎿"  # more than one byte a letter, and more than one UTF-16 unit


def emitter(url: str, method: Method = "post", batch_size: int | None = None) -> Emitter:
    """An emitter that sends as it is asked to and, when refused, tries again at once."""
    address = urlsplit(url)
    assert address.hostname is not None
    return Emitter(
        address.hostname,
        protocol="http",
        port=address.port,
        method=method,
        batch_size=batch_size,
        max_retry_delay_seconds=0,
    )


def page_view() -> PageView:
    return PageView(page_url=PAGE, page_title=TITLE, referrer="https://search.example/?q=pate")


def link_click(target: str, context: list[SelfDescribingJson] | None = None) -> SelfDescribing:
    event = SelfDescribingJson(LINK_CLICK, {"targetUrl": target, "elementClasses": ["a", "b"]})
    return SelfDescribing(event, context=context)


@pytest.mark.parametrize("method", ["post", "get"])
@pytest.mark.parametrize("encode_base64", [True, False], ids=["base64", "plain JSON"])
def test_columns(piste: Piste, method: Method, encode_base64: bool) -> None:
    """Each kind of event is good by GET and by POST, and its parameters fill their columns."""
    tracker = Tracker("py", emitter(piste.url, method), None, "shop", encode_base64)
    entities = [
        SelfDescribingJson(WEB_PAGE, {"id": "5cea9899-10df-4ccf-bf66-8c36f4a4bba2"}),
        SelfDescribingJson(GEOLOCATION, {"latitude": 45.9237, "longitude": 6.8694}),
    ]
    screen = {"id": "36746fd2-8441-4ea2-8ad0-237d6f4c77cf", "name": TITLE, "type": "carousel"}
    ids = [
        tracker.track(page_view()),
        tracker.track(PagePing(PAGE, TITLE, min_x=0, max_x=10, min_y=20, max_y=3000)),
        tracker.track(StructuredEvent("shop", "add", TITLE, "red", 24.49)),
        tracker.track(link_click("https://out.example/", context=entities)),
        tracker.track(ScreenView(screen["id"], screen["name"], screen["type"])),
    ]
    tracker.flush()

    events = piste.only_good(len(ids))
    assert [event["event_id"] for event in events] == ids
    for event in events:
        assert event["app_id"] == "shop"
        assert event["platform"] == "pc"
        assert event["name_tracker"] == "py"
        assert event["v_tracker"].startswith("py-1.1")
        assert event["user_ipaddress"] == "127.0.0.1"
        assert event["useragent"].startswith("python-requests/")
        created, collected, enriched = (
            datetime.fromisoformat(event[column])
            for column in ("dvce_created_tstamp", "collector_tstamp", "etl_tstamp")
        )
        assert created <= collected <= enriched

    view, ping, struct, click, screen_view = events
    assert_columns(
        view,
        event="page_view",
        event_name="page_view",
        page_url=PAGE,
        page_title=TITLE,
        page_urlscheme="https",
        page_urlhost="shop.example",
        page_urlport=443,
        page_urlpath="/fr/p%C3%A2te",
        page_urlquery="utm_source=mail&q=a%20b",
        page_urlfragment="top",
        page_referrer="https://search.example/?q=pate",
        refr_urlhost="search.example",
        refr_urlquery="q=pate",
    )
    assert_columns(
        ping,
        event="page_ping",
        pp_xoffset_min=0,
        pp_xoffset_max=10,
        pp_yoffset_min=20,
        pp_yoffset_max=3000,
    )
    assert_columns(
        struct,
        event="struct",
        event_vendor="com.google.analytics",
        event_name="event",
        se_category="shop",
        se_action="add",
        se_label=TITLE,
        se_property="red",
        se_value=24.49,
    )
    assert_columns(click, event="unstruct", event_name="link_click", event_version="1-0-1")
    assert data(click)["targetUrl"] == "https://out.example/"
    assert click["contexts"]["data"] == [entity.to_json() for entity in entities]
    assert_columns(
        screen_view, event_vendor="com.snowplowanalytics.mobile", event_name="screen_view"
    )
    assert data(screen_view) == screen


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_older_methods(piste: Piste) -> None:
    """The tracker's older methods, ecommerce and forms among them, still send good events."""
    tracker = Tracker("py", emitter(piste.url), app_id="shop")
    tracker.track_ecommerce_transaction(
        "order-1",
        49.98,
        affiliation="web",
        tax_value=8.33,
        shipping=3.5,
        city="Chamonix",
        country="France",
        currency="EUR",
        items=[{"sku": "ski-1", "price": 24.99, "quantity": 2, "name": "Ski", "category": "snow"}],
    )
    tracker.track_link_click("https://out.example/", "a1", ["x"], "_blank", TITLE)
    tracker.track_add_to_cart("ski-1", 2, "Ski", "snow", 24.99, "EUR")
    tracker.track_remove_from_cart("ski-1", 1, "Ski", "snow", 24.99, "EUR")
    tracker.track_form_change("f", "mail", "INPUT", "a@b.example", "email", ["wide"])
    tracker.track_form_submit("f", ["wide"], [{"name": "q", "value": "1", "nodeName": "INPUT"}])
    tracker.track_site_search(["warm", "hat"], {"colour": "red"}, 12, 2)
    tracker.flush()

    transaction, item, *others = piste.only_good(8)
    assert_columns(
        transaction,
        event="transaction",
        tr_orderid="order-1",
        tr_affiliation="web",
        tr_total=49.98,
        tr_tax=8.33,
        tr_shipping=3.5,
        tr_city="Chamonix",
        tr_country="France",
        tr_currency="EUR",
    )
    assert_columns(
        item,
        event="transaction_item",
        ti_orderid="order-1",
        ti_sku="ski-1",
        ti_name="Ski",
        ti_category="snow",
        ti_price=24.99,
        ti_quantity=2,
        ti_currency="EUR",
    )
    assert [event["event_name"] for event in others] == [
        "link_click",
        "add_to_cart",
        "remove_from_cart",
        "change_form",
        "submit_form",
        "site_search",
    ]


@pytest.mark.parametrize("method", ["post", "get"])
def test_subject(piste: Piste, method: Method) -> None:
    """What a Subject says of user and device stands in the columns, before what HTTP says."""
    subject = Subject()
    subject.set_platform("web").set_user_id("jürg").set_screen_resolution(1920, 1080)
    subject.set_viewport(1000, 660).set_color_depth(24).set_timezone("Europe/Zurich")
    subject.set_lang("de-CH").set_ip_address("203.0.113.7").set_useragent("Skilift/2.0")
    subject.set_domain_user_id("36746fd2-8441-4ea2-8ad0-237d6f4c77cf")
    subject.set_domain_session_id("6d15a4fb-9623-4ba1-b876-5240e72e6970")
    subject.set_domain_session_index(7)
    subject.set_network_user_id("3734601f-5c3d-47c5-b367-0883e1ed74e6")
    tracker = Tracker("py", emitter(piste.url, method), subject, "shop")
    tracker.track(page_view())
    tracker.flush()

    (event,) = piste.only_good(1)
    assert_columns(
        event,
        platform="web",
        user_id="jürg",
        dvce_screenwidth=1920,
        dvce_screenheight=1080,
        br_viewwidth=1000,
        br_viewheight=660,
        br_colordepth="24",
        os_timezone="Europe/Zurich",
        br_lang="de-CH",
        user_ipaddress="203.0.113.7",
        useragent="Skilift/2.0",
        domain_userid="36746fd2-8441-4ea2-8ad0-237d6f4c77cf",
        domain_sessionid="6d15a4fb-9623-4ba1-b876-5240e72e6970",
        domain_sessionidx=7,
        network_userid="3734601f-5c3d-47c5-b367-0883e1ed74e6",
    )


def test_event_subject(piste: Piste) -> None:
    """An event's own Subject wins over the tracker's, field by field."""
    everyone = Subject().set_user_id("everyone").set_lang("fr")
    tracker = Tracker("py", emitter(piste.url), everyone, "shop")
    own = PageView(PAGE, event_subject=Subject().set_platform("iot").set_user_id("one"))
    tracker.track(own)
    tracker.track(PageView(PAGE))
    tracker.flush()

    first, second = piste.only_good(2)
    assert_columns(first, user_id="one", platform="iot", br_lang="fr")
    assert_columns(second, user_id="everyone", platform="pc", br_lang="fr")


def test_true_timestamp(piste: Piste) -> None:
    """A true timestamp, in milliseconds, becomes true_tstamp and thereby derived_tstamp."""
    tracker = Tracker("py", emitter(piste.url), app_id="shop")
    tracker.track(PageView(PAGE, true_timestamp=1748779200123))
    tracker.track(PageView(PAGE, true_timestamp=1748779200000.0))
    tracker.flush()

    milliseconds, whole = piste.only_good(2)
    for column in ("true_tstamp", "derived_tstamp"):
        assert milliseconds[column] == "2025-06-01T12:00:00.123Z"
        assert whole[column] == "2025-06-01T12:00:00Z"


def test_batches(piste: Piste) -> None:
    """A full buffer is one request; its events keep their order and each arrives once."""
    tracker = Tracker("py", emitter(piste.url, batch_size=10), app_id="shop")
    ids = [tracker.track(StructuredEvent("batch", "n", value=n)) for n in range(25)]
    assert len(piste.good(wait=20)) == 20  # the last five wait in the tracker
    tracker.flush()

    events = piste.only_good(25)
    assert [event["event_id"] for event in events] == ids
    assert [event["se_value"] for event in events] == [float(n) for n in range(25)]


def test_many_events_at_once(piste: Piste) -> None:
    """Two thousand events from four threads all arrive, each once."""
    asynchronous = AsyncEmitter(
        "127.0.0.1", port=piste.port, method="post", batch_size=50, thread_count=4
    )
    tracker = Tracker("py", asynchronous, app_id="shop")
    ids = [tracker.track(link_click(f"https://out.example/{n}")) for n in range(2000)]
    tracker.flush()

    events = piste.only_good(2000)
    assert Counter(event["event_id"] for event in events) == Counter(ids)


@pytest.mark.parametrize(
    ("method", "failures", "events", "requests"),
    [
        pytest.param("post", 3, 10, 4, id="a batch of ten, refused three times"),
        pytest.param("post", 1, 1, 2, id="one event, refused once"),
        # By GET this tracker forgets an event that is refused while a later one of the same
        # batch is accepted: so only one event at a time can prove anything about the collector.
        pytest.param("get", 2, 1, 3, id="one event by GET, refused twice"),
    ],
)
def test_retry(piste: Piste, method: Method, failures: int, events: int, requests: int) -> None:
    """What a 503 kept back is sent again and counted once: no event lost, none twice."""
    with faulty_proxy(piste.url, failures) as proxy:
        retrying = emitter(proxy.url, method, events)
        tracker = Tracker("py", retrying, app_id="shop")
        ids = [tracker.track(page_view()) for _ in range(events)]
        arrived = piste.only_good(events)
        assert proxy.answered == [503] * failures + [200] * (requests - failures)
        assert retrying.event_store.size() == 0
    assert [event["event_id"] for event in arrived] == ids


@pytest.mark.parametrize(
    ("track", "message"),
    [
        pytest.param(
            lambda tracker: tracker.track(
                SelfDescribing(SelfDescribingJson(LINK_CLICK, {"targetUrl": 7}))
            ),
            "$.targetUrl: integer found, string expected",
            id="data against its schema",
        ),
        pytest.param(
            lambda tracker: tracker.track(
                SelfDescribing(SelfDescribingJson("iglu:com.example/no/jsonschema/1-0-0", {}))
            ),
            "iglu:com.example/no/jsonschema/1-0-0",
            id="a schema that nobody has",
        ),
        pytest.param(
            lambda tracker: tracker.track(
                PageView(PAGE, event_subject=Subject().set_domain_session_id("not a UUID"))
            ),
            "Not a valid UUID",
            id="a parameter that does not parse",
        ),
    ],
)
def test_bad(piste: Piste, track: Callable[[Tracker], str], message: str) -> None:
    """A wrong event is bad and says why; the good one of the same request stays good."""
    tracker = Tracker("py", emitter(piste.url), app_id="shop")
    wrong = track(tracker)
    right = tracker.track(page_view())
    tracker.flush()

    (item,) = piste.bad(wait=1)
    assert item["rawEvent"]["parameters"]["eid"] == wrong
    assert any(message in error for error in item["errors"])
    assert [good["event"]["event_id"] for good in piste.good(wait=1)] == [right]
    assert piste.all() == {"total": 2, "good": 1, "bad": 1}
