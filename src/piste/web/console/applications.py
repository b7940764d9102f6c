"""`/source-apps/v1`: what sends events.

Room:   HTTP to `piste.specs.applications` and back.
Source: Snowplow's console, source applications.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from piste.specs.applications import WHAT, SourceApplications
from piste.specs.refusal import Refusal
from piste.specs.tracking_plans import SourceApplication
from piste.web.console.plan_frame import (
    NO_CONTENT,
    PLAN_REFUSALS,
    PLAN_WRITES,
    deleted,
    enveloped,
    uuid_of_path,
)
from piste.web.console.plan_schemas import (
    APPLICATION_EXAMPLE,
    APPLICATION_FORM,
    APPLICATIONS,
    REFUSAL,
)
from piste.web.console.requests import JsonBody, OrganizationId, body
from piste.web.console.schema_parts import answer

OfOrganization = Callable[[str], SourceApplications]
"""The service for an organization (its id)."""


def router(applications: OfOrganization, who: Any) -> APIRouter:
    """`who` is the annotation of the caller, as `requests.caller` makes it."""
    routes = APIRouter(
        prefix="/organizations/{organizationId}/source-apps/v1", tags=["Source applications"]
    )

    def service(organization_id: OrganizationId, _: who) -> SourceApplications:
        return applications(organization_id)

    Service = Annotated[SourceApplications, Depends(service)]  # noqa: N806 (a type)
    Id = Annotated[str, Depends(uuid_of_path("sourceAppId", WHAT))]  # noqa: N806

    @routes.get(
        "",
        operation_id="listSourceApplications",
        summary="List source applications",
        responses={**PLAN_REFUSALS, **answer(HTTPStatus.OK, APPLICATIONS)},
    )
    def find(service: Service) -> Response:
        return enveloped(HTTPStatus.OK, [one.to_json() for one in service.find()])

    @routes.get(
        "/{sourceAppId}",
        operation_id="getSourceApplication",
        summary="One source application",
        responses={**PLAN_REFUSALS, **answer(HTTPStatus.OK, APPLICATIONS)},
    )
    def get(service: Service, application_id: Id) -> Response:
        return _printed(HTTPStatus.OK, service.get(application_id))

    @routes.post(
        "",
        operation_id="createSourceApplication",
        summary="Create a source application",
        description="Its name is unique in the organization, and the entities that it sends exist.",
        status_code=HTTPStatus.CREATED,
        responses={**PLAN_WRITES, **answer(HTTPStatus.CREATED, APPLICATIONS)},
        openapi_extra=body(APPLICATION_FORM, APPLICATION_EXAMPLE),
    )
    def create(service: Service, json: JsonBody) -> Response:
        return _printed(HTTPStatus.CREATED, service.create(json))

    @routes.put(
        "/{sourceAppId}",
        operation_id="editSourceApplication",
        summary="Replace a source application",
        description="As a whole: what is not given is cleared.",
        responses={**PLAN_WRITES, **answer(HTTPStatus.OK, APPLICATIONS)},
        openapi_extra=body(APPLICATION_FORM, APPLICATION_EXAMPLE),
    )
    def edit(service: Service, application_id: Id, json: JsonBody) -> Response:
        return _printed(HTTPStatus.OK, service.edit(application_id, json))

    @routes.delete(
        "/{sourceAppId}",
        operation_id="deleteSourceApplication",
        summary="Delete a source application that no data product has",
        status_code=HTTPStatus.NO_CONTENT,
        response_class=Response,
        responses={**PLAN_REFUSALS, **NO_CONTENT, **answer(HTTPStatus.CONFLICT, REFUSAL)},
    )
    def delete(service: Service, application_id: Id) -> Response:
        return deleted(service.delete(application_id))

    return routes


def _printed(status: HTTPStatus, found: SourceApplication | Refusal) -> Response:
    return enveloped(status, found if isinstance(found, Refusal) else [found.to_json()])
