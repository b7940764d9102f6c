"""Which events and visits of a website a report is about.

Room:   bots, excluded traffic, filters and the period, applied to the events of one website.
Source: docs of the reports, sections 2.2 to 2.4, 2.7 and 4 "common".

Visits are made of everything that is counted, then looked at: a filter or a period never cuts a visit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, tzinfo

from .hits import Hit, counted
from .parameters import PAGE_DIMENSIONS, Parameters
from .periods import Period, day_of
from .visits import Visit, visits

Wanted = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What is left of a website's events: on which days, under which filters.

    `found` are all visits that the filters on visits leave, on whatever day.
    """

    found: tuple[Visit, ...]
    filters: Wanted
    period: Period
    zone: tzinfo

    @classmethod
    def of(cls, hits: list[Hit], parameters: Parameters, period: Period) -> "Scope":
        own = [hit for hit in hits if hit.website_id == parameters.website_id]
        made = visits(counted(own, include_bots=parameters.include_bots))
        found = tuple(visit for visit in made if _is_as_wanted(visit, parameters.filters))
        return cls(found, parameters.filters, period, parameters.zone)

    def on(self, day: date) -> "Scope":
        return Scope(self.found, self.filters, Period(day, day), self.zone)

    @property
    def visits(self) -> list[Visit]:
        """Those whose first page view lies in the period (2.4), and of which one is on a wanted page (4)."""
        return [
            visit
            for visit in self.found
            if visit.is_counted
            and self._in(visit.landing)
            and any(self._on_wanted_page(hit) for hit in visit.page_views)
        ]

    @property
    def page_views(self) -> list[tuple[Visit, Hit]]:
        """Page views in the period, of wanted pages, each with its visit (2.7)."""
        return [
            (visit, hit)
            for visit in self.found
            for hit in visit.page_views
            if self._in(hit) and self._on_wanted_page(hit)
        ]

    @property
    def custom_events(self) -> list[Hit]:
        """Custom events in the period, on wanted pages; those of visits without a page view too (2.4)."""
        return [
            hit
            for visit in self.found
            for hit in visit.hits
            if hit.is_custom and self._in(hit) and self._on_wanted_page(hit)
        ]

    def saw(self, visit: Visit, path: str) -> bool:
        """Whether a visit has a page view of a path that is a wanted page."""
        return any(hit.path == path and self._on_wanted_page(hit) for hit in visit.page_views)

    def _in(self, hit: Hit) -> bool:
        return day_of(hit.time_ms, self.zone) in self.period

    def _on_wanted_page(self, hit: Hit) -> bool:
        """Whether an event has the path and the content group that the filters ask for."""
        return all(
            getattr(hit, dimension) == value
            for dimension, value in self.filters
            if dimension in PAGE_DIMENSIONS
        )


def _is_as_wanted(visit: Visit, filters: Wanted) -> bool:
    """Whether a visit has what the filters on visits ask for; those on pages are for each event."""
    return all(
        _HAS[dimension](visit, value)
        if dimension in _HAS
        else getattr(visit.source, dimension) == value
        for dimension, value in filters
        if dimension not in PAGE_DIMENSIONS
    )


def _custom_names(visit: Visit) -> set[str | None]:
    return {hit.custom_name for hit in visit.hits if hit.is_custom}


_HAS: dict[str, Callable[[Visit, str | None], bool]] = {
    "landing_page": lambda visit, path: visit.is_counted and visit.landing.path == path,
    "exit_page": lambda visit, path: visit.is_counted and visit.exit.path == path,
    "event_name": lambda visit, name: name in (_custom_names(visit) or {None}),
}
