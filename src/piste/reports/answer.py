"""Answers of reports, as JSON values. Room: the type, and what paginated ones share."""

from collections.abc import Sequence
from typing import Any

from piste.reports.parameters import Parameters
from piste.reports.periods import Period

Answer = dict[str, Any]
"""`data` of the envelope."""


def listed(parameters: Parameters, period: Period, rows: Sequence[Answer]) -> Answer:
    """The common structure of a page of rows."""
    return {
        "period": period.to_json(),
        "page": parameters.page,
        "per_page": parameters.per_page,
        "rows": rows,
    }
