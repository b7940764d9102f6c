"""The crew: threads that take batches in and hand them on, whatever becomes of their workers."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from queue import Empty, SimpleQueue

import pytest
from support.pipelines import FOREVER_S, KeepingStore, append_now, record_of, run, until, wait_until
from support.requests import get
from support.working import Prepare, RaiseOn

from piste.ingest import crew as crew_module
from piste.ingest import intake as intake_module
from piste.ingest.crew import MAX_LOSSES, POISON, Crew
from piste.ingest.enricher import Enriched, Record
from piste.ingest.intake import Batch, Intake, most_in_hand
from piste.ingest.log import MemoryLog
from piste.ingest.pipeline import Pipeline
from piste.ingest.workers import InProcess, Worker, WorkerLost


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses are not what is tested, nor is how long requests wait for others."""
    monkeypatch.setattr(crew_module, "RETRY_SECONDS", (0.0,))
    monkeypatch.setattr(intake_module, "LINGER_SECONDS", 0.0)


class Fragile:
    """A worker that is lost as often as `fates` says so: at a position, at none, or not at all."""

    def __init__(self, fates: Iterable[int | None] = (), faults: int = 0) -> None:
        """`faults` counts the starts that fail."""
        self.fates, self.faults = iter(fates), faults
        self.starts = 0
        self.is_stopped = threading.Event()
        self.may_enrich = threading.Event()
        self.may_enrich.set()
        self.is_asked = threading.Event()
        self.jobs: list[tuple[list[int], dict[int, str], bool]] = []
        self._inner = InProcess(Prepare()())

    def start(self) -> None:
        self.starts += 1
        if self.starts <= self.faults:
            raise OSError("no room")

    def enrich(self, records: Sequence[Record], aside: Mapping[int, str], alone: bool) -> Enriched:
        self.jobs.append(([position for position, _ in records], dict(aside), alone))
        self.is_asked.set()
        assert self.may_enrich.wait(FOREVER_S)
        for fate in self.fates:
            raise WorkerLost(fate)
        if self.is_stopped.is_set():
            raise WorkerLost(None)
        return self._inner.enrich(records, aside, alone)

    def stop(self) -> None:
        self.is_stopped.set()
        self.may_enrich.set()


class Fleet:
    """A crew over a log, and what it handed on."""

    def __init__(self, *workers: Worker, log: MemoryLog | None = None) -> None:
        self.log = log or MemoryLog(1 << 20)
        self.intake = Intake(self.log, loaded=0, workers=len(workers))
        self.handed_on: SimpleQueue[tuple[Batch, Enriched]] = SimpleQueue()
        self.crew = Crew(self.intake, workers, lambda *one: self.handed_on.put(one))

    def append(self, *app_ids: str) -> None:
        append_now(self.log, *map(record_of, app_ids))
        self.intake.notice()

    def next_one(self) -> tuple[Batch, Enriched]:
        return self.handed_on.get(timeout=FOREVER_S)

    def finished(self) -> list[tuple[Batch, Enriched]]:
        """All that was handed on, and the end of it."""
        self.intake.finish()
        self.crew.join(FOREVER_S)
        assert not self.crew.is_running
        found = []
        while not self.handed_on.empty():
            found.append(self.handed_on.get())
        return found


def test_each_batch_is_handed_on_enriched() -> None:
    """And a worker is started once and stopped at the end."""
    worker = Fragile()
    fleet = Fleet(worker)
    fleet.append("one", "two")
    fleet.crew.start()
    batch, enriched = fleet.next_one()
    fleet.intake.settle()
    assert [position for position, _ in batch.records] == [1, 2]
    assert enriched.counts == {"good": 2}
    fleet.append("three")
    batch, _ = fleet.next_one()
    assert (batch.number, batch.last, batch.aside) == (1, 3, {})
    assert fleet.finished() == []
    assert worker.starts == 1
    assert worker.is_stopped.is_set()
    assert fleet.crew.healthy
    assert fleet.crew.losses == 0


# losses


def test_a_request_at_which_two_workers_were_lost_is_set_aside() -> None:
    """Nobody else is blamed."""
    worker = Fragile([2, 2])
    fleet = Fleet(worker)
    fleet.append("one", "two", "three")
    fleet.crew.start()
    ((batch, enriched),) = fleet.finished()
    assert worker.jobs == [
        ([1, 2, 3], {}, False),
        ([1, 2, 3], {}, False),
        ([1, 2, 3], {2: POISON}, False),
    ]
    assert enriched.counts == {"good": 2, "rejected/generic_error": 1}
    assert batch.aside == {2: POISON}
    assert (worker.starts, fleet.crew.losses) == (3, 2)
    assert fleet.crew.healthy


def test_every_request_of_a_batch_may_end_a_worker() -> None:
    """Two workers each, whatever came between; the next batch has nothing to do with it."""
    worker = Fragile([1, 1, 3, 2, 2, 3])
    fleet = Fleet(worker)
    fleet.append("one", "two", "three")
    fleet.crew.start()
    _, enriched = fleet.next_one()
    fleet.append("four")
    assert enriched.counts == {"rejected/generic_error": 3}
    ((_, enriched),) = fleet.finished()
    assert enriched.counts == {"good": 1}
    assert worker.jobs[-1] == ([4], {}, False)
    assert fleet.crew.losses == 6


def test_a_worker_lost_at_each_of_several_requests_is_nobodys_fault() -> None:
    """Workers were killed from outside: nothing is set aside."""
    worker = Fragile([1, 3, 2])
    fleet = Fleet(worker)
    fleet.append("one", "two", "three")
    fleet.crew.start()
    ((batch, enriched),) = fleet.finished()
    assert enriched.counts == {"good": 3}
    assert batch.aside == {}
    assert (worker.starts, fleet.crew.losses) == (4, 3)


def test_a_loss_at_the_batch_as_a_whole_has_its_requests_done_alone() -> None:
    """So that the one that is at fault shows."""
    worker = Fragile([None, 2, 2])
    fleet = Fleet(worker)
    fleet.append("one", "two", "three")
    fleet.crew.start()
    ((batch, _),) = fleet.finished()
    assert [alone for _, _, alone in worker.jobs] == [False, True, True, True]
    assert batch.aside == {2: POISON}


def test_a_batch_of_which_no_request_can_be_blamed() -> None:
    """After so many losses all of it is set aside."""
    worker = Fragile([None] * MAX_LOSSES)
    fleet = Fleet(worker)
    fleet.append("one", "two")
    fleet.crew.start()
    ((_, enriched),) = fleet.finished()
    assert enriched.counts == {"rejected/generic_error": 2}
    assert fleet.crew.losses == MAX_LOSSES
    assert worker.jobs[-1] == ([1, 2], {1: POISON, 2: POISON}, True)


def test_a_loss_at_nothing_is_not_laid_on_requests() -> None:
    """One loss fewer than it takes, however many requests were at fault besides."""
    worker = Fragile([None, 1, 1, None])
    fleet = Fleet(worker)
    fleet.append("one", "two")
    fleet.crew.start()
    ((_, enriched),) = fleet.finished()
    assert enriched.counts == {"good": 1, "rejected/generic_error": 1}
    assert fleet.crew.losses == 4


def test_losses_without_end_are_paced(monkeypatch: pytest.MonkeyPatch) -> None:
    """When a worker is lost though nothing is left to blame: longer and longer, and not busily."""
    monkeypatch.setattr(crew_module, "RETRY_SECONDS", (0.0, 0.0, 0.0, 0.0, 10 * FOREVER_S))
    worker = Fragile([None] * 1000)
    fleet = Fleet(worker)
    fleet.append("one")
    fleet.crew.start()
    wait_until(lambda: fleet.crew.losses == 5)
    fleet.crew.leave()
    fleet.crew.join(FOREVER_S)
    assert not fleet.crew.is_running
    assert fleet.crew.losses == 5
    assert fleet.handed_on.empty()


def test_a_fault_in_the_thread_is_a_loss_as_well() -> None:
    """What would end a thread of this process ends none."""
    worker = InProcess(Prepare((RaiseOn("two", SystemExit),))())
    fleet = Fleet(worker)
    fleet.append("one", "two", "three")
    fleet.crew.start()
    ((batch, enriched),) = fleet.finished()
    assert enriched.counts == {"good": 2, "rejected/generic_error": 1}
    assert batch.aside == {2: POISON}


# starting


def test_a_start_is_tried_again_after_growing_pauses(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """For ever, but nobody waits for it who leaves."""
    monkeypatch.setattr(crew_module, "RETRY_SECONDS", (0.0, 0.001, 0.002))
    worker = Fragile(faults=5)
    fleet = Fleet(worker)
    fleet.append("one")
    fleet.crew.start()
    ((_, enriched),) = fleet.finished()
    assert enriched.counts == {"good": 1}
    assert worker.starts == 6
    assert fleet.crew.losses == 0
    pauses = ["0.0", "0.001", "0.002", "0.002", "0.002"]
    assert caplog.messages == [f"no room; next attempt in {pause} s" for pause in pauses]


def test_one_ill_worker_of_several_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """However well the others are: a batch in its hands holds all of them up."""
    monkeypatch.setattr(crew_module, "RETRY_SECONDS", (10 * FOREVER_S,))
    fleet = Fleet(Fragile(faults=1), Fragile())
    fleet.crew.start()
    for name in ("one", "two", "three"):
        fleet.append(name)
        fleet.next_one()
        fleet.intake.settle()
        wait_until(lambda: not fleet.crew.healthy)
    assert not fleet.crew.healthy
    fleet.crew.leave()
    fleet.crew.join(FOREVER_S)
    assert not fleet.crew.is_running


def test_leaving_does_not_wait_for_the_next_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that cannot start holds up no end, and nothing more is handed on."""
    monkeypatch.setattr(crew_module, "RETRY_SECONDS", (10 * FOREVER_S,))
    worker = Fragile(faults=1)
    fleet = Fleet(worker)
    fleet.append("one")
    fleet.crew.start()
    wait_until(lambda: not fleet.crew.healthy)
    assert fleet.crew.is_running
    fleet.crew.join(0.0)
    assert fleet.crew.is_running
    fleet.crew.leave()
    fleet.crew.join(FOREVER_S)
    assert not fleet.crew.is_running
    assert worker.starts == 1
    assert worker.jobs == []


# the end


def test_leaving_in_the_middle_of_a_batch_drops_it() -> None:
    """Its worker is stopped, which is no loss, and it is not handed on."""
    worker = Fragile()
    worker.may_enrich.clear()
    fleet = Fleet(worker)
    fleet.append("one")
    fleet.crew.start()
    assert worker.is_asked.wait(FOREVER_S)
    fleet.crew.leave()
    fleet.crew.join(FOREVER_S)
    assert not fleet.crew.is_running
    assert fleet.handed_on.empty()
    assert (worker.starts, fleet.crew.losses) == (1, 0)


class FaultyLog(MemoryLog):
    """A log that cannot be read at first."""

    def __init__(self, faults: int) -> None:
        super().__init__(1 << 20)
        self.faults = faults

    def read(self, after: int, max_bytes: int) -> list[Record]:
        if self.faults:
            self.faults -= 1
            raise OSError("the disk is away")
        return super().read(after, max_bytes)


def test_a_log_that_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """`healthy` is false until it can be read again."""
    monkeypatch.setattr(crew_module, "RETRY_SECONDS", (0.001,))
    fleet = Fleet(Fragile(), log=(log := FaultyLog(faults=1 << 30)))
    fleet.append("one")
    fleet.crew.start()
    wait_until(lambda: not fleet.crew.healthy)
    log.faults = 0
    _, enriched = fleet.next_one()
    assert enriched.counts == {"good": 1}
    assert fleet.crew.healthy
    assert fleet.finished() == []


# several


class CountingLog(MemoryLog):
    """Counts its reads."""

    def __init__(self) -> None:
        super().__init__(1 << 20)
        self.reads = 0

    def read(self, after: int, max_bytes: int) -> list[Record]:
        self.reads += 1
        return super().read(after, max_bytes)


def test_several_workers_take_no_more_than_they_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until something is stored, however fast they are; each batch is in the hands of one."""
    monkeypatch.setattr(intake_module, "BATCH_BYTES", 1)
    fleet = Fleet(*(Fragile() for _ in range(3)))
    fleet.append(*(f"event {number}" for number in range(20)))
    fleet.crew.start()
    most = most_in_hand(3)
    numbers = [fleet.next_one()[0].number for _ in range(most)]
    for _ in range(3):
        wait_until(lambda: fleet.intake._changed._waiters)  # type: ignore[attr-defined]
        with pytest.raises(Empty):
            fleet.handed_on.get_nowait()
        fleet.intake.settle()
        numbers.append(fleet.next_one()[0].number)
    assert sorted(numbers) == list(range(most + 3))
    fleet.crew.leave()
    fleet.crew.join(FOREVER_S)
    assert not fleet.crew.is_running


def test_a_store_that_blocks_bounds_what_is_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many requests are acknowledged meanwhile; all are stored in order once it goes on."""
    monkeypatch.setattr(intake_module, "BATCH_BYTES", 1)
    log = CountingLog()

    async def test() -> None:
        store, workers = KeepingStore(), [InProcess(Prepare()()) for _ in range(2)]
        store.may_append.clear()
        pipeline = Pipeline(log, Prepare()(), store, workers=workers)
        pipeline.start()
        for number in range(30):
            await pipeline.submit(get({"e": "pv", "aid": f"event {number}"}))
        await until(lambda: pipeline._intake._changed._waiters)  # type: ignore[attr-defined]
        assert log.reads == most_in_hand(2)
        assert pipeline.pending == 30
        store.may_append.set()
        assert await pipeline.catch_up(FOREVER_S) == 0
        assert store.order == list(range(1, 31))
        assert store.surprises == []
        await pipeline.stop(FOREVER_S)
        assert not pipeline.is_running

    run(test())


def test_a_slow_worker_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches are handed on as they are ready; their numbers tell the order."""
    monkeypatch.setattr(intake_module, "BATCH_BYTES", 1)
    slow = Fragile()
    slow.may_enrich.clear()
    fleet = Fleet(slow, Fragile())
    fleet.crew.start()
    numbers: Iterator[int] = iter(range(1, 100))
    fleet.append("event 0")
    while not slow.is_asked.is_set():  # whoever takes it first
        fleet.append(f"event {next(numbers)}")
        wait_until(lambda: slow.is_asked.is_set() or not fleet.handed_on.empty())
        while not fleet.handed_on.empty():
            fleet.handed_on.get()
            fleet.intake.settle()
    ((held,), _, _) = slow.jobs[0]
    fleet.append("last")
    last = fleet.log.last_position
    while fleet.next_one()[0].last != last:
        fleet.intake.settle()
    slow.may_enrich.set()
    assert fleet.next_one()[0].last == held
    assert fleet.finished() == []
