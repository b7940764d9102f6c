"""The envelope of TinyTrail's answers: `data` of a success, code and message of an error.

Room:   between values and HTTP.
Source: TinyTrail's API, "Response Format", "Error Codes"; the codes for 405, 408, 413 and 503 are ours.
"""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from fastapi.responses import Response

from piste.events.schema_key import Json
from piste.web.console.answers import json_answer

CODES = {
    HTTPStatus.BAD_REQUEST: "INVALID_PAYLOAD",
    HTTPStatus.UNAUTHORIZED: "UNAUTHORIZED",
    HTTPStatus.FORBIDDEN: "FORBIDDEN",
    HTTPStatus.NOT_FOUND: "NOT_FOUND",
    HTTPStatus.METHOD_NOT_ALLOWED: "METHOD_NOT_ALLOWED",
    HTTPStatus.REQUEST_TIMEOUT: "REQUEST_TIMEOUT",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "PAYLOAD_TOO_LARGE",
    HTTPStatus.TOO_MANY_REQUESTS: "RATE_LIMITED",
    HTTPStatus.INTERNAL_SERVER_ERROR: "INTERNAL_ERROR",
    HTTPStatus.SERVICE_UNAVAILABLE: "UNAVAILABLE",
}

NOT_STORED = {"Cache-Control": "no-store"}
"""Of an answer with a secret: nobody on the way keeps it."""


def success(
    data: Json, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response:
    return json_answer(status, {"status": "success", "data": data}, headers)


def refusal(status: int, message: str, _: str | None = None) -> Json:
    """The body of an error (`refusals.Shape`); the message names the field that is wrong."""
    code = CODES[HTTPStatus(status)]
    return {"status": "error", "error": {"code": code, "message": message}}


def timestamp(instant: datetime) -> str:
    """Of a time in UTC, with milliseconds."""
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def answered(
    description: str, title: str, data: Json, example: Json, status: HTTPStatus = HTTPStatus.OK
) -> dict[int | str, dict[str, Any]]:
    """What a route answers when all is well, as part of its `responses`; `data` is a JSON Schema."""
    schema = {"title": title, **an_object({"status": {"const": "success"}, "data": data})}
    content = {
        "application/json": {"schema": schema, "example": {"status": "success", "data": example}}
    }
    return {int(status): {"description": description, "content": content}}


def refused(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route, as part of its `responses`."""
    return {
        int(one): {
            "description": one.phrase,
            "content": {"application/json": {"schema": _ERROR, "example": refusal(one, "…")}},
        }
        for one in statuses
    }


def an_object(properties: Mapping[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """JSON Schema of an object that has these and no other."""
    return {
        "type": "object",
        "required": [name for name in properties if name not in optional],
        "properties": dict(properties),
        "additionalProperties": False,
    }


_ERROR = {
    "title": "Error",
    **an_object(
        {
            "status": {"const": "error"},
            "error": an_object(
                {"code": {"enum": list(CODES.values())}, "message": {"type": "string"}}
            ),
        }
    ),
}
