"""`/data-products/v2`: sets of event specifications with a purpose. Snowplow calls them tracking plans, too.

Room:   HTTP to `piste.specs.products` and back.
Limits: Piste sends no mail, so that instructions are not shared.
Source: Snowplow's console, tracking plans (data products).
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from piste.events.schema_key import Json
from piste.specs.products import WHAT, DataProducts, TrackingPlan
from piste.specs.refusal import Refusal
from piste.specs.tracking_plans import Page
from piste.web.console.plan_frame import (
    NO_CONTENT,
    PLAN_REFUSALS,
    PLAN_WRITES,
    deleted,
    enveloped,
    refused,
    uuid_of_path,
)
from piste.web.console.plan_schemas import HISTORY, PRODUCT_EXAMPLE, PRODUCT_FORM, PRODUCTS
from piste.web.console.refusals import Refused, documented
from piste.web.console.requests import JsonBody, OrganizationId, body
from piste.web.console.schema_parts import answer

OfOrganization = Callable[[str, str], DataProducts]
"""The service for an organization (its id) and a user (their id)."""

NO_MAIL = "Piste sends no mail: hand the instructions on yourself"

MAX_PAGE = 1_000
MAX_OFFSET = 2**31 - 1


def router(products: OfOrganization, who: Any) -> APIRouter:
    """`who` is the annotation of the caller, as `requests.caller` makes it."""
    routes = APIRouter(
        prefix="/organizations/{organizationId}/data-products/v2", tags=["Data products"]
    )

    def service(organization_id: OrganizationId, principal: who) -> DataProducts:
        return products(organization_id, principal.user_id)

    Service = Annotated[DataProducts, Depends(service)]  # noqa: N806 (a type)
    Id = Annotated[str, Depends(uuid_of_path("dataProductId", WHAT))]  # noqa: N806

    @routes.get(
        "",
        operation_id="listDataProducts",
        summary="List data products with their event specifications",
        description="Each specification in its latest version.",
        responses={**PLAN_REFUSALS, **answer(HTTPStatus.OK, PRODUCTS)},
    )
    def find(service: Service, request: Request) -> Response:
        return _printed(HTTPStatus.OK, service.find(), request)

    @routes.get(
        "/{dataProductId}",
        operation_id="getDataProduct",
        summary="One data product with its event specifications",
        responses={**PLAN_REFUSALS, **answer(HTTPStatus.OK, PRODUCTS)},
    )
    def get(service: Service, product_id: Id, request: Request) -> Response:
        return _printed(HTTPStatus.OK, service.get(product_id), request)

    @routes.post(
        "",
        operation_id="createDataProduct",
        summary="Create a data product",
        description="Its name is unique in the organization; without a status it is a draft.",
        status_code=HTTPStatus.CREATED,
        responses={**PLAN_WRITES, **answer(HTTPStatus.CREATED, PRODUCTS)},
        openapi_extra=body(PRODUCT_FORM, PRODUCT_EXAMPLE),
    )
    def create(service: Service, json: JsonBody, request: Request) -> Response:
        return _printed(HTTPStatus.CREATED, service.create(json), request)

    def edit(service: Service, product_id: Id, json: JsonBody, request: Request) -> Response:
        return _printed(HTTPStatus.OK, service.edit(product_id, json), request)

    for method, operation_id in (("PUT", "editDataProduct"), ("POST", "updateDataProduct")):
        routes.add_api_route(
            "/{dataProductId}",
            edit,
            methods=[method],
            operation_id=operation_id,
            summary="Replace a data product",
            description="As a whole: what is not given is cleared, but for the status, which stays. PUT and "
            "POST are the same.",
            responses={**PLAN_WRITES, **answer(HTTPStatus.OK, PRODUCTS)},
            openapi_extra=body(PRODUCT_FORM, {**PRODUCT_EXAMPLE, "status": "published"}),
        )

    @routes.delete(
        "/{dataProductId}",
        operation_id="deleteDataProduct",
        summary="Delete a data product with its event specifications, for good",
        status_code=HTTPStatus.NO_CONTENT,
        response_class=Response,
        responses={**PLAN_REFUSALS, **NO_CONTENT},
    )
    def delete(service: Service, product_id: Id) -> Response:
        return deleted(service.delete(product_id))

    @routes.get(
        "/{dataProductId}/history",
        operation_id="getDataProductHistory",
        summary="What was changed, by whom and when",
        description="Of the product itself; its specifications have their own history.",
        responses={**PLAN_REFUSALS, **answer(HTTPStatus.OK, HISTORY)},
    )
    def history(
        service: Service, product_id: Id, page: Annotated[Page, Depends(_page)]
    ) -> Response:
        found = service.history(product_id, page)
        if isinstance(found, Refusal):
            return refused(found)
        return enveloped(HTTPStatus.OK, [one.to_json() for one in found])

    @routes.post(
        "/{dataProductId}/share-instructions",
        operation_id="shareInstructions",
        summary="Not in Piste, which sends no mail",
        status_code=HTTPStatus.NOT_IMPLEMENTED,
        responses={**PLAN_REFUSALS, **documented(HTTPStatus.NOT_IMPLEMENTED)},
    )
    def share_instructions(service: Service, product_id: Id) -> Response:
        if isinstance(found := service.get(product_id), Refusal):
            return refused(found)
        raise Refused(HTTPStatus.NOT_IMPLEMENTED, NO_MAIL)

    return routes


def _page(
    before: Annotated[
        str | None,
        Query(
            description="Not later than this time, as 2026-01-15T10:30:00Z.",
            json_schema_extra={"format": "date-time"},
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
    order: Annotated[Literal["asc", "desc"], Query(description="By time.")] = "desc",
) -> Page:
    return Page(
        None if before is None else _time(before),
        limit=limit,
        offset=offset,
        is_newest_first=order == "desc",
    )


def _time(text: str) -> datetime:
    """Without a time zone it is UTC. Raises `Refused`."""
    try:
        if "T" not in text.upper():
            raise ValueError
        time = datetime.fromisoformat(text.upper())
        return (time if time.tzinfo is not None else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        message = "query.before: must be a time of ISO 8601, as 2026-01-15T10:30:00Z"
        raise Refused(HTTPStatus.BAD_REQUEST, message, wrong="before") from None


def _printed(
    status: HTTPStatus, found: Sequence[TrackingPlan] | TrackingPlan | Refusal, request: Request
) -> Response:
    if isinstance(found, Refusal):
        return refused(found)
    plans = [found] if isinstance(found, TrackingPlan) else found
    base = f"{str(request.base_url).rstrip('/')}{request.scope['path'].partition('/data-products/')[0]}"
    data = [_product(plan, f"{base}/event-specs/v1/") for plan in plans]
    specifications = [one.to_json() for plan in plans for one in plan.specifications]
    return enveloped(status, data, {"eventSpecs": specifications})


def _product(plan: TrackingPlan, address: str) -> Json:
    links = [{"id": one.id, "url": f"{address}{one.id}"} for one in plan.specifications]
    return {**plan.product.to_json(), "eventSpecs": links}
