"""`/data-structures/v1` and `/data-structure-drafts/v1/schemas`.

Room:   HTTP to `piste.registry.structures` and back.
Limits: a validation that finds errors is done, 201 with `success: false`; a deployment that is refused is
        not, 404 or 409 with the same body.
Source: Snowplow's console, data structures.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import Response
from starlette.convertors import Convertor, register_url_convertor

from piste.accounts.principal import Principal
from piste.events.schema_key import SchemaKey, SchemaVer
from piste.registry.deployment import Report
from piste.registry.migrations import Migrations
from piste.registry.records import Environment
from piste.registry.structure_forms import Problems
from piste.registry.structure_records import Meta, StructureDraft
from piste.registry.structures import DataStructures
from piste.web.console.answers import json_answer
from piste.web.console.plan_frame import NO_CONTENT, Flag
from piste.web.console.refusals import MESSAGE_SCHEMA, Refused, documented, not_found
from piste.web.console.requests import UNIVERSAL, JsonBody, OrganizationId, body
from piste.web.console.schema_parts import HASH_PATTERN, JSON_SCHEMA, answer, listed
from piste.web.console.specification_schemas import VERSION_PATTERN
from piste.web.console.structure_schemas import (
    DEPLOYMENT,
    DEPLOYMENT_EXAMPLE,
    DEPLOYMENT_FORM,
    DRAFT,
    META,
    META_EXAMPLE,
    META_FORM,
    MIGRATION_EXAMPLE,
    MIGRATION_FORM,
    MIGRATIONS,
    REPORT,
    REPORT_EXAMPLE,
    SCHEMA_EXAMPLE,
    SCHEMA_FORM,
    STRUCTURE,
)

OfOrganization = Callable[[str, Principal], DataStructures]
"""The service for an organization (its id) and who asks."""

MAX_PAGE = 1_000
MAX_OFFSET = 2**31 - 1
_MAX_NAME = 255
_MAX_PROBLEMS = 20

_STRUCTURES = "/data-structures/v1"
_DRAFTS = "/data-structure-drafts/v1/schemas"

_UNREADABLE = documented(HTTPStatus.UNPROCESSABLE_ENTITY)


class _HashConvertor(Convertor[str]):
    """By its form, since there are other addresses at its place."""

    regex = HASH_PATTERN.strip("^$")

    def convert(self, value: str) -> str:
        return value.lower()

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("hash", _HashConvertor())


def _version(
    given: Annotated[
        str,
        Path(
            alias="version", description="As 1-0-0.", json_schema_extra={"pattern": VERSION_PATTERN}
        ),
    ],
) -> SchemaVer:
    version = SchemaVer.parse(given)
    if not isinstance(version, SchemaVer):
        raise not_found("version")
    return version


Hash = Annotated[
    str,
    Path(
        alias="dataStructureHash",
        description="SHA-256 of `organizationId-vendor-name-format`, in hex.",
        json_schema_extra={"pattern": HASH_PATTERN},
    ),
]
Version = Annotated[SchemaVer, Depends(_version)]
Offset = Annotated[
    int, Query(alias="from", ge=0, le=MAX_OFFSET, description="Entries to leave out.")
]
Size = Annotated[int, Query(ge=1, le=MAX_PAGE, description="Entries at most.")]
Env = Annotated[Environment | None, Query(alias="env", description="Of this environment only.")]


def router(structures: OfOrganization, who: Any) -> APIRouter:
    """`who` is the annotation of the caller, as `requests.caller` makes it."""
    routes = APIRouter(prefix="/organizations/{organizationId}", tags=["Data structures"])

    def service(organization_id: OrganizationId, principal: who) -> DataStructures:
        return structures(organization_id, principal)

    _add_structures(routes, service)
    _add_drafts(routes, service)
    return routes


def _add_structures(routes: APIRouter, service: Callable[..., DataStructures]) -> None:
    Service = Annotated[DataStructures, Depends(service)]  # noqa: N806 (a type)

    @routes.get(
        _STRUCTURES,
        operation_id="listDataStructures",
        summary="List data structures, with what is deployed of each",
        responses={**UNIVERSAL, **answer(HTTPStatus.OK, listed(STRUCTURE))},
    )
    def find(
        service: Service,
        vendor: Annotated[str | None, Query(max_length=_MAX_NAME)] = None,
        name: Annotated[str | None, Query(max_length=_MAX_NAME)] = None,
        start: Offset = 0,
        size: Size = MAX_PAGE,
    ) -> Response:
        found = service.find(vendor=vendor, name=name)[start : start + size]
        return json_answer(HTTPStatus.OK, [one.to_json() for one in found])

    @routes.get(
        _STRUCTURES + "/schemas/versions",
        operation_id="listDataStructureVersions",
        summary="The schemas that are deployed, all or the newest of each data structure",
        responses={**UNIVERSAL, **answer(HTTPStatus.OK, listed(JSON_SCHEMA))},
    )
    def versions(
        service: Service,
        latest: Annotated[Flag, Query(description="The newest version of each only.")] = "false",
    ) -> Response:
        return json_answer(HTTPStatus.OK, list(service.versions(is_latest=latest == "true")))

    @routes.get(
        _STRUCTURES + "/{dataStructureHash:hash}",
        operation_id="getDataStructure",
        summary="One data structure, with what is deployed of it",
        responses={**UNIVERSAL, **answer(HTTPStatus.OK, STRUCTURE)},
    )
    def get(service: Service, structure: Hash) -> Response:
        found = service.get(structure)
        if found is None:
            raise not_found("data structure")
        return json_answer(HTTPStatus.OK, found.to_json())

    @routes.get(
        _STRUCTURES + "/{dataStructureHash:hash}/versions/{version}",
        operation_id="getDataStructureVersion",
        summary="The schema of one version",
        description="Of an environment; else as it is in production, in development, or as validated.",
        responses={**UNIVERSAL, **answer(HTTPStatus.OK, JSON_SCHEMA)},
    )
    def version_of(
        service: Service, structure: Hash, version: Version, env: Env = None
    ) -> Response:
        found = service.version(structure, version, env)
        if found is None:
            raise not_found("version")
        return json_answer(HTTPStatus.OK, dict(found))

    @routes.get(
        _STRUCTURES + "/{dataStructureHash:hash}/deployments",
        operation_id="listDeployments",
        summary="Every deployment of a data structure, the newest first",
        responses={**UNIVERSAL, **answer(HTTPStatus.OK, listed(DEPLOYMENT))},
    )
    def deployments(
        service: Service,
        structure: Hash,
        env: Env = None,
        version: Annotated[str | None, Query(pattern=VERSION_PATTERN)] = None,
        start: Offset = 0,
        size: Size = MAX_PAGE,
    ) -> Response:
        parsed = None if version is None else SchemaVer.parse(version)
        wanted = parsed if isinstance(parsed, SchemaVer) else None
        found = service.deployments(structure, environment=env, version=wanted)
        if found is None:
            raise not_found("data structure")
        page = found[start : start + size]
        return json_answer(HTTPStatus.OK, [one.to_json() for one in page])

    @routes.post(
        _STRUCTURES + "/validation-requests",
        operation_id="validateDataStructure",
        summary="Whether a schema may be deployed; if so, it is kept as validated",
        description="The `meta` is kept, too, until the data structure is deployed.",
        status_code=HTTPStatus.CREATED,
        responses={
            **UNIVERSAL,
            **_UNREADABLE,
            **answer(HTTPStatus.CREATED, REPORT, REPORT_EXAMPLE),
        },
        openapi_extra=body(SCHEMA_FORM, SCHEMA_EXAMPLE),
    )
    def validate(service: Service, json: JsonBody) -> Response:
        return _report(service.validate(json))

    @routes.post(
        _STRUCTURES + "/deployment-requests",
        operation_id="deployDataStructure",
        summary="Deploy a version: from VALIDATED to DEV, from DEV to PROD",
        description="A version in production cannot be changed, one in development with `patch=true`. The "
        "published event specifications that the schema would break are warnings.",
        status_code=HTTPStatus.CREATED,
        responses={
            **UNIVERSAL,
            **_UNREADABLE,
            **answer(HTTPStatus.CREATED, REPORT, REPORT_EXAMPLE),
            **answer(HTTPStatus.NOT_FOUND, {"anyOf": [REPORT, MESSAGE_SCHEMA]}),
            **answer(HTTPStatus.CONFLICT, REPORT),
        },
        openapi_extra=body(DEPLOYMENT_FORM, DEPLOYMENT_EXAMPLE),
    )
    def deploy(
        service: Service,
        json: JsonBody,
        patch: Annotated[
            Flag, Query(description="A version in development may be replaced.")
        ] = "false",
    ) -> Response:
        return _report(service.deploy(json, is_patch=patch == "true"))

    @routes.put(
        _STRUCTURES + "/{dataStructureHash:hash}/meta",
        operation_id="putDataStructureMeta",
        summary="Describe a data structure",
        description="As a whole: what is not given is as if nobody had said anything.",
        responses={**UNIVERSAL, **_UNREADABLE, **answer(HTTPStatus.OK, META, META_EXAMPLE)},
        openapi_extra=body(META_FORM, META_EXAMPLE),
    )
    def put_meta(service: Service, structure: Hash, json: JsonBody) -> Response:
        return _meta(service.put_meta(structure, json))

    @routes.patch(
        _STRUCTURES + "/{dataStructureHash:hash}/meta",
        operation_id="patchDataStructureMeta",
        summary="Change what is said of a data structure",
        description="The fields that are given; `customData` as a whole.",
        responses={**UNIVERSAL, **_UNREADABLE, **answer(HTTPStatus.OK, META, META_EXAMPLE)},
        openapi_extra=body(META_FORM, {"hidden": True}),
    )
    def patch_meta(service: Service, structure: Hash, json: JsonBody) -> Response:
        return _meta(service.patch_meta(structure, json))

    @routes.post(
        _STRUCTURES + "/schema-migrations",
        operation_id="migrateDataStructure",
        summary="What another schema would change, and how large a step of the version that asks for",
        description="`major` asks for a new MODEL, `minor` for a REVISION, `patch` for an ADDITION.",
        responses={**UNIVERSAL, **_UNREADABLE, **answer(HTTPStatus.OK, MIGRATIONS)},
        openapi_extra=body(MIGRATION_FORM, MIGRATION_EXAMPLE),
    )
    def migrate(service: Service, json: JsonBody) -> Response:
        found = service.migrations(json)
        if found is None:
            raise not_found("schema")
        if not isinstance(found, Migrations):
            raise _unprocessable(found)
        return json_answer(HTTPStatus.OK, found.to_json())


def _add_drafts(routes: APIRouter, service: Callable[..., DataStructures]) -> None:
    Service = Annotated[DataStructures, Depends(service)]  # noqa: N806 (a type)

    @routes.get(
        _DRAFTS,
        operation_id="listDataStructureDrafts",
        summary="Schemas that somebody is working on",
        responses={**UNIVERSAL, **answer(HTTPStatus.OK, listed(DRAFT))},
    )
    def find(service: Service) -> Response:
        return json_answer(HTTPStatus.OK, [one.to_json() for one in service.drafts()])

    @routes.post(
        _DRAFTS,
        operation_id="saveDataStructureDraft",
        summary="Keep a draft, or replace it",
        description="Nothing is asked of it but to say which schema it is. Its deployment to DEV removes it.",
        status_code=HTTPStatus.CREATED,
        responses={**UNIVERSAL, **_UNREADABLE, **answer(HTTPStatus.CREATED, DRAFT)},
        openapi_extra=body(SCHEMA_FORM, SCHEMA_EXAMPLE),
    )
    def save(service: Service, json: JsonBody) -> Response:
        found = service.save_draft(json)
        if not isinstance(found, StructureDraft):
            raise _unprocessable(found)
        return json_answer(HTTPStatus.CREATED, found.to_json())

    @routes.delete(
        _DRAFTS + "/{vendor}/{name}/{format}/{version}",
        operation_id="deleteDataStructureDraft",
        summary="Delete a draft",
        status_code=HTTPStatus.NO_CONTENT,
        response_class=Response,
        responses={**UNIVERSAL, **NO_CONTENT},
    )
    def delete(
        service: Service,
        vendor: Annotated[str, Path()],
        name: Annotated[str, Path()],
        format_: Annotated[str, Path(alias="format")],
        version: Version,
    ) -> Response:
        key = SchemaKey.parse(f"iglu:{vendor}/{name}/{format_}/{version}")
        if not isinstance(key, SchemaKey) or not service.delete_draft(key):
            raise not_found("draft")
        return Response(status_code=HTTPStatus.NO_CONTENT)


def _report(found: Report | Problems) -> Response:
    if not isinstance(found, Report):
        raise _unprocessable(found)
    return json_answer(found.status, found.to_json())


def _meta(found: Meta | Problems | None) -> Response:
    if found is None:
        raise not_found("data structure")
    if not isinstance(found, Meta):
        raise _unprocessable(found)
    return json_answer(HTTPStatus.OK, found.to_json())


def _unprocessable(problems: Problems) -> Refused:
    return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(problems[:_MAX_PROBLEMS]))
