"""What the pipeline counts of its own work, for `/metrics` and `/health`.

Limits: plain numbers. Each is written by one thread; a reader in another sees one that is a moment old.
"""

import time
from bisect import bisect_left
from collections import Counter, deque

from piste.ingest.enricher import Enriched

BATCH_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the buckets."""
AGE_STEP_SECONDS = 0.1


class Histogram:
    """Counts by upper bound, the last one for what is above all bounds; and the sum."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value


class Stats:
    """`outcomes` has the keys of `Enriched.counts`; `refused` counts requests by reason, `lookups`
    schemas by how they were found."""

    def __init__(self) -> None:
        self.accepted = 0
        self.refused: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.batch_seconds = Histogram(BATCH_SECONDS)
        self.enrich_seconds = 0.0
        self.lookups: Counter[str] = Counter()

    def batch_stored(self, enriched: Enriched, seconds: float) -> None:
        """`seconds` from the log to the store."""
        self.outcomes.update(enriched.counts)
        self.batch_seconds.observe(seconds)
        self.enrich_seconds += enriched.seconds
        self.lookups.update(enriched.lookups)


class Ages:
    """When requests were acknowledged, to a tenth of a second. Used in one thread."""

    def __init__(self) -> None:
        # The last position that was acknowledged within a step from an instant, and that instant.
        self._marks: deque[tuple[int, float]] = deque()

    def note(self, position: int, loaded: int) -> None:
        """What came up to `position` was acknowledged now; everything up to `loaded` is in the store."""
        marks, now = self._marks, time.monotonic()
        while marks and marks[0][0] <= loaded:
            marks.popleft()
        if marks and now - marks[-1][1] <= AGE_STEP_SECONDS:
            marks[-1] = position, marks[-1][1]
        else:
            marks.append((position, now))

    def oldest_seconds(self, loaded: int) -> float:
        """The age of the first request after `loaded`, 0 when there is none."""
        since = next((instant for position, instant in self._marks if position > loaded), None)
        return 0.0 if since is None else time.monotonic() - since
