"""`/users`: who may ask, for administrators.

Room:   HTTP only; `Identity` decides.
Limits: an email is a label, nobody is written to. The last administrator stays. Answers with a key are not to
        be stored by anybody on the way.
Source: TinyTrail's API, "Users"; `apiKeyId` is ours: the Console APIs ask for it beside the key.
"""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from piste.accounts.labels import LABEL_PATTERN, MAX_LABEL, is_label
from piste.accounts.principal import Role
from piste.accounts.service import Identity
from piste.accounts.user import User
from piste.events.schema_key import Json
from piste.traffic.website_forms import uuid_of
from piste.web.console.parameters import once_each
from piste.web.console.refusals import not_found
from piste.web.console.specification_schemas import UUID_FORM
from piste.web.tinytrail.access import REFUSED_OTHERS, Access
from piste.web.tinytrail.accounts import check_admin_stays
from piste.web.tinytrail.answers import (
    NOT_STORED,
    an_object,
    answered,
    refused,
    success,
    timestamp,
)
from piste.web.tinytrail.requests import REFUSED_BODIES, Id, body, fields, invalid, json_reader

_REFUSED_UNKNOWN = REFUSED_OTHERS | refused(HTTPStatus.NOT_FOUND)


def router(identity: Identity, access: Access) -> APIRouter:
    routes = APIRouter(tags=["Users"], dependencies=[Depends(access.admin), Depends(once_each)])
    json_body = json_reader()

    @routes.get(
        "/users",
        operation_id="listUsers",
        summary="The users of all accounts",
        description="Without their keys.",
        responses=answered("The oldest first.", "UserList", _USERS, [_EXAMPLE]) | REFUSED_OTHERS,
    )
    def users() -> Response:
        return success([_printed(one) for one in identity.users()])

    @routes.post(
        "/users",
        operation_id="createUser",
        summary="Create a user with an API key",
        status_code=HTTPStatus.CREATED,
        responses=answered(
            "The user and the key.", "NewUserAnswer", _NEW_USER, _NEW_EXAMPLE, HTTPStatus.CREATED
        )
        | REFUSED_OTHERS
        | REFUSED_BODIES,
        openapi_extra=body(_FORM, _FORM_EXAMPLE),
    )
    def create_user(form: Annotated[Any, Depends(json_body)]) -> Response:
        account_id, role, email = _read(form)
        created = identity.create_user(account_id, role, email)
        if created is None:
            raise invalid(f"`account_id`: there is no account {account_id}")
        printed = _printed(created.user)
        created_at = printed.pop("createdAt")
        key = created.first_key
        printed |= {"apiKey": key.key, "apiKeyId": key.api_key.id, "createdAt": created_at}
        return success(printed, HTTPStatus.CREATED, NOT_STORED)

    @routes.get(
        "/users/{id}/api-key",
        operation_id="getUserApiKey",
        summary="The API key of a user",
        description="The oldest, when there are several.",
        responses=answered("The key.", "UserKeyAnswer", _KEY, _KEY_EXAMPLE) | _REFUSED_UNKNOWN,
    )
    def api_key(user_id: Id) -> Response:
        if all(user.id != user_id for user in identity.users()):
            raise not_found("user")
        shown = identity.shown_key(user_id)
        if shown is None:
            raise not_found("API key that could be shown")
        return success({"id": user_id, "apiKey": shown.key}, headers=NOT_STORED)

    @routes.delete(
        "/users/{id}",
        operation_id="deleteUser",
        summary="Delete a user with their keys",
        responses=answered("The deleted user.", "UserAnswer", _USER, _EXAMPLE) | _REFUSED_UNKNOWN,
    )
    def delete_user(user_id: Id) -> Response:
        check_admin_stays(identity, lambda user: user.id == user_id)
        found = identity.delete_user(user_id)
        if found is None:
            raise not_found("user")
        return success(_printed(found))

    return routes


def _read(form: Json) -> tuple[str, Role, str | None]:
    """Account, role and email. Raises `Refused`."""
    given = fields(form, ("account_id", "role", "email"))
    account_id, role, email = (
        uuid_of(given.get("account_id")),
        given.get("role"),
        given.get("email"),
    )
    if account_id is None:
        raise invalid("`account_id` must be a UUID")
    if role not in tuple(Role):
        raise invalid("`role` must be admin or user")
    if email is not None and not is_label(email):
        raise invalid(f"`email` must be a text of 1 to {MAX_LABEL} characters")
    return account_id, Role(role), email


def _printed(user: User) -> dict[str, Json]:
    return {
        "id": user.id,
        "accountId": user.account_id,
        "email": user.email,
        "role": user.role.value,
        "createdAt": timestamp(user.created_at),
    }


_UUID = {"type": "string", **UUID_FORM}
_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}
_ROLE = {"enum": [role.value for role in Role]}
_FIELDS = {"id": _UUID, "accountId": _UUID, "email": {"type": ["string", "null"]}, "role": _ROLE}
_USER = {"title": "User", **an_object({**_FIELDS, "createdAt": _TIME})}
_USERS = {"type": "array", "items": _USER}
_NEW_USER = {
    "title": "NewUser",
    **an_object({**_FIELDS, "apiKey": _TEXT, "apiKeyId": _UUID, "createdAt": _TIME}),
}
_KEY = {"title": "UserKey", **an_object({"id": _UUID, "apiKey": _TEXT})}
_EXAMPLE = {
    "id": "0b7c4a52-1c52-4f2c-9d5e-6a8b3c1d2e4f",
    "accountId": "9f2d3a4e-5b6c-4d7e-8f90-a1b2c3d4e5f6",
    "email": "user@example.com",
    "role": "user",
    "createdAt": "2026-01-15T10:30:00.000Z",
}
_NEW_EXAMPLE = {
    **_EXAMPLE,
    "apiKey": "tt_…",
    "apiKeyId": "c1d2e3f4-0a1b-4c2d-8e3f-405162738495",
}
_KEY_EXAMPLE = {"id": _EXAMPLE["id"], "apiKey": "tt_…"}
_FORM = {
    "title": "UserForm",
    **an_object(
        {
            "account_id": _UUID,
            "role": _ROLE,
            "email": {
                "type": ["string", "null"],
                "minLength": 1,
                "maxLength": MAX_LABEL,
                "pattern": LABEL_PATTERN,
            },
        },
        optional=("email",),
    ),
}
_FORM_EXAMPLE = {
    "account_id": _EXAMPLE["accountId"],
    "role": "user",
    "email": "user@example.com",
}
