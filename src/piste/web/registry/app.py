"""The registry's HTTP API as one ASGI application.

Room:   from an address below one of the prefixes to the routes; HEAD, OPTIONS and CORS for all of them.
Limits: imported when the first of its requests comes, like the Console APIs. Any origin may ask, without
        credentials: a key is a header, which a page has to know. Answers under /schemas are not cached.
Source: Iglu Server; Fetch standard, "CORS protocol".
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import Depends, FastAPI

from piste import __version__
from piste.registry.service import Registry
from piste.web.console.answers import json_answer
from piste.web.console.openapi import openapi
from piste.web.console.parameters import once_each
from piste.web.console.refusals import answer_refusals
from piste.web.registry.requests import NO_SUCH_ENDPOINT
from piste.web.registry.routes import routers

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[Any], Awaitable[None]]

PREFIXES = ("/api", "/iglu-server/api")

_METHODS = b"GET, HEAD, POST, PUT, OPTIONS, DELETE"
_ALL_ORIGINS = ((b"access-control-allow-origin", b"*"),)
_PREFLIGHT = (
    *_ALL_ORIGINS,
    (b"access-control-allow-methods", _METHODS),
    (b"access-control-allow-headers", b"content-type, apikey"),
    (b"access-control-max-age", b"86400"),
    (b"allow", _METHODS),
    (b"content-length", b"0"),
)


def application(registry: Registry, *, prefixes: Sequence[str] = PREFIXES) -> "RegistryApi":
    """With `<prefix>/openapi.json`."""
    framework = FastAPI(
        title="Piste schema registry (Iglu Server API)",
        version=__version__,
        openapi_url="/openapi.json",
        servers=[{"url": prefix} for prefix in prefixes],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(once_each)],
    )
    groups = routers(registry)
    answer_refusals(framework, "", groups)
    for group in groups:
        framework.include_router(group)
    framework.openapi = partial(openapi, framework)  # type: ignore[method-assign]
    return RegistryApi(framework, prefixes)


class RegistryApi:
    """Serves what lies below the prefixes."""

    def __init__(self, framework: FastAPI, prefixes: Sequence[str]) -> None:
        self._framework, self._prefixes = framework, tuple(prefixes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request; refuses a WebSocket."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
            return
        is_head = scope["method"] == "HEAD"

        async def answer(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *_ALL_ORIGINS]}
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        path = self._below(scope["path"])
        if path is None:
            unknown = json_answer(HTTPStatus.NOT_FOUND, {"message": NO_SUCH_ENDPOINT})
            await unknown(dict(scope), receive, answer)
        elif scope["method"] == "OPTIONS":
            await send({"type": "http.response.start", "status": 200, "headers": _PREFLIGHT})
            await send({"type": "http.response.body", "body": b""})
        else:
            method = "GET" if is_head else scope["method"]
            below = {**scope, "path": path, "method": method}
            await self._framework(below, receive, answer)

    def _below(self, path: str) -> str | None:
        """The path without its prefix, and without a slash at its end; None below no prefix."""
        for prefix in self._prefixes:
            if path == prefix or path.startswith(f"{prefix}/"):
                return path.removeprefix(prefix).removesuffix("/") or "/"
        return None
