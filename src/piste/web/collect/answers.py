"""Answers of `/api/v1/collect`, and what scripts of other origins may read of them.

Room:   plain values; `app` sends them.
Limits: every origin is allowed, with credentials, though no cookie is ever read or set: browsers send beacons
        with credentials and want to be told that they may. The origin `null` cannot be told so.
Source: TinyTrail's API, `/api/v1/collect`, "Response Format"; WHATWG Fetch, "CORS protocol".
"""

from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

from piste.jsontext import encode
from piste.web.collector.grammar import ORIGIN

Header = tuple[bytes, bytes]

CODES = {
    HTTPStatus.BAD_REQUEST: "INVALID_PAYLOAD",
    HTTPStatus.METHOD_NOT_ALLOWED: "METHOD_NOT_ALLOWED",
    HTTPStatus.REQUEST_TIMEOUT: "REQUEST_TIMEOUT",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "PAYLOAD_TOO_LARGE",
    HTTPStatus.TOO_MANY_REQUESTS: "RATE_LIMITED",
    HTTPStatus.SERVICE_UNAVAILABLE: "UNAVAILABLE",
}

REASON = b"x-piste-reason"

_JSON: Header = (b"content-type", b"application/json")
_CREDENTIALS: Header = (b"access-control-allow-credentials", b"true")
_ANY_ORIGIN: Header = (b"access-control-allow-origin", b"*")
_COMMON: tuple[Header, ...] = (
    (b"vary", b"Origin"),
    (b"access-control-expose-headers", b"Retry-After, X-Piste-Reason"),
    (b"cache-control", b"no-store"),
)
_METHODS = b"POST, OPTIONS"


class Answer(NamedTuple):
    """Without the headers that depend on the origin."""

    status: int
    headers: tuple[Header, ...] = ()
    body: bytes = b""


def _json_answer(status: HTTPStatus, json: object, headers: Iterable[Header] = ()) -> Answer:
    body = encode(json)
    return Answer(status, (_JSON, (b"content-length", b"%d" % len(body)), *headers), body)


ACCEPTED = _json_answer(HTTPStatus.ACCEPTED, {"status": "accepted"})
DROPPED = Answer(HTTPStatus.NO_CONTENT)
PREFLIGHT = Answer(
    HTTPStatus.NO_CONTENT,
    (
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-allow-headers", b"Content-Type"),
        (b"access-control-max-age", b"86400"),
    ),
)


def dropped_because(reason: str) -> Answer:
    """Said to who is setting a website up."""
    printable = reason.encode("ascii", "replace")
    return Answer(HTTPStatus.NO_CONTENT, ((REASON, printable),))


def refusal(status: HTTPStatus, message: str, headers: Iterable[Header] = ()) -> Answer:
    """Nothing is recorded."""
    error = {"code": CODES[status], "message": message}
    return _json_answer(status, {"status": "error", "error": error}, headers)


WRONG_METHOD = refusal(
    HTTPStatus.METHOD_NOT_ALLOWED, "Wanted: POST or OPTIONS", [(b"allow", _METHODS)]
)


def too_many(wait_seconds: int) -> Answer:
    return _later(
        HTTPStatus.TOO_MANY_REQUESTS,
        f"Too many requests; try again in {wait_seconds} s",
        wait_seconds,
    )


def overloaded(wait_seconds: int) -> Answer:
    message = f"Overloaded; try again in {wait_seconds} s"
    return _later(HTTPStatus.SERVICE_UNAVAILABLE, message, wait_seconds)


def _later(status: HTTPStatus, message: str, wait_seconds: int) -> Answer:
    return refusal(status, message, [(b"retry-after", b"%d" % wait_seconds)])


@lru_cache(maxsize=256)
def headers_for(origin: bytes | None) -> tuple[Header, ...]:
    """Of every answer to who names that origin."""
    if origin is None:
        return (_ANY_ORIGIN, _CREDENTIALS, *_COMMON)
    if ORIGIN.fullmatch(origin.decode("latin-1")) is None:
        return (_ANY_ORIGIN, *_COMMON)
    return ((b"access-control-allow-origin", origin), _CREDENTIALS, *_COMMON)
