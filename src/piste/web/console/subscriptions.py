"""`/data-products/v1/{dataProductId}/subscriptions`: who wants to know when a data product changes.

Room:   HTTP to `piste.specs.subscriptions` and back.
Limits: Piste sends no mail: a subscription is kept, and confirmed by a call.
Source: Snowplow's console, "Subscription Management" of tracking plans.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from piste.specs.products import WHAT as PRODUCT
from piste.specs.refusal import Refusal
from piste.specs.subscriptions import WHAT, Subscriptions
from piste.specs.tracking_plans import Subscription
from piste.web.console.plan_frame import (
    NO_CONTENT,
    PLAN_REFUSALS,
    deleted,
    enveloped,
    refused,
    uuid_of_path,
)
from piste.web.console.plan_schemas import (
    REFUSAL,
    SUBSCRIPTION_EXAMPLE,
    SUBSCRIPTION_FORM,
    SUBSCRIPTIONS,
)
from piste.web.console.refusals import Refused, documented, not_found
from piste.web.console.requests import JsonBody, OrganizationId, body
from piste.web.console.schema_parts import answer

OfOrganization = Callable[[str, str], Subscriptions]
"""The service for an organization (its id) and a user (their id)."""

NO_MAIL = "Piste sends no mail: confirm the subscription with POST …/actions/confirm"


def router(subscriptions: OfOrganization, who: Any) -> APIRouter:
    """`who` is the annotation of the caller, as `requests.caller` makes it."""
    routes = APIRouter(
        prefix="/organizations/{organizationId}/data-products/v1/{dataProductId}/subscriptions",
        tags=["Subscriptions to data products"],
    )

    def service(organization_id: OrganizationId, principal: who) -> Subscriptions:
        return subscriptions(organization_id, principal.user_id)

    Service = Annotated[Subscriptions, Depends(service)]  # noqa: N806 (a type)
    ProductId = Annotated[str, Depends(uuid_of_path("dataProductId", PRODUCT))]  # noqa: N806
    Id = Annotated[str, Depends(uuid_of_path("subscriptionId", WHAT))]  # noqa: N806

    @routes.get(
        "",
        operation_id="listSubscriptions",
        summary="The subscriptions to a data product",
        responses={**PLAN_REFUSALS, **answer(HTTPStatus.OK, SUBSCRIPTIONS)},
    )
    def find(service: Service, product_id: ProductId) -> Response:
        found = service.find(product_id)
        if isinstance(found, Refusal):
            return refused(found)
        return enveloped(HTTPStatus.OK, [one.to_json() for one in found])

    @routes.post(
        "",
        operation_id="createSubscription",
        summary="Subscribe yourself, or the `recipient`",
        status_code=HTTPStatus.CREATED,
        responses={
            **PLAN_REFUSALS,
            **answer(HTTPStatus.CREATED, SUBSCRIPTIONS),
            **answer(HTTPStatus.UNPROCESSABLE_ENTITY, REFUSAL),
        },
        openapi_extra=body(SUBSCRIPTION_FORM, SUBSCRIPTION_EXAMPLE),
    )
    def create(service: Service, product_id: ProductId, json: JsonBody) -> Response:
        return _printed(HTTPStatus.CREATED, service.create(product_id, json))

    @routes.put(
        "/{subscriptionId}",
        operation_id="editSubscription",
        summary="Replace a subscription",
        description="Another recipient has to confirm again.",
        responses={
            **PLAN_REFUSALS,
            **answer(HTTPStatus.OK, SUBSCRIPTIONS),
            **answer(HTTPStatus.UNPROCESSABLE_ENTITY, REFUSAL),
        },
        openapi_extra=body(SUBSCRIPTION_FORM, SUBSCRIPTION_EXAMPLE),
    )
    def edit(
        service: Service, product_id: ProductId, subscription_id: Id, json: JsonBody
    ) -> Response:
        return _printed(HTTPStatus.OK, service.edit(product_id, subscription_id, json))

    @routes.delete(
        "/{subscriptionId}",
        operation_id="deleteSubscription",
        summary="Unsubscribe",
        status_code=HTTPStatus.NO_CONTENT,
        response_class=Response,
        responses={**PLAN_REFUSALS, **NO_CONTENT},
    )
    def delete(service: Service, product_id: ProductId, subscription_id: Id) -> Response:
        return deleted(service.delete(product_id, subscription_id))

    @routes.post(
        "/{subscriptionId}/actions/confirm",
        operation_id="confirmSubscription",
        summary="Confirm a subscription",
        responses={**PLAN_REFUSALS, **answer(HTTPStatus.OK, SUBSCRIPTIONS)},
    )
    def confirm(service: Service, product_id: ProductId, subscription_id: Id) -> Response:
        return _printed(HTTPStatus.OK, service.confirm(product_id, subscription_id))

    @routes.post(
        "/{subscriptionId}/actions/resend-confirmation",
        operation_id="resendConfirmation",
        summary="Not in Piste, which sends no mail",
        status_code=HTTPStatus.NOT_IMPLEMENTED,
        responses={**PLAN_REFUSALS, **documented(HTTPStatus.NOT_IMPLEMENTED)},
    )
    def resend(service: Service, product_id: ProductId, subscription_id: Id) -> Response:
        found = service.find(product_id)
        if isinstance(found, Refusal):
            return refused(found)
        if all(one.id != subscription_id for one in found):
            raise not_found(WHAT)
        raise Refused(HTTPStatus.NOT_IMPLEMENTED, NO_MAIL)

    return routes


def _printed(status: HTTPStatus, found: Subscription | Refusal) -> Response:
    return enveloped(status, found if isinstance(found, Refusal) else [found.to_json()])
