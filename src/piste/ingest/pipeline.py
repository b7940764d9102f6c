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
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from piste.events.outcome import Processed
from piste.events.payload import CollectorPayload, OversizedPayload
from piste.events.tables import RowBatch
from piste.ingest.log import Log
from piste.ingest.process import process, set_aside
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
        self._stopping = False
        self._resets: list[int] = []
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)

    def start(self) -> None:
        """Called in the event loop that will wait for progress."""
        self.progress.bind(asyncio.get_running_loop())
        self._thread.start()

    async def stop(self, timeout_s: float) -> None:
        """Load what is acknowledged, then end; after the time limit, end without."""
        self._stopping = True
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
        """Forget every event acknowledged before this call."""
        before = self.progress.version
        self._resets.append(self._log.last_position)
        self._work.set()
        while self._resets:
            before = await self.wait_for_more(before, 1.0)

    def _run(self) -> None:
        while True:
            self._work.clear()
            batch = self._log.read(self.progress.loaded, BATCH_BYTES)
            if batch:
                self._load(batch)
            if self._stopping and (not batch or not self.healthy):
                return
            self._reset_when_due()
            if not batch and not self._resets:
                self._work.wait()

    def _reset_when_due(self) -> None:
        if self._resets and self.progress.loaded >= max(self._resets):
            due = len(self._resets)
            try:
                self._events.clear()
            except Exception:
                _logger.exception("the store could not be emptied; trying again")
                time.sleep(_RETRY_SECONDS[0])
                return
            del self._resets[:due]
            self.progress.advance(self.progress.loaded)

    def _load(self, batch: list[tuple[int, bytes]]) -> None:
        processed = [(position, self._process(record)) for position, record in batch]
        if not self._append(processed) and not all(map(self._append_alone, processed)):
            return
        self._log.release(batch[-1][0])
        for _, outcomes in processed:
            for observe in self._observers:
                try:
                    observe(outcomes)
                except Exception:
                    _logger.exception("an output failed")

    def _process(self, record: bytes) -> Processed:
        recorded = decode_record(record)
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

    def _append_alone(self, one: Positioned) -> bool:
        """Store one request; when that is impossible, store that; else wait for the store.

        False when Piste stops before the store recovers.
        """
        position, processed = one
        delays = iter(_RETRY_SECONDS)
        delay = next(delays)
        while not self._append([one]):
            error = RuntimeError("the events of this request could not be stored")
            aside = set_aside(processed.payload, error, self._rules)
            if self._append([(position, aside)]):
                break
            self.healthy = False
            if self._stopping:
                return False
            _logger.error("the store does not take anything; next attempt in %s s", delay)
            time.sleep(delay)
            delay = next(delays, delay)
        return True
