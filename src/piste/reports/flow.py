"""Where visits began and where they ended. Source: TinyTrail's API, "flow"."""

from piste.reports.answer import Answer
from piste.reports.parameters import Parameters
from piste.reports.periods import Period
from piste.reports.scope import Scope
from piste.reports.statements import Rows


def flow(rows: Rows, parameters: Parameters, period: Period) -> Answer:
    """First and last page views of the visits of the period, most visits first. Both lists are paged alike,
    and over all pages each adds up to the visits."""
    scope = Scope.of(rows, parameters, period)
    found = scope.ask("flow", scope.page())

    def paths(kind: str, metric: str) -> list[Answer]:
        return [
            {"path": row["path"], metric: row["visits"]} for row in found if row["kind"] == kind
        ]

    return {
        "period": period.to_json(),
        "landing_pages": paths("landing", "entries"),
        "exit_pages": paths("exit", "exits"),
    }
