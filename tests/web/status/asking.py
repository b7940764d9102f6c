"""Asks the status pages without a server: one ASGI call, and the answer."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from piste.ingest.stats import BATCH_SECONDS, Histogram
from piste.web.micro.access import Access
from piste.web.status.app import StatusPages
from piste.web.status.metrics import Snapshot

LOCAL = {"host": "localhost:9090"}
WORKING = {"log": True, "workers": True, "store": True}
VERSION = "1.2.3"

Headers = Mapping[str, str] | Iterable[tuple[str, str]]


@dataclass
class Answered:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        assert self.headers["content-type"] == "application/json"
        return json.loads(self.body)


def histogram(*seconds: float) -> Histogram:
    """That has seen these."""
    seen = Histogram(BATCH_SECONDS)
    for value in seconds:
        seen.observe(value)
    return seen


def snapshot(**others: Any) -> Snapshot:
    """Of a process in which nothing has happened yet but this."""
    known: dict[str, Any] = {
        "accepted": 0,
        "refused": {},
        "outcomes": {},
        "batch_seconds": histogram(),
        "enrich_seconds": 0.0,
        "lookups": {},
        "worker_losses": 0,
        "log_requests": 0,
        "log_bytes": 0,
        "log_age_seconds": 0.0,
        "store_bytes": 0,
        "parts": WORKING,
    }
    return Snapshot(**known | others)


def pages(
    *,
    parts: Callable[[], Mapping[str, bool]] = lambda: WORKING,
    snapshot: Callable[[], Snapshot] = snapshot,
    access: Access | None = None,
) -> StatusPages:
    return StatusPages(parts=parts, snapshot=snapshot, access=access or Access(), version=VERSION)


def ask(
    asked: StatusPages,
    path: str,
    method: str = "GET",
    headers: Headers = LOCAL,
    peer: str | None = "127.0.0.1",
) -> Answered:
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in pairs],
        "client": (peer, 50_000) if peer else None,
    }
    start, body = exchange(asked, scope)
    names = [name.decode("latin-1") for name, _ in start["headers"]]
    assert len(set(names)) == len(names)
    told = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    return Answered(start["status"], told, body["body"])


def exchange(asked: StatusPages, scope: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The messages that one scope is answered with."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        raise AssertionError("a status page reads no body")

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(asked(scope, receive, send))
    return sent
