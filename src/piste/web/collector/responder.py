"""What an event request is answered, and what is recorded of it.

Room:   the collector's rules, pure but for the id generator it is handed: request in, reply out.
Limits: decides; recording the payload and sending the answer are `app`'s.
Source: snowplow.md 1.2 and 1.3.
"""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple

from piste.events.payload import CollectorPayload
from piste.web.collector.answers import (
    NO_CONTENT_HEADERS,
    OK,
    OK_HEADERS,
    PIXEL,
    PIXEL_HEADERS,
    Answer,
    Header,
)
from piste.web.collector.cookies import SetCookies
from piste.web.collector.origins import cors_headers
from piste.web.collector.recording import payload_of
from piste.web.collector.redirects import bounce_location, redirect_target
from piste.web.collector.request import Request
from piste.web.collector.settings import CollectorSettings

ANONYMOUS_ID = "00000000-0000-0000-0000-000000000000"
_NO_CACHE: Header = (b"cache-control", b"no-cache, no-store, must-revalidate")


class Reply(NamedTuple):
    """`payload` must be safe before `answer` is sent; None when there is nothing to record."""

    answer: Answer
    payload: CollectorPayload | None


class Responder:
    """The rules of one collector, with its settings."""

    def __init__(
        self, settings: CollectorSettings, *, new_uuid: Callable[[], str], collector_name: str
    ) -> None:
        self._cookie_name = settings.cookie.name
        self._cookies = SetCookies(settings.cookie)
        self._do_not_track = settings.do_not_track
        self._refusal = re.compile(settings.do_not_track.value)
        self._bounce = settings.cookie_bounce
        scheme_header = settings.cookie_bounce.forwarded_protocol_header
        self._scheme_header = scheme_header.lower().encode() if scheme_header else None
        self._redirect_domains = frozenset(
            domain.lower() for domain in settings.redirects.redirect_domains
        )
        self._record_hostname = settings.record_hostname
        self._new_uuid = new_uuid
        self._collector_name = collector_name

    def reply(self, request: Request, path: str, body: str | None, now_ms: int) -> Reply:
        """The reply to an event. `path` is the mapped one; `body` is None unless it is a POST."""
        is_pixel = body is None
        is_redirect = path.startswith("/r/")
        refuses_tracking = self._refuses_tracking(request)
        known_id = self._known_id(request)
        network_userid = known_id or self._new_uuid()

        headers = [] if refuses_tracking else self._set_cookies(request, network_userid, now_ms)
        if is_pixel:
            headers.append(_NO_CACHE)
        headers += cors_headers(request)
        if is_redirect:
            answer = self._redirect(request, headers)
        elif not is_pixel:
            answer = Answer(HTTPStatus.OK, [*headers, *OK_HEADERS], OK)
        elif self._bounce.enabled and known_id is None and not refuses_tracking:
            location = bounce_location(request, self._bounce.name, self._scheme_header)
            return Reply(_found(location, headers), None)
        else:
            answer = Answer(HTTPStatus.OK, [*headers, *PIXEL_HEADERS], PIXEL)
        if refuses_tracking:
            return Reply(answer, None)
        payload = payload_of(
            request,
            path=path,
            body=body,
            network_userid=network_userid,
            timestamp_ms=now_ms,
            collector=self._collector_name,
            record_hostname=self._record_hostname,
        )
        return Reply(answer, payload)

    def _known_id(self, request: Request) -> str | None:
        """The network user id that the request brings along; an empty one counts as absent."""
        if request.is_anonymous:
            return ANONYMOUS_ID
        known_id = request.parameter("nuid") or request.cookie(self._cookie_name)
        if (
            not known_id
            and self._bounce.enabled
            and request.parameter(self._bounce.name) is not None
        ):
            return self._bounce.fallback_network_userid
        return known_id

    def _set_cookies(self, request: Request, network_userid: str, now_ms: int) -> list[Header]:
        if request.is_anonymous:
            return self._cookies.delete(request, now_ms // 1000)
        return self._cookies.keep(network_userid, request, now_ms // 1000)

    def _refuses_tracking(self, request: Request) -> bool:
        if not self._do_not_track.enabled:
            return False
        value = request.cookie(self._do_not_track.name)
        return value is not None and self._refusal.fullmatch(value) is not None

    def _redirect(self, request: Request, headers: list[Header]) -> Answer:
        target = redirect_target(request.parameter("u"), self._redirect_domains)
        if target is None:
            return Answer(HTTPStatus.BAD_REQUEST, [*headers, *NO_CONTENT_HEADERS])
        return _found(target, headers)


def _found(location: bytes, headers: list[Header]) -> Answer:
    return Answer(HTTPStatus.FOUND, [*headers, (b"location", location), *NO_CONTENT_HEADERS])
