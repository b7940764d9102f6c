"""Enriched batches on their way into the store: in the order of the log, several to a transaction.

Room:   pure bookkeeping of the loader, which guards it; time is handed in.
Limits: a group never goes over a reset. Under load it waits until it fills a row group, which the engine
        then writes straight into its file instead of into its log first and its file later.
Source: measured; `docs/performance.md`.
"""

from collections.abc import Collection, Sequence

from piste.events.tables import ROW_GROUP_ROWS
from piste.ingest.enricher import Enriched
from piste.ingest.intake import MOST_TOGETHER, Batch

FULL_EVENTS = ROW_GROUP_ROWS * 8 // 5
"""The rest behind a full row group stays a row group of its own. At its checkpoints the engine joins rests of
less than half a row group, and writes all rows around them again."""
GROUP_SECONDS = 2.0
"""So long after it was taken the first batch waits for others, unless somebody waits for it."""
BUSY_EVENTS = 1_000
"""Events of a batch after which more are sure to come soon: four thousand a second."""

Arrived = tuple[Batch, Enriched]


class Arrivals:
    """Batches that workers have handed back, in any order."""

    def __init__(self) -> None:
        self._next_number = 0
        self._arrived: dict[int, Arrived] = {}

    def add(self, batch: Batch, enriched: Enriched) -> None:
        self._arrived[batch.number] = batch, enriched

    def group(self, ends: Collection[int]) -> list[Arrived]:
        """The next batches that are there, without a gap; one whose last position is in `ends` is the
        last."""
        found: list[Arrived] = []
        while len(found) < MOST_TOGETHER:
            arrived = self._arrived.get(self._next_number + len(found))
            if arrived is None:
                break
            found.append(arrived)
            if arrived[0].last in ends:
                break
        return found

    def drop_first(self) -> None:
        """It is in the store."""
        del self._arrived[self._next_number]
        self._next_number += 1


def due_at(group: Sequence[Arrived]) -> float:
    """When to store a group that nobody waits for: on the monotonic clock, 0 for at once."""
    events = [sum(enriched.counts.values()) for _, enriched in group]
    is_full = len(group) == MOST_TOGETHER or sum(events) >= FULL_EVENTS
    if is_full or events[-1] < BUSY_EVENTS:
        return 0.0
    return group[0][0].taken + GROUP_SECONDS
