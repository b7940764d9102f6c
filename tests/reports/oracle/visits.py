"""Visits: runs of events of one visitor on one website.

Room:   what a visit is, and what follows from its events.
Source: docs of the reports, sections 2.3 to 2.6 and 2.8.
"""

from dataclasses import dataclass

from .hits import OUTBOUND_LINK, Hit, in_order

GAP_MS = 30 * 60 * 1000
LONGEST_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Visit:
    """Events of one visit in order; at least one."""

    hits: tuple[Hit, ...]

    @property
    def page_views(self) -> tuple[Hit, ...]:
        return tuple(hit for hit in self.hits if hit.is_page_view)

    @property
    def is_counted(self) -> bool:
        """Whether it is one of `visits`: without a page view it is in custom-events and realtime (2.4)."""
        return bool(self.page_views)

    @property
    def source(self) -> Hit:
        """The event that decides about source and device: its first page view (section 4), else its first."""
        return (self.page_views or self.hits)[0]

    @property
    def landing(self) -> Hit:
        """Its first page view (2.8). The visit is booked on the day of this one."""
        return self.page_views[0]

    @property
    def exit(self) -> Hit:
        """Its last page view: other events never move it (2.8)."""
        return self.page_views[-1]

    @property
    def is_bounce(self) -> bool:
        """Exactly one page view, and neither a custom event nor an outbound link (2.5)."""
        engaged = any(hit.is_custom or hit.event_type == OUTBOUND_LINK for hit in self.hits)
        return len(self.page_views) == 1 and not engaged

    @property
    def duration_ms(self) -> int:
        """From its first event to its last, of whatever type (2.6)."""
        return self.hits[-1].time_ms - self.hits[0].time_ms


def visits(hits: list[Hit]) -> list[Visit]:
    """The visits that some events make, in the order of their first events (2.4).

    A pause of 30:00.000 continues a visit, a longer one ends it. So does an event later than 24 h
    after the visit's first.
    """
    found: list[list[Hit]] = []
    latest: dict[tuple[str, str], list[Hit]] = {}
    for hit in sorted(hits, key=in_order):
        who = (hit.website_id, hit.visitor)
        run = latest.get(who)
        if (
            run is None
            or hit.time_ms - run[-1].time_ms > GAP_MS
            or hit.time_ms - run[0].time_ms > LONGEST_MS
        ):
            run = latest[who] = []
            found.append(run)
        run.append(hit)
    return [Visit(tuple(run)) for run in found]
