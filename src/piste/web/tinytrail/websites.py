"""`/websites`: whose traffic is measured, for users in their account and for administrators in all.

Room:   HTTP only; `Websites` decides.
Source: TinyTrail's API, "Websites".
"""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from piste.accounts.principal import Principal
from piste.events.schema_key import Json
from piste.traffic.content_groups import MAX_GROUPS, MAX_NAME, MAX_PATTERN
from piste.traffic.excluded_ips import MAX_ENTRIES, MAX_ENTRY
from piste.traffic.website_forms import MAX_DOMAIN
from piste.traffic.websites import Website, Websites
from piste.web.console.parameters import once_each
from piste.web.console.refusals import not_found
from piste.web.console.specification_schemas import UUID_FORM
from piste.web.tinytrail.access import REFUSED, Access
from piste.web.tinytrail.answers import an_object, answered, refused, success, timestamp
from piste.web.tinytrail.requests import REFUSED_BODIES, Id, body, flawed, json_reader

_REFUSED_UNKNOWN = REFUSED | refused(HTTPStatus.NOT_FOUND)


def router(websites: Websites, access: Access) -> APIRouter:
    routes = APIRouter(tags=["Websites"], dependencies=[Depends(access.user), Depends(once_each)])
    json_body = json_reader()

    @routes.get(
        "/websites",
        operation_id="listWebsites",
        summary="The websites of your account; for an administrator, all",
        responses=answered("The oldest first.", "WebsiteList", _WEBSITES, [_EXAMPLE]) | REFUSED,
    )
    def list_websites(principal: Annotated[Principal, Depends(access.user)]) -> Response:
        return success([_printed(one) for one in websites.find(principal)])

    @routes.post(
        "/websites",
        operation_id="createWebsite",
        summary="Create a website",
        description="In your account; an administrator may name another one.",
        status_code=HTTPStatus.CREATED,
        responses=answered("The website.", "WebsiteAnswer", _WEBSITE, _EXAMPLE, HTTPStatus.CREATED)
        | _REFUSED_UNKNOWN
        | REFUSED_BODIES,
        openapi_extra=body(_CREATION, _FORM_EXAMPLE),
    )
    def create_website(
        principal: Annotated[Principal, Depends(access.user)],
        form: Annotated[Any, Depends(json_body)],
    ) -> Response:
        return _answer(websites.create(principal, form), "account", HTTPStatus.CREATED)

    @routes.patch(
        "/websites/{id}",
        operation_id="changeWebsite",
        summary="Change a website",
        description="What is given replaces what there was; the rest stays. At least one field is given.",
        responses=answered("The website.", "WebsiteAnswer", _WEBSITE, _EXAMPLE)
        | _REFUSED_UNKNOWN
        | REFUSED_BODIES,
        openapi_extra=body(_CHANGE, _FORM_EXAMPLE),
    )
    def change_website(
        principal: Annotated[Principal, Depends(access.user)],
        website_id: Id,
        form: Annotated[Any, Depends(json_body)],
    ) -> Response:
        return _answer(websites.change(principal, website_id, form), "website")

    @routes.delete(
        "/websites/{id}",
        operation_id="deleteWebsite",
        summary="Delete a website with all its events",
        responses=answered("The deleted website.", "WebsiteAnswer", _WEBSITE, _EXAMPLE)
        | _REFUSED_UNKNOWN,
    )
    def delete_website(
        principal: Annotated[Principal, Depends(access.user)], website_id: Id
    ) -> Response:
        return _answer(websites.delete(principal, website_id), "website")

    return routes


def _answer(
    outcome: Website | tuple[Any, ...] | None, what: str, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """`what` is not there when the outcome is None. Raises `Refused`."""
    if outcome is None:
        raise not_found(what)
    if isinstance(outcome, tuple):
        raise flawed(outcome)
    return success(_printed(outcome), status)


def _printed(website: Website) -> dict[str, Json]:
    groups = [{"name": one.name, "pattern": one.pattern} for one in website.content_groups]
    return {
        "id": website.id,
        "accountId": website.account_id,
        "domain": website.domain,
        "contentGroups": groups,
        "excludedIps": list(website.excluded_ips),
        "createdAt": timestamp(website.created_at),
    }


def _text(longest: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": longest}


_UUID = {"type": "string", **UUID_FORM}
_WEBSITE = {
    "title": "Website",
    **an_object(
        {
            "id": _UUID,
            "accountId": _UUID,
            "domain": {"type": "string"},
            "contentGroups": {
                "type": "array",
                "items": an_object({"name": {"type": "string"}, "pattern": {"type": "string"}}),
            },
            "excludedIps": {"type": "array", "items": {"type": "string"}},
            "createdAt": {"type": "string", "format": "date-time"},
        }
    ),
}
_WEBSITES = {"type": "array", "items": _WEBSITE}
_EXAMPLE = {
    "id": "550e8400-e29b-41d4-a716-446655440000",
    "accountId": "9f2d3a4e-5b6c-4d7e-8f90-a1b2c3d4e5f6",
    "domain": "example.com",
    "contentGroups": [{"name": "Blog", "pattern": "/blog/**"}],
    "excludedIps": ["203.0.113.0/24"],
    "createdAt": "2026-01-15T10:30:00.000Z",
}
_SETTINGS = {
    "domain": _text(MAX_DOMAIN),
    "content_groups": {
        "type": ["array", "null"],
        "maxItems": MAX_GROUPS,
        "items": an_object({"name": _text(MAX_NAME), "pattern": _text(MAX_PATTERN)}),
    },
    "excluded_ips": {
        "type": ["array", "null"],
        "maxItems": MAX_ENTRIES,
        "items": _text(MAX_ENTRY),
    },
}
_CREATION = {
    "title": "NewWebsite",
    **an_object(
        {**_SETTINGS, "account_id": _UUID},
        optional=("content_groups", "excluded_ips", "account_id"),
    ),
}
_CHANGE = {
    "title": "WebsiteChange",
    **an_object(_SETTINGS, optional=tuple(_SETTINGS)),
    "minProperties": 1,
}
_FORM_EXAMPLE = {
    "domain": "example.com",
    "content_groups": [{"name": "Blog", "pattern": "/blog/**"}],
    "excluded_ips": ["203.0.113.0/24"],
}
