"""Which hits and visits of a website a report is about, and how they are asked for.

Room:   from parameters to a statement with visits.sql in it.
Limits: hits of two days before the period are read, because visits may have begun there. Of a visitor who
        had no pause for longer than that, visits may be cut elsewhere; identities last for two days at most.
        Visitors are told apart by a hash of 64 bits: two of a million are one in 1 of 37 million cases.
Source: TinyTrail's API, "Session logic"; docs/reports.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from piste.reports.filters import wanted_hits, wanted_visits
from piste.reports.parameters import Parameters
from piste.reports.periods import DAY_MS, Period
from piste.reports.statements import ALWAYS, Condition, Row, Rows, statement

LOOK_BACK_MS = 2 * DAY_MS
LONGEST_VISIT_MS = DAY_MS

_OF_FOUND = "(visitor, visit) in (select visitor, visit from found)"


@dataclass(frozen=True, slots=True)
class Scope:
    """A website's traffic in `start_ms <= time < end_ms`, as `parameters` want it."""

    rows: Rows
    parameters: Parameters
    start_ms: int
    end_ms: int

    @classmethod
    def of(cls, rows: Rows, parameters: Parameters, period: Period) -> "Scope":
        return cls(rows, parameters, *parameters.calendar.bounds_of(period))

    def ask(
        self,
        name: str,
        params: Mapping[str, object] | None = None,
        texts: Mapping[str, str] | None = None,
        only: Condition = ALWAYS,
    ) -> list[Row]:
        """The rows of `sql/<name>.sql` with these further parameters, and texts for its braces; `only` is
        on stored events."""
        wanted = wanted_hits(self.parameters.filters)
        found = wanted_visits(self.parameters.filters)
        visits = statement("visits").format(wanted=wanted.sql, found=found.sql, only=only.sql)
        sql = statement(name).format(
            visits=visits,
            # A wanted page view is of a found visit, unless visits are wanted for something else.
            of_found="true" if found == ALWAYS else _OF_FOUND,
            **(texts or {}),
        )
        return self.rows(
            sql,
            {
                "website_id": self.parameters.website_id,
                "include_bots": self.parameters.include_bots,
                "hits_from": self.start_ms - LOOK_BACK_MS,
                "hits_to": self.end_ms + LONGEST_VISIT_MS,
                "start": self.start_ms,
                "end": self.end_ms,
                **wanted.params,
                **found.params,
                **only.params,
                **(params or {}),
            },
        )

    def page(self) -> dict[str, object]:
        """The parameters of a page of rows."""
        return {"limit": self.parameters.per_page, "offset": self.parameters.offset}
