"""What was seen of event specifications: of one, and of all those of a data product.

Room:   HTTP to `queries.conformance` and `specs.coverage` and back.
Limits: waits for acknowledged events as the Micro API does; past that, `X-Piste-Pending` says how many are
        missing. Violations are those of the newest events.
Source: ours.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import Response

from piste.events.times import MAX_MS, MIN_MS, parse_iso
from piste.queries.conformance import seen, unmatched, violations
from piste.queries.statements import Rows
from piste.specs.coverage import (
    Coverage,
    covered,
    figures_json,
    to_junit,
    violation_json,
)
from piste.specs.published import Published
from piste.specs.records import Query as Filters
from piste.specs.records import Records
from piste.web.console.answers import json_answer
from piste.web.console.conformance_schemas import CONFORMANCE_ANSWERS, COVERAGE_ANSWERS, XML
from piste.web.console.refusals import Refused, not_found
from piste.web.console.requests import OrganizationId
from piste.web.console.specification_schemas import UUID_FORM


@dataclass(frozen=True, slots=True)
class Seen:
    """What the routes ask; `records` and `product_name` are of the organization whose id they take.

    `rows` is None when no events are kept. `catch_up` waits until what was acknowledged before is stored, and
    answers how much is not.
    """

    records: Callable[[str], Records]
    product_name: Callable[[str, str], str | None]
    rows: Rows | None
    catch_up: Callable[[], Awaitable[int]]


def _since_ms(
    since: Annotated[
        str | None,
        Query(
            description="ISO 8601; only events that the collector received since then.",
            json_schema_extra={"format": "date-time"},
        ),
    ] = None,
) -> int:
    """Epoch milliseconds; 0 when not given."""
    if since is None:
        return 0
    try:
        return min(max(parse_iso(since), MIN_MS), MAX_MS)
    except ValueError as error:
        raise Refused(HTTPStatus.BAD_REQUEST, f"query.since: {error}", wrong="since") from None


Since = Annotated[int, Depends(_since_ms)]


def router(asked: Seen, who: Any) -> APIRouter:
    """`who` is the annotation of the caller, as `requests.caller` makes it."""
    routes = APIRouter(prefix="/organizations/{organizationId}", tags=["Conformance"])

    async def caught_up(_: who, __: Since, response: Response) -> Rows:
        # Who asks, and since when, comes first: nobody else makes Piste wait.
        if asked.rows is None:
            raise Refused(HTTPStatus.NOT_IMPLEMENTED, "This Piste keeps no events")
        if pending := await asked.catch_up():
            response.headers["X-Piste-Pending"] = str(pending)
        return asked.rows

    Stored = Annotated[Rows, Depends(caught_up)]  # noqa: N806 (a type)

    @routes.get(
        "/event-specs/v1/{eventSpecId}/conformance",
        operation_id="getConformance",
        summary="How often events match an event specification, and what they violate",
        responses=CONFORMANCE_ANSWERS,
    )
    def conformance(
        organization_id: OrganizationId,
        specification_id: Annotated[str, _id("eventSpecId", "event specification")],
        rows: Stored,
        since_ms: Since,
        response: Response,
    ) -> Response:
        record = asked.records(organization_id).get(specification_id.lower())
        if record is None:
            raise not_found("event specification")
        latest = record.latest
        found = {
            "eventSpecId": latest.id,
            "name": latest.name,
            "version": latest.version,
            **figures_json(seen(rows, since_ms).get(latest.id)),
            "violations": [
                violation_json(one)
                for one in violations(rows, since_ms, latest.id).get(latest.id, ())
            ],
        }
        envelope = {"data": [found], "includes": [], "errors": []}
        return json_answer(HTTPStatus.OK, envelope, response.headers)

    @routes.get(
        "/data-products/v2/{dataProductId}/coverage",
        operation_id="getCoverage",
        summary="Which specifications of a data product were seen, never seen or violated",
        responses=COVERAGE_ANSWERS,
    )
    def coverage(
        organization_id: OrganizationId,
        product_id: Annotated[str, _id("dataProductId", "data product")],
        rows: Stored,
        since_ms: Since,
        response: Response,
        form: Annotated[
            Literal["json", "junit"],
            Query(alias="format", description="JSON, or JUnit's XML for a CI server."),
        ] = "json",
        unmatched_events: Annotated[
            Literal["report", "fail"],
            Query(
                alias="unmatched",
                description="In JUnit's XML: whether events that match nothing are a failure.",
            ),
        ] = "report",
    ) -> Response:
        name = asked.product_name(organization_id, product_id.lower())
        if name is None:
            raise not_found("data product")
        records = asked.records(organization_id).find(Filters(data_product_id=product_id.lower()))
        published = [one for one in map(Published.of, records) if one is not None]
        report = Coverage(
            product_id.lower(),
            name,
            since_ms,
            covered(published, seen(rows, since_ms), violations(rows, since_ms)),
            tuple(unmatched(rows, since_ms)),
        )
        if form == "json":
            return json_answer(HTTPStatus.OK, report.to_json(), response.headers)
        text = to_junit(report, fails_on_unmatched=unmatched_events == "fail")
        return Response(text, HTTPStatus.OK, dict(response.headers), XML)

    return routes


def _id(name: str, noun: str) -> Any:
    return Path(
        alias=name,
        description=f"UUID of the {noun}.",
        json_schema_extra=UUID_FORM,
    )
