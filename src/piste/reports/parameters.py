"""What a request asks of a report, read from its query.

Room:   pure; the moment is handed in. What cannot be asked is a value that names the parameter.
Limits: common parameters are known to every report, and checked, also where it does not look at them. A
        parameter that is empty is not given, except a filter. Texts have at most MAX_TEXT characters.
Source: TinyTrail's API, "Common Query Parameters" and the extra ones of each report; `timezone`, `filter[…]`,
        `property`, `event_id` and the reports that are not in it are ours.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from piste.reports.filters import DIMENSIONS, Filter
from piste.reports.periods import (
    COMPARISONS,
    PERIODS,
    UTC_CALENDAR,
    Calendar,
    Period,
    custom,
    named,
)
from piste.reports.wrong import Wrong, wrong

MAX_TEXT = 2_048
MAX_SHOWN = 100
"""Characters of a strange parameter's name that are repeated."""
MAX_PER_PAGE = 500
MIN_STEPS, MAX_STEPS = 2, 20
MAX_SERIES_DAYS = 36_600
"""A hundred years of a time series."""
METRICS = (
    "visits",
    "pageviews",
    "unique_pageviews",
    "bounce_rate",
    "avg_session_duration",
    "landing_page_entries",
    "exit_page_exits",
)
GROUPINGS = ("channel", "domain", "utm", "channel_detail")


class Report(StrEnum):
    """As in the address of its endpoint."""

    SUMMARY = "summary"
    PAGES = "pages"
    SOURCES = "sources"
    DEVICES = "devices"
    FLOW = "flow"
    FUNNEL = "funnel"
    REALTIME = "realtime"
    CUSTOM_EVENTS = "custom-events"
    EVENT_PROPERTIES = "event-properties"
    TIMESERIES = "timeseries"
    COUNTRIES = "countries"
    EXPLAIN = "explain"


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"


COMMON = (
    "website_id",
    "period",
    "start_date",
    "end_date",
    "compare",
    "include_bots",
    "content_group",
    "page",
    "per_page",
    "format",
    "timezone",
)
"""Besides `filter[…]`."""
EXTRA: Mapping[Report, tuple[str, ...]] = {
    Report.SOURCES: ("group_by",),
    Report.FUNNEL: ("steps[]",),
    Report.CUSTOM_EVENTS: ("event_name",),
    Report.EVENT_PROPERTIES: ("event_name", "property"),
    Report.TIMESERIES: ("metric", "path"),
    Report.EXPLAIN: ("event_id",),
}

_FILTER = re.compile(r"filter\[(.*)\]", re.DOTALL)
_STEP = re.compile(r"steps(?:\[([0-9]{0,4})\])?")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_COUNT = re.compile(r"[0-9]{1,9}")

Query = Sequence[tuple[str, str]]
"""Names and values, decoded, in the order of the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """A request that can be answered. `period` is None for `all`, which begins with the first event."""

    website_id: str
    period: Period | None
    calendar: Calendar = UTC_CALENDAR
    compare: str | None = None
    include_bots: bool = False
    filters: tuple[Filter, ...] = ()
    page: int = 1
    per_page: int = 50
    format: Format = Format.JSON
    group_by: str = "channel"
    metric: str = "pageviews"
    path: str | None = None
    event_name: str | None = None
    property_name: str | None = None
    event_id: str = ""
    steps: tuple[str, ...] = ()

    @property
    def offset(self) -> int:
        """Rows before the page."""
        return (self.page - 1) * self.per_page


def read(report: Report, query: Query, now_ms: int) -> Parameters | Wrong:
    """A query's meaning at this moment, or the first of its parameters that is wrong."""
    reading = _Reading(query)
    unknown = reading.unknown((*COMMON, *EXTRA.get(report, ())))
    if unknown is not None:
        return unknown
    result = _read(report, reading, now_ms)
    return reading.wrong or result


def _read(report: Report, asked: "_Reading", now_ms: int) -> Parameters:
    website_id = asked.website()
    include_bots = asked.choice("include_bots", ("true", "false")) == "true"
    calendar = asked.calendar()
    return Parameters(
        website_id=website_id,
        include_bots=include_bots,
        calendar=calendar,
        period=asked.period(calendar, now_ms, report),
        compare=asked.choice("compare", COMPARISONS),
        page=asked.count("page", 1, 10**9 - 1),
        per_page=asked.count("per_page", 50, MAX_PER_PAGE),
        format=Format(asked.choice("format", tuple(Format)) or Format.JSON),
        filters=asked.filters(),
        group_by=asked.choice("group_by", GROUPINGS) or "channel",
        metric=asked.choice("metric", METRICS) or "pageviews",
        path=asked.text("path"),
        event_name=asked.text("event_name", is_needed=report is Report.EVENT_PROPERTIES),
        property_name=asked.text("property"),
        event_id=asked.text("event_id", is_needed=report is Report.EXPLAIN) or "",
        steps=asked.steps() if report is Report.FUNNEL else (),
    )


class _Reading:
    """A query, and the first thing that is wrong with it. What is read after that is of no use."""

    def __init__(self, query: Query) -> None:
        self.wrong: Wrong | None = None
        self._steps: list[tuple[int, str]] = []
        self._filters: list[tuple[str, str, str]] = []
        self._given: dict[str, str] = {}
        self._repeated: str | None = None
        for name, value in query:
            if found := _FILTER.fullmatch(name):
                self._filters.append((name, found[1], value))
            elif found := _STEP.fullmatch(name):
                self._steps.append((int(found[1] or 0), value))
            elif name in self._given:
                self._repeated = self._repeated or name
            else:
                self._given[name] = value

    def unknown(self, known: Iterable[str]) -> Wrong | None:
        """A name that the report does not know, a name given twice, or a text that is none."""
        if "steps[]" not in known and self._steps:
            return wrong("steps[]", "is a parameter of the funnel only")
        for name in self._given:
            if name not in known:
                return wrong(_shown(name), "is no parameter of this report")
        if self._repeated is not None:
            return wrong(self._repeated, "is given more than once")
        values = [*self._given.items(), *((name, value) for name, _, value in self._filters)]
        for name, value in (*values, *(("steps[]", value) for _, value in self._steps)):
            if not _is_text(name + value):
                return wrong(_shown(name), "is not valid text")
            if len(value) > MAX_TEXT:
                return wrong(_shown(name), f"must have at most {MAX_TEXT} characters")
        return None

    def text(self, name: str, *, is_needed: bool = False) -> str | None:
        value = self._given.get(name) or None
        if value is None and is_needed:
            self._refuse(name, "is missing")
        return value

    def choice(self, name: str, known: Sequence[str]) -> str | None:
        """One of the known values."""
        value = self.text(name)
        if value is None or value in known:
            return value
        self._refuse(name, f"must be one of {', '.join(known)}")
        return None

    def website(self) -> str:
        value = self.text("website_id", is_needed=True) or ""
        if value and not _UUID.fullmatch(value):
            self._refuse("website_id", "must be a UUID")
        return value.lower()

    def calendar(self) -> Calendar:
        calendar = Calendar.of(self.text("timezone") or "UTC")
        if calendar is None:
            self._refuse("timezone", "must be a time zone's name, such as Europe/Helsinki")
        return calendar or UTC_CALENDAR

    def period(self, calendar: Calendar, now_ms: int, report: Report) -> Period | None:
        today = calendar.day_of(now_ms)
        start, end = self.text("start_date"), self.text("end_date")
        if start is None and end is None:
            name = self.choice("period", PERIODS) or "7d"
            return None if name == "all" else named(name, today, today)
        period = custom(start, end, today)
        if isinstance(period, Wrong):
            self.wrong = self.wrong or period
            return None
        if report is Report.TIMESERIES and period.length > MAX_SERIES_DAYS:
            self._refuse("start_date", f"must be at most {MAX_SERIES_DAYS} days before end_date")
        return period

    def count(self, name: str, default: int, most: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        count = int(value) if _COUNT.fullmatch(value) else 0
        if not 1 <= count <= most:
            self._refuse(name, f"must be a whole number from 1 to {most}")
        return count

    def filters(self) -> tuple[Filter, ...]:
        """`content_group` is one that needs no brackets."""
        group = self.text("content_group")
        filters = [] if group is None else [Filter("content_group", group)]
        seen: set[str] = set()
        for name, dimension, value in self._filters:
            if dimension not in DIMENSIONS:
                self._refuse(_shown(name), f"must name one of {', '.join(DIMENSIONS)}")
            elif dimension in seen:
                self._refuse(name, "is given more than once")
            seen.add(dimension)
            filters.append(Filter(dimension, value))
        return tuple(filters)

    def steps(self) -> tuple[str, ...]:
        """In order of their numbers, which may be left out, and then as given."""
        steps = [step for _, step in sorted(self._steps, key=lambda one: one[0]) if step]
        if not MIN_STEPS <= len(steps) <= MAX_STEPS:
            self._refuse("steps[]", f"must have {MIN_STEPS} to {MAX_STEPS} steps")
        return tuple(steps)

    def _refuse(self, name: str, reason: str) -> None:
        self.wrong = self.wrong or wrong(name, reason)


def _shown(name: str) -> str:
    """A name as answers can repeat it."""
    return name.encode("utf-8", "backslashreplace").decode()[:MAX_SHOWN]


def _is_text(value: str) -> bool:
    """Half a surrogate pair cannot be stored, nor compared with what is."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
