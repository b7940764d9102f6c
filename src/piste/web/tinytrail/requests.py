"""What the routes read of a request: its JSON, the fields of it, and the id of its address.

Room:   FastAPI dependencies.
Limits: a body has at most MAX_BODY_BYTES, and comes within BODY_TIMEOUT_SECONDS. A field that a route does
        not know is refused, since whoever misspells one would wait for its effect.
"""

from collections.abc import Callable, Coroutine, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Path, Request

from piste.events.schema_key import Json
from piste.jsontext import JsonError, decode
from piste.traffic.flaws import Flaw, shortened
from piste.traffic.website_forms import uuid_of
from piste.web.body import BodyReader, NoBody
from piste.web.console.refusals import Refused
from piste.web.console.specification_schemas import UUID_FORM
from piste.web.tinytrail.answers import refused

MAX_BODY_BYTES = 1024 * 1024
BODY_TIMEOUT_SECONDS = 30
MAX_FLAWS = 10
"""That an answer names; the first ones."""

REFUSED_BODIES = refused(HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
"""What a route that reads one may answer."""

_NO_BODY = {
    NoBody.TOO_LARGE: (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The body has more than {MAX_BODY_BYTES} bytes",
    ),
    NoBody.TOO_SLOW: (HTTPStatus.REQUEST_TIMEOUT, "The body took too long"),
    NoBody.INCOMPLETE: (HTTPStatus.BAD_REQUEST, "The body is incomplete"),
    NoBody.DISCONNECTED: (HTTPStatus.BAD_REQUEST, "The body is incomplete"),
}


def json_reader(*, is_optional: bool = False) -> Callable[[Request], Coroutine[Any, Any, Json]]:
    """Dependency: the request's JSON; an empty object when there may be no body and is none."""
    bodies = BodyReader(MAX_BODY_BYTES, BODY_TIMEOUT_SECONDS)

    async def json_body(request: Request) -> Json:
        body = await bodies.read(request.receive, dict(request.scope["headers"]))  # type: ignore[arg-type]
        if isinstance(body, NoBody):
            raise Refused(*_NO_BODY[body])
        if is_optional and not body:
            return {}
        try:
            decoded = decode(body.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise invalid(f"The body is not UTF-8: {error}") from None
        if isinstance(decoded, JsonError):
            raise invalid(f"The body is not JSON: {decoded.message}")
        return decoded

    return json_body


def _uuid(
    id_: Annotated[str, Path(alias="id", description="A UUID.", json_schema_extra=UUID_FORM)],
) -> str:
    found = uuid_of(id_)
    if found is None:
        raise invalid("`id` must be a UUID")
    return found


Id = Annotated[str, Depends(_uuid)]
"""Annotation of a parameter that is the UUID of the address, in lower case."""


def fields(body: Json, known: Sequence[str]) -> dict[str, Json]:
    """The fields of a request's JSON. Raises `Refused`."""
    if not isinstance(body, dict):
        raise invalid("The body must be an object")
    for name in body:
        if name not in known:
            raise invalid(f"`{shortened(name)}` is not a field here")
    return body


def invalid(message: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, message)


def flawed(flaws: Sequence[Flaw]) -> Refused:
    """By the first MAX_FLAWS."""
    shown = [flaw.message for flaw in flaws[:MAX_FLAWS]]
    if len(flaws) > MAX_FLAWS:
        shown.append(f"and {len(flaws) - MAX_FLAWS} more")
    return invalid("; ".join(shown))


def body(schema: dict[str, Any], example: Json, *, is_required: bool = True) -> dict[str, Any]:
    """`openapi_extra` of a route that takes JSON."""
    content = {"application/json": {"schema": schema, "example": example}}
    return {"requestBody": {"required": is_required, "content": content}}
