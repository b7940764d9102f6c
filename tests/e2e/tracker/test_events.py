"""Piste's own tracker in a real Chromium: which events it sends, when, and what they say."""

import shutil
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from ..conftest import CHROMIUM_FLAGS
from .websites import (
    LONG,
    WEBSITE,
    Collector,
    Files,
    Visit,
    document,
    of_type,
    other_name,
    recording_collector,
    scroll,
    settle,
    tag,
    track,
)

# ---- page_view


def test_page_view(visit: Visit, site: str, collector: Collector) -> None:
    """The documented body; a fragment stays in the browser, and so do empty campaigns."""
    visit(
        "/blog/post-1?utm_source=twitter&utm_medium=&x=%C3%A9#token=secret",
        referer="https://t.co/abc123",
    )
    (request,) = collector.requests(1)
    assert request.path == "/api/v1/collect"
    assert request.event == {
        "website_id": WEBSITE,
        "event_type": "page_view",
        "url": f"{site}/blog/post-1?utm_source=twitter&utm_medium=&x=%C3%A9",
        "path": "/blog/post-1",
        "referrer": "https://t.co/abc123",
        "screen_width": 1000,
        "screen_height": 660,
        "utm_source": "twitter",
    }
    assert request.headers["Content-Type"] == "text/plain;charset=UTF-8"
    assert request.headers["Origin"] == site
    assert "Cookie" not in request.headers


def test_how_it_is_fetched(visit: Visit, collector: Collector) -> None:
    """In a way that outlives the page, and without the cookies that the collector's host may have."""
    before = "const sent = fetch; window.fetch = (...call) => { window.call = call; return sent(...call) }"
    page = visit("/", before=before)
    assert collector.types(1) == ["page_view"]
    address, options = page.evaluate("window.call")
    assert address == f"{collector.url}/api/v1/collect"
    del options["body"]
    assert options == {"method": "POST", "keepalive": True, "credentials": "omit"}


def test_campaigns(visit: Visit, collector: Collector) -> None:
    """The three parameters, decoded; a page without a referrer has an empty one."""
    visit("/?utm_source=news+letter&utm_medium=e%2Dmail&utm_campaign=%F0%9F%8E%BF&utm_term=no")
    (event,) = collector.events(1)
    assert (event["utm_source"], event["utm_medium"]) == ("news letter", "e-mail")
    assert event["utm_campaign"] == "🎿"
    assert event["referrer"] == ""
    assert "utm_term" not in event


LATE = """() => {
    const script = document.createElement('script');
    script.src = '%s/js/tracker.js';
    script.dataset.id = 'late';
    script.defer = true;
    document.head.append(script);
}"""
NOTE_WHEN = """
    addEventListener('DOMContentLoaded', () => { window.parsed = true }, true);
    const sent = window.fetch;
    window.fetch = (...call) => { window.parsedWhenSent = window.parsed; return sent(...call); };
"""


@pytest.mark.parametrize(
    ("how", "script"),
    [
        ("at once", "<script data-id='late' src='{url}/js/tracker.js'></script>"),
        ("deferred", "<script data-id='late' defer src='{url}/js/tracker.js'></script>"),
        ("async", "<script data-id='late' async src='{url}/js/tracker.js'></script>"),
        ("when parsed", "<script>addEventListener('DOMContentLoaded', {late})</script>"),
        ("when loaded", "<script>addEventListener('load', () => setTimeout({late}, 50))</script>"),
    ],
)  # fmt: skip
def test_the_moment(
    context: BrowserContext,
    files: Files,
    site: str,
    collector: Collector,
    how: str,
    script: str,
) -> None:
    """One page view, when the document is parsed, however late the tracker is."""
    script = script.format(url=collector.url, late=LATE % collector.url)
    files["/"] = document(script, LONG)
    page = context.new_page()
    page.add_init_script(NOTE_WHEN)
    page.goto(site)
    assert collector.types(1) == ["page_view"]
    assert page.evaluate("window.parsedWhenSent") is True
    settle(page)
    assert collector.types(1) == ["page_view"]


HIDDEN = "Object.defineProperty(document, 'hidden', { configurable: true, value: true });"


def test_a_page_that_opens_in_the_background(visit: Visit, collector: Collector) -> None:
    """Is seen when somebody looks; what it tracks by itself before, follows the page view."""
    page = visit("/", before=HIDDEN)
    track(page, "'early', { at: 1 }")
    settle(page)
    assert collector.told == []
    page.evaluate("hide(false)")
    view, early = sorted(collector.events(2), key=lambda event: event["event_type"], reverse=True)
    assert view["event_type"] == "page_view"
    assert early["properties"] == {"at": 1, "event_name": "early"}


def test_a_page_that_nobody_saw(visit: Visit, collector: Collector) -> None:
    """Had no view and was not closed either."""
    page = visit("/", LONG, before=HIDDEN)
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    settle(page)
    page.close(run_before_unload=True)
    assert collector.told == []


def test_a_prerendered_page(visit: Visit, collector: Collector) -> None:
    """Is viewed when it is shown."""
    before = "Object.defineProperty(document, 'prerendering', { configurable: true, value: true });"
    page = visit("/", before=before)
    settle(page)
    assert collector.told == []
    page.evaluate(
        """() => {
            Object.defineProperty(document, 'prerendering', { value: false });
            document.dispatchEvent(new Event('prerenderingchange'));
        }"""
    )
    assert collector.types(1) == ["page_view"]
    settle(page)
    assert collector.types(1) == ["page_view"]


def test_a_page_that_comes_back(visit: Visit, collector: Collector) -> None:
    """From the back/forward cache: another view, whose scrolling and closing count anew."""
    page = visit("/", LONG)
    scroll(page, 700)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    scroll(page, 800)
    page.evaluate("hide(true)")
    assert collector.types(6) == sorted(["page_view", "scroll_25", "close_tab"] * 2)


def test_a_page_that_really_comes_back(browser: Browser, files: Files, site: str) -> None:
    """In a browser that keeps the pages it leaves, which those of the other tests do not."""
    other = browser.browser_type.launch(
        executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
        args=CHROMIUM_FLAGS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    with recording_collector() as collector:
        files["/"] = document(tag(collector))
        files["/away"] = document("")
        page = other.new_page()
        page.goto(site)
        page.evaluate("window.kept = true")
        page.goto(f"{other_name(site)}/away")
        assert collector.types(2) == ["close_tab", "page_view"]
        page.go_back(wait_until="commit")
        assert collector.types(3) == ["close_tab", "page_view", "page_view"]
        assert page.evaluate("window.kept") is True
        page.close(run_before_unload=True)
        assert collector.types(4) == ["close_tab", "close_tab", "page_view", "page_view"]
    other.close()


def test_the_tracker_twice(
    context: BrowserContext, files: Files, site: str, collector: Collector
) -> None:
    """Counts once."""
    files["/"] = document(tag(collector) * 2 + tag(collector, id="other"))
    page = context.new_page()
    page.goto(site)
    settle(page)
    track(page, "'once'")
    assert collector.types(2) == ["custom", "page_view"]
    settle(page)
    assert len(collector.told) == 2


# ---- close_tab


@pytest.mark.parametrize("how", ["closed", "left", "reloaded"])
def test_close_tab(visit: Visit, collector: Collector, site: str, how: str) -> None:
    """Once, by a beacon, when the page really goes."""
    page = visit("/a?b=c")
    collector.events(1)
    if how == "closed":
        page.close(run_before_unload=True)
    elif how == "left":
        page.goto("about:blank")
    else:
        page.reload()
    events = collector.events(3 if how == "reloaded" else 2)
    (closing,) = of_type(events, "close_tab")
    assert closing == {
        "website_id": WEBSITE,
        "event_type": "close_tab",
        "url": f"{site}/a?b=c",
        "path": "/a",
        "referrer": "",
        "screen_width": 1000,
        "screen_height": 660,
    }
    (request,) = (told for told in collector.told if told.event is closing)
    assert request.headers["Content-Type"] == "text/plain;charset=UTF-8"


def test_switching_tabs(visit: Visit, collector: Collector) -> None:
    """Once for each time that the page was visible."""
    page = visit()
    page.evaluate("hide(true); hide(true); dispatchEvent(new Event('pagehide'))")
    assert collector.types(2) == ["close_tab", "page_view"]
    page.evaluate("hide(false); hide(false); hide(true)")
    assert collector.types(3) == ["close_tab", "close_tab", "page_view"]
    settle(page)
    assert len(collector.told) == 3


# ---- scroll


def test_scrolling(visit: Visit, collector: Collector) -> None:
    """Each depth once, when it is reached: a page of 2,640 on a window of 660 has 1,980 to go."""
    page = visit("/", LONG)
    for top, seen in ((494, 0), (495, 1), (200, 1), (989, 1), (990, 2), (1484, 2), (1485, 3)):
        scroll(page, top)
        assert len(of_type(collector.events(1 + seen), f"scroll_{seen * 25}")) == bool(seen)
    scroll(page, 0)
    scroll(page, 1980)
    assert collector.types(4) == ["page_view", "scroll_25", "scroll_50", "scroll_75"]
    assert len(collector.told) == 4


def test_a_jump_to_the_end(visit: Visit, collector: Collector) -> None:
    """Passes all depths."""
    page = visit("/", LONG)
    scroll(page, 5000)
    assert collector.types(4) == ["page_view", "scroll_25", "scroll_50", "scroll_75"]


def test_a_page_that_fits(visit: Visit, collector: Collector) -> None:
    """Has no depth, not even when something inside it scrolls."""
    inner = f'<div id="inner" style="height: 300px; overflow: auto">{LONG}</div>'
    page = visit("/", inner)
    page.evaluate("inner.scrollTo(0, 2000); dispatchEvent(new Event('scroll'))")
    settle(page)
    assert collector.types(1) == ["page_view"]


# ---- outbound_link

LINKS = """
<a id="out" href="https://user:pass@elsewhere.example/a?b=c#d" onclick="return false"><b>out</b></a>
<a id="stopped" href="http://elsewhere.example/" onclick="event.stopPropagation(); return false">s</a>
<a id="port" href="http://localhost:1/" onclick="return false">another port</a>
<a id="here" href="/next" onclick="return false">here</a>
<a id="mail" href="mailto:a@elsewhere.example" onclick="return false">mail</a>
<a id="code" href="javascript:void 0">code</a>
<a id="none" name="anchor">none</a>
<p id="text">text</p>
<x-link id="shadow"></x-link>
<svg width="50" height="20"><a id="drawn" href="https://elsewhere.example/"><text y="15">svg</text></a></svg>
<script>
  shadow.attachShadow({ mode: 'open' }).innerHTML =
    '<a href="https://inside.example/" onclick="return false">shadow</a>';
  drawn.addEventListener('click', event => event.preventDefault());
</script>
"""


def test_clicks(visit: Visit, collector: Collector) -> None:
    """A link to another host is told, without what only its owner should know; nothing else is."""
    page = visit("/", LINKS)
    for element in ("#out b", "#stopped", "#port", "#shadow a"):
        page.click(element)
    for element in ("#here", "#mail", "#code", "#none", "#text", "#drawn"):
        page.click(element)
    page.click("#out", button="right")
    told = of_type(collector.events(5), "outbound_link")
    assert sorted(event["properties"]["url"] for event in told) == [
        "http://elsewhere.example/",
        "http://localhost:1/",
        "https://elsewhere.example/a?b=c",
        "https://inside.example/",
    ]
    assert {len(event["properties"]) for event in told} == {1}
    settle(page)
    assert len(collector.told) == 5


def test_a_middle_click(visit: Visit, collector: Collector) -> None:
    """Opens a tab, and is told as well."""
    page = visit("/", LINKS)
    page.evaluate(
        """out.dispatchEvent(new MouseEvent('auxclick',
            { button: 1, bubbles: true, composed: true, cancelable: true }))"""
    )
    assert collector.types(2) == ["outbound_link", "page_view"]


def test_a_link_is_followed_at_once(
    visit: Visit, files: Files, collector: Collector, site: str
) -> None:
    """The visitor is away, and the event arrives."""
    files["/away"] = document("")
    page = visit("/", f'<a id="out" href="{other_name(site)}/away">out</a>')
    page.click("#out")
    assert collector.types(3) == ["close_tab", "outbound_link", "page_view"]


# ---- custom events


def test_custom_events(visit: Visit, site: str, collector: Collector) -> None:
    """The documented call, and by the other name."""
    page = visit("/pricing")
    track(page, '"signup_complete", { plan: "pro", source: "pricing_page" }')
    page.evaluate("piste.track('bare')")
    events = of_type(collector.events(3), "custom")
    signup, bare = sorted(events, key=lambda event: -len(event["properties"]))
    assert signup == {
        "website_id": WEBSITE,
        "event_type": "custom",
        "url": f"{site}/pricing",
        "path": "/pricing",
        "referrer": "",
        "screen_width": 1000,
        "screen_height": 660,
        "properties": {"plan": "pro", "source": "pricing_page", "event_name": "signup_complete"},
    }
    assert bare["properties"] == {"event_name": "bare"}


@pytest.mark.parametrize(
    ("arguments", "properties"),
    [
        ("'é\\u0000🎿', { 'naïve': '漢字' }", {"naïve": "漢字", "event_name": "é\0🎿"}),
        ("'a', { event_name: 'b' }", {"event_name": "a"}),
        ("'a', null", {"event_name": "a"}),
        ("'a', { b: undefined, c: null, d: NaN }", {"c": None, "d": None, "event_name": "a"}),
        ("'a', { b: { c: [1, '2', true] } }", {"b": {"c": [1, "2", True]}, "event_name": "a"}),
        ("", {}),
        ("'a', 1, 2, 3", {"event_name": "a"}),
        ("'a', window.self", None),
        ("'a', { b: 1n }", None),
        ("Symbol.iterator", {}),
        ("'a', { get b() { throw new Error('b') } }", None),
        ("'a', { toJSON() { throw new Error('b') } }", None),
    ],
)
def test_any_properties(
    visit: Visit, collector: Collector, arguments: str, properties: Any
) -> None:
    """What JSON can say is told; what it cannot say is no error of the page."""
    page = visit()
    track(page, arguments)
    settle(page)
    events = of_type(collector.events(1 if properties is None else 2), "custom")
    assert [event["properties"] for event in events] == [properties] * (properties is not None)


STUB = """<script>
    window.analytics = window.analytics || { q: [], track: (...call) => analytics.q.push(call) };
    analytics.track("first", { at: 1 });
</script>"""
LIST = """<script>
    window.analytics = window.analytics || { q: [] };
    analytics.q.push(["first", { at: 1 }]);
</script>"""


@pytest.mark.parametrize("head", [STUB, LIST, STUB.replace("analytics", "piste")])
def test_what_was_tracked_before_the_tracker_was_there(
    visit: Visit, collector: Collector, head: str
) -> None:
    """Is not lost, and the same lines go on to work."""
    page = visit("/", head=head)
    name = "piste" if "piste" in head else "analytics"
    page.evaluate(f"{name}.q.push(['second'])")
    track(page, "'third'")
    events = of_type(collector.events(4), "custom")
    told = sorted(event["properties"]["event_name"] for event in events)
    assert told == ["first", "second", "third"]
    settle(page)
    assert len(collector.told) == 4


def test_what_waits_has_a_bound(visit: Visit, collector: Collector) -> None:
    """A page that nobody sees does not fill the memory: 99 calls wait."""
    page = visit("/", before=HIDDEN)
    page.evaluate("for (let i = 0; i < 150; i++) analytics.track('early', { i })")
    page.evaluate("hide(false)")
    told = of_type(collector.events(100), "custom")
    assert sorted(event["properties"]["i"] for event in told) == list(range(99))
    settle(page)
    assert len(collector.told) == 100


def test_a_last_word(visit: Visit, collector: Collector) -> None:
    """What a page tracks while it goes away arrives."""
    page = visit("/", "<script>addEventListener('pagehide', () => analytics.track('bye'))</script>")
    collector.events(1)
    page.goto("about:blank")
    assert collector.types(3) == ["close_tab", "custom", "page_view"]


def test_somebody_elses_analytics(visit: Visit, collector: Collector) -> None:
    """What another product's `track` is told is not told to us; ours is `piste.track`."""
    head = (
        "<script>window.heard = []; window.analytics = { track: (...c) => heard.push(c) }</script>"
    )
    page = visit("/", head=head)
    track(page, "'theirs', { email: 'a@b.example' }")
    page.evaluate("piste.track('ours')")
    (ours,) = of_type(collector.events(2), "custom")
    assert ours["properties"] == {"event_name": "ours"}
    assert page.evaluate("heard") == [["theirs", {"email": "a@b.example"}]]
    settle(page)
    assert len(collector.told) == 2


def test_what_else_is_called_analytics(visit: Visit, collector: Collector) -> None:
    """An object without `track` keeps what it has; an element of that id may be one."""
    page = visit("/", '<p id="piste"></p>', "<script>window.analytics = { user: 1 }</script>")
    track(page, "'a'")
    page.evaluate("piste.track('b')")
    assert collector.types(3) == ["custom", "custom", "page_view"]
    assert page.evaluate("[analytics.user, piste.tagName]") == [1, "P"]
