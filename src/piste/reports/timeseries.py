"""One figure of each day.

Limits: a day's value is what a report of that day alone would say, so visits over midnight see a page once on
        each of both days.
Source: TinyTrail's API, "timeseries"; docs/reports.md for what `path` does to each metric.
"""

from collections.abc import Callable, Mapping
from typing import cast

from piste.reports.answer import Answer
from piste.reports.parameters import Parameters
from piste.reports.periods import Period
from piste.reports.rounding import Number, percentage
from piste.reports.scope import Scope
from piste.reports.statements import Rows
from piste.reports.summary import mean_seconds

_Figures = Mapping[str, int]

_SAW = (
    "(visitor, visit) in (select visitor, visit from numbered "
    "where is_page_view and is_wanted and path = :path)"
)
_OF_PATH = {
    "visits": _SAW,
    "avg_session_duration": _SAW,
    "bounce_rate": "landing_page = :path",
    "landing_page_entries": "landing_page = :path",
    "exit_page_exits": "exit_page = :path",
}
"""Which visits count when a path is asked for; the other metrics are of page views."""
_VALUES: Mapping[str, Callable[[_Figures], Number]] = {
    "visits": lambda of_day: of_day["visits"],
    "avg_session_duration": lambda of_day: mean_seconds(of_day["duration_ms"], of_day["visits"]),
    "bounce_rate": lambda of_day: percentage(of_day["bounces"], of_day["visits"], 1),
    "landing_page_entries": lambda of_day: of_day["visits"],
    "exit_page_exits": lambda of_day: of_day["visits"],
    "pageviews": lambda of_day: of_day["pageviews"],
    "unique_pageviews": lambda of_day: of_day["unique_pageviews"],
}


def timeseries(rows: Rows, parameters: Parameters, period: Period) -> Answer:
    """A value for each day of the period, 0 where nothing was."""
    metric, path = parameters.metric, parameters.path
    starts = {day: parameters.calendar.start_of(day) for day in period.days}
    params: dict[str, object] = {"bounds": sorted(set(starts.values()))}
    scope = Scope.of(rows, parameters, period)
    if metric not in _OF_PATH:
        found = scope.ask("timeseries_page_views", {**params, "path": path})
    elif path is None:
        found = scope.ask("timeseries_visits", params, {"kept": "true"})
    else:
        found = scope.ask("timeseries_visits", {**params, "path": path}, {"kept": _OF_PATH[metric]})
    values = {
        row["bound"]: _VALUES[metric]({name: int(cast("int", n)) for name, n in row.items()})
        for row in found
    }
    # Of a day that clocks left out, the start is that of the next one, which has its hits.
    last_with = {start: day for day, start in starts.items()}
    return {
        "period": period.to_json(),
        "metric": metric,
        "path": "*" if path is None else path,
        "series": [
            {"date": str(day), "value": values.get(start, 0) if last_with[start] == day else 0}
            for day, start in starts.items()
        ],
    }
