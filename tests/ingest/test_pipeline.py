"""The loader between log and store: nothing lost, nothing twice, order kept."""

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from support.iglu import accept_all
from support.requests import get, payload, rules
from support.streams import rows_of

from piste.enrich import STEPS, Patch, View
from piste.events.payload import OversizedPayload
from piste.events.tables import EVENT_BITS
from piste.ingest import crew as crew_module
from piste.ingest import loader as loader_module
from piste.ingest.enricher import Enriched, Enricher
from piste.ingest.loader import Observer
from piste.ingest.log import LogFull, MemoryLog
from piste.ingest.pipeline import Pipeline
from piste.ingest.records import encode_record

FOREVER_S = 30.0
"""Longer than any test takes."""


class BrokenStoreError(Exception):
    pass


@dataclass(frozen=True)
class Rows:
    """What one `append` was given."""

    events: list[dict[str, Any]]
    payloads: list[dict[str, Any]]
    origins: list[dict[str, Any]]

    @classmethod
    def of(cls, batches: Sequence[Mapping[str, bytes]]) -> "Rows":
        rows = rows_of(*batches)
        return cls(*(rows.get(table, []) for table in ("events", "payloads", "origins")))


class FakeStore:
    """Keeps what is appended, as `app_id` of each event by position; breaks when `refuses` says so.

    What the loader should never do is collected in `surprises`: an exception would only be one more
    fault of the store to it.
    """

    def __init__(self) -> None:
        self.events: dict[int, str] = {}
        self.aside: list[int] = []
        self.position = 0
        self.batches: list[int] = []
        self.clears = 0
        self.surprises: list[str] = []
        self.refuses: Callable[[Rows], bool] = lambda batch: False
        self.refuses_to_clear: Callable[[], bool] = lambda: False
        self.may_append = threading.Event()
        self.may_append.set()

    def append(self, batches: Sequence[Mapping[str, bytes]], position: int) -> None:
        batch = Rows.of(batches)
        assert self.may_append.wait(FOREVER_S)
        if self.refuses(batch):
            raise BrokenStoreError
        for row in (*batch.events, *batch.payloads):
            if not self.position < self._place(row["seq"]) <= position:
                self.surprises.append(f"{row['seq']} stored at {position} after {self.position}")
        if position < self.position:
            self.surprises.append(f"position {position} after {self.position}")
        self.events |= {self._place(row["seq"]): row["app_id"] for row in batch.events}
        self.aside += [self._place(row["seq"]) for row in batch.payloads]
        self.position = position
        if batch.events or batch.payloads:
            self.batches.append(len(batch.events) + len(batch.payloads))

    def clear(self) -> None:
        if self.refuses_to_clear():
            raise BrokenStoreError
        self.clears += 1
        self.events.clear()
        self.aside.clear()

    @staticmethod
    def _place(seq: object) -> int:
        assert isinstance(seq, int)
        return seq >> EVENT_BITS


def first(attempts: int) -> Callable[..., bool]:
    """A store that is broken for so many attempts."""
    left = iter(range(attempts))
    return lambda *_: next(left, None) is not None


def holds(app_id: str) -> Callable[[Rows], bool]:
    """A store that cannot take that event, alone or with others."""
    return lambda batch: any(row["app_id"] == app_id for row in batch.events)


def explode_on(app_id: str) -> Callable[[View], Patch]:
    def step(view: View) -> Patch:
        if view.text("app_id") == app_id:
            raise ZeroDivisionError
        return Patch()

    return step


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses between attempts are not what is tested."""
    monkeypatch.setattr(loader_module, "RETRY_SECONDS", (0.0,))
    monkeypatch.setattr(crew_module, "RETRY_SECONDS", (0.0,))


class Loader:
    """A pipeline over a fake store, which is started by hand."""

    def __init__(
        self,
        max_bytes: int = 1 << 20,
        observers: tuple[Observer, ...] = (),
        steps: Any = STEPS,
        log: MemoryLog | None = None,
    ) -> None:
        self.store = FakeStore()
        self.log = log or MemoryLog(max_bytes)
        self.pipeline = Pipeline(
            self.log, Enricher(rules(accept_all, steps=steps)), self.store, observers=observers
        )

    async def submit(self, *app_ids: str) -> None:
        for app_id in app_ids:
            await self.pipeline.submit(get({"e": "pv", "aid": app_id}))

    async def submit_when_there_is_room(self, app_id: str) -> None:
        """The log has room a moment after the store has what was in it."""
        for _ in range(10_000):
            try:
                return await self.submit(app_id)
            except LogFull:
                await asyncio.sleep(0.001)

    async def caught_up(self) -> None:
        assert await self.pipeline.catch_up(FOREVER_S) == 0

    async def stopped(self) -> None:
        await self.pipeline.stop(FOREVER_S)
        assert not self.pipeline.is_running
        assert self.store.surprises == []

    @property
    def stored(self) -> list[str]:
        """The events in the order of their positions."""
        return [self.store.events[place] for place in sorted(self.store.events)]


def run(test: Coroutine[Any, Any, None]) -> None:
    """A test in an event loop, with a limit."""

    async def limited() -> None:
        await asyncio.wait_for(test, FOREVER_S)

    asyncio.run(limited())


def names(count: int) -> list[str]:
    return [f"event {number}" for number in range(1, count + 1)]


def test_everything_acknowledged_is_stored_once_and_in_order() -> None:
    """What is stored is released from the log; the position is that of the last request."""

    async def test() -> None:
        loader = Loader()
        loader.pipeline.start()
        await loader.submit(*names(50))
        await loader.caught_up()
        assert loader.stored == names(50)
        assert loader.store.position == loader.pipeline.progress.loaded == 50
        assert loader.pipeline.pending == 0
        assert loader.pipeline.healthy
        await loader.stopped()
        assert loader.log.read(0, 1) == []

    run(test())


def test_requests_that_wait_are_stored_together() -> None:
    """While the store is busy the log fills; the next batch takes it all."""

    async def test() -> None:
        loader = Loader()
        await loader.submit(*names(20))
        loader.pipeline.start()
        await loader.caught_up()
        assert loader.store.batches == [20]
        loader.store.may_append.clear()
        await loader.submit(*names(20))
        assert loader.pipeline.pending == 20
        loader.store.may_append.set()
        await loader.caught_up()
        assert len(loader.store.events) == 40
        assert len(loader.store.batches) <= 3  # the first of them may have been taken alone
        await loader.stopped()

    run(test())


def test_a_loader_goes_on_where_the_store_ended() -> None:
    """Positions that the store already has are not loaded again."""

    async def test() -> None:
        store = FakeStore()
        store.position = 7
        pipeline = Pipeline(MemoryLog(1 << 20, 7), Enricher(rules(accept_all)), store, loaded=7)
        pipeline.start()
        await pipeline.submit(get({"e": "pv", "aid": "eighth"}))
        assert await pipeline.catch_up(FOREVER_S) == 0
        assert store.events == {8: "eighth"}
        await pipeline.stop(FOREVER_S)
        assert store.surprises == []

    run(test())


# faults


def test_a_batch_that_cannot_be_stored_is_stored_one_by_one() -> None:
    """A store that takes no batches takes all requests."""

    async def test() -> None:
        loader = Loader()
        loader.store.refuses = lambda batch: len(batch.events) > 1
        await loader.submit(*names(10))
        loader.pipeline.start()
        await loader.caught_up()
        assert loader.stored == names(10)
        assert loader.store.batches == [1] * 10
        assert loader.store.aside == []
        await loader.stopped()
        assert loader.log.read(0, 1) == []

    run(test())


@pytest.mark.parametrize("place", [1, 3, 5])
def test_a_request_that_cannot_be_stored_is_set_aside(place: int) -> None:
    """It is kept as a rejected payload in its place, and the others are as if it were not there."""

    async def test() -> None:
        loader = Loader()
        loader.store.refuses = holds(f"event {place}")
        await loader.submit(*names(5))
        loader.pipeline.start()
        await loader.caught_up()
        assert loader.stored == [name for name in names(5) if name != f"event {place}"]
        assert loader.store.aside == [place]
        assert loader.pipeline.healthy
        await loader.stopped()

    run(test())


def test_a_request_that_cannot_be_processed_is_set_aside() -> None:
    """A fault of ours in one request costs no other."""

    async def test() -> None:
        loader = Loader(steps=(explode_on("event 2"),))
        await loader.submit(*names(3))
        loader.pipeline.start()
        await loader.caught_up()
        assert loader.stored == ["event 1", "event 3"]
        assert loader.store.aside == [2]
        await loader.stopped()

    run(test())


def test_a_record_that_cannot_be_read_is_set_aside() -> None:
    """Such as one of a later version; its bytes are kept in a bad row."""

    async def test() -> None:
        kept: list[dict[str, Any]] = []
        loader = Loader()

        def keep(batch: Rows) -> bool:
            kept.extend(batch.origins)
            return False

        loader.store.refuses = keep
        await loader.submit("before")
        await loader.log.append(b"\xffnonsense")
        await loader.submit("after")
        loader.pipeline.start()
        await loader.caught_up()
        assert loader.stored == ["before", "after"]
        assert loader.store.aside == [2]
        await loader.stopped()
        origin = json.loads(zstandard.decompress(kept[1]["origin"]))
        assert json.loads(origin["errors"][1])["data"]["payload"] == "/25vbnNlbnNl"

    run(test())


@pytest.mark.parametrize("attempts", range(10))
def test_a_store_that_breaks_and_recovers(attempts: int) -> None:
    """However long it is broken: all is stored once and in order, and no request is blamed for it."""

    async def test() -> None:
        loader = Loader()
        loader.store.refuses = first(attempts)
        await loader.submit(*names(5))
        loader.pipeline.start()
        await loader.caught_up()
        assert loader.stored == names(5)
        assert loader.store.aside == []
        assert loader.pipeline.healthy
        await loader.stopped()

    run(test())


def test_a_broken_store_is_told() -> None:
    """`healthy` is false while the store takes nothing, and requests are still acknowledged."""

    async def test() -> None:
        loader = Loader()
        broken = threading.Event()
        broken.set()
        seen: list[bool] = []

        def refuse(batch: Rows) -> bool:
            seen.append(loader.pipeline.healthy)
            if seen.count(False) == 3:
                broken.clear()
            return broken.is_set()

        loader.store.refuses = refuse
        await loader.submit("one")
        loader.pipeline.start()
        await loader.submit("two")
        await loader.caught_up()
        assert seen[0] is True
        assert seen.count(False) == 3
        assert loader.pipeline.healthy
        assert loader.stored == ["one", "two"]
        await loader.stopped()

    run(test())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), max_size=25), st.integers(1, 6))
def test_whatever_the_store_does_nothing_is_lost_and_nothing_stored_twice(
    faults: list[bool], requests: int
) -> None:
    """Each attempt may fail; each position ends in the store once, as its event or set aside.

    That nothing is stored twice and that order is kept is checked by the store itself.
    """

    async def test() -> None:
        loader = Loader()
        schedule: Iterator[bool] = iter(faults)
        loader.store.refuses = lambda batch: next(schedule, False)
        loader.pipeline.start()
        await loader.submit(*names(requests))
        await loader.caught_up()
        places = [*loader.store.events, *loader.store.aside]
        assert sorted(places) == list(range(1, requests + 1))
        await loader.stopped()

    run(test())


class FaultyLog(MemoryLog):
    """A log that cannot be read at first."""

    def __init__(self) -> None:
        super().__init__(1 << 20)
        self.faults = first(3)

    def read(self, after: int, max_bytes: int) -> list[tuple[int, bytes]]:
        if self.faults():
            raise OSError("the disk is away")
        return super().read(after, max_bytes)


def test_a_fault_of_the_log_does_not_end_the_loader() -> None:
    """It tries again."""

    async def test() -> None:
        loader = Loader(log=FaultyLog())
        await loader.submit(*names(3))
        loader.pipeline.start()
        await loader.caught_up()
        assert loader.stored == names(3)
        assert loader.pipeline.healthy
        await loader.stopped()

    run(test())


# back pressure


def test_a_full_log_refuses_until_the_store_recovers() -> None:
    """The sender is told; what was acknowledged is not lost, what was refused has no trace."""

    async def test() -> None:
        size = len(encode_record(get({"e": "pv", "aid": "event 1"})))
        loader = Loader(max_bytes=3 * size)
        await loader.submit(*names(3))
        with pytest.raises(LogFull):
            await loader.submit("event 4")
        assert loader.pipeline.pending == 3
        loader.pipeline.start()
        await loader.caught_up()
        await loader.submit_when_there_is_room("event 5")
        await loader.caught_up()
        assert loader.stored == [*names(3), "event 5"]
        await loader.stopped()

    run(test())


# waiting


def test_catch_up_is_bounded() -> None:
    """After the time limit the answer is how much is missing."""

    async def test() -> None:
        loader = Loader()
        loader.store.may_append.clear()
        await loader.submit(*names(3))
        loader.pipeline.start()
        assert await loader.pipeline.catch_up(0.0) == 3
        assert await loader.pipeline.catch_up(0.01) == 3
        loader.store.may_append.set()
        await loader.caught_up()
        await loader.stopped()

    run(test())


def test_catch_up_waits_for_what_came_before_it_only() -> None:
    """Many may wait, each for what was acknowledged when it asked."""

    async def test() -> None:
        loader = Loader()
        loader.store.may_append.clear()
        loader.pipeline.start()
        assert await loader.pipeline.catch_up(0.0) == 0
        seen: dict[int, int] = {}

        async def ask(number: int) -> None:
            await loader.caught_up()
            seen[number] = len(loader.store.events)

        tasks = []
        for number in range(1, 6):
            await loader.submit(f"event {number}")
            tasks.append(asyncio.create_task(ask(number)))
            await asyncio.sleep(0)
        loader.store.may_append.set()
        await asyncio.gather(*tasks)
        assert all(events >= number for number, events in seen.items())
        await loader.stopped()

    run(test())


def test_wait_for_more() -> None:
    """The version grows with each change of what a query may see, and a wait for it is bounded."""

    async def test() -> None:
        loader = Loader()
        loader.pipeline.start()
        version = await loader.pipeline.wait_for_more(-1, 0.0)
        assert await loader.pipeline.wait_for_more(version, 0.01) == version
        waiting = [
            asyncio.create_task(loader.pipeline.wait_for_more(version, FOREVER_S)) for _ in range(3)
        ]
        await asyncio.sleep(0)
        await loader.submit("one")
        assert all([await task > version for task in waiting])
        await loader.caught_up()
        version = await loader.pipeline.wait_for_more(-1, 0.0)
        waiter = asyncio.create_task(loader.pipeline.wait_for_more(version, FOREVER_S))
        await loader.pipeline.reset()
        assert await waiter > version
        await loader.stopped()

    run(test())


# reset


def test_a_reset_forgets_what_is_stored() -> None:
    """Events and payloads; the position stays."""

    async def test() -> None:
        loader = Loader()
        loader.pipeline.start()
        await loader.submit(*names(3))
        await loader.pipeline.submit(payload("/"))
        await loader.pipeline.reset()
        assert (loader.store.events, loader.store.aside) == ({}, [])
        assert loader.store.position == 4
        await loader.stopped()

    run(test())


def test_a_reset_keeps_what_comes_after_it() -> None:
    """Events acknowledged before it are gone, also those not yet stored; later ones stay."""

    async def test() -> None:
        loader = Loader()
        await loader.submit("before", "also before")
        reset = asyncio.create_task(loader.pipeline.reset())
        await asyncio.sleep(0)
        await loader.submit("after", "also after")
        loader.pipeline.start()
        await reset
        await loader.caught_up()
        assert loader.stored == ["after", "also after"]
        await loader.stopped()

    run(test())


def test_each_of_several_resets() -> None:
    """What came between two resets is gone, what came after the last one stays."""

    async def test() -> None:
        loader = Loader()
        resets = []
        for name in ("one", "two", "three"):
            await loader.submit(name)
            resets += [asyncio.create_task(loader.pipeline.reset()) for _ in range(2)]
            await asyncio.sleep(0)
        await loader.submit("last")
        loader.pipeline.start()
        await asyncio.gather(*resets)
        await loader.caught_up()
        assert loader.stored == ["last"]
        assert loader.store.clears == 3
        await loader.stopped()

    run(test())


def test_a_reset_of_an_empty_store() -> None:
    """It ends as well, though nothing was ever sent."""

    async def test() -> None:
        loader = Loader()
        loader.pipeline.start()
        await loader.pipeline.reset()
        assert loader.store.clears == 1
        await loader.stopped()

    run(test())


def test_a_reset_that_fails_is_tried_again() -> None:
    """It ends when the store is empty; what came after it is stored then."""

    async def test() -> None:
        loader = Loader()
        loader.store.refuses_to_clear = first(3)
        await loader.submit("before")
        reset = asyncio.create_task(loader.pipeline.reset())
        await asyncio.sleep(0)
        await loader.submit("after")
        loader.pipeline.start()
        await reset
        await loader.caught_up()
        assert loader.stored == ["after"]
        assert loader.pipeline.healthy
        await loader.stopped()

    run(test())


# the end


def test_stop_loads_what_is_acknowledged() -> None:
    """Requests and resets, in their order."""

    async def test() -> None:
        loader = Loader()
        await loader.submit("before")
        reset = asyncio.create_task(loader.pipeline.reset())
        await asyncio.sleep(0)
        await loader.submit(*names(5))
        loader.pipeline.start()
        await loader.stopped()
        await reset
        assert loader.stored == names(5)
        assert loader.pipeline.pending == 0

    run(test())


def test_stop_ends_though_the_store_is_broken(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is set aside for it; how much is left is logged."""

    async def test() -> None:
        loader = Loader()
        loader.store.refuses = lambda batch: True
        await loader.submit(*names(3))
        loader.pipeline.start()
        await loader.stopped()
        assert (loader.store.events, loader.store.aside) == ({}, [])
        assert loader.pipeline.pending == 3
        assert [position for position, _ in loader.log.read(0, 1 << 20)] == [1, 2, 3]

    run(test())
    assert "stopped with 3 recorded requests not yet in the store" in caplog.messages


def test_stop_while_the_store_recovers_keeps_what_was_stored() -> None:
    """The part of a batch that got through is released, the rest is not."""

    async def test() -> None:
        loader = Loader()
        loader.store.refuses = lambda batch: len(batch.events) != 1 or holds("event 3")(batch)
        await loader.submit(*names(4))
        loader.pipeline.start()
        await loader.stopped()
        assert loader.stored == ["event 1", "event 2"]
        assert [position for position, _ in loader.log.read(0, 1 << 20)] == [3, 4]

    run(test())


def test_a_long_pause_does_not_delay_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken store is left alone between attempts; who stops Piste does not wait for the next one."""
    monkeypatch.setattr(loader_module, "RETRY_SECONDS", (3600.0,))

    async def test() -> None:
        loader = Loader()
        attempts: list[int] = []
        tried = threading.Event()

        def refuse(batch: Rows) -> bool:
            attempts.append(len(batch.events))
            if len(attempts) == 2:
                tried.set()
            return True

        loader.store.refuses = refuse
        await loader.submit("one")
        loader.pipeline.start()
        assert await asyncio.to_thread(tried.wait, FOREVER_S)
        await asyncio.sleep(0.05)
        assert attempts == [1, 1]  # the batch, then the request alone
        await loader.stopped()
        assert attempts == [1, 1, 0]  # and at the end whether the store takes anything
        assert loader.pipeline.pending == 1

    run(test())


def test_a_loader_without_work_rests() -> None:
    """It waits to be woken, and does not look again and again."""

    async def test() -> None:
        reads: list[int] = []

        class CountingLog(MemoryLog):
            def read(self, after: int, max_bytes: int) -> list[tuple[int, bytes]]:
                reads.append(after)
                return super().read(after, max_bytes)

        loader = Loader(log=CountingLog(1 << 20))
        loader.pipeline.start()
        await loader.submit("one")
        await loader.caught_up()
        await asyncio.sleep(0.05)
        assert len(reads) <= 4
        await loader.stopped()

    run(test())


def test_a_reset_after_the_end_raises() -> None:
    """It cannot be done any more, and does not wait for ever."""

    async def test() -> None:
        loader = Loader()
        loader.pipeline.start()
        await loader.stopped()
        with pytest.raises(RuntimeError, match="stopped before the events were forgotten"):
            await loader.pipeline.reset()

    run(test())


# observers


def test_observers_see_each_batch_once_it_is_stored() -> None:
    """In order, with what was stored of it; one that fails disturbs nobody."""

    async def test() -> None:
        seen: list[tuple[int, dict[str, int]]] = []

        def observe(enriched: Enriched) -> None:
            seen.append((len(loader.store.events), enriched.counts))

        def fail(enriched: Enriched) -> None:
            raise ValueError

        loader = Loader(observers=(fail, observe))
        loader.store.refuses = holds("event 2")
        await loader.submit(*names(3))
        await loader.pipeline.submit(OversizedPayload(payload(), 2, 1))
        loader.pipeline.start()
        await loader.caught_up()
        await loader.stopped()
        assert seen == [
            (2, {"good": 1}),
            (2, {"rejected/generic_error": 1}),
            (2, {"good": 1}),
            (2, {"rejected/size_violation": 1}),
        ]
        assert loader.pipeline.stats.outcomes == {
            "good": 2,
            "rejected/generic_error": 1,
            "rejected/size_violation": 1,
        }

    run(test())


def test_the_outcome_of_an_oversized_request_is_a_payload() -> None:
    """It goes the same way as any other."""

    async def test() -> None:
        origins: list[dict[str, Any]] = []
        loader = Loader()

        def keep(batch: Rows) -> bool:
            assert len(batch.payloads) == 1
            origins.extend(batch.origins)
            return False

        loader.store.refuses = keep
        await loader.pipeline.submit(OversizedPayload(payload(), 2, 1))
        loader.pipeline.start()
        await loader.caught_up()
        await loader.stopped()
        (row,) = origins
        origin = json.loads(zstandard.decompress(row["origin"]))
        assert json.loads(origin["errors"][1])["schema"].split("/")[1] == "size_violation"

    run(test())
