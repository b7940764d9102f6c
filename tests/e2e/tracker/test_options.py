"""Piste's own tracker in a real Chromium: single-page applications, and what its attributes change."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Route

from .websites import (
    HTML,
    LONG,
    TRACKER,
    WEBSITE,
    Collector,
    Files,
    Visit,
    document,
    of_type,
    scroll,
    settle,
    tag,
    track,
)

# ---- single-page applications


def test_an_application_moves(visit: Visit, site: str, collector: Collector) -> None:
    """Each new path is a view, which comes from the one before; going back is one too."""
    page = visit("/?utm_source=mail#top", referer="https://t.co/abc123")
    page.evaluate("history.pushState({}, '', '/hats')")
    page.evaluate("history.pushState({}, '', '/hats/1?size=2#red')")
    page.go_back()
    told = {(e["path"], e["referrer"]): e for e in collector.events(4)}
    assert set(told) == {
        ("/", "https://t.co/abc123"),
        ("/hats", f"{site}/?utm_source=mail"),
        ("/hats/1", f"{site}/hats"),
        ("/hats", f"{site}/hats/1?size=2"),
    }
    assert {event["event_type"] for event in told.values()} == {"page_view"}
    assert "utm_source" not in told["/hats", f"{site}/?utm_source=mail"]
    assert told["/hats/1", f"{site}/hats"]["url"] == f"{site}/hats/1?size=2"


def test_what_is_no_move(visit: Visit, collector: Collector) -> None:
    """Another query or fragment, the same address again, and whatever replaces an entry."""
    page = visit("/hats")
    page.evaluate(
        """() => {
            history.pushState({}, '', '/hats?sort=price');
            history.pushState({}, '', '/hats#red');
            history.pushState({}, '', '/hats');
            history.pushState({}, '');
            history.replaceState({}, '', '/elsewhere');
            history.replaceState({}, '', '/hats');
            location.hash = '#blue';
        }"""
    )
    page.go_back()
    settle(page)
    assert collector.types(1) == ["page_view"]


def test_each_view_has_its_own_depth_and_end(visit: Visit, collector: Collector) -> None:
    """Scrolling and closing count anew."""
    page = visit("/", LONG)
    scroll(page, 1980)
    page.evaluate("hide(true); hide(false); scrollTo(0, 0); history.pushState({}, '', '/b')")
    scroll(page, 600)
    page.evaluate("hide(true)")
    told = [(event["path"], event["event_type"]) for event in collector.events(8)]
    assert sorted(told) == [
        ("/", "close_tab"),
        ("/", "page_view"),
        ("/", "scroll_25"),
        ("/", "scroll_50"),
        ("/", "scroll_75"),
        ("/b", "close_tab"),
        ("/b", "page_view"),
        ("/b", "scroll_25"),
    ]


def test_an_application_that_moves_unseen(visit: Visit, site: str, collector: Collector) -> None:
    """Is viewed where it is when somebody looks, and came from where the first page did."""
    before = "Object.defineProperty(document, 'hidden', { configurable: true, value: true });"
    page = visit("/", before=before, referer="https://t.co/abc123")
    page.evaluate("history.pushState({}, '', '/a'); history.pushState({}, '', '/b'); hide(false)")
    page.evaluate("history.pushState({}, '', '/c'); hide(true)")
    page.evaluate("history.pushState({}, '', '/d'); hide(false)")
    events = [e for e in collector.events(4) if e["event_type"] == "page_view"]
    assert sorted((event["path"], event["referrer"]) for event in events) == [
        ("/b", "https://t.co/abc123"),
        ("/c", f"{site}/b"),
        ("/d", f"{site}/c"),
    ]


def test_a_hundred_moves(visit: Visit, collector: Collector) -> None:
    """At once: none is lost, and none is told twice."""
    page = visit()
    page.evaluate("for (let i = 1; i <= 100; i++) history.pushState({ i }, '', `/page/${i}`)")
    paths = sorted(event["path"] for event in collector.events(101))
    assert paths == sorted(["/", *(f"/page/{i}" for i in range(1, 101))])
    assert page.evaluate("history.state") == {"i": 100}


def test_pushing_is_as_it_was(visit: Visit, collector: Collector) -> None:
    """Its answer and its errors are the browser's, and another one's wrapper is called as well."""
    before = """
        const push = history.pushState;
        window.pushed = [];
        history.pushState = function (...state) { pushed.push(state[2]); push.apply(this, state) };
    """
    page = visit("/", before=before)
    assert page.evaluate("typeof history.pushState({}, '', '/a')") == "undefined"
    refused = page.evaluate(
        """() => ['https://elsewhere.example/', '/b'].map((url, i) => {
            try { history.pushState(i ? () => 0 : {}, '', url) } catch (error) { return error.name }
        })"""
    )
    assert refused == ["SecurityError", "DataCloneError"]
    assert page.evaluate("pushed") == ["/a", "https://elsewhere.example/", "/b"]
    assert sorted(event["path"] for event in collector.events(2)) == ["/", "/a"]


def test_hash_routes(visit: Visit, site: str, collector: Collector) -> None:
    """With `data-hash` the fragment is part of the path."""
    page = visit("/app?a=1#/", hash="")
    page.evaluate("location.hash = '#/hats?size=2'")
    page.evaluate("history.pushState({}, '', '#/hats/1')")
    events = collector.events(3)
    assert sorted(event["path"] for event in events) == [
        "/app#/",
        "/app#/hats/1",
        "/app#/hats?size=2",
    ]
    assert {event["url"] for event in events} == {f"{site}/app?a=1"}
    assert {event["referrer"] for event in events} == {"", f"{site}/app?a=1"}


# ---- where to


@pytest.mark.parametrize("address", ["/stats/e?k=v", "../stats/e?k=v", "{url}/stats/e?k=v"])
def test_another_address(
    browser: Browser, files: Files, site: str, collector: Collector, address: str
) -> None:
    """`data-api` is where events go, as seen from the script."""
    files["/"] = document(tag(collector, api=address.format(url=collector.url)))
    page = browser.new_page()
    page.goto(site)
    (request,) = collector.requests(1)
    assert (request.method, request.path) == ("POST", "/stats/e?k=v")
    page.close()


def test_a_script_in_the_page(
    browser: Browser, files: Files, site: str, collector: Collector
) -> None:
    """Has no address of its own, so that `data-api` says it."""
    script = f'<script data-id="{WEBSITE}" data-api="{collector.url}/e">{TRACKER.decode()}</script>'
    files["/"] = document(script)
    page = browser.new_page()
    page.goto(site)
    (request,) = collector.requests(1)
    assert (request.path, request.event["event_type"]) == ("/e", "page_view")
    page.close()


# ---- what not


@pytest.mark.parametrize(
    ("exclude", "excluded", "told"),
    [
        ("/admin", ["/admin"], ["/admin/", "/administration", "/a/admin", "/Admin"]),
        ("/admin/*", ["/admin/", "/admin/a/b"], ["/admin", "/administration", "/a/admin/b"]),
        ("/admin/**", ["/admin", "/admin/", "/admin/a/b"], ["/administration"]),
        ("/*/edit", ["/a/edit"], ["/edit", "/a/b/edit", "/a/edit/b"]),
        ("/**/edit", ["/a/edit", "/a/b/edit"], ["/edit", "/a/b/edits"]),
        ("/*", ["/a", "/a/b", "/"], []),
        (" /a, /b ,/c/*,", ["/a", "/b", "/c/d"], ["/d", "/,"]),
        ("/a.c,/(ab)+$,/[x]", ["/a.c", "/(ab)+$", "/[x]"], ["/abc", "/ab", "/x"]),
        ("/%C3%A9", ["/\u00e9"], []),
        (",", [], ["/a", "/,"]),
    ],
)
def test_excluded_pages(
    visit: Visit, collector: Collector, exclude: str, excluded: list[str], told: list[str]
) -> None:
    """`data-exclude` lists paths; stars are those of content groups."""
    page = visit("/home", exclude=exclude)
    for path in (*excluded, *told):
        page.evaluate("path => history.pushState({}, '', path)", path)
    expected = told if exclude == "/*" else ["/home", *told]
    paths = [event["path"] for event in collector.events(len(expected))]
    settle(page)
    assert sorted(paths) == sorted(expected)
    assert len(collector.told) == len(expected)


def test_an_application_enters_an_excluded_page(visit: Visit, collector: Collector) -> None:
    """Nothing is told while it is there."""
    page = visit("/", LONG, exclude="/admin/*")
    page.evaluate("history.pushState({}, '', '/admin/users')")
    scroll(page, 1980)
    page.evaluate("hide(true); hide(false)")
    page.evaluate("history.pushState({}, '', '/out')")
    events = collector.events(2)
    assert sorted((event["path"], event["event_type"]) for event in events) == [
        ("/", "page_view"),
        ("/out", "page_view"),
    ]


def test_opting_out(visit: Visit, collector: Collector) -> None:
    """`tt_ignore` in the local storage counts from then on, without a reload."""
    page = visit("/", LONG)
    page.evaluate("localStorage.tt_ignore = true")
    scroll(page, 1980)
    track(page, "'no'")
    page.reload()
    page.evaluate("localStorage.tt_ignore = 'no'")
    track(page, "'yes'")
    assert collector.types(2) == ["custom", "page_view"]
    page.evaluate("localStorage.clear()")


SIGNAL = "Object.defineProperty(navigator, 'globalPrivacyControl', { value: %s });"


@pytest.mark.parametrize(
    ("signal", "options", "is_told"),
    [
        ("true", {"respect_gpc": ""}, False),
        ("true", {}, True),
        ("false", {"respect_gpc": ""}, True),
        ("undefined", {"respect_gpc": ""}, True),
    ],
)
def test_global_privacy_control(
    visit: Visit, collector: Collector, signal: str, options: dict[str, str], is_told: bool
) -> None:
    """Is respected with `data-respect-gpc`; the page may go on to call `track`."""
    page = visit("/", LONG, before=SIGNAL % signal, **options)
    pushes = page.evaluate("history.pushState.toString().includes('[native code]')")
    assert pushes is not is_told
    scroll(page, 600)
    if not is_told:
        page.evaluate("for (let i = 0; i < 1000; i++) analytics.track('no', { i })")
    settle(page)
    assert collector.types(2 * is_told) == ["page_view", "scroll_25"] * is_told


# ---- from where

HERE = [
    "http://localhost/",
    "http://shop.localhost:8000/",
    "http://127.0.0.1:8000/",
    "http://127.1.2.3/",
    "http://0.0.0.0:8000/",
    "http://[::1]:8000/",
]
ELSEWHERE = [
    "http://shop.example/",
    "http://127.example/",
    "http://localhost.example/",
    "http://mylocalhost/",
    "http://192.168.0.1/",
    "http://[2001:db8::1]/",
]
REMOTE = "https://stats.example"


def watch(context: BrowserContext, script: str) -> tuple[list[tuple[str, str]], list[str]]:
    """All the web is one page, but for a collector at `REMOTE`; what was told, and what the console says."""
    told: list[tuple[str, str]] = []
    said: list[str] = []

    def answer(route: Route) -> None:
        if route.request.url == f"{REMOTE}/api/v1/collect":
            event: Any = route.request.post_data_json
            told.append((event["url"], event["event_type"]))
            route.fulfill(status=202, headers={"Access-Control-Allow-Origin": "*"})
        elif route.request.url.endswith(".js"):
            route.fulfill(body=TRACKER, content_type="text/javascript")
        else:
            route.fulfill(body=document(script)[1], content_type=HTML)

    context.route("http*://**/*", answer)
    context.on("console", lambda message: said.append(message.text))
    return told, said


def script_of(collector: str, options: str = "") -> str:
    return f'<script defer data-id="a" {options} src="{collector}/js/tracker.js"></script>'


def test_work_on_the_site(browser: Browser) -> None:
    """Is not told to the collector of the real site, and the console says why."""
    context = browser.new_context()
    told, said = watch(context, script_of(REMOTE))
    page = context.new_page()
    for address in (*HERE, *ELSEWHERE):
        page.goto(address)
        track(page, "'tracked'")
    page.goto("about:blank")
    assert sorted(url for url, name in told if name == "page_view") == sorted(ELSEWHERE)
    assert sorted(url for url, name in told if name == "custom") == sorted(ELSEWHERE)
    assert said == ["Piste: no data-local"] * len(HERE)
    context.close()


def test_work_that_is_to_be_seen(browser: Browser) -> None:
    """`data-local` lets it be told."""
    context = browser.new_context()
    told, said = watch(context, script_of(REMOTE, "data-local"))
    page = context.new_page()
    page.goto("http://localhost/")
    track(page, "'tracked'")
    page.evaluate("new Promise(done => setTimeout(done, 100))")
    assert told == [("http://localhost/", "page_view"), ("http://localhost/", "custom")]
    assert said == []
    context.close()


@pytest.mark.parametrize(("options", "types"), [("", []), ("data-local", ["page_view"])])
def test_a_file(browser: Browser, tmp_path: Path, options: str, types: list[str]) -> None:
    """Is on this machine as well."""
    context = browser.new_context()
    told, said = watch(context, "")
    (tmp_path / "page.html").write_bytes(document(script_of(REMOTE, options))[1])
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    page.evaluate("new Promise(done => setTimeout(done, 100))")
    assert [name for _, name in told] == types
    assert said == ([] if options else ["Piste: no data-local"])
    context.close()


def test_a_local_collector_is_told_of_a_local_page(visit: Visit, collector: Collector) -> None:
    """Who tries Piste on a laptop needs no attribute; with it nothing changes."""
    visit("/")
    visit("/with", local="")
    assert [event["path"] for event in of_type(collector.events(2), "page_view")] == ["/", "/with"]
