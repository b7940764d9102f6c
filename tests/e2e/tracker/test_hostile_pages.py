"""Piste's own tracker on pages that stand in its way: the page is as it was, whatever is told."""

import pytest
from playwright.sync_api import BrowserContext

from .websites import LONG, Collector, Files, Visit, document, of_type, scroll, settle, tag, track

ALL = ["close_tab", "custom", "page_view", "scroll_25"]
THROWS = "() => { throw new Error('hostile') }"


@pytest.mark.parametrize(
    ("before", "types"),
    [
        pytest.param("window.analytics = Object.freeze({})", ALL, id="frozen"),
        pytest.param(
            "window.analytics = Object.freeze({ q: Object.freeze([]) })", ALL, id="frozen q"
        ),
        pytest.param("window.analytics = { q: 5 }", ALL, id="q is a number"),
        pytest.param("window.analytics = { q: [null, 5, {}] }", ALL, id="q holds no calls"),
        pytest.param("window.analytics = 5", ALL, id="a number"),
        pytest.param("window.analytics = 'text'", ALL, id="a text"),
        pytest.param(
            f"Object.defineProperty(window, 'analytics', {{ get: {THROWS} }})", ALL, id="throws"
        ),
        pytest.param(
            "Object.defineProperty(window, 'analytics', { value: undefined })", ALL, id="no place"
        ),
        pytest.param(f"window.fetch = {THROWS}", ALL, id="fetch throws"),
        pytest.param("window.fetch = () => undefined", ALL, id="fetch does nothing"),
        pytest.param("delete window.fetch", ALL, id="no fetch"),
        pytest.param("window.fetch = () => Promise.reject('no')", ["close_tab"], id="fetch fails"),
        pytest.param(f"navigator.sendBeacon = {THROWS}", ALL, id="sendBeacon throws"),
        pytest.param("navigator.sendBeacon = () => false", ALL, id="sendBeacon is full"),
        pytest.param("navigator.sendBeacon = undefined", ALL, id="no sendBeacon"),
        pytest.param(
            "delete window.fetch; navigator.sendBeacon = undefined", [], id="no way to send"
        ),
        pytest.param(
            f"Object.defineProperty(window, 'localStorage', {{ get: {THROWS} }})",
            ALL,
            id="storage throws",
        ),
        pytest.param("Object.freeze(history)", ALL, id="history is frozen"),
        pytest.param("history.pushState = undefined", ALL, id="no pushState"),
        pytest.param(
            "Object.defineProperty(performance, 'timing', { value: undefined })",
            ALL,
            id="no timing",
        ),
        pytest.param(f"JSON.stringify = {THROWS}", [], id="no JSON"),
        pytest.param("delete window.URLSearchParams", [], id="an old browser"),
        pytest.param(
            f"window.requestAnimationFrame = {THROWS}",
            ["close_tab", "custom", "page_view"],
            id="no frames",
        ),
        pytest.param(
            "Object.defineProperty(document, 'currentScript', { value: null })",
            None,
            id="no script",
        ),
    ],
)
def test_the_page_is_as_it_was(
    visit: Visit, collector: Collector, before: str, types: list[str] | None
) -> None:
    """No error, and what can be told is told: `types`, or None when there is not even `piste`."""
    # The page that asks whether all is done has to paint.
    keep = "window.paint = window.requestAnimationFrame;"
    page = visit("/", LONG, before=f"{keep} {before}")
    if types is not None:
        page.evaluate("piste.track('tracked')")
    page.evaluate("scrollTo(0, 600)")
    page.evaluate("new Promise(done => paint(() => paint(done)))")
    page.evaluate("hide(true)")
    assert collector.types(len(types or [])) == (types or [])
    page.evaluate("new Promise(done => setTimeout(done, 50))")
    assert len(collector.told) == len(types or [])


def test_an_address_that_is_none(visit: Visit, collector: Collector) -> None:
    """Nothing is told, and calls to `track` are no errors."""
    page = visit("/", api="http://[")
    track(page, "'tracked'")
    settle(page)
    assert collector.told == []


def test_a_policy_without_the_collector(
    visit: Visit, complaints: list[str], collector: Collector
) -> None:
    """The browser says what it refused; the page hears nothing of it."""
    policy = f"script-src 'unsafe-eval' {collector.url}; connect-src 'self'"
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    before = "addEventListener('unhandledrejection', () => { window.heard = true })"
    page = visit("/", LONG, head, before)
    scroll(page, 600)
    track(page, "'tracked'")
    page.evaluate("hide(true)")
    settle(page)
    assert page.evaluate("window.heard") is None
    assert collector.told == []
    assert complaints != []
    assert all("Content Security Policy" in said or "csp" in said for said in complaints)
    complaints.clear()


def test_a_collector_that_is_down(
    context: BrowserContext,
    files: Files,
    site: str,
    complaints: list[str],
    collector: Collector,
) -> None:
    """The browser notes each event that failed; the page hears nothing of it, and none is sent again."""
    files["/"] = document(tag(collector), LONG)
    context.route("**/api/v1/collect", lambda route: route.abort("connectionrefused"))
    page = context.new_page()
    page.add_init_script("addEventListener('unhandledrejection', () => { window.heard = true })")
    page.goto(site)
    track(page, "'tracked'")
    settle(page)
    assert page.evaluate("window.heard") is None
    assert collector.told == []
    failed = f"POST {collector.url}/api/v1/collect: net::ERR_CONNECTION_REFUSED"
    assert complaints.count(failed) == 2
    complaints.clear()


def test_handlers_that_keep_events_to_themselves(visit: Visit, collector: Collector) -> None:
    """The tracker hears them first."""
    before = """
        for (const type of ['click', 'popstate', 'pagehide'])
            addEventListener(type, event => { event.stopPropagation(); event.preventDefault() }, true);
    """
    body = '<a id="out" href="https://elsewhere.example/">out</a>'
    page = visit("/", body, before=before)
    page.click("#out")
    page.evaluate("history.pushState({}, '', '/b')")
    page.go_back()
    assert collector.types(4) == ["outbound_link", "page_view", "page_view", "page_view"]


def test_frames_that_may_store_nothing(
    context: BrowserContext, files: Files, site: str, collector: Collector
) -> None:
    """In a sandbox without an origin storage is an error, and the page is watched all the same."""
    files["/inner"] = document(tag(collector))
    files["/"] = document("", '<iframe sandbox="allow-scripts" src="/inner"></iframe>')
    page = context.new_page()
    page.goto(site)
    (view,) = of_type(collector.events(1), "page_view")
    assert view["path"] == "/inner"
    (request,) = collector.told
    assert request.headers["Origin"] == "null"
