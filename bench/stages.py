"""Where the CPU time of an event goes: microseconds by stage, of one process without load around it.

    python bench/stages.py [--quick] [--shapes page …] [--batches 1 10 50]

The stages, in the order in which a request meets them:

    http              uvicorn's parsing and answering, with an application that reads the body and answers
    collector         what Piste's collector adds to that, up to the recorded payload
    encode            the payload to the log's bytes
    spool             append, synced, 64 at a time; the writer's thread counts
  and then, in batches as the loader's (ROUND requests), in a worker process:
    decode            the log's bytes to the payload
    adapt             path, query string and body to raw events, the body validated as a whole
    process           mapping, validating and enriching each of them
    rows              outcomes to rows, the origin compressed
    arrow             rows to Arrow streams
    pipe              streams and records over the worker's socket: encoded and decoded, not sent
    store             the streams into the store's file, committed; the engine's threads count

Means of the process' CPU time, the kernel's part included: a median would leave out the store's
checkpoints, which come with every third commit or so. The reference is `json`: parsing the same body
and nothing else. Limits: caches are warm and no two stages compete, so the sum is what a server needs at
least; sockets, wake-ups and waiting for the interpreter's lock are not in it.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import msgspec
import orjson
import uvicorn
import uvloop
from _payloads import SHAPES, templates
from _processes import Case, write_result
from _servers import forget, server
from uvicorn.server import ServerState

from piste import __version__
from piste.adapters import Request, adapt, parse_path, parse_querystring
from piste.enriching import ARTIFACT, REMOTE_LOOKUPS_PER_REQUEST, clock_ms, new_uuid
from piste.events.badrows import Processor
from piste.events.outcome import Processed
from piste.events.payload import CollectorPayload
from piste.http_protocol import GuardedProtocol
from piste.iglu import OwnRegistry
from piste.ingest.arrow import to_streams
from piste.ingest.enricher import Enriched
from piste.ingest.process import process
from piste.ingest.records import decode_record, encode_record
from piste.ingest.rows import to_rows
from piste.ingest.rules import Rules
from piste.ingest.spool import Spool
from piste.schemas import open_resolver
from piste.settings import Settings
from piste.specs.plan import Plan
from piste.store.duckdb import EventStore
from piste.web.collector.app import Collector

ROUND_EVENTS = 2_000
"""About as many as a batch has under load."""
TOGETHER = 64


class Deaf(asyncio.Transport):
    """A connection of which nobody reads the answers."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 50_000), "sockname": ("127.0.0.1", 9090)})

    def write(self, data: bytes | bytearray | memoryview) -> None:
        pass

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        pass

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


class Http:
    """uvicorn's protocol with an application, without a socket."""

    def __init__(self, application: Any) -> None:
        config = uvicorn.Config(
            application, lifespan="off", log_config=None, access_log=False, server_header=False
        )
        config.load()
        state = ServerState()
        state.default_headers = [(b"date", b"Fri, 20 Nov 2026 10:00:00 GMT")]
        self._protocol = GuardedProtocol(config=config, server_state=state, app_state={})
        self._protocol.connection_made(Deaf())
        self._tasks = state.tasks

    async def take(self, request: bytes) -> None:
        self._protocol.data_received(request)
        for task in tuple(self._tasks):
            await task


class Stages:
    """The parts of a server, each called alone."""

    def __init__(
        self, case: Case, rng: random.Random, folder: Path, plan: Plan | None = None
    ) -> None:
        """With the event specifications of `plan`, if there are any."""
        count = max(1, ROUND_EVENTS // case.events)
        made = templates(case.shape, case.events, rng, 9090, clock_ms())
        self._requests = [made[n % len(made)].numbered(n) for n in range(count)]
        self._bodies = [request.partition(b"\r\n\r\n")[2] for request in self._requests]
        self._payloads: list[CollectorPayload] = []
        self._spool = Spool(folder / "spool", loaded=0, max_bytes=1 << 40)
        self._store = EventStore.open(folder / "events.duckdb")
        resolver = open_resolver(Settings().iglu, clock_ms, OwnRegistry())
        self._rules = Rules(
            new_check=lambda: resolver.with_budget(REMOTE_LOOKUPS_PER_REQUEST).check,
            processor=Processor(ARTIFACT, __version__),
            clock_ms=clock_ms,
            new_uuid=new_uuid,
            plan=plan or Plan(),
        )
        self._floor = Http(server(forget))
        self._collector = Http(
            Collector(
                Settings().collector,
                accept=self._accept,
                oversized=cast("Any", self._accept),
                clock_ms=clock_ms,
                new_uuid=new_uuid,
                collector_name="piste-bench",
            )
        )

    async def _accept(self, payload: CollectorPayload) -> None:
        self._payloads.append(payload)

    async def round(self) -> dict[str, float]:
        """CPU seconds by stage, for all requests once."""
        spent: dict[str, float] = {}

        def timed(stage: str, work: Callable[[], Any]) -> Any:
            before = time.process_time()
            result = work()
            spent[stage] = time.process_time() - before
            return result

        async def awaited(stage: str, work: Callable[[], Awaitable[None]]) -> None:
            before = time.process_time()
            await work()
            spent[stage] = time.process_time() - before

        self._payloads = []
        timed("json", lambda: [orjson.loads(body) for body in self._bodies])
        await awaited("http", lambda: _each(self._floor.take, self._requests))
        await awaited("collector", lambda: _each(self._collector.take, self._requests))
        spent["collector"] -= spent["http"]
        assert len(self._payloads) == len(self._requests)
        records = timed("encode", lambda: [encode_record(payload) for payload in self._payloads])
        first = self._spool.last_position + 1
        await awaited("spool", lambda: self._append(records))
        payloads = timed("decode", lambda: [decode_record(record) for record in records])
        timed("adapt", lambda: [self._adapt(payload) for payload in payloads])
        outcomes: list[Processed] = timed(
            "process", lambda: [process(payload, self._rules) for payload in payloads]
        )
        spent["process"] -= spent["adapt"]
        rows = timed("rows", lambda: to_rows(enumerate(outcomes, first)))
        assert not rows["payloads"], "all events are good"
        streams = timed("arrow", lambda: to_streams(rows))
        timed("pipe", lambda: _pipe(list(enumerate(records, first)), streams))
        position = first + len(records) - 1
        timed("store", lambda: self._store.append([streams], position))
        self._spool.release(position)
        return spent

    async def _append(self, records: list[bytes]) -> None:
        for start in range(0, len(records), TOGETHER):
            group = records[start : start + TOGETHER]
            await asyncio.gather(*(self._spool.append(record) for record in group))

    def _adapt(self, payload: CollectorPayload) -> object:
        api, query = parse_path(payload.path), parse_querystring(payload.querystring)
        assert isinstance(api, tuple)
        assert isinstance(query, tuple)
        return adapt(Request(*api, query, payload), self._rules.new_check())

    def close(self) -> None:
        self._store.close()
        self._spool.close()


async def _each(take: Callable[[bytes], Awaitable[None]], requests: list[bytes]) -> None:
    for request in requests:
        await take(request)


def _pipe(records: list[tuple[int, bytes]], streams: dict[str, bytes]) -> None:
    encode, decode = msgspec.msgpack.encode, msgspec.msgpack.decode
    decode(encode(records), type=list[tuple[int, bytes]])
    decode(encode(Enriched(streams, [], [], {}, {}, 0.0)), type=Enriched)


async def measure(case: Case, rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        stages = Stages(case, random.Random(1), Path(folder))
        try:
            await stages.round()  # loads schemas, fills caches
            found = [await stages.round() for _ in range(rounds)]
        finally:
            stages.close()
    events = max(1, ROUND_EVENTS // case.events) * case.events
    us = {
        stage: 1e6 * statistics.fmean(spent[stage] for spent in found) / events
        for stage in found[0]
    }
    reference = us.pop("json")
    return {
        "shape": case.shape,
        "events_per_post": case.events,
        "cpu_us_per_event": us,
        "sum": sum(us.values()),
        "reference_json_us_per_event": reference,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--full", action="store_true", help="changes nothing here")
    parser.add_argument("--shapes", nargs="+", default=[""], help="beginnings of names of shapes")
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 10, 50])
    given = parser.parse_args()
    results = []
    for shape in SHAPES:
        if not any(shape.startswith(wanted) for wanted in given.shapes):
            continue
        for events in given.batches:
            case = Case(shape, events)
            results.append(uvloop.run(measure(case, 6 if given.quick else 15)))
        _table(shape, [result for result in results if result["shape"] == shape])
    write_result("stages", {"round_events": ROUND_EVENTS, "cases": results})


def _table(shape: str, results: list[dict[str, Any]]) -> None:
    print(f"{shape}: CPU us an event")
    print(
        "  " + f"{'events a POST':20}" + "".join(f"{one['events_per_post']:9}" for one in results)
    )
    for stage in results[0]["cpu_us_per_event"]:
        figures = "".join(f"{one['cpu_us_per_event'][stage]:9.1f}" for one in results)
        print(f"  {stage:20}{figures}")
    print(f"  {'sum':20}" + "".join(f"{one['sum']:9.1f}" for one in results))
    references = [one["reference_json_us_per_event"] for one in results]
    print(f"  {'reference: json':20}" + "".join(f"{each:9.1f}" for each in references))
    ratios = [one["sum"] / one["reference_json_us_per_event"] for one in results]
    print(f"  {'ratio':20}" + "".join(f"{ratio:9.1f}" for ratio in ratios), flush=True)


if __name__ == "__main__":
    main()
