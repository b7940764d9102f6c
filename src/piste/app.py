"""The running program: wires the rooms together and serves until it is told to stop.

Room:   the top. Alone it reads clock and randomness, opens files and sockets, and hands them down.
Limits: one process owns HTTP, log, loader and store.
"""

import asyncio
import hmac
import logging
import random
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import uvloop

from piste import __version__, logs
from piste.events.badrows import Processor
from piste.events.outcome import FailedEvent, GoodEvent, Processed, RejectedPayload
from piste.events.payload import CollectorPayload, OversizedPayload
from piste.events.schema_key import Json
from piste.events.tables import RowBatch
from piste.iglu import ConfigError
from piste.ingest.copies import Format, copy_to
from piste.ingest.log import Log, LogFull, MemoryLog
from piste.ingest.outputs import (
    JSON,
    TSV,
    DestinationOutput,
    Output,
    StreamOutput,
    backoff,
    http_post,
)
from piste.ingest.pipeline import Observer, Pipeline
from piste.ingest.rules import Rules
from piste.ingest.spool import Spool, SpoolError
from piste.schemas import open_resolver
from piste.server import Application, Endpoint, Servers
from piste.settings import Settings
from piste.store.duckdb import EventStore
from piste.store.errors import StoreError
from piste.tls import CertificateError, pem_context, pkcs12_context
from piste.web.collector.accept import Overloaded
from piste.web.collector.app import Collector
from piste.web.micro.access import Access
from piste.web.micro.app import MicroApi
from piste.web.micro.endpoints import Bounds

_logger = logging.getLogger(__name__)
_event_log = logging.getLogger(logs.EVENT_LOG)

ARTIFACT = "piste"
STOP_SECONDS = 8.0
"""How long the loader may take to finish after the last request."""
REMOTE_LOOKUPS_PER_REQUEST = 64
"""Schemas that one request may make us ask other servers for."""
RETRY_AFTER_SECONDS = 5


def clock_ms() -> int:
    return time.time_ns() // 1_000_000


def new_uuid() -> str:
    return str(uuid.uuid4())


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
    except (OSError, CertificateError, StoreError, SpoolError, ConfigError) as error:
        _logger.error("cannot start: %s", error)
        return 1
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(program.serve())
    return 0


class Program:
    """One running Piste. Building it opens everything that can fail to open."""

    def __init__(self, settings: Settings) -> None:
        self._outputs = _open_outputs(settings)
        self._store = _open_store(settings)
        resolver = open_resolver(settings.iglu, clock_ms)
        position = 0 if self._store is None else self._store.position()
        self._log = _open_log(settings, position)
        self._pipeline = Pipeline(
            self._log,
            Rules(
                new_check=lambda: resolver.with_budget(REMOTE_LOOKUPS_PER_REQUEST).check,
                processor=Processor(ARTIFACT, __version__),
                clock_ms=clock_ms,
                new_uuid=new_uuid,
            ),
            self._store or Nowhere(),
            loaded=position,
            observers=self._observers(settings),
        )
        collector = Collector(
            settings.collector,
            accept=self._accept,
            oversized=self._accept_oversized,
            clock_ms=clock_ms,
            new_uuid=new_uuid,
            collector_name=f"{ARTIFACT}-{__version__}",
            healthy=lambda: self._pipeline.healthy,
        )
        micro = MicroApi(
            rows=None if self._store is None else self._store.rows,
            loader=self._pipeline,
            lookup=resolver.lookup,
            access=Access(settings.inspector.open_inspector, _verifier(settings.admin_key)),
            origins=settings.inspector.cors_origins,
            ephemeral=settings.storage.ephemeral,
            bounds=Bounds(
                wait_ms=settings.inspector.wait_ms, max_wait_ms=settings.inspector.max_wait_ms
            ),
        )
        self._servers = Servers(route(collector, micro), _endpoints(settings))

    async def serve(self) -> None:
        """Until a signal; then everything acknowledged is brought to the store."""
        self._pipeline.start()
        try:
            await self._servers.serve(ready=self._say_ready)
        finally:
            await self._pipeline.stop(STOP_SECONDS)
            self._log.close()
            for output in self._outputs:
                output.close()
            if self._store is not None:
                self._store.close()

    def _say_ready(self) -> None:
        for host, port in self._servers.addresses:
            _logger.info("%s", logs.startup_line(host, port))

    def _observers(self, settings: Settings) -> list[Observer]:
        form: Format = "tsv" if settings.output.tsv else "json"
        copies = [copy_to(output, form) for output in self._outputs]
        return [*copies, log_events] if settings.log.events else copies

    async def _accept(self, payload: CollectorPayload) -> None:
        await self._submit(payload)

    async def _accept_oversized(
        self, payload: CollectorPayload, actual_size_bytes: int, max_size_bytes: int
    ) -> None:
        await self._submit(OversizedPayload(payload, actual_size_bytes, max_size_bytes))

    async def _submit(self, recorded: CollectorPayload | OversizedPayload) -> None:
        try:
            await self._pipeline.submit(recorded)
        except LogFull:
            raise Overloaded(RETRY_AFTER_SECONDS) from None


class Nowhere:
    """The store of `--no-storage`."""

    def append(self, batch: RowBatch, position: int) -> None:
        pass

    def clear(self) -> None:
        pass


def route(collector: Application, micro: Application) -> Application:
    """`/micro/…` never reaches the collector."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        path = scope.get("path", "")
        chosen = micro if path == "/micro" or path.startswith("/micro/") else collector
        await chosen(scope, receive, send)

    return application


def _verifier(admin_key: str | None) -> Callable[[str], bool] | None:
    """Tells whether a token is the administrator's key, in constant time; None when there is none."""
    if not admin_key:
        return None
    expected = admin_key.encode()
    return lambda token: hmac.compare_digest(token.encode(), expected)


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
    return EventStore.open(storage.data_dir / "events.duckdb")


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


def log_events(processed: Processed) -> None:
    """A line for each good event and each bad one, as Micro's event log has them."""
    for outcome in processed.outcomes:
        if isinstance(outcome, GoodEvent):
            fields = outcome.event.fields
            line = logs.good_event_line(
                event_id=str(fields["event_id"]),
                app_id=_text_or_none(fields.get("app_id")),
                event_type=_text_or_none(fields.get("event")),
                schema=outcome.event.schema,
            )
            _event_log.info("%s", line)
        else:
            _event_log.warning("%s", logs.bad_event_line(messages_of(outcome)))


def messages_of(outcome: FailedEvent | RejectedPayload) -> list[Json]:
    """What a bad row's `failure` says, without the payload."""
    bad_rows = (outcome.bad_row,) if isinstance(outcome, FailedEvent) else outcome.bad_rows
    return [bad_row["data"]["failure"] for bad_row in bad_rows]


def _text_or_none(value: object) -> str | None:
    return None if value is None else str(value)
