"""The five figures of a period, and how they changed.

Source: TinyTrail's API, "summary"; docs/reports.md for what a bounce is and when a visit ends.
"""

from fractions import Fraction
from typing import cast

from piste.reports.answer import Answer
from piste.reports.parameters import Parameters
from piste.reports.periods import Period, compared
from piste.reports.rounding import Number, change_pct, percentage, rounded
from piste.reports.scope import Scope
from piste.reports.statements import Rows


def summary(rows: Rows, parameters: Parameters, period: Period) -> Answer:
    """With `compare` each figure also has that of the other period; those of `all`, before which there is
    nothing, are null."""
    metrics: dict[str, dict[str, Number | None]] = {
        name: {"value": value} for name, value in _figures(rows, parameters, period).items()
    }
    other = None
    if parameters.compare is not None:
        previous: dict[str, Number] = {}
        if parameters.period is not None:
            other = compared(period, parameters.compare)
            previous = _figures(rows, parameters, other)
        for name, metric in metrics.items():
            before, value = previous.get(name), cast("Number", metric["value"])
            metric["previous"] = before
            metric["change_pct"] = None if before is None else change_pct(value, before)
    return {
        "period": period.to_json(),
        "comparison": None if other is None else str(other),
        "metrics": metrics,
    }


def _figures(rows: Rows, parameters: Parameters, period: Period) -> dict[str, Number]:
    (found,) = Scope.of(rows, parameters, period).ask("summary")
    figures = {name: int(cast("int", value)) for name, value in found.items()}
    return {
        "visits": figures["visits"],
        "unique_visitors": figures["visitors"],
        "pageviews": figures["pageviews"],
        "bounce_rate": percentage(figures["bounces"], figures["visits"], 1),
        "avg_session_duration_sec": mean_seconds(figures["duration_ms"], figures["visits"]),
    }


def mean_seconds(total_ms: int, visits: int) -> Number:
    """Whole seconds; 0 of no visits."""
    return rounded(Fraction(total_ms, 1000 * visits), 0) if visits else 0
