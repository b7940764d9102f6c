"""Asks the registry's API without a server: one ASGI call, and the answer."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.registries import SUPER_KEY, Installed, registry_in

from piste.web.registry.app import PREFIXES, application


@dataclass
class Answered:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        assert self.header("content-type") == "application/json"
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key == name]
        assert len(values) < 2
        return values[0] if values else None


class Api:
    """The application on a fresh registry."""

    def __init__(
        self, folder: Path, *, patches_allowed: bool = False, prefixes: tuple[str, ...] = PREFIXES
    ) -> None:
        self.installed: Installed = registry_in(folder, patches_allowed=patches_allowed)
        self.registry = self.installed.registry
        self.application = application(self.registry, prefixes=prefixes)
        self._runner = asyncio.Runner()

    def ask(
        self,
        method: str,
        address: str,
        body: bytes | list[bytes] | Any = b"",
        *,
        key: str | None = SUPER_KEY,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Answered:
        """One request; a list of bytes is a body in chunks, and what is no bytes is sent as JSON."""
        if isinstance(body, list) and all(isinstance(one, bytes) for one in body) and body:
            pieces = list(body)
        else:
            pieces = [body if isinstance(body, bytes) else json.dumps(body).encode()]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not pieces:
                await asyncio.sleep(3600)
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

        async def send(message: Any) -> None:
            sent.append(dict(message))

        path, _, query = address.partition("?")
        fields = [*headers, *([("apikey", key)] if key is not None else [])]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "http",
            "server": ("localhost", 9090),
            "client": ("127.0.0.1", 50_000),
            "root_path": "",
            "method": method,
            "path": path,
            "raw_path": path.encode("utf-8", "surrogatepass"),
            "query_string": query.encode("latin-1", "replace"),
            "headers": [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in fields],
        }
        self._runner.run(self.application(scope, receive, send))
        start, *bodies = sent
        return Answered(
            start["status"],
            [(n.decode("latin-1"), v.decode("latin-1")) for n, v in start["headers"]],
            b"".join(one.get("body", b"") for one in bodies),
        )

    def get(self, address: str, **more: Any) -> Answered:
        return self.ask("GET", address, **more)

    def post(self, address: str, body: Any, **more: Any) -> Answered:
        return self.ask("POST", address, body, **more)

    def put(self, address: str, body: Any, **more: Any) -> Answered:
        return self.ask("PUT", address, body, **more)

    def delete(self, address: str, **more: Any) -> Answered:
        return self.ask("DELETE", address, **more)

    def close(self) -> None:
        self._runner.close()
        self.installed.close()
