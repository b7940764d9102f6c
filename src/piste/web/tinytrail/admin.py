"""`/admin/aggregate`: a day's roll-ups are made anew, for administrators.

Room:   HTTP only; who aggregates is handed in.
Source: TinyTrail's API, "Admin".
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from piste.events.schema_key import Json
from piste.web.console.parameters import once_each
from piste.web.tinytrail.access import REFUSED_OTHERS, Access
from piste.web.tinytrail.answers import an_object, answered, success
from piste.web.tinytrail.requests import (
    REFUSED_BODIES,
    body,
    fields,
    invalid,
    json_reader,
)

Aggregate = Callable[[date | None], date]
"""Aggregates a day, yesterday in UTC when it is None, and tells which day it was."""

_DATE_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_DATE = re.compile(_DATE_PATTERN.removesuffix("$"))


def router(aggregate: Aggregate, access: Access) -> APIRouter:
    routes = APIRouter(tags=["Admin"], dependencies=[Depends(access.admin), Depends(once_each)])
    json_body = json_reader(is_optional=True)

    @routes.post(
        "/admin/aggregate",
        operation_id="aggregate",
        summary="Aggregate the events of one day",
        responses=answered("Which day it was.", "AggregationAnswer", _DONE, _EXAMPLE)
        | REFUSED_OTHERS
        | REFUSED_BODIES,
        openapi_extra=body(_FORM, {"date": "2026-03-18"}, is_required=False),
    )
    def aggregate_day(form: Annotated[Any, Depends(json_body)]) -> Response:
        day = aggregate(_read(form))
        return success({"message": f"Aggregation completed for {day.isoformat()}"})

    return routes


def _read(form: Json) -> date | None:
    """Raises `Refused`."""
    given = fields(form, ("date",))
    if "date" not in given:
        return None
    text = given["date"]
    try:
        if isinstance(text, str) and _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:  # as 2026-02-30
        pass
    raise invalid("`date` must be a day, as YYYY-MM-DD")


_DONE = {"title": "Aggregation", **an_object({"message": {"type": "string"}})}
_EXAMPLE = {"message": "Aggregation completed for 2026-03-18"}
_FORM = {
    "title": "AggregationForm",
    **an_object(
        {
            "date": {
                "type": "string",
                "format": "date",
                "pattern": _DATE_PATTERN,
                "description": "In UTC; yesterday when it is not given.",
            }
        },
        optional=("date",),
    ),
}
