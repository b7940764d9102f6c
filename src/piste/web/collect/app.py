"""`/api/v1/collect` as one raw ASGI callable.

Room:   the effects around the rules in `piste.traffic`: reads the body, has the hit recorded, answers. The
        address and the user agent of a request end here: of a hit only a hash of them goes on.
Limits: a body has at most MAX_BODY_BYTES, what browsers let a page send behind its back. It is read as JSON
        whatever its content type says: a beacon cannot say `application/json` without asking first. An
        answer of 202, and of 204 for a bot or an excluded address, means that the hit is safe.
Source: TinyTrail's API, `POST /api/v1/collect`, in this order: 429, 400, 204 for an unknown website, 204 for
        bots and excluded addresses, 202. The statuses 405, 408, 413 and 503 are ours.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, Protocol

from piste.events.hit import Hit
from piste.jsontext import JsonError, decode
from piste.traffic.classification import Classification, classified
from piste.traffic.compiled import CompiledWebsite
from piste.traffic.hit_forms import HitForm, read_hit
from piste.traffic.hit_making import hit_of, request_of
from piste.traffic.identity import Visitors
from piste.traffic.website_forms import uuid_of
from piste.web.body import BodyReader, NoBody, Receive
from piste.web.collect import answers
from piste.web.collect.answers import Answer
from piste.web.collector.accept import Overloaded
from piste.web.collector.request import text

Scope = Mapping[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]

MAX_BODY_BYTES = 64 << 10
BODY_TIMEOUT_SECONDS = 30
MAX_FLAWS = 10
"""That an answer names; the first ones."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_REFUSED_BODIES = {
    NoBody.TOO_LARGE: answers.refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body has more than {MAX_BODY_BYTES} bytes"
    ),
    NoBody.TOO_SLOW: answers.refusal(HTTPStatus.REQUEST_TIMEOUT, "The body took too long"),
    NoBody.INCOMPLETE: answers.refusal(HTTPStatus.BAD_REQUEST, "The body is incomplete"),
}
_NOT_RECORDED = answers.refusal(HTTPStatus.SERVICE_UNAVAILABLE, "The event could not be recorded")
_logger = logging.getLogger(__name__)


class Limit(Protocol):
    """How often an address may ask: `web.rate_limits.RateLimit`."""

    def allows(self, key: str, now: float) -> int | None: ...


class Collect:
    """Serves the requests of all websites' trackers."""

    def __init__(
        self,
        *,
        websites: Callable[[str], CompiledWebsite | None],
        visitors: Visitors,
        accept: Callable[[Hit], Awaitable[None]],
        limit: Limit,
        address: Callable[[Scope], str],
        clock_ms: Callable[[], int],
        now: Callable[[], float],
        collector_name: str,
        explains: Callable[[CompiledWebsite | None], bool] = lambda website: False,
    ) -> None:
        """`websites` finds one by its id, in memory. `accept` returns when a hit is safe, and raises
        `Overloaded`, or anything else when it cannot keep it. `address` is as in `client_address`; `now`
        tells seconds of a clock that never goes back. `explains` says whether an answer of 204 tells why,
        for a website or for an unknown one."""
        self._websites, self._visitors, self._accept = websites, visitors, accept
        self._limit, self._address = limit, address
        self._clock_ms, self._now = clock_ms, now
        self._collector_name, self._explains = collector_name, explains
        self._bodies = BodyReader(MAX_BODY_BYTES, BODY_TIMEOUT_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request; refuses a WebSocket. Raises `ValueError` for other scopes."""
        if scope["type"] != "http":
            if scope["type"] != "websocket":
                raise ValueError(f"hits are collected over HTTP, not {scope['type']}")
            await send({"type": "websocket.close"})
            return
        fields = dict(reversed(scope["headers"]))
        answer = await self._answer(scope, fields, receive)
        if answer is None:
            return
        headers = [*answer.headers, *answers.headers_for(fields.get(b"origin"))]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    async def _answer(
        self, scope: Scope, fields: Mapping[bytes, bytes], receive: Receive
    ) -> Answer | None:
        """None when the client has gone."""
        if scope["method"] == "OPTIONS":
            return answers.PREFLIGHT
        if scope["method"] != "POST":
            return answers.WRONG_METHOD
        address = self._address(scope)
        wait_seconds = self._limit.allows(address, self._now())
        if wait_seconds is not None:
            return answers.too_many(wait_seconds)
        body = await self._bodies.read(receive, fields)
        if body is NoBody.DISCONNECTED:
            return None
        if isinstance(body, NoBody):
            return _REFUSED_BODIES[body]
        form = _form(body)
        if not isinstance(form, HitForm):
            return form
        return await self._collect(form, fields, address)

    async def _collect(
        self, form: HitForm, fields: Mapping[bytes, bytes], address: str
    ) -> Answer | None:
        website_id = uuid_of(form.website_id)
        website = None if website_id is None else self._websites(website_id)
        if website is None:
            return self._dropped(None, "unknown_website")
        unwanted = _unwanted(website, fields)
        if unwanted is not None:
            return self._dropped(website, unwanted)

        now_ms = self._clock_ms()
        user_agent = text(fields.get(b"user-agent", b""))
        headers = {name.decode("latin-1"): text(value) for name, value in fields.items()}
        request = request_of(form, address=address, user_agent=user_agent, headers=headers)
        found = classified(request, website.rules)
        is_counted = not (found.is_bot or found.is_excluded)
        try:
            if not self._visitors.knows(now_ms):
                await asyncio.to_thread(self._visitors.turn_to, now_ms)
            visitor_id = self._visitors.of(
                address, user_agent, website.id, now_ms, is_counted=is_counted
            )
            await self._accept(
                hit_of(
                    form,
                    found,
                    website_id=website.id,
                    visitor_id=visitor_id,
                    received_ms=now_ms,
                    collector=self._collector_name,
                )
            )
        except Overloaded as overload:
            return answers.overloaded(overload.retry_after_seconds)
        except Exception:
            _logger.exception("a hit of website %s could not be recorded", website.id)
            return _NOT_RECORDED
        return answers.ACCEPTED if is_counted else self._dropped(website, _why(found))

    def _dropped(self, website: CompiledWebsite | None, reason: str) -> Answer:
        return answers.dropped_because(reason) if self._explains(website) else answers.DROPPED


def _form(body: bytes) -> HitForm | Answer:
    try:
        json = decode(body.removeprefix(_BYTE_ORDER_MARK).decode())
    except UnicodeDecodeError as error:
        return _invalid(f"The body is not UTF-8: {error.reason} at byte {error.start}")
    if isinstance(json, JsonError):
        return _invalid(f"The body is not JSON: {json.message}")
    form = read_hit(json)
    if isinstance(form, HitForm):
        return form
    shown = [flaw.message for flaw in form[:MAX_FLAWS]]
    if len(form) > MAX_FLAWS:
        shown.append(f"and {len(form) - MAX_FLAWS} more")
    return _invalid("; ".join(shown))


def _invalid(message: str) -> Answer:
    return answers.refusal(HTTPStatus.BAD_REQUEST, message)


def _unwanted(website: CompiledWebsite, fields: Mapping[bytes, bytes]) -> str | None:
    """By which header the browser asks not to be recorded, where the website listens."""
    if website.respects_gpc and fields.get(b"sec-gpc") == b"1":
        return "gpc"
    if website.respects_dnt and fields.get(b"dnt") == b"1":
        return "dnt"
    return None


def _why(found: Classification) -> str:
    """Not counted."""
    if found.is_bot:
        return f"bot: {found.bot_reason}"
    return "excluded" if found.exclusion is None else found.exclusion.value
