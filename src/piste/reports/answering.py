"""From a request to a report's answer, and to its CSV.

Room:   which report is which function; `all` gets its days here.
Source: TinyTrail's API, "Reports" and the "CSV columns" of each.
"""

from collections.abc import Callable, Mapping
from typing import cast

from piste.reports.answer import Answer
from piste.reports.csv_text import to_csv
from piste.reports.custom_events import custom_events, event_properties
from piste.reports.devices import devices
from piste.reports.explain import explain
from piste.reports.flow import flow
from piste.reports.funnel import funnel
from piste.reports.pages import pages
from piste.reports.parameters import Parameters, Report
from piste.reports.periods import Period, named
from piste.reports.realtime import realtime
from piste.reports.sources import COLUMNS, countries, sources
from piste.reports.statements import Rows, statement
from piste.reports.summary import summary
from piste.reports.timeseries import timeseries

_OF_PERIOD: Mapping[Report, Callable[[Rows, Parameters, Period], Answer]] = {
    Report.SUMMARY: summary,
    Report.PAGES: pages,
    Report.SOURCES: sources,
    Report.DEVICES: devices,
    Report.FLOW: flow,
    Report.FUNNEL: funnel,
    Report.CUSTOM_EVENTS: custom_events,
    Report.EVENT_PROPERTIES: event_properties,
    Report.TIMESERIES: timeseries,
    Report.COUNTRIES: countries,
}
_TABLES: Mapping[Report, tuple[str, tuple[str, ...]]] = {
    Report.PAGES: ("rows", ("path", "contentGroup", "pageviews", "uniquePageviews")),
    Report.DEVICES: ("device_types", ("deviceType", "visits")),
    Report.FLOW: ("landing_pages", ("path", "entries")),
    Report.FUNNEL: ("funnel", ("step", "sessions", "conversion_rate")),
    Report.REALTIME: ("top_pages", ("path", "visitors")),
    Report.CUSTOM_EVENTS: ("rows", ("name", "count")),
    Report.EVENT_PROPERTIES: ("rows", ("property", "value", "count")),
    Report.TIMESERIES: ("series", ("date", "value")),
    Report.COUNTRIES: ("rows", ("country", "visits")),
    Report.EXPLAIN: ("reasons", ("code", "message")),
}
"""Which list of an answer is exported, and its columns."""


def answer(
    report: Report, rows: Rows, parameters: Parameters, *, now_ms: int, created_ms: int
) -> Answer:
    """`data` of the report's answer; `created_ms` is when the website was made, with which `all` begins
    when nothing happened yet."""
    if report is Report.REALTIME:
        return realtime(rows, parameters, now_ms)
    if report is Report.EXPLAIN:
        return explain(rows, parameters, now_ms)
    period = parameters.period or _all(rows, parameters, now_ms, created_ms)
    return _OF_PERIOD[report](rows, parameters, period)


def _all(rows: Rows, parameters: Parameters, now_ms: int, created_ms: int) -> Period:
    params = {"website_id": parameters.website_id, "include_bots": parameters.include_bots}
    (found,) = rows(statement("first"), params)
    first = created_ms if found["first"] is None else cast("int", found["first"])
    day_of = parameters.calendar.day_of
    period = named("all", day_of(now_ms), day_of(first))
    assert period is not None
    return period


def csv_of(report: Report, parameters: Parameters, data: Answer) -> str:
    """The text of the exported list of an answer."""
    if report is Report.SUMMARY:
        metrics: Mapping[str, Answer] = data["metrics"]
        rows = [{"metric": name, **metric} for name, metric in metrics.items()]
        return to_csv(("metric", "value", "previous", "change_pct"), rows)
    if report is Report.SOURCES:
        return to_csv((*COLUMNS[parameters.group_by], "visits"), data["rows"])
    exported, columns = _TABLES[report]
    return to_csv(columns, data[exported])


def csv_name(report: Report, data: Answer) -> str:
    """The name of its file."""
    if "period" not in data:
        return f"{report}.csv"
    return f"{report}_{data['period']['start']}_{data['period']['end']}.csv"
