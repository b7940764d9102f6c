"""The collector as one raw ASGI callable: every path but `/micro/…`.

Room:   the effects around the pure modules beside it: reads the body, has the payload recorded,
        sends the answer. An answer of 200 or a redirect means that the payload is safe.
Limits: malformed HTTP never comes here: uvicorn answers it 400 in its own words. Its httptools parser
        refuses targets above 64 KiB but reads headers of any size before our limits see them; its
        h11 parser refuses both above 64 KiB. Connection counts and idle times are the server's.
Source: snowplow.md section 1.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from piste.events.payload import CollectorPayload
from piste.web.body import BodyReader, NoBody, Receive
from piste.web.collector.accept import Accept, AcceptOversized, Overloaded
from piste.web.collector.answers import NO_CONTENT_HEADERS, Answer, Header, plain_answer
from piste.web.collector.origins import cors_headers
from piste.web.collector.request import Request
from piste.web.collector.responder import Responder
from piste.web.collector.routes import Routes
from piste.web.collector.settings import CollectorSettings

Scope = Mapping[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_CLOSE: Header = (b"connection", b"close")
_REFUSED_BODIES = {
    NoBody.TOO_LARGE: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body too large", ()),
    NoBody.TOO_SLOW: (HTTPStatus.REQUEST_TIMEOUT, "body too slow", (_CLOSE,)),
    NoBody.INCOMPLETE: (HTTPStatus.BAD_REQUEST, "incomplete body", (_CLOSE,)),
}
_logger = logging.getLogger(__name__)


class Collector:
    """Serves collector requests until its server stops it."""

    def __init__(
        self,
        settings: CollectorSettings,
        *,
        accept: Accept,
        oversized: AcceptOversized,
        clock_ms: Callable[[], int],
        new_uuid: Callable[[], str],
        collector_name: str,
        healthy: Callable[[], bool] = lambda: True,
    ) -> None:
        """`collector_name` is recorded with each payload and becomes `v_collector`.

        `clock_ms` tells milliseconds since the epoch; `new_uuid` a fresh random UUID. `healthy`
        decides what `/sink-health` answers.
        """
        self._accept = accept
        self._oversized = oversized
        self._clock_ms = clock_ms
        limits = settings.networking
        self._limits = limits
        self._bodies = BodyReader(limits.drop_payload_bytes, limits.body_timeout_seconds)
        self._routes = Routes(settings, healthy)
        self._responder = Responder(settings, new_uuid=new_uuid, collector_name=collector_name)
        max_age = settings.cors.access_control_max_age_seconds
        self._preflight_headers: tuple[Header, ...] = (
            (b"access-control-allow-headers", b"Content-Type, SP-Anonymous"),
            (b"access-control-max-age", b"%d" % max_age),
            *NO_CONTENT_HEADERS,
        )
        self._common_headers: list[Header] = []
        if settings.hsts.enable:
            policy = b"max-age=%d" % settings.hsts.max_age_seconds
            self._common_headers.append((b"strict-transport-security", policy))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request; refuses a WebSocket. Raises `ValueError` for other scopes."""
        if scope["type"] != "http":
            if scope["type"] != "websocket":
                raise ValueError(f"the collector serves HTTP, not {scope['type']}")
            await send({"type": "websocket.close"})
            return
        answer = await self._answer(Request.of(scope), receive)
        if answer is None:
            return
        headers = answer.headers + self._common_headers
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, request: Request, receive: Receive) -> Answer | None:
        """None when the client has gone."""
        limits = self._limits
        line_bytes, headers_bytes = request.line_bytes, request.headers_bytes
        if line_bytes > limits.max_request_line_bytes or headers_bytes > limits.max_headers_bytes:
            return _refusal(request, HTTPStatus.BAD_REQUEST, "request line or headers too long")
        if request.method == "OPTIONS":
            return Answer(HTTPStatus.OK, [*cors_headers(request), *self._preflight_headers])
        route = self._routes.find(request.method, request.raw_path)
        if isinstance(route, Answer):
            return route

        arrived_ms = self._clock_ms()
        size_bytes = line_bytes + headers_bytes
        text = None
        if request.method == "POST":
            body = await self._bodies.read(receive, request.fields)
            if body is NoBody.DISCONNECTED:
                return None
            if isinstance(body, NoBody):
                return _refusal(request, *_REFUSED_BODIES[body])
            size_bytes += len(body)
            text = body.removeprefix(_BYTE_ORDER_MARK).decode("utf-8", "replace")

        reply = self._responder.reply(request, route, text, arrived_ms)
        if reply.payload is not None:
            refusal = await self._record(reply.payload, size_bytes, request)
            if refusal is not None:
                return refusal
        return reply.answer

    async def _record(
        self, payload: CollectorPayload, size_bytes: int, request: Request
    ) -> Answer | None:
        """The refusal to answer when the payload could not be made safe."""
        max_bytes = self._limits.max_payload_bytes
        try:
            if size_bytes <= max_bytes:
                await self._accept(payload)
            else:
                body = payload.body and payload.body[: max_bytes // 10]
                await self._oversized(replace(payload, body=body), size_bytes, max_bytes)
        except Overloaded as overloaded:
            retry_after = (b"retry-after", b"%d" % overloaded.retry_after_seconds)
            return _refusal(request, HTTPStatus.SERVICE_UNAVAILABLE, "overloaded", [retry_after])
        except Exception:
            _logger.exception("a payload for %r could not be recorded", payload.path)
            return _refusal(request, HTTPStatus.SERVICE_UNAVAILABLE, "not recorded")
        return None


def _refusal(
    request: Request, status: HTTPStatus, reason: str, headers: Iterable[Header] = ()
) -> Answer:
    """Nothing is recorded. Scripts of any origin may read it, so that trackers can try again."""
    return plain_answer(status, reason, [*cors_headers(request), *headers])
