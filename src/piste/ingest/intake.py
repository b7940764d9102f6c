"""The intake: batches of the log, for whoever enriches them.

Room:   between the log and the workers; decides how much is taken at once, and when.
Limits: at most `MAX_IN_HAND` batches a worker, and as many as are stored together, are taken and not yet
        stored, so that memory is bounded however far the log is ahead. A batch never goes over a reset.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from piste.ingest.enricher import Record
from piste.ingest.log import Log

BATCH_BYTES = 4 << 20
"""About 2,500 events: large enough for the store's fixed costs, small enough for a quarter of a second."""
BATCH_REQUESTS = 2_500
"""So many requests are worth a batch at once, however small they are."""
LINGER_SECONDS = 0.25
"""So long fewer requests wait for others, unless somebody waits for them."""
MAX_IN_HAND = 2
MOST_TOGETHER = 8
"""So many batches may go into the store together."""
NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Batch:
    """Neighbouring records; `number` counts batches without gaps, `taken` is on the monotonic clock.

    `aside` names the positions whose requests nobody is to touch again, and why.
    """

    number: int
    records: list[Record]
    taken: float
    aside: dict[int, str] = field(default_factory=dict)

    @property
    def last(self) -> int:
        return self.records[-1][0]


def most_in_hand(workers: int) -> int:
    """Batches at once."""
    return MOST_TOGETHER + MAX_IN_HAND * max(1, workers)


def _enough(records: Sequence[Record]) -> int:
    """How many requests like these are worth a batch at once."""
    size = sum(len(record) for _, record in records)
    return max(1, min(BATCH_REQUESTS, len(records) * BATCH_BYTES // max(1, size)))


class Intake:
    """Gives each record of the log out once, in order, to several threads."""

    def __init__(self, log: Log, *, loaded: int, workers: int) -> None:
        """`loaded` is the position behind which to begin."""
        self._log = log
        self._taken = loaded
        self._next_number = 0
        self._in_hand = 0
        self._most_in_hand = most_in_hand(workers)
        self._since: float | None = None
        self._enough = BATCH_REQUESTS
        self._wanted = NEVER
        self._eager = 0
        self._cuts: list[int] = []
        self._finishing = self._closed = False
        self._changed = threading.Condition()
        self._reading = threading.Lock()

    def take(self) -> Batch | None:
        """The next batch, once it is worth taking; None at the end. Raises what the log raises, and is
        none the worse for it."""
        with self._reading:  # one at a time: the log has one reader
            is_due = self._wait_until_due()
            self._wanted = NEVER  # while nobody waits
            if not is_due:
                return None
            records = self._log.read(self._taken, BATCH_BYTES)
            with self._changed:
                self._since = None
                # Looked at after the log, so that no record is taken together with those before its reset.
                if self._cuts:
                    records = [record for record in records if record[0] <= self._cuts[0]]
                if not records:
                    raise RuntimeError("the log has less in it than it says")
                self._taken = records[-1][0]
                self._enough = _enough(records)
                if self._cuts and self._taken == self._cuts[0]:
                    self._cuts.pop(0)
                batch = Batch(self._next_number, records, time.monotonic())
                self._next_number += 1
                self._in_hand += 1
                return batch

    def _wait_until_due(self) -> bool:
        """Whether there is a batch to take; False at the end."""
        with self._changed:
            while not self._closed:
                # First what is wanted, then what there is: `notice` does it the other way round, so one
                # of the two sees the other.
                is_full = self._in_hand >= self._most_in_hand
                self._wanted = NEVER if is_full else 1 if self._since is None else self._enough
                waiting = self._log.last_position - self._taken
                if waiting and not is_full:
                    now = time.monotonic()
                    if self._since is None:
                        self._since = now
                        continue
                    left = self._since + LINGER_SECONDS - now
                    if left <= 0 or waiting >= self._enough or self._eager or self._finishing:
                        return True
                    self._changed.wait(left)
                elif not waiting and self._finishing:
                    return False
                else:
                    self._changed.wait()
        return False

    def settle(self) -> None:
        """A batch is in the store."""
        with self._changed:
            self._in_hand -= 1
            self._changed.notify_all()

    def notice(self) -> None:
        """The log has grown. Cheap, as it is called for every request."""
        if self._log.last_position - self._taken >= self._wanted:
            with self._changed:
                self._changed.notify_all()

    def cut_at(self, position: int) -> None:
        """End a batch at this position of the log, which is its last one now."""
        with self._changed:
            if position > self._taken and position not in self._cuts:
                self._cuts.append(position)

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Somebody waits: what is there is taken at once."""
        with self._changed:
            self._eager += 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._eager -= 1

    def finish(self) -> None:
        """No more will come: give out what is there, then end."""
        with self._changed:
            self._finishing = True
            self._changed.notify_all()

    def close(self) -> None:
        """Give nothing more out."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
