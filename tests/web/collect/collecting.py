"""Asks `/api/v1/collect` without a server: one ASGI call, and all that came of it."""

import asyncio
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from piste.events.hit import COLLECT_PATH, Hit
from piste.traffic.compiled import CompiledWebsite, compiled
from piste.traffic.identity import DAY_MS, Visitors
from piste.traffic.proxies import TrustedProxies
from piste.traffic.website_forms import PathGroup
from piste.traffic.websites import Website
from piste.web.client_address import ClientAddress
from piste.web.collect.app import Collect
from piste.web.rate_limits import RateLimit

NOON_MS = 1_773_921_600_000
"""2026-03-19T12:00:00Z"""
WEBSITE_ID = "550e8400-e29b-41d4-a716-446655440000"
IP = "198.51.100.23"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36"
)
BROWSER = {
    "User-Agent": CHROME,
    "Accept-Language": "en",
    "sec-ch-ua": '"Chromium";v="141"',
    "Origin": "https://example.com",
    "Content-Type": "text/plain;charset=UTF-8",
}
EXAMPLE = {
    "website_id": WEBSITE_ID,
    "event_type": "page_view",
    "url": "https://example.com/blog/post-1?utm_source=twitter",
    "path": "/blog/post-1",
    "referrer": "https://t.co/abc123",
    "screen_width": 1920,
    "screen_height": 1080,
}
"""The documented one."""

WEBSITE = compiled(
    Website(
        id=WEBSITE_ID,
        account_id="account",
        domain="example.com",
        content_groups=(PathGroup("Blog", "/blog/*"),),
        excluded_ips=("203.0.113.0/24",),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
)


class DictSalts:
    """`Salts` in memory."""

    def __init__(self) -> None:
        self.salts: dict[int, bytes] = {}
        self.asked = 0

    def of(self, day: int, fresh: bytes) -> Mapping[int, bytes]:
        self.asked += 1
        self.salts.setdefault(day, fresh)
        self.salts = {one: salt for one, salt in self.salts.items() if one >= day - 1}
        return {one: self.salts[one] for one in (day - 1, day) if one in self.salts}


@dataclass
class Answered:
    status: int | None
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key == name]
        assert len(values) < 2
        return values[0] if values else None

    @property
    def json(self) -> Any:
        assert self.header("content-type") == "application/json"
        assert self.header("content-length") == str(len(self.body))
        return json.loads(self.body)

    @property
    def message(self) -> str:
        """Of a refusal for what was sent."""
        assert self.json["status"] == "error"
        assert self.json["error"]["code"] == "INVALID_PAYLOAD"
        return str(self.json["error"]["message"])


@dataclass
class World:
    """A collecting Piste with one website, and the hits that it recorded."""

    website: CompiledWebsite = WEBSITE
    time_ms: int = NOON_MS
    requests: int = 1_000_000
    """That an address may make in 10 seconds."""
    error: Exception | None = None
    explains: bool = False
    trusted: Iterable[str] = ("127.0.0.1",)
    header: str = "X-Forwarded-For"
    hits: list[Hit] = field(default_factory=list)
    salts: DictSalts = field(default_factory=DictSalts)

    def __post_init__(self) -> None:
        self.app = Collect(
            websites={self.website.id: self.website}.get,
            visitors=Visitors(self.salts, os.urandom),
            accept=self._accept,
            limit=RateLimit(self.requests, 10),
            address=ClientAddress(TrustedProxies.of(self.trusted), self.header),
            clock_ms=lambda: self.time_ms,
            now=lambda: self.time_ms / 1000,
            collector_name="piste-test",
            explains=lambda website: self.explains,
        )

    async def _accept(self, hit: Hit) -> None:
        if self.error:
            raise self.error
        self.hits.append(hit)

    @property
    def hit(self) -> Hit:
        (hit,) = self.hits
        return hit

    def collect(
        self,
        body: object = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = BROWSER,
        *,
        method: str = "POST",
        peer: str | None = IP,
    ) -> Answered:
        """One request; what is not bytes is sent as JSON, None as the documented example."""
        return answered(
            lambda scope, receive, send: self.app(scope, receive, send),
            EXAMPLE if body is None else body,
            headers,
            method,
            peer,
        )

    def view(self, **fields: object) -> Hit:
        """The hit of the documented example with other fields; None leaves one out."""
        body = {name: value for name, value in (EXAMPLE | fields).items() if value is not None}
        answer = self.collect(body)
        assert answer.status in (202, 204), answer
        return self.hits[-1]


def answered(
    app: Callable[..., Any],
    body: object,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = BROWSER,
    method: str = "POST",
    peer: str | None = IP,
) -> Answered:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    scope = {
        "type": "http",
        "method": method,
        "path": COLLECT_PATH,
        "query_string": b"",
        "headers": [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in pairs],
        "client": (peer, 50_000) if peer else None,
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    if not sent:
        return Answered(None, [], b"")
    start, *bodies = sent
    return Answered(
        start["status"],
        [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]],
        b"".join(message["body"] for message in bodies),
    )


def at(hour: int, minute: int = 0, *, day: int = 0, second: int = 0) -> int:
    """Milliseconds of a time on the day of NOON_MS, or some days later."""
    midnight = NOON_MS // DAY_MS * DAY_MS
    return midnight + day * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000
