"""What the routes of the registry ask of a request: who makes it, its JSON, and the schema of its address.

Room:   FastAPI dependencies.
Limits: a body has at most MAX_BODY_BYTES, and comes within BODY_TIMEOUT_SECONDS.
Source: Iglu Server; its defaults for size and depth.
"""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request, Security
from fastapi.security import APIKeyHeader

from piste.events.schema_key import IgluParseError, Json, SchemaKey
from piste.jsontext import JsonError, decode
from piste.registry.drafts import DraftId
from piste.registry.keys import InvalidKey, Keyring
from piste.registry.permissions import Caller
from piste.registry.published import Representation
from piste.web.body import BodyReader, NoBody
from piste.web.console.refusals import Refused

MAX_BODY_BYTES = 100_000
BODY_TIMEOUT_SECONDS = 30

NO_SUCH_ENDPOINT = "The endpoint does not exist"

_REFUSED_BODIES = {
    NoBody.TOO_LARGE: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The payload is too large"),
    NoBody.TOO_SLOW: (HTTPStatus.REQUEST_TIMEOUT, "The body took too long"),
    NoBody.INCOMPLETE: (HTTPStatus.BAD_REQUEST, "The body is incomplete"),
    NoBody.DISCONNECTED: (HTTPStatus.BAD_REQUEST, "The body is incomplete"),
}

_apikey = APIKeyHeader(
    name="apikey",
    auto_error=False,
    description="A key of the registry (a UUID), or one of Piste's own (`tt_…`).",
)

Vendor = Annotated[str, Path(description="Such as `com.acme`.")]
Name = Annotated[str, Path(description="Such as `ad_click`.")]
Format = Annotated[str, Path(description="Nearly always `jsonschema`.")]
Version = Annotated[str, Path(description="MODEL-REVISION-ADDITION, such as `1-0-0`.")]
Repr = Annotated[
    Representation | None,
    Query(alias="repr", description="URI, schema with metadata, or schema alone."),
]
IsPublic = Annotated[
    Literal["true", "false"],
    Query(alias="isPublic", description="Whether everybody may read it, without a key."),
]


def sender(keyring: Keyring) -> Callable[..., Caller]:
    """Dependency: who asks."""

    def caller(apikey: Annotated[str | None, Security(_apikey)]) -> Caller:
        try:
            return keyring.caller(apikey)
        except InvalidKey:
            raise Refused(HTTPStatus.BAD_REQUEST, "Invalid UUID for ApiKey") from None

    return caller


def json_reader() -> Callable[[Request], Coroutine[Any, Any, Json]]:
    """Dependency: the request's JSON."""
    bodies = BodyReader(MAX_BODY_BYTES, BODY_TIMEOUT_SECONDS)

    async def json_body(request: Request) -> Json:
        body = await bodies.read(request.receive, dict(request.scope["headers"]))  # type: ignore[arg-type]
        if isinstance(body, NoBody):
            raise Refused(*_REFUSED_BODIES[body])
        try:
            decoded = decode(body.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise Refused(HTTPStatus.BAD_REQUEST, f"The body is not UTF-8: {error}") from None
        if isinstance(decoded, JsonError):
            raise Refused(HTTPStatus.BAD_REQUEST, f"The body is not JSON: {decoded.message}")
        return decoded

    return json_body


def schema_address(vendor: Vendor, name: Name, format_: str, version: Version) -> SchemaKey:
    """Dependency-like: the schema of an address. Raises `Refused` for what cannot be one."""
    key = SchemaKey.parse(f"iglu:{vendor}/{name}/{format_}/{version}")
    if isinstance(key, IgluParseError):
        raise no_such_endpoint()
    return key


def draft_address(vendor: str, name: str, format_: str, number: str) -> DraftId:
    """Of an address. Raises `Refused` for what cannot be one."""
    draft_id = DraftId.parse(vendor, name, format_, number)
    if draft_id is None:
        raise no_such_endpoint()
    return draft_id


def no_such_endpoint() -> Refused:
    return Refused(HTTPStatus.NOT_FOUND, NO_SUCH_ENDPOINT)
