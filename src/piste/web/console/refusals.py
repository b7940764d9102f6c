"""What the Console APIs answer when they will not: `{"message": …}`.

Source: Snowplow's console, plain errors; event specifications have their own envelope.
"""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

MESSAGE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["message"],
    "properties": {"message": {"type": "string"}},
    "additionalProperties": False,
}


class Refused(HTTPException):
    """The request is answered with this status and message, and has changed nothing."""

    def __init__(
        self, status: HTTPStatus, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(status, message, headers)


def not_found(what: str) -> Refused:
    return Refused(HTTPStatus.NOT_FOUND, f"There is no such {what}")


def documented(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route, as its `responses`."""
    content = {"application/json": {"schema": MESSAGE_SCHEMA}}
    return {int(one): {"description": one.phrase, "content": content} for one in statuses}


def answer_refusals(application: FastAPI) -> None:
    """Let an application answer its own refusals, and those of the framework, in this shape."""

    @application.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"message": error.detail}, error.status_code, error.headers)

    @application.exception_handler(RequestValidationError)
    async def unreadable(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return JSONResponse({"message": f"{where}: {first['msg']}"}, HTTPStatus.BAD_REQUEST)
