"""Visits by device, browser, operating system and screen. Source: TinyTrail's API, "devices"."""

from piste.reports.answer import Answer
from piste.reports.parameters import Parameters
from piste.reports.periods import Period
from piste.reports.scope import Scope
from piste.reports.statements import Rows

LISTS = {
    "device_types": "deviceType",
    "browsers": "browserFamily",
    "os_families": "osFamily",
    "screen_resolutions": "bucket",
}
"""The lists of an answer, and what each calls its values."""


def devices(rows: Rows, parameters: Parameters, period: Period) -> Answer:
    """Of a visit's first page view; most visits first, all of them."""
    answer: Answer = {"period": period.to_json(), **{kind: [] for kind in LISTS}}
    for row in Scope.of(rows, parameters, period).ask("devices"):
        kind = str(row["kind"])
        answer[kind].append({LISTS[kind]: row["name"] or None, "visits": row["visits"]})
    return answer
