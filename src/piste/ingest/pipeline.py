"""The pipeline: what the servers hold of this room. Takes recorded requests from the collector to the store.

Room:   log -> `Intake` -> `Crew` of workers -> `Loader` -> store; this is their front, for the event loop.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from piste.ingest.crew import Crew
from piste.ingest.enricher import Enricher
from piste.ingest.intake import Intake
from piste.ingest.loader import Events, Loader, Observer
from piste.ingest.log import Log, LogFull
from piste.ingest.progress import Progress
from piste.ingest.records import Recorded, encode_record
from piste.ingest.stats import Ages, Stats
from piste.ingest.workers import InProcess, Worker

_logger = logging.getLogger(__name__)

_LEAVE_SECONDS = 1.0
"""How long threads may take to notice that they are to leave."""


class Pipeline:
    """Records, enriches and stores."""

    def __init__(
        self,
        log: Log,
        enricher: Enricher,
        events: Events,
        *,
        loaded: int = 0,
        workers: Sequence[Worker] = (),
        observers: tuple[Observer, ...] = (),
        chores: Callable[[], float | None] = lambda: None,
    ) -> None:
        """`loaded` is the position up to which `events` is complete. Without `workers`, `enricher` works in
        a thread. `chores` are as in `Loader`."""
        self._log = log
        self.progress = Progress(loaded)
        self.stats = Stats()
        self._ages = Ages()
        if log.last_position > loaded:
            self._ages.note(log.last_position, loaded)
        workers = workers or (InProcess(enricher),)
        self._intake = Intake(log, loaded=loaded, workers=len(workers))
        self._loader = Loader(
            log,
            self._intake,
            events,
            self.progress,
            self.stats,
            alone=enricher,
            observers=observers,
            chores=chores,
        )
        self._crew = Crew(self._intake, workers, self._loader.hand_on)

    def start(self) -> None:
        """Called in the event loop that will wait for progress."""
        self.progress.bind(asyncio.get_running_loop())
        self._loader.start()
        self._crew.start()

    async def stop(self, timeout_s: float) -> None:
        """Store what is acknowledged, then end; after the time limit, end without: it is in the log."""
        await asyncio.to_thread(self._stop, time.monotonic() + timeout_s)
        if left := self.pending:
            _logger.error("stopped with %d recorded requests not yet in the store", left)

    def _stop(self, deadline: float) -> None:
        def left_s() -> float:
            return max(0.0, deadline - time.monotonic())

        self._loader.hasten()
        self._intake.finish()
        self._crew.join(left_s())
        self._loader.finish()
        self._loader.join(left_s())
        if self.is_running:
            self.leave()
            deadline = time.monotonic() + _LEAVE_SECONDS
            self._crew.join(left_s())
            self._loader.join(left_s())

    def leave(self) -> None:
        """End at once, whatever is under way: it is in the log."""
        self._crew.leave()
        self._loader.leave()

    @property
    def pending(self) -> int:
        """Acknowledged requests that are not in the store yet."""
        return max(0, self._log.last_position - self.progress.loaded)

    @property
    def age_seconds(self) -> float:
        """How long the oldest request that is not in the store yet has waited, in this process."""
        return self._ages.oldest_seconds(self.progress.loaded)

    @property
    def is_running(self) -> bool:
        return self._crew.is_running or self._loader.is_running

    @property
    def healthy(self) -> bool:
        return all(self.parts.values())

    @property
    def parts(self) -> dict[str, bool]:
        """Which of the parts work."""
        return {
            "log": self._log.healthy,
            "workers": self._crew.healthy,
            "store": self._loader.healthy,
        }

    @property
    def losses(self) -> int:
        """Workers that ended in the middle of a batch."""
        return self._crew.losses

    async def submit(self, recorded: Recorded) -> None:
        """Returns when the request is safe. Raises `LogFull`."""
        try:
            position = await self._log.append(encode_record(recorded))
        except LogFull:
            self.stats.refused["log_full"] += 1
            raise
        self.stats.accepted += 1
        self._ages.note(position, self.progress.loaded)
        self._intake.notice()

    async def catch_up(self, timeout_s: float) -> int:
        """Wait until what was acknowledged before this call is in the store; how much is not."""
        target = self._log.last_position
        if self.progress.loaded < target:
            with self._intake.hurried(), self._loader.hurried():
                await self.progress.wait(lambda: self.progress.loaded >= target, timeout_s)
        return max(0, target - self.progress.loaded)

    async def wait_for_more(self, after_version: int, timeout_s: float) -> int:
        """Wait until there is something new since `after_version`; the version now."""
        with self._intake.hurried(), self._loader.hurried():
            await self.progress.wait(lambda: self.progress.version > after_version, timeout_s)
        return self.progress.version

    async def reset(self) -> None:
        """Forget every event acknowledged before this call; later ones stay.

        Raises `RuntimeError` when Piste stops before that.
        """
        target = self._log.last_position
        self._intake.cut_at(target)
        self._loader.reset_at(target)
        with self._intake.hurried(), self._loader.hurried():
            while self._loader.is_resetting(target):
                if self._loader.has_ended:
                    raise RuntimeError("stopped before the events were forgotten")
                await self.progress.wait(lambda: not self._loader.is_resetting(target), 1.0)
