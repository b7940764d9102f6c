"""Worker processes, real ones: what they answer, and what becomes of a batch when they end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.pipelines import (
    FOREVER_S,
    KeepingStore,
    record_of,
    records_of,
    run,
    until,
)
from support.requests import get, payload, tp2
from support.working import (
    EndOn,
    Prepare,
    PrepareNever,
    PrepareOnce,
    RaiseOn,
    Sleep,
    WaitFor,
)

from piste.enrich import STEPS
from piste.events.payload import CollectorPayload, OversizedPayload
from piste.ingest import crew as crew_module
from piste.ingest import intake as intake_module
from piste.ingest import workers as workers_module
from piste.ingest.crew import POISON
from piste.ingest.enricher import Enriched
from piste.ingest.log import MemoryLog
from piste.ingest.pipeline import Pipeline
from piste.ingest.records import encode_record
from piste.ingest.workers import InProcess, WorkerLost, WorkerProcess
from piste.ingest.workers import Prepare as Preparing

ASIDE = f"RuntimeError: {POISON}"
TESTS = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses between attempts are not what is tested."""
    monkeypatch.setattr(crew_module, "RETRY_SECONDS", (0.01,))


class Running:
    """A pipeline over worker processes; what is submitted before its start is one batch."""

    def __init__(self, prepare: Preparing, workers: int = 1) -> None:
        self.store = KeepingStore()
        self.log = MemoryLog(1 << 20)
        self.workers = [WorkerProcess(prepare) for _ in range(workers)]
        self.pipeline = Pipeline(self.log, Prepare()(), self.store, workers=self.workers)

    async def submit(self, app_ids: Sequence[str]) -> None:
        for app_id in app_ids:
            await self.pipeline.submit(get({"e": "pv", "aid": app_id}))

    async def caught_up(self) -> None:
        assert await self.pipeline.catch_up(FOREVER_S) == 0
        assert self.store.surprises == []

    async def stopped(self) -> None:
        """And no process is left."""
        pids = [worker.pid for worker in self.workers]
        await self.pipeline.stop(FOREVER_S)
        assert not self.pipeline.is_running
        assert self.store.surprises == []
        assert not any(map(is_there, pids))

    @property
    def stored(self) -> list[str]:
        """The events in the order in which they were stored."""
        return [
            self.store.events[place] for place in self.store.order if place in self.store.events
        ]


def is_there(pid: int | None) -> bool:
    """Also when it has ended and nobody asked how."""
    assert pid is not None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def names(count: int) -> list[str]:
    return [f"event {number}" for number in range(1, count + 1)]


# what it answers


@dataclass(frozen=True)
class Asked:
    """A worker that is ready, and one in this process that does the same."""

    process: WorkerProcess
    here: InProcess

    def both(self, records: list[tuple[int, bytes]], aside: dict[int, str], alone: bool) -> Any:
        answers = [one.enrich(records, aside, alone) for one in (self.process, self.here)]
        return [untimed(answer) for answer in answers]


def untimed(enriched: Enriched) -> Any:
    return (
        enriched.streams,
        enriched.copies,
        enriched.said,
        enriched.counts,
        enriched.lookups,
    )


@pytest.mark.parametrize("alone", [False, True])
def test_a_process_answers_what_is_answered_here(alone: bool) -> None:
    """For good, failed, rejected and unreadable records, with their copies and log lines."""
    recorded: list[CollectorPayload | OversizedPayload] = [
        tp2({"e": "pv", "aid": "good"}, {"e": "pv", "aid": "good too"}),
        tp2({"e": "pv", "aid": "mixed"}, {"e": "ue", "ue_pr": "nonsense"}),
        get({"e": "pv", "tr_tt": "not a number"}),
        payload("/nothing/there"),
        OversizedPayload(payload(), 2, 1),
        get({"e": "pv", "aid": "broken"}),
        get({"e": "pv", "aid": "not touched"}),
    ]
    records = list(enumerate([*map(encode_record, recorded), b"\xffnonsense", b""], 1))
    prepare = Prepare((*STEPS, RaiseOn("broken")), validates=True)
    process = WorkerProcess(prepare)
    process.start()
    try:
        asked = Asked(process, InProcess(prepare()))
        there, here = asked.both(records, {7: "because"}, alone)
        assert there == here
        _, copies, said, counts, _ = there
        assert [len(lines) for lines in copies] == [2, 2, 1]
        assert counts == {
            "good": 3,
            "failed/schema_violations": 2,
            "rejected/adapter_failures": 1,
            "rejected/size_violation": 1,
            "rejected/generic_error": 4,
        }
        assert len(said) == sum(counts.values())
        assert asked.both([], {}, alone) == [({}, [], [], {}, {})] * 2
    finally:
        process.stop()


def test_a_process_takes_large_batches() -> None:
    """Much larger than a socket's buffer, both ways."""
    process = WorkerProcess(Prepare())
    process.start()
    try:
        name = "x" * 255
        records = [(place, record_of(name)) for place in range(1, 4001)]
        assert sum(len(record) for _, record in records) > 1 << 20
        enriched = process.enrich(records, {}, True)
        assert enriched.counts == {"good": 4000}
        assert len(enriched.copies) == 4000
    finally:
        process.stop()


def test_signals_for_the_group_do_not_end_a_worker() -> None:
    """A terminal's Ctrl-C or a service manager reaches all processes; the first one decides."""

    async def test() -> None:
        running = Running(Prepare())
        running.pipeline.start()
        await running.submit(["before"])
        await running.caught_up()
        pid = running.workers[0].pid
        assert pid is not None
        os.kill(pid, signal.SIGINT)
        os.kill(pid, signal.SIGTERM)
        await running.submit(["after"])
        await running.caught_up()
        assert running.stored == ["before", "after"]
        assert running.workers[0].pid == pid
        assert running.pipeline.losses == 0
        await running.stopped()

    run(test())


# losses


def test_a_worker_that_is_killed_is_replaced_and_its_batch_done_again(tmp_path: Path) -> None:
    """Everything is stored once and in order, and nobody is blamed."""

    async def test() -> None:
        wait = WaitFor("event 3", tmp_path)
        running = Running(Prepare((wait,)))
        await running.submit(names(5))
        running.pipeline.start()
        await until(wait.has_begun.exists)
        pid = running.workers[0].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait.may_end.touch()
        await running.submit(["event 6"])
        await running.caught_up()
        assert running.stored == names(6)
        assert running.store.aside == {}
        assert running.pipeline.losses == 1
        assert running.pipeline.healthy
        assert running.workers[0].pid != pid
        assert not is_there(pid)
        await running.stopped()

    run(test())


def test_a_worker_that_is_killed_between_batches_is_replaced() -> None:
    """That it has gone is found with the next batch, which waits for the new one."""

    async def test() -> None:
        running = Running(Prepare())
        running.pipeline.start()
        await running.submit(["before"])
        await running.caught_up()
        pid = running.workers[0].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await running.submit(["after"])
        await running.caught_up()
        assert running.stored == ["before", "after"]
        assert running.store.aside == {}
        assert running.pipeline.losses == 1
        await running.stopped()

    run(test())


@pytest.mark.parametrize(
    ("count", "poisoned", "how"),
    [
        pytest.param(1, [1], None, id="alone, exits"),
        pytest.param(50, [1], signal.SIGSEGV, id="first, dies of a signal"),
        pytest.param(50, [25], None, id="in the middle, exits"),
        pytest.param(50, [50], signal.SIGKILL, id="last, is killed"),
        pytest.param(50, [10, 40], None, id="two"),
    ],
)
def test_a_request_that_ends_the_process_is_set_aside(
    count: int, poisoned: list[int], how: int | None
) -> None:
    """With the reason; it costs two workers and no other request, and the pipeline goes on."""

    async def test() -> None:
        running = Running(Prepare((EndOn(signal=how),)))
        expected = names(count)
        for place in poisoned:
            expected[place - 1] = "poison"
        await running.submit(expected)
        running.pipeline.start()
        await running.caught_up()
        await running.submit(["later"])
        await running.caught_up()
        assert running.stored == [name for name in [*expected, "later"] if name != "poison"]
        assert running.store.aside == dict.fromkeys(poisoned, ASIDE)
        assert running.pipeline.losses == 2 * len(poisoned)
        assert running.pipeline.healthy
        await running.stopped()

    run(test())


def test_what_ended_a_process_is_not_done_here_when_the_store_refuses_its_batch() -> None:
    """Requests are done again one by one, in the process that serves: it must not end of it."""

    async def test() -> None:
        running = Running(Prepare((EndOn(),)))
        running.pipeline._loader._alone = Prepare((RaiseOn("poison", SystemExit),))()
        running.store.refuses = lambda positions: len(positions) > 1
        await running.submit(["event 1", "poison", "event 3"])
        running.pipeline.start()
        await running.caught_up()
        assert running.stored == ["event 1", "event 3"]
        assert running.store.aside == {2: ASIDE}
        await running.stopped()

    run(test())


def test_a_worker_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts as lost, and the request at which two hung is set aside."""
    monkeypatch.setattr(workers_module, "SILENT_SECONDS", 0.5)

    async def test() -> None:
        running = Running(Prepare((Sleep((("hangs", FOREVER_S),)),)))
        await running.submit(["event 1", "hangs", "event 3"])
        running.pipeline.start()
        await running.caught_up()
        assert running.stored == ["event 1", "event 3"]
        assert running.store.aside == {2: ASIDE}
        assert running.pipeline.losses == 2
        assert running.pipeline.healthy
        await running.stopped()

    run(test())


# the start


@pytest.mark.parametrize("exits", [True, False])
def test_a_worker_that_cannot_start_is_tried_again(
    tmp_path: Path, exits: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Meanwhile `healthy` is false and events are acknowledged; all are stored when it can."""

    async def test() -> None:
        running = Running(PrepareOnce(tmp_path / "there", exits))
        await running.submit(["event 1"])
        running.pipeline.start()
        await until(lambda: not running.pipeline.healthy)
        assert running.pipeline.parts == {"log": True, "workers": False, "store": True}
        await running.submit(["event 2"])
        assert running.pipeline.pending == 2
        (tmp_path / "there").touch()
        await running.caught_up()
        assert running.stored == names(2)
        assert running.pipeline.healthy
        assert running.pipeline.losses == 0
        await running.stopped()

    run(test())
    code = 3 if exits else 1
    assert f"a worker process did not start: exit code {code}; next attempt in 0.01 s" in (
        caplog.messages
    )


def test_a_worker_that_does_not_become_ready_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its start is bounded."""
    monkeypatch.setattr(workers_module, "START_SECONDS", 0.2)
    worker = WorkerProcess(PrepareNever())
    with pytest.raises(OSError, match="did not start: it said nothing for"):
        worker.start()
    assert worker.pid is None


def test_a_process_that_the_system_refuses_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failed attempt leaves nothing that stands in the way of the next one."""
    worker = WorkerProcess(Prepare())

    def refuse(process: Any) -> None:
        raise BlockingIOError("no more processes")

    with monkeypatch.context() as patch:
        patch.setattr("multiprocessing.context.SpawnProcess._Popen", staticmethod(refuse))
        for _ in range(2):
            with pytest.raises(BlockingIOError):
                worker.start()
    worker.start()
    assert worker.enrich(records_of("one"), {}, False).counts == {"good": 1}
    pid = worker.pid
    worker.stop()
    assert not is_there(pid)


def test_a_stopped_worker_is_not_started_again() -> None:
    """Nobody would end it."""
    worker = WorkerProcess(Prepare())
    worker.stop()
    with pytest.raises(OSError, match="stopped"):
        worker.start()
    assert worker.pid is None


# the end


def test_stop_in_the_middle_of_a_long_batch(tmp_path: Path) -> None:
    """It takes no longer than it may; no process is left, and the batch is in the log, all of it."""

    async def test() -> None:
        wait = WaitFor("event 2", tmp_path)
        running = Running(Prepare((wait,)))
        await running.submit(names(3))
        running.pipeline.start()
        await until(wait.has_begun.exists)
        pid = running.workers[0].pid
        started = time.monotonic()
        await running.pipeline.stop(0.2)
        assert 0.2 <= time.monotonic() - started < 2.2
        assert not running.pipeline.is_running
        assert not is_there(pid)
        assert (running.store.events, running.store.aside) == ({}, {})
        assert [position for position, _ in running.log.read(0, 1 << 20)] == [1, 2, 3]
        assert running.pipeline.losses == 0

    run(test())


def test_leave_while_a_worker_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not waited for."""

    async def test() -> None:
        running = Running(PrepareNever())
        await running.submit(["one"])
        running.pipeline.start()
        await until(lambda: running.workers[0].pid)
        pid = running.workers[0].pid
        running.pipeline.leave()
        await until(lambda: not running.pipeline.is_running)
        assert not is_there(pid)
        assert running.pipeline.pending == 1

    run(test())


@pytest.mark.parametrize("end", ["is killed", "ends"])
def test_a_worker_ends_with_the_process_that_started_it(end: str) -> None:
    """Killed, that one can tell nobody; nor does it hang when it ends without having stopped its worker.

    The pipe ends when all who have it do.
    """
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    parent = subprocess.Popen(
        [sys.executable, "-m", "support.orphan", end],
        cwd=TESTS,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert parent.stdout is not None
        ready = parent.stdout.readline().split()
        assert ready[0] == "ready"
        started = time.monotonic()
        if end == "is killed":
            assert is_there(int(ready[1]))
            parent.kill()
        parent.communicate(timeout=10.0)
        assert time.monotonic() - started < 5.0
        assert parent.returncode == (-signal.SIGKILL if end == "is killed" else 0)
    finally:
        parent.kill()


def test_an_enrichment_that_breaks_in_a_thread_is_a_loss_too() -> None:
    """What is no `Exception`, such as a Rust library's panic, ends no thread of ours."""
    worker = InProcess(Prepare((RaiseOn("two", KeyboardInterrupt),))())
    with pytest.raises(WorkerLost) as lost:
        worker.enrich(records_of("one", "two", "three"), {}, False)
    assert lost.value.position == 2
    enriched = worker.enrich(records_of("one", "two", "three"), {2: "because"}, True)
    assert enriched.counts == {"good": 2, "rejected/generic_error": 1}


# several


def test_batches_are_stored_in_the_order_of_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though one worker takes longer than the other."""
    monkeypatch.setattr(intake_module, "BATCH_BYTES", 1)

    async def test() -> None:
        app_ids = ["slow" if place % 3 == 0 else "fast" for place in range(30)]
        running = Running(Prepare((Sleep((("slow", 0.02),)),)), workers=2)
        await running.submit(app_ids)
        running.pipeline.start()
        await running.caught_up()
        assert running.store.order == list(range(1, 31))
        assert running.stored == app_ids
        await running.stopped()

    run(test())


def test_one_lost_worker_of_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others' batches wait for its own, and order is kept."""
    monkeypatch.setattr(intake_module, "BATCH_BYTES", 1)

    async def test() -> None:
        running = Running(Prepare((EndOn(),)), workers=2)
        app_ids = [*names(2), "poison", *names(5)]
        await running.submit(app_ids)
        running.pipeline.start()
        await running.caught_up()
        assert running.store.order == list(range(1, 9))
        assert running.store.aside == {3: ASIDE}
        assert running.pipeline.losses == 2
        assert running.pipeline.healthy
        await running.stopped()

    run(test())
