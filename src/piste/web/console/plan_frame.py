"""What the routes of data structures and tracking plans have in common.

Room:   HTTP only: ids of addresses, and answers in their envelope.
"""

import re
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import Path
from fastapi.responses import Response
from pydantic import WithJsonSchema

from piste.events.schema_key import Json
from piste.specs.refusal import Refusal
from piste.web.console.answers import json_answer
from piste.web.console.plan_schemas import REFUSAL
from piste.web.console.refusals import not_found
from piste.web.console.requests import UNIVERSAL
from piste.web.console.schema_parts import answer
from piste.web.console.specification_schemas import UUID_FORM, UUID_PATTERN

Flag = Annotated[Literal["true", "false"], WithJsonSchema({"type": "boolean"})]
"""A query parameter that is true or false."""

Responses = dict[int | str, dict[str, Any]]

NO_CONTENT: Responses = {int(HTTPStatus.NO_CONTENT): {"description": HTTPStatus.NO_CONTENT.phrase}}

PLAN_REFUSALS: Responses = {
    **UNIVERSAL,
    **answer(HTTPStatus.NOT_FOUND, REFUSAL),
}
"""Of every route of a tracking plan."""

PLAN_WRITES: Responses = {
    **PLAN_REFUSALS,
    **answer(HTTPStatus.CONFLICT, REFUSAL),
    **answer(HTTPStatus.UNPROCESSABLE_ENTITY, REFUSAL),
}
"""Of every route that takes what a part of a tracking plan is to be."""


def uuid_of_path(alias: str, what: str) -> Callable[..., str]:
    """Dependency: an id of the address, in lower case; one that is no UUID is not there."""
    description = f"UUID of the {what}."

    def read(
        given: Annotated[
            str, Path(alias=alias, description=description, json_schema_extra=UUID_FORM)
        ],
    ) -> str:
        if re.fullmatch(UUID_PATTERN, given) is None:
            raise not_found(what)
        return given.lower()

    return read


def enveloped(
    status: HTTPStatus, data: Sequence[Json] | Refusal, includes: Json | None = None
) -> Response:
    """`{"data", "includes", "errors"}`, or the refusal in its own shape."""
    if isinstance(data, Refusal):
        return refused(data)
    return json_answer(status, {"data": list(data), "includes": includes or {}, "errors": []})


def refused(refusal: Refusal) -> Response:
    return json_answer(refusal.status, refusal.to_json())


def deleted(refusal: Refusal | None) -> Response:
    """204 without a body."""
    return Response(status_code=HTTPStatus.NO_CONTENT) if refusal is None else refused(refusal)
