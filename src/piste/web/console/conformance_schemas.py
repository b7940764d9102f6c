"""What answers about conformance and coverage look like, for the OpenAPI document.

Room:   JSON Schemas and examples; what is answered is in `piste.specs.coverage`.
Limits: whatever has a `title` becomes a component of the document.
Source: ours.
"""

from http import HTTPStatus
from typing import Any

from piste.events.schema_key import Json
from piste.specs.coverage import Verdict
from piste.specs.service import EVENT_SPECIFICATIONS
from piste.web.console.refusals import documented
from piste.web.console.schema_parts import (
    ANY_TEXT,
    TIME,
    UUID,
    Schema,
    answer,
    complete,
    listed,
    nullable,
    one_of,
)
from piste.web.console.specification_schemas import ID, Schemas

XML = "application/xml"

_COUNT: Schema = {"type": "integer", "minimum": 0}
_VIOLATION = complete(
    "ViolationCount",
    {
        "message": ANY_TEXT,
        "schema": nullable(ANY_TEXT),
        "path": nullable(ANY_TEXT),
        "events": _COUNT,
        "eventId": {"type": "string", "description": "The newest of them."},
    },
)
_WHAT: Schema = {"eventSpecId": UUID, "name": ANY_TEXT, "version": _COUNT}
_FIGURES: Schema = {
    "events": {**_COUNT, "description": "All that match it, in whichever version."},
    "failedEvents": {**_COUNT, "description": "Those of them that failed."},
    "violatingEvents": {**_COUNT, "description": "Those of them that declare it and violate it."},
    "firstSeen": nullable(TIME),
    "lastSeen": nullable(TIME),
    "versions": listed(complete(None, {"version": _COUNT, "events": _COUNT})),
    "violations": listed(_VIOLATION),
}
_NONE: Schema = {"type": "array", "maxItems": 0}
_CONFORMANCE = complete(
    "ConformanceAnswer",
    {
        "data": listed(complete("Conformance", {**_WHAT, **_FIGURES})),
        "includes": _NONE,
        "errors": _NONE,
    },
)
_UNMATCHED = complete(
    "UnmatchedEvents",
    {
        "events": _COUNT,
        "schemas": listed(
            complete(None, {"schema": nullable(ANY_TEXT), "events": _COUNT, "lastSeen": TIME})
        ),
    },
)
_COVERAGE = complete(
    "Coverage",
    {
        "dataProductId": UUID,
        "name": ANY_TEXT,
        "since": nullable(TIME),
        "summary": complete(
            "CoverageSummary",
            {"eventSpecs": _COUNT, **{verdict.value: _COUNT for verdict in Verdict}},
        ),
        "eventSpecs": listed(
            complete("CoverageLine", {**_WHAT, "verdict": one_of(Verdict), **_FIGURES})
        ),
        "unmatched": _UNMATCHED,
    },
)

_NAMED_EXAMPLE: Schema = {"eventSpecId": ID, "name": "Search", "version": 1}
_FIGURES_EXAMPLE: Schema = {
    "events": 120,
    "failedEvents": 0,
    "violatingEvents": 3,
    "firstSeen": "2026-01-15T10:30:00.000Z",
    "lastSeen": "2026-01-16T09:12:45.120Z",
    "versions": [{"version": 1, "events": 120}],
    "violations": [
        {
            "message": '$.label: does not have a value in the enumeration ["Search"]',
            "schema": "iglu:com.example/ui_actions/jsonschema/1-0-0",
            "path": "$.label",
            "events": 3,
            "eventId": "1a41dfd5-4fb8-4d9a-9e0f-6a4d8f0c1b2e",
        }
    ],
}
_CONFORMANCE_EXAMPLE: Json = {
    "data": [{**_NAMED_EXAMPLE, **_FIGURES_EXAMPLE}],
    "includes": [],
    "errors": [],
}
_COVERAGE_EXAMPLE: Json = {
    "dataProductId": "9f2d3a4e-5b6c-4d7e-8f90-a1b2c3d4e5f6",
    "name": "Shop",
    "since": "2026-01-15T00:00:00.000Z",
    "summary": {"eventSpecs": 1, "seen": 0, "neverSeen": 0, "violated": 1, "deprecated": 0},
    "eventSpecs": [{**_NAMED_EXAMPLE, "verdict": "violated", **_FIGURES_EXAMPLE}],
    "unmatched": {
        "events": 40,
        "schemas": [
            {
                "schema": "iglu:com.snowplowanalytics.snowplow/page_view/jsonschema/1-0-0",
                "events": 40,
                "lastSeen": "2026-01-16T09:12:40.004Z",
            }
        ],
    },
}
_JUNIT_EXAMPLE = f"""<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2" failures="1" errors="0" skipped="0">
  <testsuite name="Shop" tests="2" failures="1" errors="0" skipped="0">
    <testcase name="Search" classname="{ID}">
      <failure type="neverSeen" message="No event is an instance of version 1" />
    </testcase>
    <testcase name="Events that match no event specification" classname="unmatched" />
  </testsuite>
</testsuites>
"""

_REFUSALS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.NOT_IMPLEMENTED,
)


def _with_pending(answers: dict[int | str, Any]) -> dict[int | str, Any]:
    """Where the answer may come before all events are there."""
    header = {
        "description": "How many acknowledged events are not counted yet; absent when there is none.",
        "schema": {"type": "integer", "minimum": 1},
    }
    return {
        status: {**one, "headers": {"X-Piste-Pending": header}} for status, one in answers.items()
    }


def _enveloped_refusals() -> dict[int | str, Any]:
    refused = Schemas(EVENT_SPECIFICATIONS).envelope(is_refusal=True)
    return {status: one for wanted in _REFUSALS for status, one in answer(wanted, refused).items()}


def _json_or_junit() -> dict[int | str, Any]:
    found = answer(HTTPStatus.OK, _COVERAGE, _COVERAGE_EXAMPLE)
    found[200]["content"][XML] = {"schema": {"type": "string"}, "example": _JUNIT_EXAMPLE}
    return found


CONFORMANCE_ANSWERS: dict[int | str, Any] = {
    **_with_pending(answer(HTTPStatus.OK, _CONFORMANCE, _CONFORMANCE_EXAMPLE)),
    **_enveloped_refusals(),
}
COVERAGE_ANSWERS: dict[int | str, Any] = {
    **_with_pending(_json_or_junit()),
    **documented(*_REFUSALS),
}
"""`responses` of the two routes."""
