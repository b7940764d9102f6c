"""`/health` and `/metrics` as one raw ASGI callable.

Room:   what a load balancer and a monitoring server ask.
Limits: `/health` is for everybody and tells only what works; `/metrics` has the access rules of the Micro
        API.
Source: TinyTrail API, "Health"; `parts` is ours.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from piste.web.micro.access import Access
from piste.web.status.metrics import Snapshot, page

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Header = tuple[bytes, bytes]

PATHS = ("/health", "/metrics")
NOT_LOCAL = b'Not a local request: send "Authorization: Bearer <token>".'
_TEXT = b"text/plain; charset=UTF-8"


class StatusPages:
    """Serves `PATHS`."""

    def __init__(
        self,
        *,
        parts: Callable[[], Mapping[str, bool]],
        snapshot: Callable[[], Snapshot],
        access: Access,
        version: str,
    ) -> None:
        """`parts` tells which parts work, with the event store among them as `store`."""
        self._parts, self._snapshot, self._access = parts, snapshot, access
        self._version = version

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answers one HTTP request; refuses a WebSocket. Raises `ValueError` for other scopes."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
            return
        if scope["type"] != "http":
            raise ValueError(f"these pages are HTTP, not {scope['type']}")
        status, headers, body = await self._answer(scope)
        headers += [(b"content-length", b"%d" % len(body)), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        sent = b"" if scope["method"] == "HEAD" else body
        await send({"type": "http.response.body", "body": sent})

    async def _answer(self, scope: Mapping[str, Any]) -> tuple[int, list[Header], bytes]:
        if scope["method"] not in ("GET", "HEAD"):
            allow = (b"allow", b"GET, HEAD")
            return HTTPStatus.METHOD_NOT_ALLOWED, [allow, (b"content-type", _TEXT)], b"Only GET."
        if scope["path"] == "/health":
            return self._health()
        client = scope.get("client")
        if not self._access.allows(client[0] if client else None, scope["headers"]):
            challenge = (b"www-authenticate", b"Bearer")
            return HTTPStatus.UNAUTHORIZED, [challenge, (b"content-type", _TEXT)], NOT_LOCAL
        # In a thread, because the client library is loaded.
        body, content_type = await asyncio.to_thread(page, self._snapshot())
        return HTTPStatus.OK, [(b"content-type", content_type.encode())], body

    def _health(self) -> tuple[int, list[Header], bytes]:
        parts = self._parts()
        healthy = all(parts.values())
        told = {
            "status": "ok" if healthy else "degraded",
            "db": "connected" if parts["store"] else "disconnected",
            "version": self._version,
            "parts": {name: "ok" if works else "failing" for name, works in parts.items()},
        }
        status = HTTPStatus.OK if healthy else HTTPStatus.SERVICE_UNAVAILABLE
        return status, [(b"content-type", b"application/json")], json.dumps(told).encode()
