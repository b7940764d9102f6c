"""What a report takes and what it answers, for the OpenAPI document.

Room:   parameters, and the answers of `report_answers` as routes declare them.
Source: TinyTrail's API, "Common Query Parameters" and the extra ones of each report; docs/reports.md.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from piste.reports.filters import DIMENSIONS
from piste.reports.parameters import (
    COMMON,
    EXTRA,
    GROUPINGS,
    MAX_PER_PAGE,
    MAX_STEPS,
    MAX_TEXT,
    METRICS,
    MIN_STEPS,
    Format,
    Report,
)
from piste.reports.periods import COMPARISONS, PERIODS
from piste.web.console.specification_schemas import UUID_FORM
from piste.web.tinytrail.access import REFUSED
from piste.web.tinytrail.answers import an_object, answered, refused
from piste.web.tinytrail.report_answers import DATA, EXAMPLES, EXPORTED

CSV = "text/csv"
PENDING = "X-Piste-Pending"

_SUMMARIES: Mapping[Report, str] = {
    Report.SUMMARY: "The main figures, and how they changed",
    Report.PAGES: "Page views by page",
    Report.SOURCES: "Visits by where they came from",
    Report.DEVICES: "Visits by device, browser, operating system and screen",
    Report.FLOW: "Where visits began, and where they ended",
    Report.FUNNEL: "How many visits took some steps, in their order",
    Report.REALTIME: "What happened in the last 30 minutes",
    Report.CUSTOM_EVENTS: "Custom events by name",
    Report.EVENT_PROPERTIES: "What the properties of a custom event were",
    Report.TIMESERIES: "One metric, day by day",
    Report.COUNTRIES: "Visits by country",
    Report.EXPLAIN: "Why an event is in the reports, or is not",
}
_NEEDED: Mapping[Report, tuple[str, ...]] = {
    Report.FUNNEL: ("steps[]",),
    Report.EVENT_PROPERTIES: ("event_name",),
    Report.EXPLAIN: ("event_id",),
}
"""Besides the website."""


def documented(report: Report) -> dict[str, Any]:
    """What a report's route says of itself; names are those of FastAPI's decorators."""
    title = f"{report.title().replace('-', '')}Report"
    return {
        "operation_id": f"get{title}",
        "summary": _SUMMARIES[report],
        "responses": _answers(report, title) | REFUSED | refused(HTTPStatus.NOT_FOUND),
        "openapi_extra": {"parameters": _parameters(report)},
    }


def _answers(report: Report, title: str) -> dict[int | str, dict[str, Any]]:
    found = answered("The report.", title, DATA[report], EXAMPLES[report])
    found[HTTPStatus.OK]["content"][CSV] = {
        "schema": {"type": "string", "description": "With a header."},
        "example": EXPORTED[report],
    }
    found[HTTPStatus.OK]["headers"] = {
        PENDING: {
            "description": "Sent when acknowledged events are not stored yet: how many requests.",
            "schema": {"type": "integer", "minimum": 1},
        },
        "Content-Disposition": {
            "description": "Sent with CSV: the name of its file.",
            "schema": {"type": "string"},
        },
    }
    return found


def _parameters(report: Report) -> list[dict[str, Any]]:
    needed = ("website_id", *_NEEDED.get(report, ()))
    named = [
        {"name": name, "in": "query", "required": name in needed, **_PARAMETERS[name]}
        for name in (*COMMON, *EXTRA.get(report, ()))
    ]
    return [*named, _FILTER]


def _parameter(description: str, schema: Mapping[str, Any], **rest: Any) -> dict[str, Any]:
    return {"description": description, "schema": {**schema}, **rest}


_TEXT = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}
_DATE = {"type": "string", "format": "date"}
_PARAMETERS: Mapping[str, dict[str, Any]] = {
    "website_id": _parameter("The website.", {"type": "string", **UUID_FORM}),
    "period": _parameter("Which days.", {"enum": list(PERIODS), "default": "7d"}),
    "start_date": _parameter("The first day, instead of `period`.", _DATE),
    "end_date": _parameter("The last day; with `start_date` only. Today by default.", _DATE),
    "compare": _parameter("What the summary is compared with.", {"enum": list(COMPARISONS)}),
    "include_bots": _parameter(
        "Whether bots count.", {"enum": ["true", "false"], "default": "false"}
    ),
    "content_group": _parameter("As `filter[content_group]`.", _TEXT),
    "page": _parameter(
        "Of the rows.", {"type": "integer", "minimum": 1, "maximum": 10**9 - 1, "default": 1}
    ),
    "per_page": _parameter(
        "Rows on a page.",
        {"type": "integer", "minimum": 1, "maximum": MAX_PER_PAGE, "default": 50},
    ),
    "format": _parameter(
        "Errors are JSON in any case.",
        {"enum": [one.value for one in Format], "default": Format.JSON.value},
    ),
    "timezone": _parameter(
        "Where days begin: an IANA time zone.",
        {"type": "string", "minLength": 1, "default": "UTC"},
        example="Europe/Helsinki",
    ),
    "group_by": _parameter(
        "What visits have in common.", {"enum": list(GROUPINGS), "default": GROUPINGS[0]}
    ),
    "steps[]": _parameter(
        "A path, a type of event or the name of a custom event, once for each step. "
        "Also as `steps` and `steps[0]`, `steps[1]` …",
        {"type": "array", "items": _TEXT, "minItems": MIN_STEPS, "maxItems": MAX_STEPS},
        style="form",
        explode=True,
        example=["/pricing", "/signup", "/onboarding"],
    ),
    "event_name": _parameter("A custom event.", _TEXT),
    "property": _parameter("One of its properties.", _TEXT),
    "metric": _parameter("What is counted.", {"enum": list(METRICS), "default": "pageviews"}),
    "path": _parameter("One page only.", _TEXT, example="/about"),
    "event_id": _parameter("As it was tracked, or as the inspector shows it.", _TEXT),
}
_FILTER = {
    "name": "filter",
    "in": "query",
    "required": False,
    "description": "`filter[country]=FI`: only what has this value; an empty one is none at all.",
    "style": "deepObject",
    "explode": True,
    "schema": an_object(
        {one: {"type": "string", "maxLength": MAX_TEXT} for one in DIMENSIONS}, optional=DIMENSIONS
    ),
}
