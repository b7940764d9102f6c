"""npm's `@snowplow/browser-tracker` and plugins in a real Chromium, from a page of another origin.

Room:   the page (browser/page.html) holds a link, a button, a form and room to scroll; the script
        (browser/page.js) gives the tracker's functions as `sp`; each test tracks with them.
Limits: every test ends with the browser having had nothing to complain of: no failed request, no
        answer kept from the page by CORS.
"""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, Request

from .harness import (
    Json,
    Piste,
    assert_columns,
    data,
    entities,
    npm_ci,
    run,
    serving_files,
)

SNOWPLOW = "iglu:com.snowplowanalytics.snowplow"
NOBODY = "00000000-0000-0000-0000-000000000000"
TITLE = "Pâte brisée & 漢字 🎿"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The web site that tracks, with the bundled script; gives its origin."""
    folder = npm_ci(Path(__file__).with_name("browser"))
    run(["npm", "run", "--silent", "bundle"], cwd=folder)
    html = (folder / "page.html").read_bytes()
    script = (folder / "node_modules/.piste/page.js").read_bytes()
    files = {
        "/": ("text/html", html),
        "/next.html": ("text/html", html),
        "/page.js": ("text/javascript", script),
    }
    with serving_files(files) as origin:
        yield origin


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """The page in a browser without cookies; no request may fail, nor CORS refuse an answer."""
    complaints: list[str] = []

    def note_failure(request: Request) -> None:
        # An abort is the page's own doing: it went away before the answer to its last event came.
        if request.failure != "net::ERR_ABORTED":
            complaints.append(f"{request.method} {request.url}: {request.failure}")

    context = browser.new_context(
        viewport={"width": 1000, "height": 660}, locale="fr-CH", timezone_id="Europe/Zurich"
    )
    context.on("requestfailed", note_failure)
    context.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    page = context.new_page()
    page.goto(f"{site}/?utm_source=mail")
    yield page
    context.close()
    assert complaints == []


def collector(piste: Piste) -> str:
    """Piste as the page calls it: the same site (localhost), another origin (its port)."""
    return f"http://localhost:{piste.port}"


def start(page: Page, endpoint: str, options: str = "") -> None:
    """Start the tracker, with the entities that sites usually switch on."""
    page.evaluate(
        f"""endpoint => {{ sp.newTracker('web', endpoint, {{
            appId: 'shop',
            contexts: {{ webPage: true, session: true, browser: true }},
            {options}
        }}) }}""",
        endpoint,
    )


def answered(page: Page) -> None:
    """Wait until the tracker has seen an answer to all that it sent.

    An event is in Piste a moment before its answer, and with it the cookie, is in the browser;
    and what the tracker has no answer for when the page goes, it sends again from the next page.
    """
    page.wait_for_function("localStorage.getItem('snowplowOutQueue_web') === '[]'")


def cookies_of(item: Json) -> dict[str, str]:
    """The cookies that came with an event and that Piste recorded."""
    headers: list[str] = item["rawEvent"]["context"]["headers"]
    return {
        name.strip(): value
        for header in headers
        if header.startswith("Cookie: ")
        for name, _, value in (pair.partition("=") for pair in header[8:].split(";"))
    }


@pytest.mark.parametrize("method", ["post", "get"])
@pytest.mark.parametrize("encode", ["true", "false"], ids=["base64", "plain JSON"])
def test_page_view(piste: Piste, page: Page, site: str, method: str, encode: str) -> None:
    """A page view is good by GET and by POST; page, browser and session stand in the columns."""
    start(page, collector(piste), f"eventMethod: '{method}', encodeBase64: {encode},")
    page.evaluate("sp.setUserId('jürg'); sp.trackPageView()")

    (event,) = piste.only_good(1)
    assert_columns(
        event,
        event_name="page_view",
        app_id="shop",
        platform="web",
        name_tracker="web",
        v_tracker="js-4.6.8",
        user_id="jürg",
        user_ipaddress="127.0.0.1",
        domain_sessionidx=1,
        page_url=f"{site}/?utm_source=mail",
        page_title=TITLE,
        page_urlhost="localhost",
        page_urlquery="utm_source=mail",
        useragent=page.evaluate("navigator.userAgent"),
        br_lang="fr-CH",
        br_cookies=True,
        br_viewwidth=1000,
        br_viewheight=660,
        dvce_screenwidth=1000,
        dvce_screenheight=660,
        doc_charset="UTF-8",
        os_timezone="Europe/Zurich",
    )
    for column in ("event_id", "domain_userid", "domain_sessionid", "network_userid"):
        UUID(event[column])
    found = entities(event)
    assert set(found) == {"web_page", "client_session", "browser_context"}
    UUID(found["web_page"]["id"])
    assert found["client_session"]["sessionId"] == event["domain_sessionid"]
    assert found["client_session"]["userId"] == event["domain_userid"]
    assert found["browser_context"]["viewport"] == "1000x660"


def test_activity(piste: Piste, page: Page) -> None:
    """While the visitor scrolls, page pings say how far; they belong to the page view."""
    start(page, collector(piste))
    page.evaluate("sp.enableActivityTracking({ minimumVisitLength: 1, heartbeatDelay: 1 })")
    page.evaluate("sp.trackPageView()")
    page.mouse.move(500, 300)
    page.mouse.wheel(300, 1200)
    first = ping_down_to(piste, 1200)
    page.mouse.wheel(0, 1200)
    second = ping_down_to(piste, 2400)

    assert piste.bad() == []
    (view,) = [item["event"] for item in piste.good({"event_type": "page_view"})]
    for ping in (first, second):
        assert_columns(ping, event="page_ping", page_url=view["page_url"], pp_xoffset_max=300)
        page_views = ping["contexts_com_snowplowanalytics_snowplow_web_page_1"]
        assert [entity["id"] for entity in page_views] == [entities(view)["web_page"]["id"]]
    assert second["pp_xoffset_min"] == 300
    assert second["pp_yoffset_min"] >= 1200


def ping_down_to(piste: Piste, offset: int) -> Json:
    """The page ping that saw the page scrolled down so far."""
    filters = [{"column": "pp_yoffset_max", "value": str(offset)}]
    ping, *_ = piste.events({"filters": filters}, wait=1)
    return ping


def test_clicks(piste: Piste, page: Page, site: str) -> None:
    """Clicks on a link and on a button are events that name the element."""
    start(
        page,
        collector(piste),
        "plugins: [sp.LinkClickTrackingPlugin(), sp.ButtonClickTrackingPlugin()],",
    )
    page.evaluate("sp.enableLinkClickTracking({ trackContent: true })")
    page.evaluate("sp.enableButtonClickTracking()")
    page.click("#away")
    page.click("#buy")

    link, button = piste.only_good(2)
    assert link["event_name"] == "link_click"
    assert data(link) == {
        "targetUrl": f"{site}/?utm_source=mail#there",
        "elementId": "away",
        "elementClasses": ["wide", "red"],
        "elementTarget": "",
        "elementContent": "Là-bas",
    }
    assert button["event_name"] == "button_click"
    expected = {"label": "Buy", "id": "buy", "classes": ["big"], "name": "purchase"}
    assert data(button) == expected


def test_form(piste: Piste, page: Page) -> None:
    """Focus, change and submission of a form are events; a password is in none of them."""
    start(page, collector(piste), "plugins: [sp.FormTrackingPlugin()],")
    page.evaluate("sp.enableFormTracking()")
    page.focus("[name=town]")
    page.keyboard.type("Zürich")
    page.focus("[name=secret]")
    page.keyboard.type("hunter2")
    page.select_option("[name=size]", "M")
    page.click("[type=submit]")

    events = piste.only_good(7)
    assert Counter(event["event_name"] for event in events) == {
        "focus_form": 3,  # town, secret and the submit button; a select is not reported
        "change_form": 3,
        "submit_form": 1,
    }
    changes = [data(event) for event in events if event["event_name"] == "change_form"]
    assert {change["elementId"]: change["value"] for change in changes} == {
        "town": "Zürich",
        "secret": None,
        "size": "M",
    }
    submit = events[-1]
    assert data(submit)["formId"] == "order"
    assert {element["name"]: element["value"] for element in data(submit)["elements"]} == {
        "town": "Zürich",
        "size": "M",
    }
    assert "hunter2" not in str(piste.good())


def test_ecommerce(piste: Piste, page: Page) -> None:
    """The ecommerce plugin's events carry products, cart and transaction as entities."""
    start(page, collector(piste), "plugins: [sp.SnowplowEcommercePlugin()],")
    page.evaluate(
        """() => {
            const currency = 'EUR', transaction_id = 't-1';
            const ski = { id: 'ski-1', name: 'Ski', category: 'snow/ski', price: 24.99, currency };
            const pair = { ...ski, quantity: 2 };
            sp.setPageType({ type: 'product', language: 'fr' });
            sp.setEcommerceUser({ id: 'jürg', is_guest: false });
            sp.trackProductView(ski);
            sp.trackAddToCart({ cart_id: 'c-1', total_value: 49.98, currency, products: [pair] });
            sp.trackCheckoutStep({ step: 1, account_type: 'guest' });
            sp.trackTransaction({
                transaction_id, currency, revenue: 49.98, tax: 8.33,
                payment_method: 'card', total_quantity: 2, products: [pair],
            });
            sp.trackRefund({ transaction_id, currency, refund_amount: 24.99, products: [ski] });
        }"""
    )

    events = piste.only_good(5)
    assert [data(event)["type"] for event in events] == [
        "product_view",
        "add_to_cart",
        "checkout_step",
        "transaction",
        "refund",
    ]
    view, add, step, transaction, refund = map(entities, events)
    for found in (view, add, step, transaction, refund):
        assert found["user"] == {"id": "jürg", "is_guest": False}
        assert found["page"] == {"type": "product", "language": "fr"}
    assert view["product"]["price"] == 24.99
    assert add["cart"] == {"cart_id": "c-1", "total_value": 49.98, "currency": "EUR"}
    assert add["product"]["quantity"] == 2
    assert step["checkout_step"] == {"step": 1, "account_type": "guest"}
    assert transaction["transaction"]["revenue"] == 49.98
    assert refund["refund"]["refund_amount"] == 24.99


def test_media(piste: Piste, page: Page) -> None:
    """A player's life, from ready to end, with its media session."""
    start(page, collector(piste), "plugins: [sp.SnowplowMediaPlugin()],")
    page.evaluate(
        """() => {
            const id = crypto.randomUUID();
            sp.startMediaTracking({
                id, boundaries: [50], pings: false,
                player: { duration: 100, label: 'Film', mediaType: 'video' },
            });
            sp.trackMediaReady({ id });
            sp.trackMediaPlay({ id });
            sp.trackMediaVolumeChange({ id, newVolume: 40 });
            sp.trackMediaAdBreakStart({ id, adBreak: { breakId: 'b-1', breakType: 'linear' } });
            sp.trackMediaAdStart({ id, ad: { adId: 'a-1', name: 'Advert', duration: 5 } });
            sp.trackMediaAdComplete({ id });
            sp.trackMediaAdBreakEnd({ id });
            sp.updateMediaTracking({ id, player: { currentTime: 60 } });
            sp.trackMediaPause({ id, player: { currentTime: 60.5 } });
            sp.trackMediaEnd({ id, player: { currentTime: 100 } });
            sp.endMediaTracking({ id });
        }"""
    )

    events = piste.only_good(10)
    assert [event["event_name"] for event in events] == [
        "ready_event",
        "play_event",
        "volume_change_event",
        "ad_break_start_event",
        "ad_start_event",
        "ad_complete_event",
        "ad_break_end_event",
        "percent_progress_event",
        "pause_event",
        "end_event",
    ]
    assert data(events[7]) == {"percentProgress": 60}
    assert entities(events[4])["ad"]["name"] == "Advert"
    assert len({entities(event)["session"]["mediaSessionId"] for event in events}) == 1
    assert {entities(event)["media_player"]["label"] for event in events} == {"Film"}


def test_device(piste: Piste, page: Page) -> None:
    """Plugins that measure the browser add entities that are valid as they come."""
    start(
        page,
        collector(piste),
        """plugins: [
            sp.PerformanceNavigationTimingPlugin(), sp.ClientHintsPlugin(true), sp.TimezonePlugin()
        ],""",
    )
    page.wait_for_load_state("load")
    page.evaluate("sp.trackPageView()")

    (event,) = piste.only_good(1)
    found = entities(event)
    assert found["PerformanceNavigationTiming"]["entryType"] == "navigation"
    assert isinstance(found["http_client_hints"]["isMobile"], bool)
    assert event["os_timezone"] == "Europe/Zurich"


def test_error(piste: Piste, page: Page) -> None:
    """An uncaught exception of the page is an application_error event."""
    start(page, collector(piste), "plugins: [sp.ErrorTrackingPlugin()],")
    page.evaluate("sp.enableErrorTracking()")
    page.evaluate("setTimeout(() => { throw new RangeError('too steep') })")

    (event,) = piste.only_good(1)
    assert event["event_name"] == "application_error"
    assert data(event)["programmingLanguage"] == "JAVASCRIPT"
    assert "too steep" in data(event)["message"]


def test_own_entities(piste: Piste, page: Page) -> None:
    """Self-describing and structured events, with global and own entities, arrive as they are."""
    start(page, collector(piste))
    page.evaluate(
        """iglu => {
            const json = (name, version, data) =>
                ({ schema: `${iglu}/${name}/jsonschema/${version}`, data });
            sp.addGlobalContexts([
                json('geolocation_context', '1-1-0', { latitude: 45.9, longitude: 6.9 }),
            ]);
            sp.trackStructEvent({
                category: 'shop', action: 'add', label: 'ski', property: 'red', value: 24.49,
            });
            sp.trackSelfDescribingEvent({
                event: json('site_search', '1-0-0', { terms: ['漢字'] }),
                context: [json('gdpr', '1-0-0', { basisForProcessing: 'consent' })],
            });
        }""",
        SNOWPLOW,
    )

    struct, search = piste.only_good(2)
    assert_columns(
        struct,
        se_category="shop",
        se_action="add",
        se_label="ski",
        se_property="red",
        se_value=24.49,
    )
    assert data(search) == {"terms": ["漢字"]}
    for event in (struct, search):
        assert entities(event)["geolocation_context"] == {"latitude": 45.9, "longitude": 6.9}
    assert entities(search)["gdpr"] == {"basisForProcessing": "consent"}


@pytest.mark.parametrize("method", ["post", "get"])
def test_network_user(piste: Piste, page: Page, site: str, method: str) -> None:
    """The cookie of the first answer comes back with every later event: one network_userid."""
    start(page, collector(piste), f"eventMethod: '{method}',")
    page.evaluate("sp.trackPageView()")
    (first,) = piste.good(wait=1)
    answered(page)
    page.goto(f"{site}/next.html")
    start(page, collector(piste), f"eventMethod: '{method}',")
    page.evaluate("sp.trackPageView()")
    second, _ = piste.good(wait=2)

    user = first["event"]["network_userid"]
    assert "micro" not in cookies_of(first)
    assert cookies_of(second)["micro"] == user
    assert second["event"]["network_userid"] == user
    (cookie,) = [c for c in page.context.cookies() if c["name"] == "micro"]
    assert cookie["value"] == user
    assert cookie["httpOnly"]
    assert cookie["secure"]
    assert cookie["sameSite"] == "None"
    days = (cookie["expires"] - time.time()) / 86400
    assert 364 < days < 366


def test_two_browsers(piste: Piste, page: Page, browser: Browser, site: str) -> None:
    """Another browser is another network user."""
    start(page, collector(piste))
    page.evaluate("sp.trackPageView()")
    with browser.new_context() as context:
        other = context.new_page()
        other.goto(site)
        start(other, collector(piste))
        other.evaluate("sp.trackPageView()")
        events = piste.only_good(2)
    assert events[0]["network_userid"] != events[1]["network_userid"]


@pytest.mark.parametrize("method", ["post", "get"])
def test_anonymous(piste: Piste, page: Page, method: str) -> None:
    """With server anonymisation there is no cookie, no address and no user, and CORS allows it."""
    start(
        page,
        collector(piste),
        f"eventMethod: '{method}', anonymousTracking: {{ withServerAnonymisation: true }},",
    )
    page.evaluate("sp.trackPageView()")

    (event,) = piste.only_good(1)
    assert event["network_userid"] == NOBODY
    assert event["user_ipaddress"] == "unknown"
    assert event["domain_userid"] is None
    answered(page)
    assert page.context.cookies() == []
    (item,) = piste.good()
    assert item["rawEvent"]["context"]["ipAddress"] == "unknown"
    assert item["rawEvent"]["context"]["userId"] == NOBODY


def test_turning_anonymous(piste: Piste, page: Page) -> None:
    """A visitor who turns anonymous loses the cookie, and the request that had it is not theirs."""
    start(page, collector(piste))
    page.evaluate("sp.trackPageView()")
    piste.good(wait=1)
    answered(page)
    assert [c["name"] for c in page.context.cookies()].count("micro") == 1
    page.evaluate("sp.enableAnonymousTracking({ options: { withServerAnonymisation: true } })")
    page.evaluate("sp.trackPageView()")
    anonymous, _ = piste.good(wait=2)

    assert anonymous["event"]["network_userid"] == NOBODY
    assert anonymous["event"]["user_ipaddress"] == "unknown"
    assert cookies_of(anonymous) == {}
    assert piste.bad() == []
    answered(page)
    assert "micro" not in [c["name"] for c in page.context.cookies()]


def test_leaving(piste: Piste, page: Page) -> None:
    """What is tracked while the page goes away is received: `keepalive` outlives the page."""
    start(page, collector(piste), "keepalive: true,")
    page.evaluate(
        """addEventListener('pagehide', () =>
            sp.trackStructEvent({ category: 'page', action: 'leave' }))"""
    )
    page.goto("about:blank")

    (event,) = piste.only_good(1)
    assert event["se_action"] == "leave"


def test_beacon(piste: Piste, page: Page) -> None:
    """Version 3 with navigator.sendBeacon, as the page goes away: received, with the cookie."""
    page.evaluate(
        """endpoint => {
            sp.v3.newTracker('v3', endpoint, { appId: 'shop', eventMethod: 'beacon' });
            sp.v3.trackPageView();
        }""",
        collector(piste),
    )
    piste.good(wait=1)
    page.evaluate(
        """addEventListener('pagehide', () =>
            sp.v3.trackStructEvent({ category: 'page', action: 'leave' }))"""
    )
    page.goto("about:blank")

    view, leave = piste.only_good(2)
    assert view["v_tracker"] == leave["v_tracker"] == "js-3.24.6"
    assert leave["se_action"] == "leave"
    assert leave["network_userid"] == view["network_userid"]


def test_two_collectors(piste: Piste, page: Page) -> None:
    """A page may have more trackers than one; each event arrives from each."""
    start(page, collector(piste))
    page.evaluate(
        "endpoint => { sp.newTracker('second', endpoint, { appId: 'other' }) }", collector(piste)
    )
    page.evaluate("sp.trackPageView()")

    events = piste.only_good(2)
    assert {(event["name_tracker"], event["app_id"]) for event in events} == {
        ("web", "shop"),
        ("second", "other"),
    }
