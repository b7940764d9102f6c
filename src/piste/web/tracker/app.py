"""`/js/tracker.js` as one raw ASGI callable.

Room:   from a request to the script, plain or gzipped, or to the news that the browser has it already.
Limits: the script is read and compressed once, when this is made; it is the same for every website.
Source: TinyTrail API, "Static Assets"; RFC 9110, 8.8.3, 12.5.3 and 13.1.2.
"""

import gzip
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from http import HTTPStatus
from importlib.resources import files
from typing import Any

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Header = tuple[bytes, bytes]

TRACKER_PATH = "/js/tracker.js"
ALIAS = "/js/p.js"
"""Lists of what to block know the other name, whatever the script does."""

_TEXT = (b"content-type", b"text/plain; charset=utf-8")
_SCRIPT = (b"content-type", b"application/javascript; charset=utf-8")
_FOR_EVERY_SITE: tuple[Header, ...] = (
    (b"access-control-allow-origin", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"x-content-type-options", b"nosniff"),
)
_CACHING: tuple[Header, ...] = (
    (b"cache-control", b"public, max-age=86400"),
    (b"vary", b"Accept-Encoding"),
)
_TAG = re.compile(rb'"[^"]*"')
_NO_WEIGHT = re.compile(rb"q\s*=\s*0(\.0*)?", re.IGNORECASE)


class TrackerScript:
    """Serves `paths`."""

    def __init__(self, alias: str = ALIAS) -> None:
        """`alias` is a second path of the script."""
        self.paths = (TRACKER_PATH, alias)
        self._plain = files("piste.web.tracker").joinpath("tracker.js").read_bytes()
        self._gzipped = gzip.compress(self._plain, 9, mtime=0)
        self._digest = hashlib.sha256(self._plain).hexdigest()[:32].encode()

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answers one HTTP request; refuses a WebSocket. Raises `ValueError` for other scopes."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
            return
        if scope["type"] != "http":
            raise ValueError(f"the tracker is served over HTTP, not {scope['type']}")
        status, headers, body = self._answer(scope)
        if status != HTTPStatus.NOT_MODIFIED:
            headers.append((b"content-length", b"%d" % len(body)))
        headers.extend(_FOR_EVERY_SITE)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        sent = b"" if scope["method"] == "HEAD" else body
        await send({"type": "http.response.body", "body": sent})

    def _answer(self, scope: Mapping[str, Any]) -> tuple[HTTPStatus, list[Header], bytes]:
        if scope["path"] not in self.paths:
            return HTTPStatus.NOT_FOUND, [_TEXT], b"There is no such script."
        if scope["method"] not in ("GET", "HEAD"):
            return HTTPStatus.METHOD_NOT_ALLOWED, [(b"allow", b"GET, HEAD"), _TEXT], b"Only GET."
        gzipped = _takes_gzip(_values(scope["headers"], b"accept-encoding"))
        # Two representations are two strong tags.
        tag = b'"%b%b"' % (self._digest, b"-gzip" if gzipped else b"")
        headers = [(b"etag", tag), *_CACHING]
        if _names(_values(scope["headers"], b"if-none-match"), tag):
            return HTTPStatus.NOT_MODIFIED, headers, b""
        headers.append(_SCRIPT)
        if not gzipped:
            return HTTPStatus.OK, headers, self._plain
        return HTTPStatus.OK, [*headers, (b"content-encoding", b"gzip")], self._gzipped


def _values(headers: Iterable[Header], name: bytes) -> bytes:
    return b",".join(value for key, value in headers if key.lower() == name)


def _takes_gzip(accepted: bytes) -> bool:
    """Whether gzip is in an `Accept-Encoding`, by its name and not with a weight of 0."""
    for coding in accepted.split(b","):
        name, *parameters = (part.strip() for part in coding.split(b";"))
        if name.lower() == b"gzip":
            return not any(_NO_WEIGHT.fullmatch(parameter) for parameter in parameters)
    return False


def _names(condition: bytes, tag: bytes) -> bool:
    """Whether an `If-None-Match` holds the tag; a weak one counts too."""
    return condition.strip() == b"*" or tag in _TAG.findall(condition)
