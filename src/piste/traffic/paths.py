"""A page's path, in the one form under which it is counted.

Room:   pure.
Limits: at most MAX_BYTES bytes of UTF-8. Nothing is collapsed and no case is changed; a trailing slash stays
        unless the website wants it away.
Source: TinyTrail's API, `path` of `POST /api/v1/collect`; RFC 3986 section 2.3 for the unreserved characters.
"""

import re

from piste.traffic.texts import clean

MAX_BYTES = 2_048

_END = re.compile(r"[?#]")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_CUT_ESCAPE = re.compile(r"%[0-9A-Fa-f]?\Z")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def normalised_path(path: str | None, *, drops_trailing_slash: bool = False) -> str:
    """Without query and fragment, but `/#/route` and `#/route` keep the route, as `/#/route`."""
    # Three times: an escape of three characters may become one.
    text = clean(path, 3 * MAX_BYTES)
    route = text.removeprefix("/")
    is_route = route.startswith("#/")
    if is_route:
        text = route[1:]
    text = _END.split(text, maxsplit=1)[0].rstrip()
    if "%" in text:
        text = _ESCAPE.sub(_decoded, text)
    if drops_trailing_slash and len(text) > 1:
        text = text.rstrip("/")
    if is_route:
        text = f"/#{text or '/'}"
    return _cut(text) or "/"


def _decoded(escape: re.Match[str]) -> str:
    code = int(escape[1], 16)
    return chr(code) if code in _UNRESERVED else escape[0]


def _cut(text: str) -> str:
    encoded = text.encode()
    if len(encoded) <= MAX_BYTES:
        return text
    return _CUT_ESCAPE.sub("", encoded[:MAX_BYTES].decode("utf-8", "ignore"))
