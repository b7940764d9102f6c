"""The loader: one thread that takes recorded requests to the store and the outputs.

Room:   everything with an effect between the log and the store; what an event becomes is decided in
        `ingest.process`.
Limits: all writing is in this thread. A request that breaks processing or storing is set aside as a
        rejected payload, never lost and never tried forever; when the store itself is broken the
        loader waits and tries again, and the log fills up.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from itertools import chain, repeat
from typing import Protocol

from piste.events.outcome import Processed
from piste.events.payload import CollectorPayload, OversizedPayload
from piste.events.tables import RowBatch
from piste.ingest.log import Log
from piste.ingest.process import process, set_aside, set_record_aside
from piste.ingest.progress import Progress
from piste.ingest.records import decode_record, encode_record
from piste.ingest.rows import to_rows
from piste.ingest.rules import Rules

_logger = logging.getLogger(__name__)

BATCH_BYTES = 4 << 20
_RETRY_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)

Positioned = tuple[int, Processed]
Observer = Callable[[Processed], None]


class Events(Protocol):
    """The store, as the loader uses it."""

    def append(self, batch: RowBatch, position: int) -> None:
        """Store the batch and the position that it ends at, both or neither."""

    def clear(self) -> None:
        """Forget all events."""


class Pipeline:
    """Takes recorded requests from the collector to the store."""

    def __init__(
        self,
        log: Log,
        rules: Rules,
        events: Events,
        *,
        loaded: int = 0,
        observers: Sequence[Observer] = (),
    ) -> None:
        """`loaded` is the position up to which `events` is complete. `observers` see every payload
        once it is stored."""
        self._log, self._rules, self._events = log, rules, events
        self._observers = observers
        self.progress = Progress(loaded)
        self.healthy = True
        self._work = threading.Event()
        self._stopping = threading.Event()
        self._resets: list[int] = []
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)

    def start(self) -> None:
        """Called in the event loop that will wait for progress."""
        self.progress.bind(asyncio.get_running_loop())
        self._thread.start()

    async def stop(self, timeout_s: float) -> None:
        """Load what is acknowledged, then end; after the time limit, end without."""
        self._stopping.set()
        self._work.set()
        await asyncio.to_thread(self._thread.join, timeout_s)
        if left := self.pending:
            _logger.error("stopped with %d recorded requests not yet in the store", left)

    @property
    def pending(self) -> int:
        """Acknowledged requests that are not in the store yet."""
        return max(0, self._log.last_position - self.progress.loaded)

    async def submit(self, recorded: CollectorPayload | OversizedPayload) -> None:
        """Returns when the request is safe. Raises `LogFull`."""
        await self._log.append(encode_record(recorded))
        self._work.set()

    async def catch_up(self, timeout_s: float) -> int:
        """Wait until what was acknowledged before this call is in the store; how much is not."""
        target = self._log.last_position
        await self.progress.wait(lambda: self.progress.loaded >= target, timeout_s)
        return max(0, target - self.progress.loaded)

    async def wait_for_more(self, after_version: int, timeout_s: float) -> int:
        """Wait until there is something new since `after_version`; the version now."""
        await self.progress.wait(lambda: self.progress.version > after_version, timeout_s)
        return self.progress.version

    async def reset(self) -> None:
        """Forget every event acknowledged before this call; later ones stay.

        Raises `RuntimeError` when Piste stops before that.
        """
        target = self._log.last_position
        self._resets.append(target)
        self._work.set()
        while target in self._resets:
            if self._stopping.is_set() and not self._thread.is_alive():
                raise RuntimeError("stopped before the events were forgotten")
            await self.progress.wait(lambda: target not in self._resets, 1.0)

    def _run(self) -> None:
        while True:
            self._work.clear()
            try:
                is_busy = self._work_once()
            except Exception:
                _logger.exception("the loader met a fault; trying again")
                self.healthy, is_busy = False, True
                self._pause(_RETRY_SECONDS[0])
            if not is_busy:
                self.healthy = True
            if self._stopping.is_set() and not (is_busy and self.healthy):
                return
            if not is_busy:
                self._work.wait()

    def _work_once(self) -> bool:
        """Load a batch and reset when due; whether there was anything to do."""
        batch = self._log.read(self.progress.loaded, BATCH_BYTES)
        # Looked at after the log, so that no record is loaded together with those before its reset.
        resets = tuple(self._resets)
        if resets:
            batch = [one for one in batch if one[0] <= resets[0]]
        if batch:
            self._load(batch)
        return self._reset_when_due() or bool(batch)

    def _reset_when_due(self) -> bool:
        due = sum(position <= self.progress.loaded for position in tuple(self._resets))
        if not due:
            return False
        try:
            self._events.clear()
        except Exception:
            _logger.exception("the store could not be emptied; trying again")
            self.healthy = False
            self._pause(_RETRY_SECONDS[0])
            return True
        self.healthy = True
        del self._resets[:due]
        self.progress.advance(self.progress.loaded)
        return True

    def _pause(self, seconds: float) -> None:
        """Wait so long, or until Piste stops."""
        self._stopping.wait(seconds)

    def _load(self, batch: list[tuple[int, bytes]]) -> None:
        processed = [(position, self._process(record)) for position, record in batch]
        stored = processed if self._append(processed) else self._append_one_by_one(processed)
        if not stored:
            return
        self._log.release(stored[-1][0])
        for _, outcomes in stored:
            for observe in self._observers:
                try:
                    observe(outcomes)
                except Exception:
                    _logger.exception("an output failed")

    def _process(self, record: bytes) -> Processed:
        try:
            recorded = decode_record(record)
        except ValueError as error:
            _logger.exception("a record of the log cannot be read and is set aside as bad")
            return set_record_aside(record, error, self._rules)
        try:
            return process(recorded, self._rules)
        except Exception as error:
            _logger.exception("a request could not be processed and is set aside as bad")
            return set_aside(recorded, error, self._rules)

    def _append(self, processed: list[Positioned]) -> bool:
        position = processed[-1][0]
        try:
            self._events.append(to_rows(processed), position)
        except Exception:
            _logger.exception("a batch of %d requests could not be stored", len(processed))
            return False
        self.healthy = True
        self.progress.advance(position)
        return True

    def _append_one_by_one(self, processed: list[Positioned]) -> list[Positioned]:
        """What was stored, in order; less than all only when Piste stops."""
        stored: list[Positioned] = []
        for one in processed:
            kept = self._append_alone(one)
            if kept is None:
                break
            stored.append(kept)
        return stored

    def _append_alone(self, one: Positioned) -> Positioned | None:
        """Store one request; when that is impossible, store that; else wait for the store.

        What was stored; None when Piste stops before the store recovers.
        """
        position, processed = one
        error = RuntimeError("the events of this request could not be stored")
        aside = (position, set_aside(processed.payload, error, self._rules))
        delays = chain(_RETRY_SECONDS, repeat(_RETRY_SECONDS[-1]))
        while not self._append([one]):
            delay = next(delays)
            _logger.error("a request could not be stored; next attempt in %s s", delay)
            self._pause(delay)
            if self._takes_writes():
                # The store is sound: it was a passing fault of its own, or it is the request's.
                for candidate in (one, aside):
                    if self._append([candidate]):
                        return candidate
            self.healthy = False
            if self._stopping.is_set():
                return None
        return one

    def _takes_writes(self) -> bool:
        """Whether the store takes an empty batch."""
        try:
            self._events.append(RowBatch((), ()), self.progress.loaded)
        except Exception:
            return False
        return True
