"""Who enriches: this process, or one of its own that is fed through a socket.

Room:   the serving process' side of a worker, and the loop of the worker's side; what a worker does with
        a batch is `ingest.enricher`.
Limits: one batch at a time. A worker process ends when its socket closes, so it never outlives the
        process that started it; signals of a terminal or a service manager are not for it.
Source: multiprocessing, "spawn": nothing is inherited but what is handed over.
"""

import atexit
import ctypes
import gc
import logging
import multiprocessing
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Protocol

import msgspec

from piste.ingest.decisions import Decision, Decisions
from piste.ingest.enricher import Enriched, Enricher, Record

_logger = logging.getLogger(__name__)

START_SECONDS = 60.0
"""How long a worker process may take until it is ready."""
SILENT_SECONDS = 300.0
"""A worker that says nothing for so long hangs, and is killed. Slow enrichments have their own limits."""

_CONTEXT = multiprocessing.get_context("spawn")
_COLLECT_SECONDS = 1.0
_KILL_SECONDS = 1.0
"""How long to wait for the end of a process that was killed."""


class WorkerLost(Exception):
    """The worker ended without an answer; `position` is the record that it was at, None when it was at
    the batch as a whole."""

    def __init__(self, position: int | None) -> None:
        super().__init__(position)
        self.position = position


class Worker(Protocol):
    """Enriches one batch after the other."""

    def start(self) -> None:
        """Be ready; called again after a loss. Raises `OSError`."""

    def enrich(self, records: Sequence[Record], aside: Mapping[int, str], alone: bool) -> Enriched:
        """As `Enricher.enrich`. Raises `WorkerLost`."""

    def stop(self) -> None:
        """End, at once and in the middle of a batch. Called from any thread."""


class InProcess:
    """Enriches in the calling thread."""

    def __init__(self, enricher: Enricher) -> None:
        self._enricher = enricher

    def start(self) -> None:
        """There is nothing to start."""

    def enrich(self, records: Sequence[Record], aside: Mapping[int, str], alone: bool) -> Enriched:
        position: int | None = None

        def begin(at: int | None) -> None:
            nonlocal position
            position = at

        try:
            return self._enricher.enrich(records, aside, begin, alone=alone)
        except BaseException as error:  # a panic of a Rust library is no `Exception`
            _logger.exception("a batch could not be enriched")
            raise WorkerLost(position) from error

    def stop(self) -> None:
        """A batch under way is finished."""


class _Ready(msgspec.Struct, tag="ready"):
    pass


class _Done(msgspec.Struct, tag="done"):
    enriched: Enriched


class _Job(msgspec.Struct):
    records: list[Record]
    aside: dict[int, str]
    alone: bool
    decisions: list[Decision]


_encode = msgspec.msgpack.encode
_job = msgspec.msgpack.Decoder(_Job)
_answer = msgspec.msgpack.Decoder(_Ready | _Done)

_NOWHERE = -1

Prepare = Callable[[], Enricher]
"""Makes the enricher, in the worker process; sent there, so it can be pickled."""


class WorkerProcess:
    """A process of its own. `prepare` is called there."""

    def __init__(self, prepare: Prepare, decisions: Decisions | None = None) -> None:
        self._prepare = prepare
        self._decisions = decisions or Decisions()
        self._told = 0
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None
        # In memory that both processes see: it outlives the worker, and costs no message a record.
        self._place = _CONTEXT.RawValue(ctypes.c_longlong, _NOWHERE)
        self._is_stopped = False
        # It ignores SIGTERM, with which multiprocessing would end it and then wait for ever.
        atexit.register(self.stop)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        self._discard()
        if self._is_stopped:
            raise OSError("stopped")
        ours, theirs = _CONTEXT.Pipe()
        process = _CONTEXT.Process(
            target=serve,
            args=(theirs, self._place, self._prepare),
            name="piste-worker",
            daemon=True,
        )
        self._connection = ours
        try:
            process.start()
        finally:
            theirs.close()
        self._process = process  # only now: one that was never started cannot be joined
        if self._is_stopped:  # in the meantime, by another thread
            self.stop()
        try:
            answer = self._receive(ours, START_SECONDS)
        except (EOFError, OSError, msgspec.DecodeError) as error:
            fate = self._fate(error)  # before it is killed, which would hide it
            self._discard()
            raise OSError(f"a worker process did not start: {fate}") from error
        assert isinstance(answer, _Ready)

    def enrich(self, records: Sequence[Record], aside: Mapping[int, str], alone: bool) -> Enriched:
        connection = self._connection
        assert connection is not None
        self._place.value = _NOWHERE
        try:
            told, news = self._decisions.since(self._told)
            connection.send_bytes(_encode(_Job(list(records), dict(aside), alone, news)))
            self._told = told
            answer = self._receive(connection, SILENT_SECONDS)
        except (EOFError, OSError, msgspec.DecodeError) as error:
            _logger.error("worker process %s is lost: %s", self.pid, self._fate(error))
            place = self._place.value
            raise WorkerLost(None if place == _NOWHERE else place) from error
        assert isinstance(answer, _Done)
        return answer.enriched

    def _receive(self, connection: Connection, patience_s: float) -> _Ready | _Done:
        if not connection.poll(patience_s):
            raise TimeoutError(f"it said nothing for {patience_s:.0f} s")
        answer: _Ready | _Done = _answer.decode(connection.recv_bytes())
        return answer

    def _fate(self, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            return str(error)
        assert self._process is not None
        self._process.join(1.0)
        return f"exit code {self._process.exitcode}"

    def stop(self) -> None:
        self._is_stopped = True
        process = self._process
        if process is not None and process.is_alive():
            process.kill()
            process.join(_KILL_SECONDS)

    def _discard(self) -> None:
        self._told = 0
        if self._process is not None:
            if self._process.is_alive():
                self._process.kill()
            self._process.join()
            self._process = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def serve(connection: Connection, place: ctypes.c_longlong, prepare: Prepare) -> None:
    """The worker process: enrich what comes, until the socket closes; `place` says where it is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    enricher = prepare()
    # What enrichment makes has no cycles, and goes with its batch: looking for them among thousands of
    # living events took a tenth of the time. Now and then, for what a library leaves.
    gc.freeze()
    gc.disable()
    collected = time.monotonic()

    def begin(position: int | None) -> None:
        place.value = _NOWHERE if position is None else position

    try:
        connection.send_bytes(_encode(_Ready()))
        while True:
            job = _job.decode(connection.recv_bytes())
            if job.decisions:
                enricher.learn(job.decisions)
            done = enricher.enrich(job.records, job.aside, begin, alone=job.alone)
            connection.send_bytes(_encode(_Done(done)))
            del job, done
            if time.monotonic() - collected > _COLLECT_SECONDS:
                gc.collect()
                collected = time.monotonic()
    except (EOFError, OSError):
        return  # whom it worked for has gone
