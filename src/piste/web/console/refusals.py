"""What the Console APIs answer when they will not: `{"message": …}`, or a group's own shape.

Source: Snowplow's console, plain errors; event specifications (requirement 001) have their own envelope.
"""

import logging
import re
from collections.abc import Callable, Sequence
from enum import Enum
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import Route

from piste.events.schema_key import Json
from piste.store.errors import StoreUnavailable
from piste.web.console.answers import json_answer

MESSAGE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["message"],
    "properties": {"message": {"type": "string"}},
    "additionalProperties": False,
}


UNAVAILABLE = "What is decided cannot be read or stored at the moment; the server's log says why"
RETRY_AFTER_SECONDS = 5

_logger = logging.getLogger(__name__)


class Refused(HTTPException):
    """The request is answered with this status and message, and has changed nothing. `wrong` is the
    parameter that is, if one is."""

    def __init__(
        self,
        status: HTTPStatus,
        message: str,
        headers: dict[str, str] | None = None,
        *,
        wrong: str | None = None,
    ) -> None:
        super().__init__(status, message, headers)
        self.wrong = wrong


def not_found(what: str) -> Refused:
    return Refused(HTTPStatus.NOT_FOUND, f"There is no such {what}")


def documented(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route, as its `responses`."""
    content = {"application/json": {"schema": MESSAGE_SCHEMA}}
    return {int(one): {"description": one.phrase, "content": content} for one in statuses}


def plain(_: int, message: str, __: str | None) -> Json:
    return {"message": message}


Shape = Callable[[int, str, str | None], Json]
"""The body of a refusal: of its status, its message, and the parameter that is wrong, if one is."""


class Group(APIRouter):
    """A router with a shape of refusals of its own, for all addresses under its prefix."""

    def __init__(self, *, prefix: str, tags: list[str | Enum], shape: Shape) -> None:
        super().__init__(prefix=prefix, tags=tags)
        self.shape = shape
        self._address = re.compile(re.sub(r"\{[^}]*\}", "[^/]*", prefix) + r"(/.*)?\Z", re.DOTALL)

    def covers(self, path: str) -> bool:
        """Of an address without the base of the Console APIs."""
        return self._address.match(path) is not None


def answer_refusals(application: FastAPI, base: str, routers: Sequence[APIRouter]) -> None:
    """Let an application answer its own refusals, and those of the framework, each in its group's shape.

    `base` is what addresses begin with.
    """
    groups = [router for router in routers if isinstance(router, Group)]

    def answer(
        request: Request, status: int, message: str, wrong: str | None = None, headers: Any = None
    ) -> Response:
        path = request.scope["path"].removeprefix(base)
        shape = next((group.shape for group in groups if group.covers(path)), plain)
        return json_answer(status, shape(status, message, wrong), headers)

    @application.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        wrong = error.wrong if isinstance(error, Refused) else None
        headers = error.headers
        if (
            error.status_code == HTTPStatus.METHOD_NOT_ALLOWED
        ):  # the framework names one route's only
            headers = {
                "Allow": ", ".join(_methods(routers, request.scope["path"].removeprefix(base)))
            }
        return answer(request, error.status_code, error.detail, wrong, headers)

    @application.exception_handler(StoreUnavailable)
    async def unavailable(request: Request, error: StoreUnavailable) -> Response:
        _logger.error("%s", error)
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        return answer(request, HTTPStatus.SERVICE_UNAVAILABLE, UNAVAILABLE, headers=headers)

    @application.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place, *names = map(str, first["loc"])
        name = ".".join(names)
        message = f"{place}.{name}: {first['msg']}"
        return answer(request, HTTPStatus.BAD_REQUEST, message, name)


def _methods(routers: Sequence[APIRouter], path: str) -> list[str]:
    """That are answered at this address."""
    found: set[str] = set()
    for router in routers:
        for route in router.routes:
            if isinstance(route, Route) and route.path_regex.match(path):
                found.update(route.methods or ())
    return sorted(found)
