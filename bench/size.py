"""Cost against size: disk, and the time of the usual questions, with millions of page views stored.

    python bench/size.py [--millions 1 3 10] [--full] [--quick]

By default one million, with `--full` 1, 3 and 10, with `--quick` a tenth. Every event goes the real way, from
a recorded request through the real enricher to `EventStore.append`, in batches as the loader's; nothing is
copied inside the store, so that compression meets what it would meet. Visits are simulated so that it is not
flattered: 3,000 visitors at a time are interleaved at random, each with its own ids, address, device and
language; a visit has ten views on average, of 5,000 pages by a long-tailed popularity; every event has its
own event id, page view id, times and document height, a third of the URLs a click id of their own; a million
events are a day. One event a POST, as browsers send page views, which is the dearest for `origin`: each has
its own request.

At each size: bytes of the file an event with all origins; then, in a copy, without any, by the store's own
`delete_origins_before` and `compact`, timed (`used` leaves out blocks that are free in the file). Then the
questions, as the Micro API asks them of a persistent store: median ms. The reference is `count`, one question
that reads one column. Appending is CPU time of the process with the store, since the size before.

Limits: a visit's events keep their session entity but for its index; the operating system has the file in
memory, as far as it fits. Needs about 3 kB of disk an event, twice, where TMPDIR says, and about 20 minutes
of two cores for ten million. Writes bench/results/size.json.
"""

import argparse
import random
import resource
import shutil
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from _payloads import Visitor, body_of, headers_of, new_id, page_view
from _processes import write_result

from piste.enriching import Preparation
from piste.events.payload import CollectorPayload
from piste.ingest.enricher import Enricher, Record
from piste.ingest.records import encode_record
from piste.queries.counts import counts
from piste.queries.good import GoodFilter, good_items
from piste.queries.search import ColumnFilter, Search, search_page
from piste.queries.timeline import Bucket, timeline
from piste.settings import Settings
from piste.store.duckdb import EventStore

MILLION = 1_000_000
DAY_MS = 86_400_000
FIRST_MS = 1_763_596_800_000
BATCH = 2_000
SAMPLED = 1_000
AT_A_TIME = 3_000
VIEWS_A_VISIT = 10
ASKED = 7
PROCESSES = 2


def requests(rng: random.Random) -> Iterator[tuple[bytes, str]]:
    """Recorded requests, and the event id in each, without end."""
    now_ms = float(FIRST_MS)
    visitors = [Visitor.drawn(rng, FIRST_MS) for _ in range(AT_A_TIME)]
    while True:
        now_ms += rng.expovariate(MILLION / DAY_MS)
        collected = int(now_ms)
        place = rng.randrange(AT_A_TIME)
        if rng.random() < 1 / VIEWS_A_VISIT:
            visitors[place] = Visitor.drawn(rng, collected)
        visitor = visitors[place]
        event = page_view(rng, visitor, collected - rng.randrange(30, 400), lambda: new_id(rng))
        headers = headers_of(visitor)
        payload = CollectorPayload(
            path="/com.snowplowanalytics.snowplow/tp2",
            body=body_of([event]),
            content_type="application/json",
            collector="piste-bench",
            hostname="collector.example.com",
            timestamp_ms=collected,
            ip_address=visitor.ip_address,
            user_agent=visitor.user_agent,
            referer_uri=headers["Referer"],
            headers=(
                "Host: collector.example.com",
                *(f"{name}: {value}" for name, value in headers.items()),
                "application/json",
            ),
            network_userid=visitor.network_user,
        )
        yield encode_record(payload), event["eid"]


_enricher: Enricher


def prepare() -> None:
    global _enricher
    _enricher = Preparation.of(Settings())()


def enrich(records: list[Record]) -> dict[str, bytes]:
    done = _enricher.enrich(records, {})
    assert done.counts == {"good": len(records)}, done.counts
    return done.streams


class Filling:
    """Fills a store; `sample` holds the ids of events here and there."""

    def __init__(self) -> None:
        self._source = requests(random.Random(1))
        self._pool = ProcessPoolExecutor(PROCESSES, get_context("spawn"), prepare)
        self._position = 0
        self.sample: list[str] = []
        self.append_seconds = 0.0

    def go_on(self, store: EventStore, events: int) -> None:
        """Until it holds so many."""
        ahead: deque[tuple[int, Future[dict[str, bytes]]]] = deque()
        while self._position < events or ahead:
            while self._position < events and len(ahead) < 2 * PROCESSES:
                records = self._batch(min(BATCH, events - self._position))
                ahead.append((self._position, self._pool.submit(enrich, records)))
            position, streams = ahead.popleft()
            enriched = streams.result()
            before = time.process_time()
            store.append([enriched], position)
            self.append_seconds += time.process_time() - before

    def _batch(self, size: int) -> list[Record]:
        records = []
        for _ in range(size):
            self._position += 1
            record, event_id = next(self._source)
            records.append((self._position, record))
            if self._position % SAMPLED == 0:
                self.sample.append(event_id)
        return records

    def close(self) -> None:
        self._pool.shutdown()


def asked(store: EventStore, event_id: str, events: int) -> dict[str, Callable[[], object]]:
    """What the Micro API asks a persistent store for each kind of question."""
    rows = store.rows
    days = max(1, events // MILLION)
    end = FIRST_MS + days * DAY_MS
    hours = [Bucket(end - n * DAY_MS // 24, end - (n - 1) * DAY_MS // 24) for n in range(24, 0, -1)]
    months = [Bucket(FIRST_MS + n * DAY_MS, FIRST_MS + (n + 1) * DAY_MS) for n in range(days)]

    def page(**wanted: Any) -> int:
        found = list(search_page(rows, Search(page=1, page_size=50, exact=True, **wanted))[0])
        assert found
        return len(found)

    return {
        "count": lambda: counts(rows),
        "newest 50 (/micro/events)": page,
        "newest 50 (/micro/good)": lambda: list(good_items(rows, GoodFilter(), 50)),
        "one event_id": lambda: page(filters=(ColumnFilter("event_id", event_id),)),
        "timeline, last 24 hours": lambda: timeline(rows, hours),
        "timeline, all days": lambda: timeline(rows, months),
    }


def answer_ms(ask: Callable[[], object]) -> float:
    ask()
    taken = []
    for _ in range(ASKED):
        started = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - started)
    return 1000 * statistics.median(taken)


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def used_bytes(store: EventStore) -> int:
    sql = "select used_blocks * block_size as n from pragma_database_size() limit 1"
    return int(str(store.rows(sql, {})[0]["n"]))


def measure(path: Path, events: int, event_id: str) -> dict[str, Any]:
    """Of the closed store at `path`, which stays as it is."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        with EventStore.open(copy) as store:
            assert counts(store.rows) == {"total": events, "good": events, "bad": 0}
            found: dict[str, Any] = {
                "events": events,
                "with_origins": {
                    "file_bytes_per_event": store.size_bytes() / events,
                    "used_bytes_per_event": used_bytes(store) / events,
                    "file_gb": store.size_bytes() / 1e9,
                    "ms": _answers(store, event_id, events),
                },
            }
            now_ms = FIRST_MS + 1_000 * DAY_MS
            deleting = seconds(lambda: store.delete_origins_before(now_ms))
            compacting = seconds(store.compact)
            found["without_origins"] = {
                "file_bytes_per_event": store.size_bytes() / events,
                "used_bytes_per_event": used_bytes(store) / events,
                "file_gb": store.size_bytes() / 1e9,
                "delete_seconds": deleting,
                "compact_seconds": compacting,
                "ms": _answers(store, event_id, events),
            }
            assert counts(store.rows)["total"] == events
    return found


def _answers(store: EventStore, event_id: str, events: int) -> dict[str, float]:
    questions = asked(store, event_id, events)
    return {question: answer_ms(ask) for question, ask in questions.items()}


def show(found: dict[str, Any]) -> None:
    print(f"{found['events']:,} page views with 3 entities")
    for title in ("with_origins", "without_origins"):
        part = found[title]
        line = f"  {title.replace('_', ' '):16} {part['file_bytes_per_event']:7.0f} B an event"
        line += f", {part['used_bytes_per_event']:.0f} used; {part['file_gb']:.2f} GB"
        if "compact_seconds" in part:
            line += f"; delete {part['delete_seconds']:.1f} s"
            line += f", compact {part['compact_seconds']:.1f} s"
        print(line)
        reference = part["ms"]["count"]
        for question, ms in part["ms"].items():
            print(f"    {question:28}{ms:8.1f} ms {ms / reference:8.1f} of count")
    print(f"  appending: {found['append_cpu_us_per_event']:.1f} us of CPU an event", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--millions", nargs="+", type=float)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--full", action="store_true")
    given = parser.parse_args()
    millions = given.millions or ([0.1] if given.quick else [1, 3, 10] if given.full else [1])
    results: list[dict[str, Any]] = []
    filling = Filling()
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "events.duckdb"
            for size in sorted(millions):
                events = int(size * MILLION)
                new = events - (results[-1]["events"] if results else 0)
                filling.append_seconds = 0.0
                with EventStore.open(path) as store:
                    filling.go_on(store, events)
                found = measure(path, events, filling.sample[len(filling.sample) // 2])
                found["append_cpu_us_per_event"] = 1e6 * filling.append_seconds / new
                show(found)
                results.append(found)
    finally:
        filling.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process with the store: {peak:.0f} MB")
    write_result("size", {"sizes": results, "peak_resident_mb": peak})


if __name__ == "__main__":
    main()
