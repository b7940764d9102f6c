"""What every route of the Console APIs asks of a request: who makes it, and its JSON.

Room:   FastAPI dependencies.
Limits: a body has at most MAX_BODY_BYTES, and comes within BODY_SECONDS. An organization that the caller may
        not act for is not there.
"""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from piste.accounts.principal import Authenticate, Principal
from piste.events.schema_key import Json
from piste.jsontext import JsonError, decode
from piste.web.console.refusals import Refused, documented, not_found
from piste.web.console.specification_schemas import UUID_FORM

MAX_BODY_BYTES = 1024 * 1024
BODY_SECONDS = 30

UNIVERSAL = documented(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
)
"""The refusals that every route of an organization may answer."""

_bearer = HTTPBearer(auto_error=False, description="The access token of `credentials/v3/token`.")

OrganizationId = Annotated[
    str,
    Path(
        alias="organizationId",
        description="UUID of the organization.",
        json_schema_extra=UUID_FORM,
    ),
]


def signed_in(authenticate: Authenticate) -> Callable[..., Principal]:
    """Dependency: who asks, for whichever organization."""

    def principal(
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> Principal:
        found = authenticate(credentials.credentials) if credentials is not None else None
        if found is None:
            raise Refused(
                HTTPStatus.UNAUTHORIZED,
                "Wanted: an `Authorization: Bearer` header with a valid access token",
                {"WWW-Authenticate": "Bearer"},
            )
        return found

    return principal


def acting(
    authenticate: Authenticate, has_account: Callable[[str], bool]
) -> Callable[..., Principal]:
    """Dependency: who asks, and may act for the organization of the path."""

    def principal(
        organization_id: OrganizationId,
        found: Annotated[Principal, Depends(signed_in(authenticate))],
    ) -> Principal:
        if not found.acts_for(organization_id) or not has_account(organization_id):
            raise not_found("organization")
        return found

    return principal


def caller(authenticate: Authenticate, has_account: Callable[[str], bool]) -> Any:
    """Annotation of a parameter that is the `Principal` who may act for the organization of the path."""
    return Annotated[Principal, Depends(acting(authenticate, has_account))]


async def json_body(request: Request) -> Json:
    """The request's JSON. Raises `Refused`."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    message = f"The body has more than {MAX_BODY_BYTES} bytes"
                    raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
    except TimeoutError:
        message = f"The body did not come within {BODY_SECONDS} seconds"
        raise Refused(HTTPStatus.BAD_REQUEST, message) from None
    try:
        decoded = decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Refused(HTTPStatus.BAD_REQUEST, f"The body is not UTF-8: {error}") from None
    if isinstance(decoded, JsonError):
        raise Refused(HTTPStatus.BAD_REQUEST, f"The body is not JSON: {decoded.message}")
    return decoded


JsonBody = Annotated[Any, Depends(json_body)]
"""Annotation of a parameter that is the request's JSON; its schema goes into the route's `openapi_extra` by
`body`."""


def body(schema: dict[str, Any], example: Json = None) -> dict[str, Any]:
    """`openapi_extra` of a route that takes JSON."""
    content: dict[str, Any] = {"schema": schema}
    if example is not None:
        content["example"] = example
    return {"requestBody": {"required": True, "content": {"application/json": content}}}
