"""Which requests are events, and what the others are answered.

Room:   pure: method and raw path in, a path to record or a ready answer out.
Limits: a path is split before it is decoded, so an escaped slash does not make a segment; a segment
        that holds one names no vendor. An empty segment names nothing either: `/vendor/version/`
        and `//vendor/version` are not found. Bytes that are not UTF-8 become U+FFFD.
Source: snowplow.md 1.1.
"""

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from piste.web.collector import answers
from piste.web.collector.answers import Answer
from piste.web.collector.settings import CollectorSettings

_EVENT_METHODS = frozenset({"POST", "GET", "HEAD"})
_PIXEL_METHODS = frozenset({"GET", "HEAD"})
_PIXELS = frozenset({"/i", "/ice.png"})


class Routes:
    """The routes of one collector; preflight requests are answered before."""

    def __init__(self, settings: CollectorSettings, healthy: Callable[[], bool]) -> None:
        self._paths = dict(settings.paths)
        self._redirects = settings.redirects.enable_default_redirect
        self._healthy = healthy
        self._pages = {
            "/robots.txt": answers.ROBOTS,
        }
        if settings.root_response.enabled:
            self._pages["/"] = answers.root_answer(settings.root_response)
        if settings.cross_domain.enabled:
            self._pages["/crossdomain.xml"] = answers.cross_domain_answer(settings.cross_domain)

    def find(self, method: str, raw_path: bytes) -> str | Answer:
        """The path to record when the request is an event; otherwise its answer."""
        segments = [_decoded(segment) for segment in raw_path.split(b"/")[1:]]
        path = "/" + "/".join(segments)
        if len(segments) == 2:
            return self._vendor_path(method, path, segments)
        if len(segments) != 1 or not raw_path.startswith(b"/"):
            return answers.NOT_FOUND
        if path in _PIXELS and method in _PIXEL_METHODS:
            return path
        return self._page(method, path)

    def _vendor_path(self, method: str, path: str, segments: list[str]) -> str | Answer:
        vendor, version = segments
        if vendor == "r" and not self._redirects:
            return answers.REDIRECTS_DISABLED
        named = vendor and version and path.count("/") == 2
        if method not in _EVENT_METHODS or not named:
            return answers.NOT_FOUND
        return self._paths.get(path, path)

    def _page(self, method: str, path: str) -> Answer:
        if method != "GET":
            return answers.NOT_FOUND
        if path == "/sink-health":
            return answers.HEALTHY if self._healthy() else answers.UNHEALTHY
        return self._pages.get(path, answers.NOT_FOUND)


def _decoded(segment: bytes) -> str:
    if b"%" in segment:
        segment = unquote_to_bytes(segment)
    return segment.decode("utf-8", "replace")
