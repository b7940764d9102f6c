"""`/accounts`: the tenants, for administrators.

Room:   HTTP only; `Identity` decides.
Limits: the account of the last administrator stays, since nobody could administer Piste any more.
Source: TinyTrail's API, "Accounts".
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from piste.accounts.account import Account
from piste.accounts.labels import LABEL_PATTERN, MAX_LABEL, is_label
from piste.accounts.principal import Role
from piste.accounts.service import Identity
from piste.accounts.user import User
from piste.events.schema_key import Json
from piste.web.console.parameters import once_each
from piste.web.console.refusals import Refused, not_found
from piste.web.console.specification_schemas import UUID_FORM
from piste.web.tinytrail.access import REFUSED_OTHERS, Access
from piste.web.tinytrail.answers import an_object, answered, refused, success, timestamp
from piste.web.tinytrail.requests import REFUSED_BODIES, Id, body, fields, invalid, json_reader

LAST_ADMIN = "The last administrator cannot be deleted"


def router(identity: Identity, access: Access) -> APIRouter:
    routes = APIRouter(tags=["Accounts"], dependencies=[Depends(access.admin), Depends(once_each)])
    json_body = json_reader()

    @routes.get(
        "/accounts",
        operation_id="listAccounts",
        summary="All accounts",
        responses=answered("The oldest first.", "AccountList", _ACCOUNTS, [_EXAMPLE])
        | REFUSED_OTHERS,
    )
    def accounts() -> Response:
        return success([_printed(one) for one in identity.accounts()])

    @routes.post(
        "/accounts",
        operation_id="createAccount",
        summary="Create an account",
        status_code=HTTPStatus.CREATED,
        responses=answered("The account.", "AccountAnswer", _ACCOUNT, _EXAMPLE, HTTPStatus.CREATED)
        | REFUSED_OTHERS
        | REFUSED_BODIES,
        openapi_extra=body(_FORM, {"name": "Acme Corp"}),
    )
    def create_account(form: Annotated[Any, Depends(json_body)]) -> Response:
        name = fields(form, ("name",)).get("name")
        if not is_label(name):
            raise invalid(f"`name` must be a text of 1 to {MAX_LABEL} characters")
        return success(_printed(identity.create_account(name)), HTTPStatus.CREATED)

    @routes.delete(
        "/accounts/{id}",
        operation_id="deleteAccount",
        summary="Delete an account with all that belongs to it",
        description="Its users and their keys, its websites and their events.",
        responses=answered("The deleted account.", "AccountAnswer", _ACCOUNT, _EXAMPLE)
        | REFUSED_OTHERS
        | refused(HTTPStatus.NOT_FOUND),
    )
    def delete_account(account_id: Id) -> Response:
        check_admin_stays(identity, lambda user: user.account_id == account_id)
        found = identity.delete_account(account_id)
        if found is None:
            raise not_found("account")
        return success(_printed(found))

    return routes


def check_admin_stays(identity: Identity, goes: Callable[[User], bool]) -> None:
    """Raises `Refused` when no administrator would be left."""
    admins = [goes(user) for user in identity.users() if user.role is Role.ADMIN]
    if all(admins):
        raise Refused(HTTPStatus.FORBIDDEN, LAST_ADMIN)


def _printed(account: Account) -> dict[str, Json]:
    return {
        "id": account.id,
        "name": account.name,
        "createdAt": timestamp(account.created_at),
    }


_LABEL = {"type": "string", "minLength": 1, "maxLength": MAX_LABEL, "pattern": LABEL_PATTERN}
_ACCOUNT = {
    "title": "Account",
    **an_object(
        {
            "id": {"type": "string", **UUID_FORM},
            "name": {"type": "string"},
            "createdAt": {"type": "string", "format": "date-time"},
        }
    ),
}
_ACCOUNTS = {"type": "array", "items": _ACCOUNT}
_EXAMPLE = {
    "id": "9f2d3a4e-5b6c-4d7e-8f90-a1b2c3d4e5f6",
    "name": "Acme Corp",
    "createdAt": "2026-01-15T10:30:00.000Z",
}
_FORM = {"title": "AccountForm", **an_object({"name": _LABEL})}
