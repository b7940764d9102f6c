"""The Console APIs on a real database, called without a server, or served for clients in threads.

Room:   every router that there is, put together as the program does; clock and ids are handed in.
"""

import asyncio
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import uvicorn
from fastapi import FastAPI

from piste.accounts.principal import Principal, Role
from piste.accounts.service import Identity, ShownKey
from piste.events.schema_key import Json, SchemaKey
from piste.specs.service import EVENT_SPECIFICATIONS, TRACKING_SCENARIOS, Names, Specifications
from piste.store.metadata import MetadataStore
from piste.store.metadata.keyfile import open_secret
from piste.web.console.app import console
from piste.web.console.event_specifications import router as specification_router
from piste.web.console.identity import router as identity_router
from piste.web.console.requests import caller

BASE = "/api/msc/v1"
ORGANIZATION = "2c1c5b5c-3b6e-4b0e-9d0f-0d7a3b8a5f10"
OTHER_ORGANIZATION = "7d8b3d5e-90f4-4a37-8f0a-6a1de2f4c111"
AUTHOR = "39b81015-1bd5-4b37-96c7-3296cabaa36f"
PRODUCT = "11111111-1111-4111-8111-111111111111"
DATE = datetime(2023, 4, 26, 14, 41, 48, 708191, UTC)
TOKENS = {
    "ours": Principal(AUTHOR, ORGANIZATION, Role.USER),
    "theirs": Principal(str(uuid4()), OTHER_ORGANIZATION, Role.USER),
    "admin": Principal(str(uuid4()), ORGANIZATION, Role.ADMIN),
}


@dataclass
class Structures:
    """Data structures of which newer versions may come; all are in production, but for `drafts`."""

    schemas: dict[SchemaKey, Json]
    drafts: set[SchemaKey] = field(default_factory=set)

    def schema(self, key: SchemaKey) -> Json | None:
        return self.schemas.get(key)

    def latest(self, key: SchemaKey) -> SchemaKey:
        return max((one for one in self.schemas if one[:3] == key[:3]), default=key)

    def is_in_production(self, key: SchemaKey) -> bool:
        return key in self.schemas and key not in self.drafts

    def has_data_product(self, product_id: str) -> bool:
        return product_id == PRODUCT


@dataclass
class Answered:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        assert self.headers["content-type"] == "application/json"
        return json.loads(self.body)


@dataclass
class World:
    """An application, what it stands on, and how often it said that something has changed."""

    store: MetadataStore
    structures: Structures
    identity: Identity
    changes: list[None] = field(default_factory=list)
    new_id: Callable[[], str] = lambda: str(uuid4())

    def __post_init__(self) -> None:
        self.application = console(self.routers())

    def routers(self) -> list[Any]:
        who = caller(self.authenticate, self.identity.has_account)
        return [
            identity_router(self.identity),
            *(
                specification_router(names, self._specifications(names), who)
                for names in (EVENT_SPECIFICATIONS, TRACKING_SCENARIOS)
            ),
        ]

    def authenticate(self, token: str) -> Principal | None:
        """Those of TOKENS, and real keys and tokens."""
        return TOKENS.get(token) or self.identity.authenticate(token)

    def key(self) -> ShownKey:
        """One more, of the author."""
        created = self.identity.create_key(AUTHOR, "another")
        assert created is not None
        return created

    def _specifications(self, names: Names) -> Callable[[str, str], Specifications]:
        def service(organization_id: str, author: str) -> Specifications:
            return Specifications(
                records=self.store.specifications(organization_id),
                structures=self.structures,
                names=names,
                author=author,
                now=lambda: DATE,
                new_id=lambda: self.new_id(),
                on_change=lambda: self.changes.append(None),
            )

        return service

    def ask(
        self,
        method: str,
        address: str,
        body: Json | bytes = None,
        *,
        token: str | None = "ours",
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        """`address` is behind the organization's."""
        sent = {**({"authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        address = f"{BASE}/organizations/{ORGANIZATION}/{address}"
        return call(self.application, method, address, body, sent)


@contextmanager
def opened(folder: Path, schemas: Mapping[SchemaKey, Json]) -> Iterator[World]:
    store = MetadataStore(folder / "metadata.db")
    try:
        yield World(store, Structures(dict(schemas)), _identity(store, folder))
    finally:
        store.close()


def _identity(store: MetadataStore, folder: Path) -> Identity:
    """With both organizations, and the author as a user of the first."""
    given = iter((ORGANIZATION, OTHER_ORGANIZATION, AUTHOR))
    identity = Identity(
        store.accounts(),
        open_secret(folder / "secret.key", os.urandom),
        now=lambda: datetime.now(UTC),
        new_id=lambda: next(given, None) or str(uuid4()),
        random_bytes=os.urandom,
    )
    for name in ("ours", "theirs"):
        identity.create_account(name)
    identity.create_user(ORGANIZATION, Role.USER)
    return identity


def call(
    application: FastAPI,
    method: str,
    address: str,
    body: Json | bytes = None,
    headers: Mapping[str, str] | None = None,
) -> Answered:
    """One request by ASGI. A body that is not bytes is sent as JSON, None as nothing."""
    url = urlsplit(address)
    content = body if isinstance(body, bytes) else b"" if body is None else _json(body)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": url.path,
        "raw_path": url.path.encode(),
        "query_string": url.query.encode(),
        "root_path": "",
        "headers": [
            (name.lower().encode(), value.encode()) for name, value in (headers or {}).items()
        ],
        "server": ("localhost", 9090),
        "client": ("127.0.0.1", 50000),
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(application(scope, receive, send))
    start, *rest = sent
    return Answered(
        start["status"],
        {name.decode(): value.decode() for name, value in start["headers"]},
        b"".join(message.get("body", b"") for message in rest),
    )


def _json(body: Json) -> bytes:
    return json.dumps(body).encode()


@contextmanager
def served(application: FastAPI) -> Iterator[str]:
    """On a free port; the address to ask."""
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="warning"))
    thread = Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
