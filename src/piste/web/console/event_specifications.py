"""`/event-specs/v1` and `/tracking-scenarios/v1`: one API under two sets of names.

Room:   HTTP to `piste.specs.service` and back; every answer is an envelope.
Limits: a body of at most 1 MiB. A specification of another organization is not there.
Source: event specifications (requirement 001), tracking scenarios (requirement 002).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Path, Query
from fastapi.responses import Response
from pydantic import WithJsonSchema

from piste.specs.records import Query as Filters
from piste.specs.service import (
    EVENT_SPECIFICATIONS,
    TRACKING_SCENARIOS,
    Answer,
    Names,
    Specifications,
)
from piste.specs.specification import Status
from piste.web.console.answers import json_answer
from piste.web.console.envelope import http_answer, refusal, with_message
from piste.web.console.refusals import Group, Refused
from piste.web.console.requests import JsonBody, OrganizationId, body
from piste.web.console.specification_schemas import (
    ASSESSMENT,
    ASSESSMENT_EXAMPLE,
    ID,
    SEARCH,
    SEARCH_SCHEMA,
    SOURCE_ID_PATTERN,
    UUID_PATTERN,
    VERSION_PATTERN,
    Schemas,
)

OfOrganization = Callable[[str, str], Specifications]
"""The service for an organization (its id) and a user (their id)."""

Flag = Annotated[Literal["true", "false"], WithJsonSchema({"type": "boolean"})]
StatusFilter = Annotated[Status | None, Query(alias="status", description="Of this status only.")]
DataProductId = Annotated[
    str | None,
    Query(alias="dataProductId", pattern=UUID_PATTERN, description="Of this data product only."),
]
_STRUCTURE = "Of this data structure only: the SHA-256 hash of `event.source` without its version."
_STRUCTURE_VERSION = (
    "Of this version of the data structure only; it counts with the structure's id."
)


def _structure_id(name: str, description: str = _STRUCTURE) -> Any:
    return Query(alias=name, pattern=SOURCE_ID_PATTERN, description=description)


def _structure_version(name: str) -> Any:
    return Query(alias=name, pattern=VERSION_PATTERN, description=_STRUCTURE_VERSION)


def _source_filters(
    data_product_id: DataProductId = None,
    source_id: Annotated[str | None, _structure_id("sourceId")] = None,
    structure_id: Annotated[
        str | None, _structure_id("dataStructureId", "Another name of `sourceId`.")
    ] = None,
    source_version: Annotated[str | None, _structure_version("sourceVersion")] = None,
    status: StatusFilter = None,
) -> Filters:
    if None not in (source_id, structure_id) and source_id != structure_id:
        message = "query.dataStructureId: is another name of sourceId, and differs from it"
        raise Refused(HTTPStatus.BAD_REQUEST, message, wrong="dataStructureId")
    return _filters(data_product_id, source_id or structure_id, source_version, status)


def _structure_filters(
    data_product_id: DataProductId = None,
    structure_id: Annotated[str | None, _structure_id("dataStructureId")] = None,
    structure_version: Annotated[str | None, _structure_version("dataStructureVersion")] = None,
    status: StatusFilter = None,
) -> Filters:
    return _filters(data_product_id, structure_id, structure_version, status)


def _filters(
    data_product_id: str | None,
    structure_id: str | None,
    version: str | None,
    status: Status | None,
) -> Filters:
    return Filters(
        data_product_id=data_product_id and data_product_id.lower(),
        source_id=structure_id and structure_id.lower(),
        source_version=version,
        status=status,
    )


@dataclass(frozen=True, slots=True)
class _Api:
    """What differs in the addresses."""

    path: str
    noun: str
    id_name: str
    filters: Callable[..., Filters]


_APIS = {
    EVENT_SPECIFICATIONS: _Api(
        "event-specs", "event specification", "eventSpecId", _source_filters
    ),
    TRACKING_SCENARIOS: _Api(
        "tracking-scenarios", "tracking scenario", "trackingScenarioId", _structure_filters
    ),
}


def router(names: Names, specifications: OfOrganization, who: Any) -> Group:
    """`who` is the annotation of the caller, as `requests.caller` makes it."""
    api, schemas = _APIS[names], Schemas(names)
    answers = partial(_answers, schemas)
    title, noun = schemas.title, api.noun
    routes = Group(
        prefix=f"/organizations/{{organizationId}}/{api.path}/v1",
        tags=[f"{noun.capitalize()}s"],
        shape=refusal,
    )

    def service(organization_id: OrganizationId, principal: who) -> Specifications:
        return specifications(organization_id, principal.user_id)

    Service = Annotated[Specifications, Depends(service)]  # noqa: N806 (a type)
    Id = Annotated[UUID, Path(alias=api.id_name, description=f"UUID of the {noun}.")]  # noqa: N806
    # By its form, since there are other addresses at its place.
    one = f"/{{{api.id_name}:uuid}}"

    @routes.get(
        "",
        operation_id=f"list{title}s",
        summary=f"List {noun}s, each in its latest version",
        responses=answers(HTTPStatus.OK),
    )
    def list_all(
        service: Service,
        filters: Annotated[Filters, Depends(api.filters)],
        with_latest_history: Annotated[
            Flag,
            Query(
                alias="withLatestHistory", description="The latest change of each in `includes`."
            ),
        ] = "false",
    ) -> Response:
        wanted = with_latest_history == "true"
        return http_answer(service.list(filters, with_latest_history=wanted))

    @routes.get(
        one,
        operation_id=f"get{title}",
        summary=f"One {noun}, with its compatibility today",
        description="An incompatibility is a warning here, with the version of the data structure that is "
        "named as with the latest one.",
        responses=answers(HTTPStatus.OK),
    )
    def get(
        service: Service,
        specification_id: Id,
        with_history: Annotated[
            Flag, Query(alias="withHistory", description="All its changes in `includes`.")
        ] = "false",
        status: Annotated[
            Status | None,
            Query(description="Its newest version of this status; no data when there is none."),
        ] = None,
    ) -> Response:
        wanted = with_history == "true"
        return http_answer(service.get(str(specification_id), status=status, with_history=wanted))

    @routes.post(
        "",
        operation_id=f"create{title}",
        summary=f"Create one {noun}",
        description="A draft in version 0, unless the request says otherwise. When something is wrong, "
        "all of it is in `errors`, and nothing is stored.",
        status_code=HTTPStatus.CREATED,
        responses=answers(HTTPStatus.CREATED, *_OF_WRITES, HTTPStatus.CONFLICT),
        openapi_extra=body(schemas.form(), schemas.form_example()),
    )
    def create(service: Service, json: JsonBody) -> Response:
        return http_answer(service.create(json))

    @routes.put(
        one,
        operation_id=f"edit{title}",
        summary="Store a new version: a draft, published, or deprecated",
        description="The next version, unless the request names one. Publishing discards the versions "
        "between the last published one and this. 409 has the current state in `data`.",
        responses=answers(HTTPStatus.OK, *_OF_WRITES, HTTPStatus.CONFLICT),
        openapi_extra=body(schemas.form(), schemas.form_example()),
    )
    def edit(service: Service, specification_id: Id, json: JsonBody) -> Response:
        return http_answer(service.edit(str(specification_id), json))

    @routes.delete(
        one,
        operation_id=f"delete{title}",
        summary="Delete it for good, with its history",
        status_code=HTTPStatus.NO_CONTENT,
        response_class=Response,
        responses=answers(HTTPStatus.NO_CONTENT),
    )
    def delete(service: Service, specification_id: Id) -> Response:
        return http_answer(service.delete(str(specification_id)))

    @routes.post(
        "/compatibility",
        operation_id=f"assess{title}",
        summary="Check whether it fits its data structures",
        description="Of the event and of each entity that has a schema, with the version that is named. "
        "When a source does not fit, each of its properties is judged alone.",
        responses={
            **answers(HTTPStatus.OK, *_OF_WRITES, has_message=True),
            200: _json(HTTPStatus.OK, ASSESSMENT, ASSESSMENT_EXAMPLE),
        },
        openapi_extra=body(
            schemas.form(),
            {names.spec: {**SEARCH, "event": {**SEARCH["event"], "schema": SEARCH_SCHEMA}}},
        ),
    )
    def assess(service: Service, json: JsonBody) -> Response:
        found = service.assess(json)
        if isinstance(found, Answer):
            return with_message(found)
        return json_answer(HTTPStatus.OK, found.to_json())

    @routes.post(
        "/publish",
        operation_id=f"publish{title}s",
        summary="Publish several, all of them or none",
        description="Each gets a new version, unless its latest one is published already. The data "
        "structures that they name must be in production.",
        status_code=HTTPStatus.ACCEPTED,
        responses=answers(HTTPStatus.ACCEPTED, *_OF_WRITES, HTTPStatus.CONFLICT, has_message=True),
        openapi_extra=body(schemas.publication(), {names.ids: [ID]}),
    )
    def publish(service: Service, json: JsonBody) -> Response:
        return with_message(service.publish(json))

    return routes


_OF_WRITES = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY)


def _answers(
    schemas: Schemas, success: HTTPStatus, *refusals: HTTPStatus, has_message: bool = False
) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route. Every one may be refused for the reasons of the frame."""
    documented: dict[int | str, dict[str, Any]] = {int(success): {"description": success.phrase}}
    if success is not HTTPStatus.NO_CONTENT:
        documented[int(success)] = _json(success, schemas.envelope(), schemas.envelope_example())
    refused = schemas.envelope(is_refusal=True)
    with_message = schemas.envelope(is_refusal=True, has_message=True)
    for status in (*_OF_THE_FRAME, *refusals):
        is_incompatible = status is HTTPStatus.UNPROCESSABLE_ENTITY
        example = schemas.refusal_example() if is_incompatible else None
        documented[int(status)] = _json(status, with_message if has_message else refused, example)
    return documented


_OF_THE_FRAME = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)


def _json(status: HTTPStatus, schema: dict[str, Any], example: Any = None) -> dict[str, Any]:
    content = {"schema": schema} if example is None else {"schema": schema, "example": example}
    return {"description": status.phrase, "content": {"application/json": content}}
