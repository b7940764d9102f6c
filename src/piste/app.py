"""The running program: wires the rooms together and serves until it is told to stop.

Room:   the top. Alone it reads clock and randomness, opens files and sockets, and hands them down.
Limits: one process owns HTTP, log, loader and store.
"""

import asyncio
import logging
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import uvloop

from piste import __version__, logs
from piste.accounts.service import UnfitAdminKey
from piste.consoles import analytics_of, collect_of, console_of, registry_of
from piste.enriching import ARTIFACT, Preparation, clock_ms, new_uuid
from piste.events.payload import CollectorPayload, OversizedPayload
from piste.governance import Governance
from piste.iglu import ConfigError, OwnRegistry
from piste.ingest.decisions import Decisions, learning
from piste.ingest.enricher import Enriched
from piste.ingest.loader import Observer
from piste.ingest.log import Log, LogFull, MemoryLog
from piste.ingest.measuring import Measuring
from piste.ingest.outputs import (
    JSON,
    TSV,
    DestinationOutput,
    Output,
    StreamOutput,
    backoff,
    http_post,
)
from piste.ingest.pipeline import Pipeline
from piste.ingest.records import Recorded
from piste.ingest.retention import Retention
from piste.ingest.spool import Spool, SpoolError
from piste.ingest.workers import WorkerProcess
from piste.lazily import Lazily
from piste.routing import Governed, route
from piste.schemas import open_resolver
from piste.server import Endpoint, Servers, on_signals
from piste.settings import Settings
from piste.settings.model import MAX_WORKERS
from piste.specs.plan import Plan
from piste.store.duckdb import EventStore
from piste.store.errors import StoreError, StoreUnavailable
from piste.tls import CertificateError, pem_context, pkcs12_context
from piste.web.collector.accept import Overloaded
from piste.web.collector.app import Collector
from piste.web.micro.access import Access
from piste.web.micro.app import MicroApi
from piste.web.micro.endpoints import Bounds
from piste.web.status.app import StatusPages
from piste.web.status.metrics import Snapshot
from piste.web.tracker.app import TrackerScript

_logger = logging.getLogger(__name__)
_event_log = logging.getLogger(logs.EVENT_LOG)

STOP_SECONDS = 7.0
"""From the first signal to the end, of which running requests get `server.DRAIN_SECONDS` at most."""
RETRY_AFTER_SECONDS = 5
EVENTS = Path("events.duckdb")
DELETION_SECONDS = 5.0
"""How long the deletion of a website waits for its last events."""
CANNOT_START = (OSError, CertificateError, StoreError, SpoolError, ConfigError, UnfitAdminKey)


def run(settings: Settings) -> int:
    """Serve until a signal. The exit code: 0, or 1 when the program could not start."""
    logs.configure(
        sys.stderr,
        format=settings.log.format,
        level=settings.log.level,
        events=settings.log.events,
    )
    try:
        program = Program(settings)
    except CANNOT_START as error:
        _logger.error("cannot start: %s", error)
        return 1
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(program.serve())
    return 0


class Program:
    """One running Piste. Building it opens everything that can fail to open."""

    def __init__(self, settings: Settings) -> None:
        self._stopping: float | None = None
        self._outputs = _open_outputs(settings)
        self._store = _open_store(settings)
        own, plan = OwnRegistry(), Plan()
        traffic = settings.traffic
        measuring = Measuring(respects_gpc=traffic.respect_gpc, respects_dnt=traffic.respect_dnt)
        resolver = open_resolver(settings.iglu, clock_ms, own)
        decisions = Decisions(learning(own, resolver.forget, plan, measuring))
        preparation = Preparation.of(settings)
        position = 0 if self._store is None else self._store.position()
        self._log = _open_log(settings, position)
        self._pipeline = Pipeline(
            self._log,
            preparation.enricher(resolver, plan, measuring),
            self._store or Nowhere(),
            loaded=position,
            workers=[WorkerProcess(preparation, decisions) for _ in range(worker_count(settings))],
            observers=self._observers(settings),
            chores=self._retention(settings),
        )
        self._governance = Governance(
            settings, resolver, decisions, delete_events=self._delete_events
        )
        self._first_key = self._governance.start()
        access = Access(settings.inspector.open_inspector, self._governance.is_admin)
        name = f"{ARTIFACT}-{__version__}"
        collector = Collector(
            settings.collector,
            accept=self._accept,
            oversized=self._accept_oversized,
            clock_ms=clock_ms,
            new_uuid=new_uuid,
            collector_name=name,
            healthy=lambda: self._pipeline.healthy,
        )
        micro = MicroApi(
            rows=None if self._store is None else self._store.rows,
            loader=self._pipeline,
            lookup=resolver.lookup,
            access=access,
            origins=settings.inspector.cors_origins,
            ephemeral=settings.storage.ephemeral,
            bounds=Bounds(
                wait_ms=settings.inspector.wait_ms, max_wait_ms=settings.inspector.max_wait_ms
            ),
        )
        status = StatusPages(
            parts=lambda: self._pipeline.parts,
            snapshot=self._snapshot,
            access=access,
            version=__version__,
        )
        rows = None if self._store is None else self._store.rows
        wait_s = settings.inspector.wait_ms / 1000
        catch_up = partial(self._pipeline.catch_up, wait_s)
        prefixes = settings.registry.prefixes
        tracker = TrackerScript()
        governed = Governed(
            Lazily(lambda: console_of(self._governance, rows, catch_up)),
            Lazily(lambda: registry_of(self._governance, prefixes)),
            Lazily(lambda: analytics_of(self._governance, settings.traffic, rows, catch_up)),
            Lazily(
                lambda: collect_of(
                    self._governance, settings.traffic, measuring.website, self._submit, name
                )
            ),
            dict.fromkeys(tracker.paths, tracker),
            prefixes,
        )
        self._servers = Servers(route(collector, micro, status, governed), _endpoints(settings))

    async def serve(self) -> None:
        """Until a signal; then running requests end, and everything acknowledged is brought to the store.

        A second signal ends it at once; what is not in the store then is in the spool.
        """
        self._loop = asyncio.get_running_loop()
        self._pipeline.start()
        with on_signals(self._stop):
            try:
                forgetting = asyncio.create_task(asyncio.to_thread(self._forget_websites))
                await self._servers.serve(ready=self._say_ready)
                await forgetting
            finally:
                used = 0.0 if self._stopping is None else time.monotonic() - self._stopping
                await self._pipeline.stop(max(0.0, STOP_SECONDS - used))
                self._log.close()
                for output in self._outputs:
                    output.close()
                if self._store is not None:
                    self._store.close()
                self._governance.close()

    def _forget_websites(self) -> None:
        """What the last process may have left of deleted websites."""
        try:
            self._governance.forget_websites()
        except StoreError:
            _logger.exception("events of deleted websites could not be deleted; at the next start")

    def _delete_events(self, website_id: str) -> None:
        """In a thread. Raises `StoreUnavailable` when some of them are not in the store yet."""
        if self._store is None:
            return
        caught_up = self._pipeline.catch_up(DELETION_SECONDS)
        if asyncio.run_coroutine_threadsafe(caught_up, self._loop).result():
            raise StoreUnavailable(EVENTS, "its newest events are not stored yet")
        self._store.delete_website(website_id)

    def _stop(self) -> None:
        self._servers.stop()
        if self._store is not None:
            self._store.stop_compacting()
        if self._stopping is None:
            self._stopping = time.monotonic()
        else:
            self._pipeline.leave()

    def _snapshot(self) -> Snapshot:
        pipeline, stats = self._pipeline, self._pipeline.stats
        copies: Counter[str] = Counter()
        for output in self._outputs:
            copies.update(output.counts)
        return Snapshot(
            accepted=stats.accepted,
            refused=dict(stats.refused),
            outcomes=dict(stats.outcomes),
            batch_seconds=stats.batch_seconds,
            enrich_seconds=stats.enrich_seconds,
            lookups=dict(stats.lookups),
            worker_losses=pipeline.losses,
            log_requests=pipeline.pending,
            log_bytes=self._log.size_bytes,
            log_age_seconds=pipeline.age_seconds,
            store_bytes=0 if self._store is None else self._store.size_bytes(),
            parts=pipeline.parts,
            copies=copies,
        )

    def _say_ready(self) -> None:
        for host, port in self._servers.addresses:
            _logger.info("%s", logs.startup_line(host, port))
        if self._first_key is not None:
            _logger.info("%s", self._first_key.sentence)
            self._first_key = None

    def _observers(self, settings: Settings) -> tuple[Observer, ...]:
        if settings.log.events:
            return (self._copy, log_events)
        return (self._copy,) if self._outputs else ()

    def _copy(self, enriched: Enriched) -> None:
        for output in self._outputs:
            for lines in enriched.copies:
                output.write(lines)

    def _retention(self, settings: Settings) -> Callable[[], float | None]:
        storage = settings.storage
        if self._store is None or storage.ephemeral:
            return lambda: None
        return Retention(
            self._store,
            ttl=storage.ttl,
            origin_ttl=storage.origin_ttl,
            interval=storage.cleanup_interval,
            clock_ms=clock_ms,
        )

    async def _accept(self, payload: CollectorPayload) -> None:
        await self._submit(payload)

    async def _accept_oversized(
        self, payload: CollectorPayload, actual_size_bytes: int, max_size_bytes: int
    ) -> None:
        await self._submit(OversizedPayload(payload, actual_size_bytes, max_size_bytes))

    async def _submit(self, recorded: Recorded) -> None:
        if not self._governance.knows_salts():
            await asyncio.to_thread(self._governance.tell_salts)
        try:
            await self._pipeline.submit(recorded)
        except LogFull:
            raise Overloaded(RETRY_AFTER_SECONDS) from None


class Nowhere:
    """The store of `--no-storage`."""

    def append(self, batches: Sequence[Mapping[str, bytes]], position: int) -> None:
        pass

    def clear(self) -> None:
        pass


def _endpoints(settings: Settings) -> list[Endpoint]:
    """Raises `CertificateError`."""
    server, tls = settings.server, settings.tls
    endpoints = [Endpoint(server.host, server.port)]
    now = datetime.now(UTC)
    if tls.p12 is not None:
        context = pkcs12_context(tls.p12, tls.password, now)
        endpoints.append(Endpoint(server.host, server.ssl_port, context))
    elif tls.cert is not None:
        context = pem_context(tls.cert, tls.key, tls.password, now)
        endpoints.append(Endpoint(server.host, server.ssl_port, context))
    return endpoints


def _open_store(settings: Settings) -> EventStore | None:
    """None when nothing is to be kept. Raises `StoreError` or `OSError`."""
    storage = settings.storage
    if storage.no_storage:
        return None
    if storage.ephemeral:
        return EventStore.open(None)
    storage.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return EventStore.open(storage.data_dir / EVENTS)


def _open_log(settings: Settings, position: int) -> Log:
    """On disk when the events outlive the process. Raises `SpoolError` or `OSError`."""
    storage = settings.storage
    if storage.ephemeral or storage.no_storage:
        return MemoryLog(storage.spool_max_bytes, position)
    return Spool(storage.data_dir / "spool", loaded=position, max_bytes=storage.spool_max_bytes)


def _open_outputs(settings: Settings) -> list[Output]:
    output = settings.output
    if not (output.tsv or output.json):
        return []
    if output.destination is None:
        return [StreamOutput(sys.stdout.buffer)]
    post = http_post(output.destination, TSV if output.tsv else JSON)
    return [
        DestinationOutput(
            post,
            # Jitter spreads retries; nobody gains by guessing it.
            lambda attempt: backoff(attempt, random.random()),  # noqa: S311
            capacity=output.queue_payloads,
        )
    ]


def log_events(enriched: Enriched) -> None:
    for level, line in enriched.said:
        _event_log.log(level, "%s", line)


def worker_count(settings: Settings) -> int:
    """How many processes enrich; 0: a thread does."""
    if settings.enrich.workers is not None:
        return settings.enrich.workers
    if settings.storage.ephemeral:
        return 0  # a second interpreter would double the memory of a tool that should be small
    return min(_processors() - 1, MAX_WORKERS)


def _processors() -> int:
    """Those that this process may use, where the system tells."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
