"""A web site that Piste's own tracker watches, and a collector that writes down what it is told.

Room:   the collector answers as Piste's `/api/v1/collect` does, CORS included, and serves the tracker.
Limits: a page's requests are seen twice, by the browser as it sends them and by the collector.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files

from playwright.sync_api import Page, ViewportSize

from ..harness import WAIT_SECONDS, Json, _Handler, _serving

Files = dict[str, tuple[str, bytes]]
Visit = Callable[..., Page]

WEBSITE = "550e8400-e29b-41d4-a716-446655440000"
TRACKER = files("piste.web.tracker").joinpath("tracker.js").read_bytes()
HTML = "text/html; charset=utf-8"
SIZE: ViewportSize = {"width": 1000, "height": 660}
LONG = '<div style="height: 2640px">A page of four windows.</div>'
HIDE = """
    window.hide = hidden => {
        Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    };
"""
"""Headless pages are always visible, so that being hidden is played, but for pages that really go."""


@dataclass(frozen=True)
class Told:
    """A request to `/api/v1/collect`, or to another path that is not the tracker's."""

    method: str
    path: str
    headers: Mapping[str, str]
    event: Json


@dataclass
class Collector:
    """What was told, in the order of arrival."""

    url: str = ""
    told: list[Told] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def hear(self, told: Told) -> None:
        with self.changed:
            self.told.append(told)
            self.changed.notify_all()

    def requests(self, count: int) -> list[Told]:
        """All that came, once there are `count`, or the time is up."""
        with self.changed:
            self.changed.wait_for(lambda: len(self.told) >= count, WAIT_SECONDS)
            return list(self.told)

    def events(self, count: int) -> list[Json]:
        """The bodies of `requests`."""
        return [told.event for told in self.requests(count)]

    def types(self, count: int) -> list[str]:
        """The types of `events`, sorted: requests overtake each other."""
        return sorted(event["event_type"] for event in self.events(count))


@contextmanager
def recording_collector() -> Iterator[Collector]:
    """A collector on 127.0.0.1."""
    collector = Collector()

    class Handler(_Handler):
        def do_GET(self) -> None:  # noqa: N802
            if self.path.startswith("/js/"):
                self.answer(200, "application/javascript; charset=utf-8", TRACKER)
            else:
                self._hear({})
                self.answer(404, "text/plain", b"no such page")

        def do_POST(self) -> None:  # noqa: N802
            self._hear(json.loads(self.body()))
            body = b'{"status":"accepted"}'
            self.send_response(202)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            # Without an Origin there is nobody to allow.
            if self.headers["Origin"]:
                self.send_header("Access-Control-Allow-Origin", self.headers["Origin"])
                self.send_header("Access-Control-Allow-Credentials", "true")
            self.send_header("Vary", "Origin")
            self.end_headers()
            self.wfile.write(body)

        def do_OPTIONS(self) -> None:  # noqa: N802
            self._hear({})
            self.answer(204, "text/plain", b"")

        def _hear(self, event: Json) -> None:
            collector.hear(Told(self.command, self.path, dict(self.headers), event))

    with _serving(Handler) as port:
        collector.url = f"http://127.0.0.1:{port}"
        yield collector


def document(script: str, body: str = "", head: str = "") -> tuple[str, bytes]:
    """A page, for `serving_files`."""
    text = f"""<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Hats</title>
    <link rel="icon" href="data:,">
    {head}
    {script}
  </head>
  <body style="margin: 0">{body}</body>
</html>"""
    return HTML, text.encode()


def tag(collector: Collector, **options: str) -> str:
    """The tracker's `<script>`; `respect_gpc=""` is `data-respect-gpc=""`."""
    data = {"id": WEBSITE} | options
    attributes = "".join(
        f' data-{name.replace("_", "-")}="{value}"' for name, value in data.items()
    )
    return f'<script defer{attributes} src="{collector.url}/js/tracker.js"></script>'


def other_name(site: str) -> str:
    """The same server, as a site of its own."""
    return site.replace("localhost", "127.0.0.1")


def settle(page: Page) -> None:
    """Wait until the page has painted twice and a request that came after all others is answered."""
    page.evaluate(
        """() => new Promise(done =>
            requestAnimationFrame(() => requestAnimationFrame(() => {
                const request = new XMLHttpRequest();
                request.onloadend = done;
                request.open('GET', '/settled');
                request.send();
            })))"""
    )


def scroll(page: Page, top: float) -> None:
    page.evaluate(f"window.scrollTo(0, {top})")
    settle(page)


def track(page: Page, arguments: str) -> None:
    page.evaluate(f"window.analytics.track({arguments})")


def of_type(events: list[Json], name: str) -> list[Json]:
    return [event for event in events if event["event_type"] == name]
