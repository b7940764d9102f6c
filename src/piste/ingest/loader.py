"""The loader: one thread that brings enriched batches to the store, in the order of the log.

Room:   everything with an effect between the workers and the store: transactions, resets, retention, the
        log's release, outputs.
Limits: all writing is in this thread. A request that breaks the store is set aside as a rejected payload,
        never lost and never tried for ever; when the store itself is broken the loader waits and tries
        again, and the log fills up.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, repeat
from typing import Protocol

from piste.ingest.arrivals import Arrivals, Arrived, due_at
from piste.ingest.enricher import Enriched, Enricher, Record
from piste.ingest.intake import Batch, Intake
from piste.ingest.log import Log
from piste.ingest.progress import Progress
from piste.ingest.stats import Stats

_logger = logging.getLogger(__name__)

RETRY_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)
CHORE_RETRY_SECONDS = 60.0
_UNSTORABLE = "the events of this request could not be stored"

Observer = Callable[[Enriched], None]
"""Sees every batch once it is stored, in order."""


class Events(Protocol):
    """The store, as the loader uses it."""

    def append(self, batches: Sequence[Mapping[str, bytes]], position: int) -> None:
        """Store batches, each an Arrow stream by table, and the position that they end at, all or none."""

    def clear(self) -> None:
        """Forget all events."""


class Loader:
    """Takes batches from `hand_on`, in any order, to the store."""

    def __init__(
        self,
        log: Log,
        intake: Intake,
        events: Events,
        progress: Progress,
        stats: Stats,
        *,
        alone: Enricher,
        observers: tuple[Observer, ...] = (),
        chores: Callable[[], float | None] = lambda: None,
    ) -> None:
        """`alone` does the requests of a batch again that the store refuses as a whole. `chores` are done
        between batches and answer in how many seconds to come back, None for never."""
        self._log, self._intake, self._events = log, intake, events
        self._progress, self._alone, self._observers = progress, alone, observers
        self._stats, self._chores = stats, chores
        self._arrivals = Arrivals()
        self._resets: list[int] = []
        self._changed = threading.Condition()
        self._stopping = self._finishing = False
        self._eager = 0
        self._leaving = threading.Event()
        self.healthy = True
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def hand_on(self, batch: Batch, enriched: Enriched) -> None:
        """Called from any thread."""
        with self._changed:
            self._arrivals.add(batch, enriched)
            self._changed.notify_all()

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Somebody waits: what is there is stored at once."""
        with self._changed:
            self._eager += 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._eager -= 1

    def hasten(self) -> None:
        """From now on a broken store is not waited for."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def finish(self) -> None:
        """No more will be handed on: store what is there, then end."""
        with self._changed:
            self._stopping = self._finishing = True
            self._changed.notify_all()

    def leave(self) -> None:
        """End after the running transaction; what is not stored is still in the log."""
        self._leaving.set()
        self.finish()

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    @property
    def has_ended(self) -> bool:
        return self._stopping and not self.is_running

    def reset_at(self, position: int) -> None:
        """Forget all events once those up to `position` are stored."""
        with self._changed:
            self._resets.append(position)
            self._changed.notify_all()

    def is_resetting(self, position: int) -> bool:
        return position in self._resets

    def _run(self) -> None:
        chores_due: float | None = 0.0
        while not self._leaving.is_set():
            try:
                is_due = chores_due is not None and time.monotonic() >= chores_due
                if is_due and not self._stopping:
                    chores_due = self._do_chores()
                self._reset_when_due()
                group = self._next(None if self._stopping else chores_due)
                if group:
                    self._load(group)
                elif self._finishing and not self._resets_are_due():
                    return
            except Exception:
                _logger.exception("the loader met a fault; trying again")
                self.healthy = False
                if self._stopping:
                    self._give_up()
                self._leaving.wait(RETRY_SECONDS[0])

    def _do_chores(self) -> float | None:
        """When to do them again; one that fails does not hold up the events."""
        try:
            pause = self._chores()
        except Exception:
            _logger.exception("housekeeping failed; trying again in %d s", CHORE_RETRY_SECONDS)
            pause = CHORE_RETRY_SECONDS
        return None if pause is None else time.monotonic() + pause

    def _next(self, wake_at: float | None) -> list[Arrived]:
        """The next batches to store; waits for them until there is something else to do."""
        with self._changed:
            while True:
                group = self._arrivals.group(self._resets)
                is_awaited = self._stopping or self._eager > 0
                due = 0.0 if group and is_awaited else due_at(group) if group else None
                if due is not None and due <= time.monotonic():
                    return group
                if self._finishing or self._resets_are_due():
                    return []
                times = [instant for instant in (wake_at, due) if instant is not None]
                timeout = min(times) - time.monotonic() if times else None
                if timeout is not None and timeout <= 0:
                    return []
                self._changed.wait(timeout)

    # Resets

    def _resets_are_due(self) -> bool:
        return bool(self._resets) and min(self._resets) <= self._progress.loaded

    def _reset_when_due(self) -> None:
        """Raises what the store raises; the reset stays due."""
        if not self._resets_are_due():
            return
        self._events.clear()
        self.healthy = True
        with self._changed:
            loaded = self._progress.loaded
            self._resets = [position for position in self._resets if position > loaded]
        self._progress.advance(self._progress.loaded)

    # Batches

    def _load(self, group: Sequence[Arrived]) -> None:
        is_stored = self._append([enriched for _, enriched in group], group[-1][0].last)
        for batch, enriched in group:
            stored = [enriched]
            if not is_stored and (len(group) == 1 or not self._append([enriched], batch.last)):
                stored = self._append_one_by_one(batch)
            self._settle(batch, stored)
            if self._leaving.is_set() and not is_stored:  # perhaps in the middle of the batch
                break
        self._log.release(self._progress.loaded)  # last, as it may fail

    def _settle(self, batch: Batch, stored: Sequence[Enriched]) -> None:
        """However far it came: the next batch, or the next process, goes on behind what is stored."""
        with self._changed:
            self._arrivals.drop_first()
        self._intake.settle()
        seconds = time.monotonic() - batch.taken
        for one in stored:
            self._stats.batch_stored(one, seconds)
            for observe in self._observers:
                try:
                    observe(one)
                except Exception:
                    _logger.exception("an output failed")

    def _append(self, batches: Sequence[Enriched], position: int) -> bool:
        try:
            self._events.append([batch.streams for batch in batches], position)
        except Exception:
            _logger.exception("a batch could not be stored")
            return False
        self.healthy = True
        self._progress.advance(position)
        return True

    def _append_one_by_one(self, batch: Batch) -> list[Enriched]:
        """What was stored, in order; less than all only when Piste stops."""
        stored: list[Enriched] = []
        for record in batch.records:
            kept = self._append_alone(record, batch.aside)
            if kept is None:
                break
            stored.append(kept)
        return stored

    def _append_alone(self, record: Record, aside: Mapping[int, str]) -> Enriched | None:
        """Store one request; when that is impossible, store that; else wait for the store.

        What was stored; None when Piste stops before the store recovers.
        """
        position = record[0]
        one = self._alone.enrich([record], aside)  # this process would not survive it
        refused = self._alone.enrich([record], {position: _UNSTORABLE})
        delays = chain(RETRY_SECONDS, repeat(RETRY_SECONDS[-1]))
        while not self._append([one], position):
            delay = next(delays)
            _logger.error("a request could not be stored; next attempt in %s s", delay)
            self._wait(delay)
            if self._takes_writes():
                # The store is sound: it was a passing fault of its own, or it is the request's.
                for candidate in (one, refused):
                    if self._append([candidate], position):
                        return candidate
            self.healthy = False
            if self._stopping:
                self._give_up()
                return None
        return one

    def _give_up(self) -> None:
        """Piste stops, and the store does not recover."""
        self._leaving.set()
        self._intake.close()

    def _wait(self, seconds: float) -> None:
        """So long, or until Piste stops."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping, seconds)

    def _takes_writes(self) -> bool:
        """Whether the store takes an empty batch."""
        try:
            self._events.append([], self._progress.loaded)
        except Exception:
            return False
        return True
