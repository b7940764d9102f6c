"""An independent oracle for the reports of web analytics.

Room:   every report recomputed from its definition: plain, slow, standard library only.
Limits: shares no code with the product, so that both are wrong alike only by the same misreading.
Source: requirement "Reports"; docs of the reports, whose sections the docstrings name.
"""

from collections.abc import Callable

from .csv_text import csv_text, file_name
from .funnel import funnel
from .hits import Hit
from .parameters import Parameters, Query, read
from .periods import Period, Refused
from .realtime import realtime
from .reports import Answer, custom_events, devices, flow, pages, sources, summary, timeseries
from .visits import Visit, visits

REPORTS: dict[str, Callable[[list[Hit], Parameters], Answer]] = {
    "summary": summary,
    "pages": pages,
    "sources": sources,
    "devices": devices,
    "flow": flow,
    "funnel": funnel,
    "custom-events": custom_events,
    "timeseries": timeseries,
}
"""Those of a period; `realtime` is not."""


def answer(
    report: str, hits: list[Hit], query: Query, now_ms: int, created_ms: int = 0
) -> Answer | Refused:
    """The `data` of a report's answer at this moment, or which parameter makes it a 400.

    `created_ms` is when the website was made: where `all` begins without events.
    """
    if report == "realtime":
        website = query.get("website_id")
        return (
            realtime(hits, website, now_ms)
            if isinstance(website, str) and website
            else Refused("website_id")
        )
    parameters = read(report, query, hits, now_ms, created_ms)
    if isinstance(parameters, Refused):
        return parameters
    return REPORTS[report](hits, parameters)


def csv_answer(
    report: str, hits: list[Hit], query: Query, now_ms: int, created_ms: int = 0
) -> tuple[str, str] | Refused:
    """The file's name and text for the same request with `format=csv`."""
    said = answer(report, hits, query, now_ms, created_ms)
    if isinstance(said, Refused):
        return said
    group_by = query.get("group_by") or "channel"
    return file_name(report, said), csv_text(report, said, str(group_by))


__all__ = [
    "REPORTS",
    "Answer",
    "Hit",
    "Parameters",
    "Period",
    "Refused",
    "Visit",
    "answer",
    "csv_answer",
    "realtime",
    "visits",
]
