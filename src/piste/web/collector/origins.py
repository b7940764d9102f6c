"""The origins a browser names, and what they may read.

Room:   pure; used for the CORS headers and for choosing a cookie's domain.
Limits: a cross-origin page is always allowed, with credentials: that is what a collector is for.
Source: snowplow.md 1.2; RFC 6454 section 7.
"""

from functools import lru_cache
from typing import NamedTuple

from piste.web.collector.answers import Header
from piste.web.collector.grammar import ORIGIN
from piste.web.collector.request import Request, text

_CREDENTIALS: Header = (b"access-control-allow-credentials", b"true")


class Origin(NamedTuple):
    """`text` is `scheme://host[:port]` as sent; `host` is lower-case."""

    text: str
    host: str


def origins(request: Request) -> tuple[Origin, ...]:
    """The origins in the `Origin` header, which may hold several; `null` and nonsense are none."""
    return _origins(request.fields.get(b"origin", b""))


def cors_headers(request: Request) -> tuple[Header, Header]:
    """The two headers that every answer to an event has: the first origin, or `*`."""
    return _cors_headers(request.fields.get(b"origin", b""))


@lru_cache(maxsize=128)
def _cors_headers(header: bytes) -> tuple[Header, Header]:
    named = _origins(header)
    allowed = named[0].text.encode() if named else b"*"
    return (b"access-control-allow-origin", allowed), _CREDENTIALS


@lru_cache(maxsize=128)
def _origins(header: bytes) -> tuple[Origin, ...]:
    matches = map(ORIGIN.fullmatch, text(header).split())
    return tuple(Origin(match[0], match["host"].lower()) for match in matches if match)
