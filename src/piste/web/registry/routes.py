"""The routes of Iglu Server: requests to the registry's questions, and its answers back.

Limits: handlers run in threads, because the registry reads its database and compares schemas.
Source: Iglu Server.
"""

import re
from typing import Annotated, Any

from fastapi import Depends, Query, Response
from fastapi.responses import PlainTextResponse

from piste.registry.answers import Answer
from piste.registry.permissions import Caller
from piste.registry.published import Representation
from piste.registry.service import Registry
from piste.web.console.answers import json_answer
from piste.web.console.refusals import Group
from piste.web.console.requests import body
from piste.web.registry import documents
from piste.web.registry.requests import (
    NO_SUCH_ENDPOINT,
    Format,
    IsPublic,
    Name,
    Repr,
    Vendor,
    Version,
    draft_address,
    json_reader,
    schema_address,
    sender,
)

_MODEL = re.compile(r"[1-9][0-9]{0,8}")


def routers(registry: Registry) -> list[Group]:
    """All of the API, without its prefix."""
    who = Annotated[Any, Depends(sender(registry.keyring))]
    json = Annotated[Any, Depends(json_reader())]
    return [
        _schemas(registry, who, json),
        _validation(registry, who, json),
        _keys(registry, who, json),
        _drafts(registry, who, json),
        _meta(registry, who),
    ]


def _group(tag: str) -> Group:
    return Group(prefix="", tags=[tag], shape=_shape)


def _shape(status: int, message: str, _: str | None) -> Any:
    """The framework calls an unknown address by another name."""
    return {"message": NO_SUCH_ENDPOINT if (status, message) == (404, "Not Found") else message}


def _response(answer: Answer) -> Response:
    return json_answer(answer.status, answer.json)


def _schemas(registry: Registry, who: Any, json: Any) -> Group:
    router = _group("schemas")

    def listed(caller: Caller, representation: Representation | None, **of: Any) -> Response:
        return _response(registry.list(caller, representation or Representation.URI, **of))

    @router.get("/schemas", response_class=Response, responses=documents.EVERYTHING)
    def list_schemas(caller: who, representation: Repr = None) -> Response:
        """All schemas that the key may read."""
        return listed(caller, representation)

    @router.get("/schemas/{vendor}", response_class=Response, responses=documents.LIST)
    def list_of_vendor(caller: who, vendor: Vendor, representation: Repr = None) -> Response:
        """Those of a vendor."""
        return listed(caller, representation, vendor=vendor)

    @router.get("/schemas/{vendor}/{name}", response_class=Response, responses=documents.LIST)
    def list_of_name(
        caller: who, vendor: Vendor, name: Name, representation: Repr = None
    ) -> Response:
        """All versions."""
        return listed(caller, representation, vendor=vendor, name=name)

    @router.get(
        "/schemas/{vendor}/{name}/{format}/{version}",
        response_class=Response,
        responses=documents.ONE_OR_LIST,
    )
    def get_schema(
        caller: who,
        vendor: Vendor,
        name: Name,
        format: Format,  # noqa: A002 (Iglu's name for it)
        version: Version,
        representation: Repr = None,
    ) -> Response:
        """One schema; of a model alone, such as `1`, the list of its versions."""
        if _MODEL.fullmatch(version):
            part = {"vendor": vendor, "name": name, "format_": format, "model": int(version)}
            return listed(caller, representation, **part)
        key = schema_address(vendor, name, format, version)
        return _response(registry.get(caller, key, representation or Representation.CANONICAL))

    @router.post(
        "/schemas",
        response_class=Response,
        responses=documents.PUBLISH,
        openapi_extra=body(documents.SELF_DESCRIBING),
    )
    def publish_schema(caller: who, schema: json, is_public: IsPublic = "false") -> Response:
        """Publish a self-describing schema."""
        return _response(registry.publish(caller, schema, is_public=is_public == "true"))

    @router.put(
        "/schemas/{vendor}/{name}/{format}/{version}",
        response_class=Response,
        responses=documents.PUBLISH,
        openapi_extra=body(documents.SCHEMA_OF_ADDRESS),
    )
    def publish_at_address(
        caller: who,
        vendor: Vendor,
        name: Name,
        format: Format,  # noqa: A002
        version: Version,
        schema: json,
        is_public: IsPublic = "false",
    ) -> Response:
        """Publish a schema, which may leave out which one it is."""
        key = schema_address(vendor, name, format, version)
        is_for_all = is_public == "true"
        return _response(registry.publish(caller, schema, address=key, is_public=is_for_all))

    @router.delete(
        "/schemas/{vendor}/{name}/{format}/{version}",
        response_class=Response,
        responses=documents.DELETE,
    )
    def delete_schema(
        caller: who,
        vendor: Vendor,
        name: Name,
        format: Format,  # noqa: A002
        version: Version,
    ) -> Response:
        """Take a version out, where versions may be replaced."""
        return _response(registry.delete(caller, schema_address(vendor, name, format, version)))

    return router


def _validation(registry: Registry, who: Any, json: Any) -> Group:
    router = _group("validation")

    @router.post(
        "/validation/validate/schema/jsonschema",
        response_class=Response,
        responses=documents.VALIDATE_SCHEMA,
        openapi_extra=body({}),
    )
    def validate_schema(caller: who, schema: json) -> Response:
        """What the linter says of a schema; any key will do."""
        return _response(registry.validate_schema(caller, schema))

    @router.post(
        "/validation/validate/instance",
        response_class=Response,
        responses=documents.VALIDATE_INSTANCE,
        openapi_extra=body(documents.INSTANCE),
    )
    def validate_instance(caller: who, instance: json) -> Response:
        """Self-describing data against its schema."""
        return _response(registry.validate_instance(caller, instance))

    return router


def _keys(registry: Registry, who: Any, json: Any) -> Group:
    router = _group("auth")

    @router.post(
        "/auth/keygen",
        response_class=Response,
        responses=documents.KEYGEN,
        openapi_extra=body(documents.VENDOR_PREFIX),
    )
    def generate_keys(caller: who, prefix: json) -> Response:
        """A key to read and one to publish, for a vendor prefix. Wants the super key or an admin's."""
        return _response(registry.generate_keys(caller, prefix))

    @router.delete("/auth/keygen", response_class=Response, responses=documents.DELETE_KEY)
    def delete_key(
        caller: who, key: Annotated[str, Query(description="The key, a UUID.")]
    ) -> Response:
        """Take a key back."""
        return _response(registry.delete_key(caller, key))

    return router


def _drafts(registry: Registry, who: Any, json: Any) -> Group:
    router = _group("drafts")
    address = "/drafts/{vendor}/{name}/{format}/{number}"

    @router.get("/drafts", response_class=Response, responses=documents.DRAFTS)
    def list_drafts(caller: who) -> Response:
        """All drafts that the key may read."""
        return _response(registry.drafts_of(caller))

    @router.get(address, response_class=Response, responses=documents.GET_DRAFT)
    def get_draft(
        caller: who,
        vendor: Vendor,
        name: Name,
        format: Format,  # noqa: A002
        number: str,
    ) -> Response:
        """One draft."""
        return _response(registry.draft(caller, draft_address(vendor, name, format, number)))

    @router.put(
        address,
        response_class=Response,
        responses=documents.PUT_DRAFT,
        openapi_extra=body(documents.DRAFT),
    )
    def put_draft(
        caller: who,
        vendor: Vendor,
        name: Name,
        format: Format,  # noqa: A002
        number: str,
        schema: json,
        is_public: IsPublic = "false",
    ) -> Response:
        """Keep a draft, or replace it."""
        draft_id = draft_address(vendor, name, format, number)
        is_for_all = is_public == "true"
        return _response(registry.put_draft(caller, draft_id, schema, is_public=is_for_all))

    return router


def _meta(registry: Registry, who: Any) -> Group:
    router = _group("meta")

    @router.get("/meta/health", response_class=PlainTextResponse, responses=documents.HEALTH)
    def health() -> PlainTextResponse:
        """Whether the server answers."""
        return PlainTextResponse("OK")

    @router.get("/meta/health/db", response_class=PlainTextResponse, responses=documents.HEALTH)
    def health_of_database() -> PlainTextResponse:
        """Whether its database does; a failing one is a 500."""
        registry.touch()
        return PlainTextResponse("OK")

    @router.get("/meta/server", response_class=Response, responses=documents.SERVER)
    def server(caller: who) -> Response:
        """What kind of registry this is, and what the key may do here."""
        return json_answer(200, dict(registry.server(caller)))

    return router
