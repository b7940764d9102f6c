"""Asks a collector without a server: one ASGI call, and all that came of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from piste.events.payload import CollectorPayload
from piste.web.collector.app import Collector
from piste.web.collector.settings import CollectorSettings

NOW_MS = 1_700_000_000_123  # Tue, 14 Nov 2023 22:13:20 GMT
IN_A_YEAR = "Wed, 13 Nov 2024 22:13:20 GMT"
A_YEAR_AGO = "Mon, 14 Nov 2022 22:13:20 GMT"
FRESH_ID = "6c33a6a5-0bdf-4f29-9a73-1f1d9ad0a2b4"
TP2 = "/com.snowplowanalytics.snowplow/tp2"
DEFAULTS = CollectorSettings()

Headers = Mapping[str, str] | Iterable[tuple[str, str]]


@dataclass
class Kept:
    """A sink that keeps what it is given, or refuses with an error."""

    error: Exception | None = None
    payloads: list[CollectorPayload] = field(default_factory=list)
    oversized: list[tuple[CollectorPayload, int, int]] = field(default_factory=list)

    async def accept(self, payload: CollectorPayload) -> None:
        if self.error:
            raise self.error
        self.payloads.append(payload)

    async def accept_oversized(
        self, payload: CollectorPayload, actual_size_bytes: int, max_size_bytes: int
    ) -> None:
        if self.error:
            raise self.error
        self.oversized.append((payload, actual_size_bytes, max_size_bytes))


@dataclass
class Answered:
    status: int | None
    headers: list[tuple[str, str]]
    body: bytes
    kept: Kept

    @property
    def payload(self) -> CollectorPayload:
        (payload,) = self.kept.payloads
        return payload

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def header(self, name: str) -> str | None:
        values = self.all(name)
        assert len(values) < 2
        return values[0] if values else None


def collector(
    settings: CollectorSettings = DEFAULTS,
    kept: Kept | None = None,
    healthy: Callable[[], bool] = lambda: True,
) -> Collector:
    kept = kept or Kept()
    return Collector(
        settings,
        accept=kept.accept,
        oversized=kept.accept_oversized,
        clock_ms=lambda: NOW_MS,
        new_uuid=lambda: FRESH_ID,
        collector_name="piste-test",
        healthy=healthy,
    )


def scope_of(
    method: str, target: str | bytes, headers: Headers = (), peer: str | None = "203.0.113.9"
) -> dict[str, Any]:
    raw = target.encode() if isinstance(target, str) else target
    path, _, query = raw.partition(b"?")
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return {
        "type": "http",
        "method": method,
        "path": path.decode("latin-1"),
        "raw_path": path,
        "query_string": query,
        "headers": [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in pairs],
        "client": (peer, 50_000) if peer else None,
    }


def call(
    method: str,
    target: str | bytes,
    headers: Headers = (),
    body: bytes | list[bytes] = b"",
    settings: CollectorSettings = DEFAULTS,
    *,
    error: Exception | None = None,
    healthy: Callable[[], bool] = lambda: True,
    peer: str | None = "203.0.113.9",
    receive: Callable[[], Awaitable[dict[str, Any]]] | None = None,
) -> Answered:
    """One request; a list is a body in chunks. `receive` replaces the body altogether."""
    kept = Kept(error)
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    app = collector(settings, kept, healthy)
    asyncio.run(app(scope_of(method, target, headers, peer), receive or chunks(body), send))
    if not sent:
        return Answered(None, [], b"", kept)
    start, *bodies = sent
    return Answered(
        start["status"],
        [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]],
        b"".join(message["body"] for message in bodies),
        kept,
    )


def chunks(body: bytes | list[bytes]) -> Callable[[], Awaitable[dict[str, Any]]]:
    """An ASGI `receive` that gives the body, then says that the client has gone."""
    pieces = list(body) if isinstance(body, list) else [body]

    async def receive() -> dict[str, Any]:
        if not pieces:
            return {"type": "http.disconnect"}
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    return receive
