"""An ASGI application called without a server, or served for clients in threads; who may call it."""

import asyncio
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import uvicorn
from fastapi import FastAPI

from piste.accounts.principal import Principal, Role
from piste.accounts.service import Identity
from piste.events.schema_key import Json
from piste.store.metadata import MetadataStore
from piste.store.metadata.keyfile import open_secret

BASE = "/api/msc/v1"
ORGANIZATION = "2c1c5b5c-3b6e-4b0e-9d0f-0d7a3b8a5f10"
OTHER_ORGANIZATION = "7d8b3d5e-90f4-4a37-8f0a-6a1de2f4c111"
AUTHOR = "39b81015-1bd5-4b37-96c7-3296cabaa36f"
TOKENS = {
    "ours": Principal(AUTHOR, ORGANIZATION, Role.USER),
    "theirs": Principal(str(uuid4()), OTHER_ORGANIZATION, Role.USER),
    "admin": Principal(str(uuid4()), ORGANIZATION, Role.ADMIN),
}


@dataclass
class Answered:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        assert self.headers["content-type"] == "application/json"
        return json.loads(self.body)


class KnownIdentity(Identity):
    """Knows TOKENS, beside real keys and tokens."""

    def authenticate(self, token_or_key: str) -> Principal | None:
        return TOKENS.get(token_or_key) or super().authenticate(token_or_key)


def known_identity(store: MetadataStore, folder: Path) -> Identity:
    """With both organizations, and the author as a user of the first."""
    given = iter((ORGANIZATION, OTHER_ORGANIZATION, AUTHOR))
    identity = KnownIdentity(
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
