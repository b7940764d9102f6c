"""npm's `@snowplow/node-tracker` against Piste: what it sends is good, each once, in its columns."""

import json
from pathlib import Path

import pytest

from .harness import Json, Piste, assert_columns, data, entities, faulty_proxy, npm_ci, run

SENT = {  # how many events of each name node/send.mjs sends
    "page_view": 1,
    "page_ping": 1,
    "event": 2,
    "link_click": 2,
    "screen_view": 1,
    "transaction": 1,
    "transaction_item": 1,
    "add_to_cart": 1,
    "remove_from_cart": 1,
    "site_search": 1,
    "social_interaction": 1,
    "change_form": 1,
    "submit_form": 1,
    "ad_impression": 1,
    "ad_click": 1,
    "ad_conversion": 1,
    "consent_granted": 1,
    "consent_withdrawn": 1,
}
TITLE = "Pâte brisée & 漢字 🎿"


@pytest.fixture(scope="module")
def script() -> Path:
    """The program that tracks, ready to run."""
    return npm_ci(Path(__file__).with_name("node")) / "send.mjs"


def send(script: Path, *arguments: str) -> list[str]:
    """Let the tracker send everything; the event ids in the order of tracking."""
    ids: list[str] = json.loads(run(["node", script, *arguments]))
    assert len(ids) == sum(SENT.values())
    return ids


@pytest.mark.parametrize("method", ["post", "get"])
@pytest.mark.parametrize("base64", ["true", "false"], ids=["base64", "plain JSON"])
def test_every_event(piste: Piste, script: Path, method: str, base64: str) -> None:
    """Each kind of event that the tracker can build is good, by GET and by POST."""
    ids = send(script, piste.url, method, base64)

    events = {event["event_id"]: event for event in piste.only_good(len(ids))}
    assert set(events) == set(ids)
    names = [event["event_name"] for event in events.values()]
    assert {name: names.count(name) for name in names} == SENT
    for event in events.values():
        assert_shared_columns(event)
    assert_own_columns([events[event_id] for event_id in ids])


@pytest.mark.parametrize("method", ["post", "get"])
def test_retry(piste: Piste, script: Path, method: str) -> None:
    """What a 503 kept back is sent again and counted once: no event lost, none twice."""
    with faulty_proxy(piste.url, failures=2) as proxy:
        ids = send(script, proxy.url, method)
        events = piste.only_good(len(ids))
        assert proxy.answered[:2] == [503, 503]
    assert sorted(event["event_id"] for event in events) == sorted(ids)


def assert_shared_columns(event: Json) -> None:
    """What the tracker knows of the user and the device is on every event."""
    assert_columns(
        event,
        app_id="shop",
        platform="srv",
        name_tracker="node",
        v_tracker="node-4.8.0",
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
        network_userid="3734601f-5c3d-47c5-b367-0883e1ed74e6",
        domain_sessionid="6d15a4fb-9623-4ba1-b876-5240e72e6970",
        domain_sessionidx=7,
    )
    assert event["dvce_sent_tstamp"] is not None


def assert_own_columns(events: list[Json]) -> None:
    """The columns and the JSON that only one kind of event has; `events` in order of tracking."""
    view, ping, struct, late, click, screen, transaction, item, *_, granted, withdrawn = events
    assert_columns(
        view,
        page_url="https://shop.example/fr/p%C3%A2te?q=a%20b#top",
        page_title=TITLE,
        page_referrer="https://search.example/?q=pate",
    )
    assert_columns(
        ping, pp_xoffset_min=1, pp_xoffset_max=10, pp_yoffset_min=20, pp_yoffset_max=3000
    )
    assert_columns(
        struct,
        se_category="shop",
        se_action="add",
        se_label=TITLE,
        se_property="red",
        se_value=24.49,
    )
    assert late["derived_tstamp"] == late["true_tstamp"] == "2025-06-01T12:00:00.123Z"
    assert data(click) == {"targetUrl": "https://out.example/"}
    assert entities(click) == {
        "web_page": {"id": "5cea9899-10df-4ccf-bf66-8c36f4a4bba2"},
        "geolocation_context": {"latitude": 45.9237, "longitude": 6.8694},
    }
    assert data(screen) == {"name": TITLE, "id": "screen-1"}
    assert_columns(
        transaction,
        tr_orderid="order-1",
        tr_total=49.98,
        tr_tax=8.33,
        tr_shipping=3.5,
        tr_currency="EUR",
    )
    assert_columns(
        item,
        ti_orderid="order-1",
        ti_sku="ski-1",
        ti_price=24.99,
        ti_quantity=2,
        ti_currency="EUR",
    )
    for consent in (granted, withdrawn):
        document = {"id": "doc-1", "version": "2", "name": "Cookies"}
        assert entities(consent) == {"consent_document": document}
