"""The Micro API as one raw ASGI callable: everything below `/micro`.

Room:   from an ASGI scope to the endpoint, by the first segment after `/micro/`; access, CORS, methods.
Source: Micro REST API; snowplow.md 4.1 for what it leaves open.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from piste.queries.statements import Rows
from piste.web.body import BodyReader, NoBody
from piste.web.micro.access import Access
from piste.web.micro.answers import Answer, Header, detail_header, text_answer
from piste.web.micro.endpoints import Bounds, EventEndpoints
from piste.web.micro.loader import Loader
from piste.web.micro.origins import Origins
from piste.web.micro.requests import BodyRefused
from piste.web.micro.schemas import Lookup, SchemaEndpoint

Application = Callable[[Any, Any, Any], Awaitable[None]]
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

MAX_BODY_BYTES = 1 << 20
BODY_TIMEOUT_SECONDS = 30
NO_SUCH_PATH = "Path for micro has to be one of: /events /all /good /bad /reset /iglu"
NO_STORAGE = "Events are not stored (--no-storage), so there is nothing to inspect."
NO_UI = "This installation has no inspector page."
NOT_LOCAL = 'Not a local request: send "Authorization: Bearer <token>".'
FAILED = "The question could not be answered; the log says why."
FOREIGN_PAGE = "A page of another site cannot reset."

_READ = ("GET", "HEAD", "POST")
_METHODS: dict[str, tuple[str, ...]] = {
    "all": _READ,
    "good": _READ,
    "bad": _READ,
    "events": _READ,
    "timeline": ("POST",),
    "reset": ("GET", "POST"),  # no HEAD: it must change nothing
    "iglu": ("GET", "HEAD"),
    "ui": ("GET", "HEAD"),
}
_ALWAYS: tuple[Header, ...] = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)
_REFUSED_BODIES = {
    NoBody.TOO_LARGE: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request body exceeds 1 MiB."),
    NoBody.TOO_SLOW: (HTTPStatus.REQUEST_TIMEOUT, "The request body took too long."),
    NoBody.INCOMPLETE: (HTTPStatus.BAD_REQUEST, "The request body is incomplete."),
}
_logger = logging.getLogger(__name__)


class MicroApi:
    """Serves `/micro` and all below it."""

    def __init__(
        self,
        *,
        rows: Rows | None,
        loader: Loader,
        lookup: Lookup,
        access: Access,
        origins: Sequence[str],
        ephemeral: bool,
        bounds: Bounds | None = None,
        ui: Application | None = None,
    ) -> None:
        """`rows` is None when nothing is stored; `ephemeral` chooses the mode of filters and limits.
        `origins` are patterns as in `Origins`. `ui` serves /micro/ui and all below it."""
        self._access, self._origins, self._ui = access, Origins(origins), ui
        self._bodies = BodyReader(MAX_BODY_BYTES, BODY_TIMEOUT_SECONDS)
        self._schemas = SchemaEndpoint(lookup)
        self._events: EventEndpoints | None = None
        if rows is not None:
            self._events = EventEndpoints(
                rows, loader, ephemeral=ephemeral, bounds=bounds or Bounds()
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request; refuses a WebSocket. Raises `ValueError` for other scopes."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
            return
        if scope["type"] != "http":
            raise ValueError(f"the Micro API serves HTTP, not {scope['type']}")
        headers = scope["headers"]
        name, *rest = scope["path"].split("/")[2:] or [""]
        answer = self._refusal(scope, name)
        if answer is None and name == "ui" and self._ui is not None:
            await self._ui(scope, receive, send)
            return
        if answer is None:
            answer = await self._answer(scope, receive, name, rest)
        if answer is not None:
            await _send(answer.with_headers(self._origins.headers(headers)), scope["method"], send)

    def _refusal(self, scope: Scope, name: str) -> Answer | None:
        """The answer to a preflight, and to whoever may not ask or asks for what there is not."""
        method, headers = scope["method"], scope["headers"]
        methods = _METHODS.get(name)
        allow = ", ".join((*(methods or ()), "OPTIONS"))
        if method == "OPTIONS" and methods is not None:
            preflight = self._origins.preflight(headers, allow)
            return Answer(HTTPStatus.OK, headers=((b"allow", allow.encode()), *preflight))
        client = scope.get("client")
        if not self._access.allows(client[0] if client else None, headers):
            challenge: Header = (b"www-authenticate", b"Bearer")
            return text_answer(HTTPStatus.UNAUTHORIZED, NOT_LOCAL, [challenge])
        if methods is None:
            return text_answer(HTTPStatus.NOT_FOUND, NO_SUCH_PATH)
        if method not in methods:
            text = f"{method} is not possible here, only {allow}."
            header: Header = (b"allow", allow.encode())
            return text_answer(HTTPStatus.METHOD_NOT_ALLOWED, text, [header])
        is_foreign = name == "reset" and self._origins.is_foreign(headers)
        if is_foreign and not self._access.has_token(headers):
            return text_answer(HTTPStatus.FORBIDDEN, FOREIGN_PAGE)
        return None

    async def _answer(
        self, scope: Scope, receive: Receive, name: str, rest: list[str]
    ) -> Answer | None:
        """None when the client has gone."""
        body: bytes | NoBody = b""
        if scope["method"] == "POST":
            body = await self._bodies.read(receive, dict(scope["headers"]))
        if body is NoBody.DISCONNECTED:
            return None
        if isinstance(body, NoBody):
            return text_answer(*_REFUSED_BODIES[body])
        try:
            if name == "iglu":
                return await self._schemas.answer(rest)
            if name == "ui":
                return text_answer(HTTPStatus.NOT_FOUND, NO_UI)
            if self._events is None:
                return text_answer(HTTPStatus.NOT_FOUND, NO_STORAGE)
            return await self._events.answer(name, scope["method"], body)
        except BodyRefused as refused:
            return text_answer(refused.status, refused.text, detail_header(refused.detail))
        except Exception:
            _logger.exception("%s /micro/%s could not be answered", scope["method"], name)
            return text_answer(HTTPStatus.INTERNAL_SERVER_ERROR, FAILED)


async def _send(answer: Answer, method: str, send: Send) -> None:
    length: Header = (b"content-length", b"%d" % sum(map(len, answer.parts)))
    headers = [*answer.headers, length, *_ALWAYS]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if method != "HEAD":
        for part in answer.parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
