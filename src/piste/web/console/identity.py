"""The Console API of who may ask: organizations, access tokens, API keys.

Room:   HTTP only; `Identity` decides.
Limits: a key has the role of its user; the `permissions` that Snowplow's console takes are read, and limit
        nothing. Answers with a secret are not to be stored by anybody on the way.
Source: Snowplow's console, credentials (event specifications, "Authorizing with v2" and "v3").
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from fastapi.security import APIKeyHeader

from piste.accounts.keys import ApiKey
from piste.accounts.labels import LABEL_PATTERN, MAX_LABEL, is_label
from piste.accounts.principal import Principal
from piste.accounts.service import Identity
from piste.events.schema_key import Json
from piste.web.console.answers import json_answer
from piste.web.console.refusals import Refused, documented, not_found
from piste.web.console.requests import (
    UNIVERSAL,
    JsonBody,
    OrganizationId,
    acting,
    body,
    signed_in,
)
from piste.web.console.specification_schemas import UUID_FORM

KEY_ID_HEADER = "X-API-Key-ID"
_NOT_STORED = {"Cache-Control": "no-store"}

_key_header = APIKeyHeader(
    name="X-API-Key", scheme_name="APIKey", auto_error=False, description="An API key."
)
_Key = Annotated[str | None, Depends(_key_header)]
_KeyId = Annotated[
    str, Path(alias="keyId", description="UUID of the key.", json_schema_extra=UUID_FORM)
]

_REFUSED_UNKNOWN = documented(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)


def router(identity: Identity) -> APIRouter:
    """`/organizations` and `/organizations/{organizationId}/credentials`."""
    routes = APIRouter(tags=["Identity"])
    user = signed_in(identity.authenticate)
    acting_user = acting(identity.authenticate, identity.has_account)
    credentials = "/organizations/{organizationId}/credentials"

    def token(organization_id: str, key: str | None, key_id: str | None, wanted: str) -> Response:
        grant = identity.grant(key, key_id) if key is not None else None
        if grant is None:
            headers = {"WWW-Authenticate": "APIKey"}
            raise Refused(HTTPStatus.UNAUTHORIZED, f"Wanted: {wanted}", headers)
        is_there = identity.has_account(organization_id)
        if not is_there or not grant.principal.acts_for(organization_id):
            raise not_found("organization")
        return json_answer(200, {"accessToken": identity.token(grant)}, _NOT_STORED)

    @routes.get(
        "/organizations",
        operation_id="listOrganizations",
        summary="The organizations that you may act for",
        responses=_answer("Yours; for an admin, all.", _ORGANIZATIONS, _ORGANIZATIONS_EXAMPLE)
        | documented(HTTPStatus.UNAUTHORIZED),
    )
    def organizations(principal: Annotated[Principal, Depends(user)]) -> Response:
        found = [one for one in identity.accounts() if principal.acts_for(one.id)]
        return json_answer(200, [{"id": one.id, "name": one.name} for one in found])

    @routes.get(
        f"{credentials}/v2/token",
        operation_id="getTokenV2",
        summary="An access token for an API key",
        responses=_answer("Valid for 24 hours.", _TOKEN, _TOKEN_EXAMPLE) | _REFUSED_UNKNOWN,
    )
    def token_v2(organization_id: OrganizationId, key: _Key) -> Response:
        return token(organization_id, key, None, "an `X-API-Key` header with a valid API key")

    @routes.get(
        f"{credentials}/v3/token",
        operation_id="getToken",
        summary="An access token for an API key and its id",
        responses=_answer("Valid for 24 hours.", _TOKEN, _TOKEN_EXAMPLE) | _REFUSED_UNKNOWN,
        openapi_extra={"parameters": [_KEY_ID_PARAMETER]},
    )
    def token_v3(organization_id: OrganizationId, key: _Key, request: Request) -> Response:
        # Read here, since a missing one is 401 as a missing key is, and not a malformed request.
        key_id = request.headers.get(KEY_ID_HEADER)
        wanted = f"`X-API-Key` and `{KEY_ID_HEADER}` headers with a valid API key and its id"
        return token(organization_id, None if key_id is None else key, key_id, wanted)

    @routes.get(
        f"{credentials}/v2/api-keys",
        operation_id="listApiKeys",
        summary="Your API keys",
        description="Without the keys themselves.",
        responses=_answer("The oldest first.", _KEYS, [_KEY_EXAMPLE]) | _REFUSED_UNKNOWN,
    )
    def api_keys(principal: Annotated[Principal, Depends(acting_user)]) -> Response:
        return json_answer(200, [_printed(one) for one in identity.keys(principal.user_id)])

    @routes.post(
        f"{credentials}/v2/api-keys",
        operation_id="createApiKey",
        summary="One more API key for you",
        description="It has your role, whatever `permissions` say. The answer is the only one that shows it.",
        status_code=HTTPStatus.CREATED,
        responses=_answer("The key and its id.", _NEW_KEY, _NEW_KEY_EXAMPLE, HTTPStatus.CREATED)
        | UNIVERSAL,
        openapi_extra=body(_FORM, _FORM_EXAMPLE),
    )
    def create_api_key(
        principal: Annotated[Principal, Depends(acting_user)], form: JsonBody
    ) -> Response:
        created = identity.create_key(principal.user_id, _description(form))
        if created is None:
            raise not_found("user any more")
        return json_answer(201, {"id": created.api_key.id, "key": created.key}, _NOT_STORED)

    @routes.delete(
        f"{credentials}/v2/api-keys/{{keyId}}",
        operation_id="deleteApiKey",
        summary="Revoke one of your API keys",
        description="The key and all tokens that it was exchanged for are not valid any more.",
        status_code=HTTPStatus.NO_CONTENT,
        response_class=Response,
        responses=documented(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    )
    def delete_api_key(
        principal: Annotated[Principal, Depends(acting_user)], key_id: _KeyId
    ) -> Response:
        found = identity.delete_key(principal.user_id, key_id)
        if found is None:
            raise not_found("API key of yours")
        if found.is_given:
            message = "This key is `PISTE_ADMIN_KEY`: it is valid for as long as Piste has it"
            raise Refused(HTTPStatus.CONFLICT, message)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return routes


def _description(form: Json) -> str:
    """Of a request for a key. Raises `Refused`."""
    if not isinstance(form, dict):
        raise _malformed("The body must be an object")
    for name in form.keys() - _FORM["properties"].keys():
        raise _malformed(f"`{name[:MAX_LABEL]}` is not a field here")
    permissions = form.get("permissions", [])
    if not isinstance(permissions, list) or not all(isinstance(one, dict) for one in permissions):
        raise _malformed("`permissions` must be a list of objects")
    description = form.get("description")
    if not is_label(description):
        raise _malformed(f"`description` must be a text of 1 to {MAX_LABEL} characters")
    return description


def _malformed(message: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, message)


def _printed(key: ApiKey) -> dict[str, Json]:
    created_at = key.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"id": key.id, "description": key.description, "createdAt": created_at}


def _answer(
    description: str, schema: Mapping[str, Any], example: Json, status: HTTPStatus = HTTPStatus.OK
) -> dict[int | str, dict[str, Any]]:
    """The answer of a route when all is well, as part of its `responses`."""
    content = {"application/json": {"schema": schema, "example": example}}
    return {int(status): {"description": description, "content": content}}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    """JSON Schema of an object that has all of these and no other."""
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


_UUID = {"type": "string", "format": "uuid"}
_TEXT = {"type": "string"}
_EXAMPLE_ID = "9f2d3a4e-5b6c-4d7e-8f90-a1b2c3d4e5f6"

_ORGANIZATIONS = {"type": "array", "items": _object(id=_UUID, name=_TEXT)}
_ORGANIZATIONS_EXAMPLE = [{"id": _EXAMPLE_ID, "name": "default"}]
_TOKEN = _object(accessToken=_TEXT)
_TOKEN_EXAMPLE = {"accessToken": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOi….…"}
_KEYS = {
    "type": "array",
    "items": _object(
        id=_UUID, description=_TEXT, createdAt={"type": "string", "format": "date-time"}
    ),
}
_KEY_EXAMPLE = {
    "id": _EXAMPLE_ID,
    "description": "Continuous integration",
    "createdAt": "2026-01-15T10:30:00.000Z",
}
_NEW_KEY = _object(id=_UUID, key=_TEXT)
_NEW_KEY_EXAMPLE = {"id": _EXAMPLE_ID, "key": "tt_…"}
_KEY_ID_PARAMETER = {
    "name": KEY_ID_HEADER,
    "in": "header",
    "required": True,
    "description": "UUID of the API key.",
    "schema": _UUID,
}
_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["description"],
    "properties": {
        "description": {
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_LABEL,
            "pattern": LABEL_PATTERN,
        },
        "permissions": {"type": "array", "items": {"type": "object"}},
    },
    "additionalProperties": False,
}
_FORM_EXAMPLE = {
    "description": "Continuous integration",
    "permissions": [
        {"capabilities": [{"resourceType": "DATA-STRUCTURES", "action": "*", "filters": []}]}
    ],
}
