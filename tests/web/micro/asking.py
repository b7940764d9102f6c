"""Asks a Micro API without a server: one ASGI call, and the answer."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from queries.rows_of import Payloads

from piste.events.failures import (
    LookupHistory,
    RegistryError,
    RegistryErrorKind,
    ResolutionError,
)
from piste.events.schema_key import SchemaKey
from piste.store.duckdb import EventStore
from piste.web.micro.access import Access
from piste.web.micro.app import MicroApi
from piste.web.micro.endpoints import Bounds

LOCAL = {"host": "localhost:9090"}
ORIGINS = ("http://localhost:*", "http://127.0.0.1:*", "https://app.example")
KNOWN = "iglu:com.myvendor/myschema/jsonschema/1-0-0"


@dataclass
class FakeLoader:
    """A loader whose events arrive only while somebody waits: one of `coming` at each wait."""

    store: EventStore
    pending: int = 0
    coming: list[Payloads] = field(default_factory=list)
    version: int = 0
    waits: list[float] = field(default_factory=list)
    """The timeouts asked for, in seconds."""

    async def catch_up(self, timeout_s: float) -> int:
        return self.pending

    async def wait_for_more(self, after_version: int, timeout_s: float) -> int:
        if after_version >= self.version:
            self.waits.append(timeout_s)
            if self.coming:
                self.add(self.coming.pop(0))
        return self.version

    async def reset(self) -> None:
        self.store.clear()

    def add(self, payloads: Payloads) -> None:
        self.store.append([payloads.streams()], payloads.position)
        self.version += 1


@dataclass
class Answered:
    status: int | None
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        assert self.header("content-type") == "application/json"
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key == name]
        assert len(values) < 2
        return values[0] if values else None


@dataclass
class FoundSchema:
    json: Any


def lookup(key: SchemaKey) -> FoundSchema | ResolutionError:
    if key.uri == KNOWN:
        return FoundSchema({"self": {"name": "myschema"}, "maximum": 2**70})
    error = RegistryError(RegistryErrorKind.NOT_FOUND)
    return ResolutionError((LookupHistory("Iglu Central", (error,), 1, 1629985266905),))


class Micro:
    """A Micro API on a fresh store in memory."""

    def __init__(
        self,
        *,
        ephemeral: bool = True,
        storage: bool = True,
        access: Access | None = None,
        bounds: Bounds | None = None,
        lookup: Callable[[SchemaKey], Any] = lookup,
        ui: Any = None,
    ) -> None:
        self.store = EventStore.open(None)
        self.loader = FakeLoader(self.store)
        self._runner = asyncio.Runner()
        self.api = MicroApi(
            rows=self.store.rows if storage else None,
            loader=self.loader,
            lookup=lookup,
            access=access or Access(),
            origins=ORIGINS,
            ephemeral=ephemeral,
            bounds=bounds,
            ui=ui,
        )

    def add(self, payloads: Payloads) -> "Micro":
        self.loader.add(payloads)
        return self

    def get(self, path: str, **more: Any) -> Answered:
        return self.ask("GET", path, **more)

    def post(self, path: str, json_body: Any, **more: Any) -> Answered:
        return self.ask("POST", path, json.dumps(json_body).encode(), **more)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | list[bytes] = b"",
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = LOCAL,
        peer: str | None = "127.0.0.1",
    ) -> Answered:
        """One request; a list is a body in chunks, after which the client stays connected."""
        pieces = list(body) if isinstance(body, list) else [body]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not pieces:
                return {"type": "http.disconnect"}
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        pairs = headers.items() if isinstance(headers, Mapping) else headers
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode("utf-8", "surrogatepass"),
            "query_string": b"",
            "headers": [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in pairs],
            "client": (peer, 50_000) if peer else None,
        }
        self._runner.run(self.api(scope, receive, send))
        if not sent:
            return Answered(None, [], b"")
        start, *bodies = sent
        assert bodies[-1].get("more_body", False) is False
        return Answered(
            start["status"],
            [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]],
            b"".join(message["body"] for message in bodies),
        )

    def clear(self) -> None:
        """As new."""
        self.store.clear()
        loader = self.loader
        loader.pending, loader.version, loader.coming, loader.waits = 0, 0, [], []

    def close(self) -> None:
        self._runner.close()
        self.store.close()
