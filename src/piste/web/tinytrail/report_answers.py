"""What reports look like, for the OpenAPI document.

Room:   JSON Schemas of `data`, an example of each, and the example as CSV.
Limits: examples are without null, which FastAPI would leave out.
Source: TinyTrail's API, the samples of "Reports"; those that are not in it are ours.
"""

from collections.abc import Mapping
from typing import Any

from piste.reports.answering import csv_of
from piste.reports.devices import LISTS
from piste.reports.parameters import METRICS, Parameters, Report
from piste.reports.sources import COLUMNS
from piste.web.tinytrail.answers import an_object

Schema = dict[str, Any]

_COUNT: Schema = {"type": "integer", "minimum": 0}
_NUMBER: Schema = {"type": "number"}
_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_FLAG: Schema = {"type": "boolean"}
_DATE: Schema = {"type": "string", "format": "date"}
_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
_PERIOD = {"title": "ReportPeriod", **an_object({"start": _DATE, "end": _DATE})}
_WEEK = {"start": "2026-02-23", "end": "2026-03-01"}
_PAGE = {"period": _WEEK, "page": 1, "per_page": 50}


def _some(**fields: Schema) -> Schema:
    return {"type": "array", "items": an_object(fields)}


def _paged(rows: Schema) -> Schema:
    return an_object({"period": _PERIOD, "page": _COUNT, "per_page": _COUNT, "rows": rows})


def _metric(value: float, previous: float, change_pct: float) -> dict[str, float]:
    return {"value": value, "previous": previous, "change_pct": change_pct}


_METRIC = {
    "title": "Metric",
    "description": "`previous` and `change_pct` are there with `compare` only.",
    **an_object(
        {
            "value": _NUMBER,
            "previous": {"type": ["number", "null"]},
            "change_pct": {"type": ["number", "null"]},
        },
        optional=("previous", "change_pct"),
    ),
}
_NAMES = ("visits", "unique_visitors", "pageviews", "bounce_rate", "avg_session_duration_sec")

DATA: Mapping[Report, Schema] = {
    Report.SUMMARY: an_object(
        {
            "period": _PERIOD,
            "comparison": _TEXT_OR_NULL,
            "metrics": an_object(dict.fromkeys(_NAMES, _METRIC)),
        }
    ),
    Report.PAGES: _paged(
        _some(
            path=_TEXT_OR_NULL,
            contentGroup=_TEXT_OR_NULL,
            pageviews=_COUNT,
            uniquePageviews=_COUNT,
        )
    ),
    Report.SOURCES: _paged(
        {
            "type": "array",
            "items": {
                "anyOf": [
                    an_object({**dict.fromkeys(keys, _TEXT_OR_NULL), "visits": _COUNT})
                    for keys in COLUMNS.values()
                ]
            },
        }
    ),
    Report.DEVICES: an_object(
        {
            "period": _PERIOD,
            **{kind: _some(**{name: _TEXT_OR_NULL}, visits=_COUNT) for kind, name in LISTS.items()},
        }
    ),
    Report.FLOW: an_object(
        {
            "period": _PERIOD,
            "landing_pages": _some(path=_TEXT_OR_NULL, entries=_COUNT),
            "exit_pages": _some(path=_TEXT_OR_NULL, exits=_COUNT),
        }
    ),
    Report.FUNNEL: an_object(
        {
            "period": _PERIOD,
            "funnel": _some(step=_TEXT, sessions=_COUNT, conversion_rate=_NUMBER),
        }
    ),
    Report.REALTIME: an_object(
        {
            "active_visitors": _COUNT,
            "top_pages": _some(path=_TEXT_OR_NULL, visitors=_COUNT),
            "events_by_type": _some(eventType=_TEXT, count=_COUNT),
        }
    ),
    Report.CUSTOM_EVENTS: _paged(_some(name=_TEXT, count=_COUNT)),
    Report.EVENT_PROPERTIES: _paged(_some(property=_TEXT, value=_TEXT, count=_COUNT)),
    Report.TIMESERIES: an_object(
        {
            "period": _PERIOD,
            "metric": {"enum": list(METRICS)},
            "path": {"type": "string", "description": "`*` is all of them."},
            "series": _some(date=_DATE, value=_NUMBER),
        }
    ),
    Report.COUNTRIES: _paged(_some(country=_TEXT_OR_NULL, visits=_COUNT)),
    Report.EXPLAIN: an_object(
        {
            "event_id": _TEXT,
            "counted": _FLAG,
            "reasons": _some(code=_TEXT, message=_TEXT),
            "event": {
                "anyOf": [
                    {"type": "null"},
                    an_object(
                        {
                            "time": _TIME,
                            "event_type": _TEXT_OR_NULL,
                            "event_name": _TEXT_OR_NULL,
                            "path": _TEXT_OR_NULL,
                            "is_bot": _FLAG,
                            "is_excluded": _FLAG,
                        }
                    ),
                ]
            },
            "visit": {
                "anyOf": [
                    {"type": "null"},
                    an_object(
                        {
                            "start": _TIME,
                            "end": _TIME,
                            "duration_sec": _NUMBER,
                            "day": {"type": ["string", "null"], "format": "date"},
                            "page_views": _COUNT,
                            "is_bounce": _FLAG,
                            "landing_page": _TEXT_OR_NULL,
                            "exit_page": _TEXT_OR_NULL,
                        }
                    ),
                ]
            },
        }
    ),
}
"""Of each report's `data`."""

EXAMPLES: Mapping[Report, dict[str, Any]] = {
    Report.SUMMARY: {
        "period": _WEEK,
        "comparison": "2026-02-16 to 2026-02-22",
        "metrics": {
            "visits": _metric(12450, 11200, 11.16),
            "unique_visitors": _metric(9870, 8930, 10.53),
            "pageviews": _metric(34200, 30100, 13.62),
            "bounce_rate": _metric(42.3, 44.1, -4.08),
            "avg_session_duration_sec": _metric(185, 172, 7.56),
        },
    },
    Report.PAGES: {
        **_PAGE,
        "rows": [
            {
                "path": "/blog/getting-started",
                "contentGroup": "Blog",
                "pageviews": 5420,
                "uniquePageviews": 3210,
            }
        ],
    },
    Report.SOURCES: {
        **_PAGE,
        "rows": [
            {"channel": "Organic Search", "visits": 4500},
            {"channel": "Direct", "visits": 3200},
            {"channel": "Social", "visits": 1800},
        ],
    },
    Report.DEVICES: {
        "period": _WEEK,
        "device_types": [
            {"deviceType": "desktop", "visits": 8500},
            {"deviceType": "mobile", "visits": 3200},
        ],
        "browsers": [
            {"browserFamily": "Chrome", "visits": 6400},
            {"browserFamily": "Safari", "visits": 3100},
        ],
        "os_families": [
            {"osFamily": "Windows", "visits": 5200},
            {"osFamily": "macOS", "visits": 3800},
        ],
        "screen_resolutions": [
            {"bucket": "1025-1440", "visits": 4200},
            {"bucket": "376-768", "visits": 2800},
        ],
    },
    Report.FLOW: {
        "period": _WEEK,
        "landing_pages": [{"path": "/", "entries": 5200}, {"path": "/blog", "entries": 2100}],
        "exit_pages": [{"path": "/pricing", "exits": 3400}, {"path": "/contact", "exits": 1800}],
    },
    Report.FUNNEL: {
        "period": _WEEK,
        "funnel": [
            {"step": "/pricing", "sessions": 5000, "conversion_rate": 100},
            {"step": "/signup", "sessions": 1200, "conversion_rate": 24},
            {"step": "/onboarding", "sessions": 900, "conversion_rate": 75},
        ],
    },
    Report.REALTIME: {
        "active_visitors": 42,
        "top_pages": [
            {"path": "/", "visitors": 18},
            {"path": "/blog/new-post", "visitors": 12},
        ],
        "events_by_type": [
            {"eventType": "page_view", "count": 87},
            {"eventType": "scroll_50", "count": 34},
        ],
    },
    Report.CUSTOM_EVENTS: {
        **_PAGE,
        "rows": [{"name": "signup_complete", "count": 342}, {"name": "video_play", "count": 218}],
    },
    Report.EVENT_PROPERTIES: {
        **_PAGE,
        "rows": [
            {"property": "plan", "value": "free", "count": 310},
            {"property": "plan", "value": "pro", "count": 32},
        ],
    },
    Report.TIMESERIES: {
        "period": {"start": "2026-03-13", "end": "2026-03-19"},
        "metric": "pageviews",
        "path": "*",
        "series": [
            {"date": f"2026-03-{day}", "value": value}
            for day, value in enumerate((1200, 1350, 980, 870, 1100, 1420, 1290), 13)
        ],
    },
    Report.COUNTRIES: {
        **_PAGE,
        "rows": [{"country": "FI", "visits": 5100}, {"country": "SE", "visits": 340}],
    },
    Report.EXPLAIN: {
        "event_id": "f4a1c0de-7a3b-4c51-9d0e-2b6f8a9c1e47",
        "counted": True,
        "reasons": [{"code": "counted", "message": "It is counted, on 2026-02-23."}],
        "event": {
            "time": "2026-02-23T08:01:30.000Z",
            "event_type": "custom",
            "event_name": "signup",
            "path": "/pricing",
            "is_bot": False,
            "is_excluded": False,
        },
        "visit": {
            "start": "2026-02-23T08:00:00.000Z",
            "end": "2026-02-23T08:01:30.000Z",
            "duration_sec": 90,
            "day": "2026-02-23",
            "page_views": 2,
            "is_bounce": False,
            "landing_page": "/",
            "exit_page": "/pricing",
        },
    },
}
"""Of each report's `data`."""

EXPORTED: Mapping[Report, str] = {
    report: csv_of(report, Parameters(website_id="", period=None), data)
    for report, data in EXAMPLES.items()
}
"""The examples with `format=csv`."""
