"""The intake: each record once and in order, when it is worth it, and never over a reset."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any

import pytest
from support.pipelines import FOREVER_S, append_now, wait_until

from piste.ingest import intake as intake_module
from piste.ingest.enricher import Record
from piste.ingest.intake import Batch, Intake, most_in_hand
from piste.ingest.log import MemoryLog


class CountingLog(MemoryLog):
    """Counts its reads, and holds them up when asked to."""

    def __init__(self) -> None:
        super().__init__(1 << 30)
        self.reads = 0
        self.is_asked = threading.Event()
        self.may_read = threading.Event()
        self.may_read.set()

    def read(self, after: int, max_bytes: int) -> list[Record]:
        self.reads += 1
        self.is_asked.set()
        assert self.may_read.wait(FOREVER_S)
        return super().read(after, max_bytes)


@pytest.fixture
def log() -> CountingLog:
    return CountingLog()


class Threads:
    """One for each task. They end with the process, so that a test that fails does not hang."""

    def submit(self, task: Callable[[], Batch | None]) -> "Future[Batch | None]":
        future: Future[Batch | None] = Future()

        def work() -> None:
            try:
                future.set_result(task())
            except BaseException as error:
                future.set_exception(error)

        threading.Thread(target=work, daemon=True).start()
        return future


@pytest.fixture
def threads() -> Threads:
    return Threads()


@pytest.fixture
def patiently(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few requests wait longer for others than any test takes."""
    monkeypatch.setattr(intake_module, "LINGER_SECONDS", 10 * FOREVER_S)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No request waits for others."""
    monkeypatch.setattr(intake_module, "LINGER_SECONDS", 0.0)


def numbered(count: int) -> list[bytes]:
    return [b"record %d" % number for number in range(count)]


def positions(batch: Batch | None) -> list[int]:
    assert batch is not None
    return [position for position, _ in batch.records]


def sleeps(intake: Intake) -> Callable[[], object]:
    """Whether somebody waits to be woken."""
    return lambda: intake._changed._waiters  # type: ignore[attr-defined]


def test_what_is_there_is_taken_together(log: CountingLog, at_once: None) -> None:
    """Numbers have no gaps, and nothing is given out twice."""
    intake = Intake(log, loaded=0, workers=1)
    append_now(log, *numbered(3))
    one = intake.take()
    append_now(log, *numbered(2))
    two = intake.take()
    assert (positions(one), positions(two)) == ([1, 2, 3], [4, 5])
    assert one is not None
    assert two is not None
    assert (one.number, two.number) == (0, 1)
    assert (one.last, two.last) == (3, 5)
    assert one.taken <= two.taken <= time.monotonic()
    assert [record for _, record in one.records] == numbered(3)


def test_it_begins_behind_what_is_loaded(at_once: None) -> None:
    """What is in the store already is not taken again."""
    log = MemoryLog(1 << 20, position=7)
    intake = Intake(log, loaded=7, workers=1)
    append_now(log, b"the eighth")
    assert positions(intake.take()) == [8]


def test_a_batch_is_bounded_in_bytes(
    log: CountingLog, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is over the bound is the next batch."""
    monkeypatch.setattr(intake_module, "BATCH_BYTES", 2 * len(numbered(1)[0]))
    intake = Intake(log, loaded=0, workers=2)
    append_now(log, *numbered(5))
    assert [positions(intake.take()) for _ in range(3)] == [[1, 2], [3, 4], [5]]


# when


def test_few_requests_wait_for_others(
    log: CountingLog, threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first one on, so long and no longer."""
    monkeypatch.setattr(intake_module, "LINGER_SECONDS", 0.1)
    intake = Intake(log, loaded=0, workers=1)
    taking = threads.submit(intake.take)
    wait_until(sleeps(intake))
    started = time.monotonic()
    append_now(log, b"one")
    intake.notice()
    wait_until(lambda: intake._since is not None)
    append_now(log, b"two")
    intake.notice()
    assert positions(taking.result(FOREVER_S)) == [1, 2]
    assert 0.1 <= time.monotonic() - started < 5.0


def test_the_wait_begins_with_the_first_request(
    log: CountingLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a hand-set clock: after an idle time as well, and anew for each batch."""
    asked: list[float | None] = []

    class Clock:
        now = 1000.0

        def monotonic(self) -> float:
            return self.now

    clock = Clock()
    monkeypatch.setattr(intake_module, "time", clock)
    intake = Intake(log, loaded=0, workers=2)

    def wait(timeout: float | None = None) -> bool:
        """The clock goes on to the end of the wait."""
        asked.append(timeout)
        clock.now += timeout or 0.0
        return False

    monkeypatch.setattr(intake._changed, "wait", wait)
    for _ in range(2):
        append_now(log, b"one")
        assert intake.take() is not None
        clock.now += 500.0
    assert asked == [intake_module.LINGER_SECONDS] * 2


@pytest.mark.usefixtures("patiently")
def test_many_requests_wait_for_no_others(
    log: CountingLog, threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last one of so many ends the wait; if they are there already, there is none."""
    monkeypatch.setattr(intake_module, "BATCH_REQUESTS", 5)
    intake = Intake(log, loaded=0, workers=2)
    taking = threads.submit(intake.take)
    for record in numbered(5):
        assert not taking.done()
        append_now(log, record)
        intake.notice()
    assert positions(taking.result(FOREVER_S)) == [1, 2, 3, 4, 5]
    append_now(log, *numbered(6))
    assert positions(intake.take()) == [6, 7, 8, 9, 10, 11]


@pytest.mark.usefixtures("patiently")
def test_a_full_batch_waits_for_no_others(
    log: CountingLog, threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As large as the last ones were; so a log that is far ahead is taken batch after batch."""
    monkeypatch.setattr(intake_module, "BATCH_BYTES", 3 * len(numbered(1)[0]))
    intake = Intake(log, loaded=0, workers=1)
    append_now(log, *numbered(7))
    with intake.hurried():
        assert positions(intake.take()) == [1, 2, 3]
    assert positions(intake.take()) == [4, 5, 6]
    taking = threads.submit(intake.take)
    wait_until(sleeps(intake))
    append_now(log, *numbered(2))
    intake.notice()
    assert positions(taking.result(FOREVER_S)) == [7, 8, 9]


@pytest.mark.usefixtures("patiently")
def test_who_waits_ends_the_wait_of_others(log: CountingLog, threads: Threads) -> None:
    """Whether the records come first, the taker or the one who waits."""
    intake = Intake(log, loaded=0, workers=3)
    append_now(log, b"one")
    taking = threads.submit(intake.take)
    wait_until(sleeps(intake))
    with intake.hurried():
        assert positions(taking.result(FOREVER_S)) == [1]
        append_now(log, b"two")
        assert positions(intake.take()) == [2]
        taking = threads.submit(intake.take)
        wait_until(sleeps(intake))
        append_now(log, b"three")
        intake.notice()
        assert positions(taking.result(FOREVER_S)) == [3]


@pytest.mark.usefixtures("patiently")
def test_hurry_ends_with_the_last_who_waits(log: CountingLog, threads: Threads) -> None:
    """Also when one of them leaves by an exception."""
    intake = Intake(log, loaded=0, workers=3)
    with intake.hurried():
        with pytest.raises(TimeoutError), intake.hurried():
            raise TimeoutError
        append_now(log, b"one")
        assert positions(intake.take()) == [1]
    append_now(log, b"two")
    taking = threads.submit(intake.take)
    wait_until(sleeps(intake))
    append_now(log, b"three")
    intake.notice()
    with intake.hurried():
        assert positions(taking.result(FOREVER_S)) == [2, 3]


# how much


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_what_is_in_hand_is_bounded(
    log: CountingLog,
    threads: Threads,
    at_once: None,
    monkeypatch: pytest.MonkeyPatch,
    workers: int,
) -> None:
    """However far the log is ahead; each batch that is stored makes room for one."""
    monkeypatch.setattr(intake_module, "BATCH_BYTES", 1)
    intake = Intake(log, loaded=0, workers=workers)
    most = most_in_hand(workers)
    append_now(log, *numbered(most + 5))
    for _ in range(most):
        intake.take()
    with intake.hurried():
        for more in range(5):
            taking = threads.submit(intake.take)
            wait_until(sleeps(intake))
            intake.notice()
            assert log.reads == most + more
            intake.settle()
            assert positions(taking.result(FOREVER_S)) == [most + more + 1]


# the end


@pytest.mark.usefixtures("patiently")
def test_finish_gives_out_what_is_there(log: CountingLog, threads: Threads) -> None:
    """Without waiting for others, then ends for all takers."""
    intake = Intake(log, loaded=0, workers=1)
    append_now(log, *numbered(2))
    taking = [threads.submit(intake.take) for _ in range(3)]
    wait_until(sleeps(intake))
    intake.finish()
    taken = [future.result(FOREVER_S) for future in taking]
    (batch,) = (one for one in taken if one is not None)
    assert positions(batch) == [1, 2]
    assert intake.take() is None


def test_finish_waits_for_room(
    log: CountingLog, threads: Threads, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end is when everything is given out, not when there is no room."""
    monkeypatch.setattr(intake_module, "BATCH_BYTES", 1)
    intake = Intake(log, loaded=0, workers=1)
    most = most_in_hand(1)
    append_now(log, *numbered(most + 1))
    for _ in range(most):
        intake.take()
    intake.finish()
    taking = threads.submit(intake.take)
    wait_until(sleeps(intake))
    assert not taking.done()
    intake.settle()
    assert positions(taking.result(FOREVER_S)) == [most + 1]
    assert intake.take() is None


@pytest.mark.usefixtures("patiently")
@pytest.mark.parametrize("ahead", [0, 1])
def test_close_gives_nothing_more_out(log: CountingLog, threads: Threads, ahead: int) -> None:
    """Though there is something, and at once for those who wait."""
    intake = Intake(log, loaded=0, workers=1)
    append_now(log, *numbered(ahead))
    taking = [threads.submit(intake.take) for _ in range(3)]
    wait_until(sleeps(intake))
    intake.close()
    assert [future.result(FOREVER_S) for future in taking] == [None] * 3
    assert log.reads == 0


# faults


@pytest.mark.parametrize("empty", [True, False])
def test_a_log_that_cannot_be_read(
    log: CountingLog, at_once: None, monkeypatch: pytest.MonkeyPatch, empty: bool
) -> None:
    """The caller is told, and may ask again: nothing is left out and no number is lost."""
    intake = Intake(log, loaded=0, workers=1)
    append_now(log, *numbered(2))

    def fail(after: int, max_bytes: int) -> list[Record]:
        if empty:
            return []
        raise OSError("the disk is away")

    with monkeypatch.context() as patch:
        patch.setattr(log, "read", fail)
        for _ in range(5):
            with pytest.raises((OSError, RuntimeError)):
                intake.take()
    batch = intake.take()
    assert positions(batch) == [1, 2]
    assert batch is not None
    assert batch.number == 0


# resets


def test_a_batch_ends_at_a_reset(log: CountingLog, at_once: None) -> None:
    """At each of several; one that lies before everything, or is named twice, changes nothing."""
    intake = Intake(log, loaded=0, workers=3)
    intake.cut_at(0)
    append_now(log, *numbered(2))
    intake.cut_at(2)
    intake.cut_at(2)
    append_now(log, *numbered(1))
    intake.cut_at(3)
    append_now(log, *numbered(3))
    assert [positions(intake.take()) for _ in range(3)] == [[1, 2], [3], [4, 5, 6]]
    intake.cut_at(6)
    append_now(log, *numbered(2))
    assert positions(intake.take()) == [7, 8]


def test_a_reset_at_the_end_of_a_full_batch(
    log: CountingLog, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is over with that batch."""
    monkeypatch.setattr(intake_module, "BATCH_BYTES", 2 * len(numbered(1)[0]))
    intake = Intake(log, loaded=0, workers=3)
    append_now(log, *numbered(2))
    intake.cut_at(2)
    append_now(log, *numbered(2))
    assert [positions(intake.take()) for _ in range(2)] == [[1, 2], [3, 4]]


def test_a_reset_while_the_log_is_read(log: CountingLog, threads: Threads, at_once: None) -> None:
    """What was acknowledged after it is not taken with what came before, though it was read."""
    intake = Intake(log, loaded=0, workers=2)
    append_now(log, *numbered(2))
    log.may_read.clear()
    taking = threads.submit(intake.take)
    assert log.is_asked.wait(FOREVER_S)
    intake.cut_at(2)
    append_now(log, *numbered(2))
    log.may_read.set()
    assert positions(taking.result(FOREVER_S)) == [1, 2]
    assert positions(intake.take()) == [3, 4]


# nobody sleeps on


@pytest.mark.usefixtures("patiently")
def test_every_request_wakes_who_waits_for_it(log: CountingLog) -> None:
    """One by one, a thousand times: who misses one waits for ever."""
    intake = Intake(log, loaded=0, workers=1)
    taken: SimpleQueue[Batch | None] = SimpleQueue()

    def take() -> None:
        while (batch := intake.take()) is not None:
            intake.settle()
            taken.put(batch)

    taker = threading.Thread(target=take, daemon=True)
    taker.start()
    with intake.hurried():
        for position in range(1, 1001):
            append_now(log, b"record")
            intake.notice()
            assert positions(taken.get(timeout=FOREVER_S)) == [position]
    intake.finish()
    taker.join(FOREVER_S)
    assert not taker.is_alive()


@pytest.mark.usefixtures("patiently")
def test_the_last_of_many_requests_wakes_who_waits_for_it(
    log: CountingLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each batch is due with its third request and not before."""
    monkeypatch.setattr(intake_module, "BATCH_REQUESTS", 3)
    intake = Intake(log, loaded=0, workers=1)
    taken: SimpleQueue[Batch | None] = SimpleQueue()

    def take() -> None:
        while (batch := intake.take()) is not None:
            intake.settle()
            taken.put(batch)

    taker = threading.Thread(target=take, daemon=True)
    taker.start()
    for first in range(1, 1001, 3):
        for _ in range(3):
            append_now(log, b"record")
            intake.notice()
        assert positions(taken.get(timeout=FOREVER_S)) == [first, first + 1, first + 2]
    intake.finish()
    taker.join(FOREVER_S)
    assert not taker.is_alive()


@pytest.mark.parametrize("seed", range(4))
def test_each_record_is_given_out_once_and_in_order(
    log: CountingLog, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """To several threads, while others append, with resets in between."""
    monkeypatch.setattr(intake_module, "BATCH_BYTES", 200)
    monkeypatch.setattr(intake_module, "BATCH_REQUESTS", 7)
    monkeypatch.setattr(intake_module, "LINGER_SECONDS", 0.001)
    count = 10_000
    intake = Intake(log, loaded=0, workers=2)
    appending, batches, cuts = threading.Lock(), list[Batch](), set[int]()
    all_are_taken = threading.Event()
    most, in_hand = 0, 0
    counting = threading.Lock()

    def append(number: int) -> None:
        chance = random.Random(seed * 10 + number)
        for _ in range(count // 4):
            with appending:  # a reset is called in the event loop, where requests come in
                append_now(log, b"r" * chance.randrange(50))
                if chance.random() < 0.02:
                    intake.cut_at(log.last_position)
                    cuts.add(log.last_position)
            intake.notice()

    def take() -> None:
        nonlocal most, in_hand
        while (batch := intake.take()) is not None:
            with counting:
                in_hand += 1
                most = max(most, in_hand)
                batches.append(batch)
            if batch.last == count:
                all_are_taken.set()
            with counting:
                in_hand -= 1
            intake.settle()

    workers = [threading.Thread(target=append, args=(number,), daemon=True) for number in range(4)]
    workers += [threading.Thread(target=take, daemon=True) for _ in range(6)]
    for worker in workers:
        worker.start()
    assert all_are_taken.wait(FOREVER_S)
    intake.finish()
    for worker in workers:
        worker.join(FOREVER_S)
        assert not worker.is_alive()
    batches.sort(key=lambda batch: batch.number)
    assert [batch.number for batch in batches] == list(range(len(batches)))
    taken = [position for batch in batches for position, _ in batch.records]
    assert taken == list(range(1, count + 1))
    crossed = [cut for batch in batches for cut in cuts if batch.records[0][0] <= cut < batch.last]
    assert cuts
    assert crossed == []
    assert most <= most_in_hand(2)


# the cost


class Untouchable:
    """A lock that nobody may take."""

    def __enter__(self) -> None:
        raise AssertionError("the lock was taken")

    def __exit__(self, *_: object) -> None:
        pass


@pytest.mark.usefixtures("patiently")
@pytest.mark.parametrize("state", ["nobody takes", "a batch is taken", "full", "lingering"])
def test_a_request_that_nobody_waits_for_costs_nothing(
    log: CountingLog, threads: Threads, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """Its notice takes no lock."""
    intake = Intake(log, loaded=0, workers=1)
    taking: Future[Any] | None = None
    append_now(log, *numbered(1))
    if state in ("a batch is taken", "full"):
        with intake.hurried():
            intake.take()
            append_now(log, *numbered(1))
            for _ in range(most_in_hand(1) - 1 if state == "full" else 0):
                intake.take()
                append_now(log, *numbered(1))
    if state in ("full", "lingering"):
        taking = threads.submit(intake.take)
        wait_until(sleeps(intake))
    more = 100 if state == "lingering" else 2 * intake_module.BATCH_REQUESTS
    with monkeypatch.context() as patch:
        # Only once the other thread has it no more.
        with intake._changed:
            pass
        patch.setattr(intake, "_changed", Untouchable())
        for record in numbered(more):
            append_now(log, record)
            intake.notice()
    intake.close()
    if taking is not None:
        assert taking.result(FOREVER_S) is None
