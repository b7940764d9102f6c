"""Fixtures of the tests of Piste's own tracker: a site on localhost and a collector on another port.

Limits: each test ends with a browser that has nothing to complain of, no cookie, nothing stored, and no
        request but those for the site, the tracker and the events.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from ..harness import serving_files
from .websites import (
    HIDE,
    SIZE,
    Collector,
    Files,
    Visit,
    document,
    other_name,
    recording_collector,
    tag,
)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Files]]:
    """The site's origin, and its files, which tests fill."""
    files: Files = {}
    with serving_files(files) as origin:
        yield origin, files


@pytest.fixture
def files(served: tuple[str, Files]) -> Files:
    served[1].clear()
    served[1]["/settled"] = "text/plain", b""
    return served[1]


@pytest.fixture
def site(served: tuple[str, Files]) -> str:
    return served[0]


@pytest.fixture
def collector() -> Iterator[Collector]:
    with recording_collector() as collector:
        yield collector


@pytest.fixture
def complaints() -> list[str]:
    """What a browser's console says; a test that expects some takes them out."""
    return []


@pytest.fixture
def context(
    browser: Browser, site: str, collector: Collector, complaints: list[str]
) -> Iterator[BrowserContext]:
    """A browser without cookies, which is to have none when the test is over."""
    requests: list[str] = []

    def note_failure(request: Request) -> None:
        # An abort is the page's own doing: it went away before the answer came.
        if request.failure != "net::ERR_ABORTED":
            complaints.append(f"{request.method} {request.url}: {request.failure}")

    context = browser.new_context(viewport=SIZE)
    context.on("request", lambda request: requests.append(f"{request.method} {request.url}"))
    context.on("requestfailed", note_failure)
    context.on("console", lambda message: complaints.append(message.text))
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.add_init_script(HIDE)
    yield context
    assert context.storage_state() == {"cookies": [], "origins": []}
    context.close()
    assert complaints == []
    ours = f"POST {collector.url}/api/v1/collect", f"GET {collector.url}/js/tracker.js"
    pages = f"GET {site}/", f"GET {other_name(site)}/"
    assert [r for r in requests if not r.startswith(pages) and r not in ours] == []
    # No browser had to ask beforehand whether it may.
    assert {told.method for told in collector.told} <= {"POST"}


@pytest.fixture
def visit(context: BrowserContext, site: str, files: Files, collector: Collector) -> Visit:
    """Opens a page with the tracker on it. `before` is JavaScript that runs before the page's own, and
    other names are options of the tracker."""

    def open_page(
        address: str = "/",
        body: str = "",
        head: str = "",
        before: str = "",
        referer: str | None = None,
        **options: str,
    ) -> Page:
        path = address.partition("?")[0].partition("#")[0]
        files[path] = document(tag(collector, **options), body, head)
        page = context.new_page()
        page.add_init_script(before)
        page.goto(site + address, referer=referer)
        return page

    return open_page
