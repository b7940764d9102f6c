"""Answers, and those that never change.

Room:   plain values; `app` sends them. Header names are lower-case, as ASGI wants them.
Source: snowplow.md 1.1 and 1.2 (stream-collector `Routes.scala`, `Service.scala`).
"""

from base64 import b64decode
from collections.abc import Iterable
from http import HTTPStatus
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from piste.web.collector.settings import CrossDomainSettings, RootResponseSettings

Header = tuple[bytes, bytes]

PIXEL = b64decode("R0lGODlhAQABAPAAAP///wAAACH5BAUAAAAALAAAAAABAAEAAAICRAEAOw==")
"""A transparent GIF of one by one pixel, 43 bytes."""

PIXEL_HEADERS: tuple[Header, ...] = (
    (b"content-type", b"image/gif"),
    (b"content-length", b"%d" % len(PIXEL)),
)
OK = b"ok"
OK_HEADERS: tuple[Header, ...] = ((b"content-type", b"text/plain"), (b"content-length", b"2"))
NO_CONTENT_HEADERS: tuple[Header, ...] = ((b"content-length", b"0"),)

_TEXT = b"text/plain; charset=UTF-8"
_BODILESS_STATUSES = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_ROBOTS = "\n\n".join(
    f"User-agent: {name}\nDisallow: /" for name in ("*", "Googlebot", "AdsBot-Google")
)


class Answer(NamedTuple):
    """One HTTP answer. `headers` include the content length; a HEAD request gets no body."""

    status: int
    headers: list[Header]
    body: bytes = b""


def plain_answer(
    status: int, text: str, headers: Iterable[Header] = (), content_type: bytes = _TEXT
) -> Answer:
    body = text.encode()
    length = b"%d" % len(body)
    return Answer(
        status, [*headers, (b"content-type", content_type), (b"content-length", length)], body
    )


HEALTHY = plain_answer(HTTPStatus.OK, "ok")
UNHEALTHY = plain_answer(HTTPStatus.SERVICE_UNAVAILABLE, "Service Unavailable")
ROBOTS = plain_answer(HTTPStatus.OK, _ROBOTS)
NOT_FOUND = plain_answer(HTTPStatus.NOT_FOUND, "Not found")
REDIRECTS_DISABLED = plain_answer(HTTPStatus.NOT_FOUND, "redirects disabled")


def root_answer(settings: RootResponseSettings) -> Answer:
    headers = [(name.lower().encode(), value.encode()) for name, value in settings.headers.items()]
    body = settings.body.encode()
    if settings.status_code not in _BODILESS_STATUSES:
        headers.append((b"content-length", b"%d" % len(body)))
    return Answer(settings.status_code, headers, body)


def cross_domain_answer(settings: CrossDomainSettings) -> Answer:
    secure = "true" if settings.secure else "false"
    lines = (
        '<?xml version="1.0"?>',
        "<cross-domain-policy>",
        *(
            f'<allow-access-from domain={quoteattr(domain)} secure="{secure}" />'
            for domain in settings.domains
        ),
        "</cross-domain-policy>",
    )
    return plain_answer(HTTPStatus.OK, "\n".join(lines), content_type=b"text/xml")
