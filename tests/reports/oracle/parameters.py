"""What a request asks of a report, read from its query.

Room:   the common parameters, the extra ones of each report, and which values are refused.
Limits: the first value that cannot be is the outcome. Names of unknown parameters are not looked at.
Source: requirement "Common Query Parameters"; docs of the reports, sections 3 and 4.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .hits import Hit, counted
from .periods import COMPARISONS, Period, Refused, compared, custom, day_of, named

Query = Mapping[str, str | Sequence[str]]
"""A request's parameters; only `steps[]` has several values. `website_id` is among them."""

GROUPINGS = ("channel", "domain", "utm", "channel_detail")
METRICS = (
    "visits",
    "pageviews",
    "unique_pageviews",
    "bounce_rate",
    "avg_session_duration",
    "landing_page_entries",
    "exit_page_exits",
)
PAGE_DIMENSIONS = ("path", "content_group")
"""What a page view has for itself."""
SOURCE_DIMENSIONS = (
    "referrer_channel",
    "channel_detail",
    "referrer_domain",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "device_type",
    "browser_family",
    "os_family",
    "screen_bucket",
    "country",
)
"""What a visit has from its first page view."""
VISIT_DIMENSIONS = ("landing_page", "exit_page", "event_name")
"""What a visit has from where it began and ended, and from any of its custom events."""
DIMENSIONS = (*PAGE_DIMENSIONS, *SOURCE_DIMENSIONS, *VISIT_DIMENSIONS)
MOST_PER_PAGE = 500
FEWEST_STEPS, MOST_STEPS = 2, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """A request that can be answered. `comparison` is None when there is nothing to compare with."""

    website_id: str
    period: Period
    compare: str | None = None
    comparison: Period | None = None
    include_bots: bool = False
    zone: tzinfo = UTC
    filters: tuple[tuple[str, str | None], ...] = ()
    page: int = 1
    per_page: int = 50
    group_by: str = "channel"
    metric: str = "pageviews"
    path: str | None = None
    event_name: str | None = None
    steps: tuple[str, ...] = ()


def read(
    report: str, query: Query, hits: list[Hit], now_ms: int, created_ms: int
) -> Parameters | Refused:
    """A query's meaning at this moment, for the website that was created then.

    Empty values count as not given, except in a filter, where "" asks for what has none. The path "*"
    is what answers call the whole site.
    """
    given = {name: value for name, value in query.items() if isinstance(value, str) and value}
    website = given.get("website_id")
    if website is None:
        return Refused("website_id")
    bots = given.get("include_bots", "false")
    if bots not in ("true", "false"):
        return Refused("include_bots")
    zone = _zone(given.get("timezone", "UTC"))
    if zone is None:
        return Refused("timezone")
    own = counted([hit for hit in hits if hit.website_id == website], include_bots=bots == "true")
    first = day_of(own[0].time_ms if own else created_ms, zone)
    period = _period(given, day_of(now_ms, zone), first)
    if isinstance(period, Refused):
        return period
    compare = given.get("compare")
    if compare is not None and compare not in COMPARISONS:
        return Refused("compare")
    page = _count(given.get("page", "1"))
    if page is None:
        return Refused("page")
    per_page = _count(given.get("per_page", "50"))
    if per_page is None or per_page > MOST_PER_PAGE:
        return Refused("per_page")
    if given.get("format", "json") not in ("json", "csv"):
        return Refused("format")
    filters = _filters(query)
    if isinstance(filters, Refused):
        return filters
    group_by = given.get("group_by", "channel")
    if report == "sources" and group_by not in GROUPINGS:
        return Refused("group_by")
    metric = given.get("metric", "pageviews")
    if report == "timeseries" and metric not in METRICS:
        return Refused("metric")
    steps = tuple(step for step in query.get("steps[]", ()) if step)
    if report == "funnel" and not FEWEST_STEPS <= len(steps) <= MOST_STEPS:
        return Refused("steps[]")
    return Parameters(
        website_id=website,
        period=period,
        compare=compare,
        comparison=compared(period, compare) if compare and not _is_all(given) else None,
        include_bots=bots == "true",
        zone=zone,
        filters=filters,
        page=page,
        per_page=per_page,
        group_by=group_by,
        metric=metric,
        path=None if given.get("path") == "*" else given.get("path"),
        event_name=given.get("event_name"),
        steps=steps,
    )


def _zone(name: str) -> tzinfo | None:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _period(given: Mapping[str, str], today: date, first: date) -> Period | Refused:
    """Dates override the name, which is then not even looked at."""
    start, end = given.get("start_date"), given.get("end_date")
    if start is None and end is None:
        return named(given.get("period", "7d"), today, first)
    return custom(start, end, today)


def _is_all(given: Mapping[str, str]) -> bool:
    """Whether nothing lies before the period, so that it cannot be compared."""
    return given.get("period") == "all" and not given.keys() & {"start_date", "end_date"}


def _count(text: str) -> int | None:
    """A number from 1 to 999,999,999."""
    return int(text) or None if re.fullmatch(r"[0-9]{1,9}", text) else None


def _filters(query: Query) -> tuple[tuple[str, str | None], ...] | Refused:
    """Dimensions and the values that they must have; `content_group` is one that needs no brackets."""
    filters: list[tuple[str, str | None]] = []
    group = query.get("content_group")
    if isinstance(group, str) and group:
        filters.append(("content_group", group))
    for name, value in query.items():
        if name.startswith("filter[") and name.endswith("]"):
            dimension = name[len("filter[") : -1]
            if dimension not in DIMENSIONS or not isinstance(value, str):
                return Refused(name)
            filters.append((dimension, value or None))
    return tuple(filters)
