"""The crew: a thread for each worker, which takes batches in and hands them on enriched.

Limits: a batch whose worker was lost is done again. A request that two workers were lost at is set aside
        as a rejected payload: one may have been killed by anybody. So is a batch after `MAX_LOSSES` for
        which no request can be blamed. Nothing is tried for ever but starting a worker.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from piste.ingest.enricher import Enriched
from piste.ingest.intake import Batch, Intake
from piste.ingest.workers import Worker, WorkerLost

_logger = logging.getLogger(__name__)

MAX_LOSSES = 3
RETRY_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)
POISON = "this request ended the process that enriched it, twice"

HandOn = Callable[[Batch, Enriched], None]


class Crew:
    """Runs until the intake ends."""

    def __init__(self, intake: Intake, workers: Sequence[Worker], hand_on: HandOn) -> None:
        """`hand_on` is called from several threads, in any order."""
        self._intake, self._workers, self._hand_on = intake, workers, hand_on
        self._leaving = threading.Event()
        self._ill: set[Worker] = set()
        self.losses = 0
        self._threads = [
            threading.Thread(target=self._run, args=(worker,), name=f"crew-{number}", daemon=True)
            for number, worker in enumerate(workers)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def leave(self) -> None:
        """Drop what is in hand: it is still in the log."""
        self._leaving.set()
        self._intake.close()
        for worker in self._workers:
            worker.stop()

    def join(self, timeout_s: float) -> None:
        """Wait for the end, for so long at most."""
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    @property
    def healthy(self) -> bool:
        """Whether each of the workers works."""
        return not self._ill

    @property
    def is_running(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def _run(self, worker: Worker) -> None:
        if not self._start(worker):
            return
        while not self._leaving.is_set():
            try:
                batch = self._intake.take()
            except Exception:
                _logger.exception("the log could not be read; trying again")
                self._ill.add(worker)
                self._leaving.wait(RETRY_SECONDS[0])
                continue
            self._ill.discard(worker)
            if batch is None:
                break
            enriched = self._enrich(worker, batch)
            if enriched is not None:
                self._hand_on(batch, enriched)
        worker.stop()

    def _start(self, worker: Worker) -> bool:
        """Whether it is ready; False only when the crew leaves."""
        attempt = 0
        while not self._leaving.is_set():
            try:
                worker.start()
            except Exception as error:  # whatever is broken, it may be mended
                self._ill.add(worker)
                delay = RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)]
                if not self._leaving.is_set():
                    _logger.error("%s; next attempt in %s s", error, delay)
                self._leaving.wait(delay)
                attempt += 1
            else:
                self._ill.discard(worker)
                return True
        return False

    def _enrich(self, worker: Worker, batch: Batch) -> Enriched | None:
        """None when the crew leaves before the end."""
        aside = batch.aside
        suspects: set[int] = set()
        blameless = 0
        while True:
            try:
                return worker.enrich(batch.records, aside, blameless > 0)
            except WorkerLost as lost:
                if self._leaving.is_set():
                    return None
                self.losses += 1
                if lost.position in suspects:
                    _logger.error("request %d is set aside: %s", lost.position, POISON)
                    aside[lost.position] = POISON
                elif lost.position is not None:
                    suspects.add(lost.position)
                else:
                    blameless += 1
                    if blameless == MAX_LOSSES:
                        _logger.error("a batch of %d requests is set aside", len(batch.records))
                        aside.update((position, POISON) for position, _ in batch.records)
                    self._leaving.wait(RETRY_SECONDS[min(blameless, len(RETRY_SECONDS)) - 1])
            if not self._start(worker):
                return None
