"""The shape of every answer about event specifications: data, includes and errors.

Room:   between `piste.specs` and HTTP; refusals that the service never sees have the same shape.
Source: event specifications (requirement 001), "Response Format".
"""

from http import HTTPStatus

from fastapi.responses import Response

from piste.events.schema_key import Json
from piste.specs.findings import Code, error
from piste.specs.service import Answer
from piste.web.console.answers import json_answer

_REFUSALS = {
    HTTPStatus.BAD_REQUEST: (Code.MALFORMED_REQUEST, "body"),
    HTTPStatus.UNAUTHORIZED: (Code.UNAUTHORIZED, "authorization"),
    HTTPStatus.NOT_FOUND: (Code.NOT_FOUND, "path"),
    HTTPStatus.METHOD_NOT_ALLOWED: (Code.METHOD_NOT_ALLOWED, "method"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (Code.TOO_LARGE, "body"),
    HTTPStatus.SERVICE_UNAVAILABLE: (Code.UNAVAILABLE, "server"),
    HTTPStatus.NOT_IMPLEMENTED: (Code.NOT_IMPLEMENTED, "path"),
}
"""Code and source, when no parameter is at fault."""


def refusal(status: int, message: str, wrong: str | None) -> Json:
    """Of a request that is refused before the service sees it (`refusals.Shape`)."""
    code, source = _REFUSALS[HTTPStatus(status)]
    return Answer(status, findings=(error(code, wrong or source, message),)).to_json()


def http_answer(answer: Answer) -> Response:
    if answer.status == HTTPStatus.NO_CONTENT:
        return Response(status_code=answer.status)
    return json_answer(answer.status, answer.to_json())


def with_message(answer: Answer) -> Response:
    """A refusal says its first error again where plain errors of the Console have it, for programs that look
    there."""
    json = answer.to_json()
    if answer.status >= HTTPStatus.BAD_REQUEST:
        json["message"] = answer.findings[0].title
    return json_answer(answer.status, json)
