"""The loader's own thread: order, chores between batches, faults around them, and the end."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence

import pytest
from support.iglu import accept_all
from support.pipelines import FOREVER_S, KeepingStore, append_now, record_of, wait_until
from support.requests import rules

from piste.ingest import arrivals as arrivals_module
from piste.ingest import intake as intake_module
from piste.ingest import loader as loader_module
from piste.ingest.enricher import Enriched, Enricher
from piste.ingest.intake import Batch, Intake
from piste.ingest.loader import Loader, Observer
from piste.ingest.log import MemoryLog
from piste.ingest.progress import Progress
from piste.ingest.stats import Stats


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither for others nor between attempts; each request is a batch and goes into the store alone."""
    monkeypatch.setattr(intake_module, "LINGER_SECONDS", 0.0)
    monkeypatch.setattr(intake_module, "BATCH_BYTES", 1)
    monkeypatch.setattr(arrivals_module, "MOST_TOGETHER", 1)
    monkeypatch.setattr(loader_module, "RETRY_SECONDS", (0.0,))


class Loading:
    """A loader to which batches are handed on by hand."""

    def __init__(
        self,
        chores: Callable[[], float | None] = lambda: None,
        observers: tuple[Observer, ...] = (),
        log: MemoryLog | None = None,
        store: KeepingStore | None = None,
    ) -> None:
        self.store, self.log = store or KeepingStore(), log or MemoryLog(1 << 20)
        self.progress, self.stats = Progress(0), Stats()
        self.enricher = Enricher(rules(accept_all))
        self.intake = Intake(self.log, loaded=0, workers=50)
        self.loader = Loader(
            self.log,
            self.intake,
            self.store,
            self.progress,
            self.stats,
            alone=self.enricher,
            observers=observers,
            chores=chores,
        )

    def batches(self, *app_ids: str) -> list[tuple[Batch, Enriched]]:
        """Taken and enriched, not yet handed on."""
        append_now(self.log, *map(record_of, app_ids))
        found = []
        for _ in app_ids:
            batch = self.intake.take()
            assert batch is not None
            found.append((batch, self.enricher.enrich(batch.records, {})))
        return found

    @property
    def together(self) -> list[int]:
        assert isinstance(self.store, CountingStore)
        return self.store.together

    def attempts(self) -> int:
        return len(self.together)

    def load(self, *app_ids: str) -> None:
        for one in self.batches(*app_ids):
            self.loader.hand_on(*one)

    def wait_for(self, position: int) -> None:
        wait_until(lambda: self.progress.loaded >= position)

    def finished(self) -> None:
        self.loader.finish()
        self.ended()

    def ended(self) -> None:
        self.loader.join(FOREVER_S)
        assert self.loader.has_ended
        assert self.store.surprises == []


class Chore:
    """Counts how often it was done; `pauses` are its answers, the last one for good."""

    def __init__(self, *pauses: float | Exception | None) -> None:
        self.pauses = list(pauses)
        self.times = 0
        self.done = threading.Semaphore(0)

    def __call__(self) -> float | None:
        self.times += 1
        pause = self.pauses.pop(0) if len(self.pauses) > 1 else self.pauses[0]
        self.done.release()
        if isinstance(pause, Exception):
            raise pause
        return pause

    def wait(self, times: int) -> None:
        for _ in range(times):
            assert self.done.acquire(timeout=FOREVER_S)


NAMES = [f"event {number}" for number in range(1, 11)]


def test_batches_are_stored_by_number(caplog: pytest.LogCaptureFixture) -> None:
    """In whatever order they arrive; one that is missing holds up those behind it."""
    loading = Loading()
    batches = loading.batches(*NAMES)
    loading.loader.start()
    for one in (*batches[:3], *reversed(batches[4:])):
        loading.loader.hand_on(*one)
    loading.wait_for(3)
    assert loading.store.order == [1, 2, 3]
    loading.loader.hand_on(*batches[3])
    loading.wait_for(10)
    loading.finished()
    assert list(loading.store.events.values()) == NAMES
    assert caplog.messages == []
    assert loading.log.read(0, 1) == []


def test_what_follows_a_missing_batch_is_not_stored_at_the_end() -> None:
    """It is still in the log, for there may be no gap."""
    loading = Loading()
    batches = loading.batches("one", "two", "three")
    for one in (batches[0], batches[2]):
        loading.loader.hand_on(*one)
    loading.loader.start()
    loading.finished()
    assert loading.store.events == {1: "one"}
    assert [position for position, _ in loading.log.read(0, 1 << 20)] == [2, 3]


# several at once


@pytest.fixture
def _together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of one event count as many, and two of them as a full group."""
    monkeypatch.setattr(arrivals_module, "MOST_TOGETHER", 8)
    monkeypatch.setattr(arrivals_module, "BUSY_EVENTS", 1)
    monkeypatch.setattr(arrivals_module, "FULL_EVENTS", 2)
    monkeypatch.setattr(arrivals_module, "GROUP_SECONDS", 10 * FOREVER_S)


class CountingStore(KeepingStore):
    """Keeps how many batches came together."""

    def __init__(self) -> None:
        super().__init__()
        self.together: list[int] = []

    def append(self, batches: Sequence[Mapping[str, bytes]], position: int) -> None:
        self.together.append(len(batches))
        super().append(batches, position)


@pytest.mark.usefixtures("_together")
def test_a_busy_group_waits_until_it_is_full() -> None:
    """Then it is one transaction."""
    loading = Loading(store=CountingStore())
    one, two, three = loading.batches("one", "two", "three")
    loading.loader.start()
    loading.loader.hand_on(*one)
    wait_until(lambda: loading.loader._changed._waiters)  # type: ignore[attr-defined]
    assert loading.store.events == {}
    loading.loader.hand_on(*two)
    loading.wait_for(2)
    loading.loader.hand_on(*three)
    loading.finished()
    assert loading.together == [2, 1]
    assert loading.store.events == {1: "one", 2: "two", 3: "three"}
    assert loading.stats.outcomes == {"good": 3}
    assert loading.log.read(0, 1) == []


@pytest.mark.usefixtures("_together")
def test_who_waits_ends_the_wait_for_others() -> None:
    """Whether the batch comes first or the one who waits; and no longer than that."""
    loading = Loading()
    one, two, three = loading.batches("one", "two", "three")
    loading.loader.start()
    loading.loader.hand_on(*one)
    wait_until(lambda: loading.loader._changed._waiters)  # type: ignore[attr-defined]
    with loading.loader.hurried():
        loading.wait_for(1)
        loading.loader.hand_on(*two)
        loading.wait_for(2)
    loading.loader.hand_on(*three)
    wait_until(lambda: loading.loader._changed._waiters)  # type: ignore[attr-defined]
    assert loading.progress.loaded == 2
    loading.finished()
    assert loading.progress.loaded == 3


@pytest.mark.usefixtures("_together")
def test_a_group_waits_no_longer_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though nothing else comes; chores are done meanwhile."""
    monkeypatch.setattr(arrivals_module, "GROUP_SECONDS", 0.2)
    chore = Chore(0.01)
    loading = Loading(chore)
    loading.loader.start()
    loading.load("one")
    done = chore.times
    loading.wait_for(1)
    assert chore.times > done + 1
    loading.finished()


@pytest.mark.usefixtures("_together")
def test_a_group_that_is_refused_is_stored_one_batch_after_the_other() -> None:
    """Only the request that is at fault is set aside."""
    loading = Loading(store=CountingStore())
    loading.store.refuses = lambda positions: 2 in positions and loading.attempts() < 6
    batches = loading.batches("one", "two", "three")
    for one in batches:
        loading.loader.hand_on(*one)
    loading.loader.start()
    loading.finished()
    assert loading.store.order == [1, 2, 3]
    assert loading.together[:2] == [3, 1]
    assert loading.store.aside.keys() | loading.store.events.keys() == {1, 2, 3}


@pytest.mark.usefixtures("_together")
def test_leaving_in_the_middle_of_a_refused_group_leaves_no_gap() -> None:
    """What follows the request that could not be stored is still in the log, and it itself as well."""
    loading = Loading()
    loading.store.refuses = lambda positions: positions != [1]
    for one in loading.batches("one", "two", "three"):
        loading.loader.hand_on(*one)
    loading.loader.start()
    loading.wait_for(1)
    loading.finished()
    assert loading.store.events == {1: "one"}
    assert [position for position, _ in loading.log.read(0, 1 << 20)] == [2, 3]


# chores


def test_chores_are_done_at_the_start_and_after_each_pause() -> None:
    """Without any events; nobody else has to come."""
    chore = Chore(0.0, 0.02, 10 * FOREVER_S)
    loading = Loading(chore)
    loading.loader.start()
    chore.wait(3)
    loading.load("one")
    loading.wait_for(1)
    loading.finished()
    assert chore.times == 3


def test_chores_are_not_done_when_none_is_due() -> None:
    """Neither with events nor between them."""
    for pause in (None, 10 * FOREVER_S):
        chore = Chore(pause)
        loading = Loading(chore)
        loading.loader.start()
        loading.load(*NAMES)
        loading.wait_for(10)
        loading.finished()
        assert chore.times == 1


def test_chores_are_done_under_steady_load() -> None:
    """Between batches, though there is always another one."""
    done_at: list[int] = []

    def chores() -> float:
        done_at.append(loading.progress.loaded)
        return 0.0

    loading = Loading(chores)
    loading.load(*NAMES)
    loading.loader.start()
    loading.wait_for(10)
    loading.finished()
    assert done_at[:10] == list(range(10))


def test_a_failing_chore_holds_up_no_events(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged and done again later; the loader counts as healthy."""
    monkeypatch.setattr(loader_module, "CHORE_RETRY_SECONDS", 0.01)
    chore = Chore(OSError("the disk is away"), OSError("still"), None)
    loading = Loading(chore)
    loading.load("one")
    loading.loader.start()
    chore.wait(3)
    loading.load("two")
    loading.wait_for(2)
    assert loading.loader.healthy
    loading.finished()
    assert chore.times == 3
    assert loading.store.events == {1: "one", 2: "two"}
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2
    assert caplog.messages[0].startswith("housekeeping failed")


def test_chores_hold_up_no_end() -> None:
    """Who stops Piste does not wait for housekeeping that has become due."""
    chore = Chore(0.0)
    loading = Loading(chore)
    loading.load("one")
    loading.loader.hasten()
    loading.loader.start()
    loading.wait_for(1)
    loading.finished()
    assert chore.times == 0
    assert loading.store.events == {1: "one"}


# observers


def test_a_log_that_cannot_be_released_keeps_nothing_from_the_outputs() -> None:
    """They have seen the batch before; the next one goes its way."""

    class FaultyLog(MemoryLog):
        faults = 1

        def release(self, position: int) -> None:
            if self.faults:
                self.faults -= 1
                raise OSError("the disk is away")
            super().release(position)

    seen: list[dict[str, int]] = []
    log = FaultyLog(1 << 20)
    loading = Loading(observers=(lambda enriched: seen.append(enriched.counts),), log=log)
    loading.load("one", "two")
    loading.loader.start()
    loading.wait_for(2)
    wait_until(lambda: len(seen) == 2)
    assert loading.loader.healthy
    loading.finished()
    assert seen == [{"good": 1}] * 2
    assert loading.stats.outcomes == {"good": 2}
    assert loading.store.order == [1, 2]
    assert log.size_bytes == 0


def test_an_observer_that_fails_disturbs_nobody() -> None:
    """Each sees every batch, in order."""
    seen: list[int] = []

    def fail(enriched: Enriched) -> None:
        raise ValueError

    def see(enriched: Enriched) -> None:
        seen.append(loading.store.order[-1])

    loading = Loading(observers=(fail, see))
    loading.load("one", "two", "three")
    loading.loader.start()
    loading.wait_for(3)
    loading.finished()
    assert seen == [1, 2, 3]
    assert loading.loader.healthy


# the end


def test_a_broken_store_is_not_waited_for_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait for it ends at once; nothing more is given out, and all is still in the log."""
    monkeypatch.setattr(loader_module, "RETRY_SECONDS", (10 * FOREVER_S,))
    loading = Loading()
    loading.store.refuses = lambda positions: True
    loading.load("one", "two")
    loading.loader.start()
    assert loading.store.is_asked.wait(FOREVER_S)
    loading.loader.hasten()
    loading.ended()
    assert not loading.loader.healthy
    assert loading.store.order == []
    assert [position for position, _ in loading.log.read(0, 1)] == [1]
    assert loading.intake.take() is None


def test_a_reset_that_fails_is_not_waited_for_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays undone, and who waits for it can see that nobody will do it."""
    loading = Loading()

    def fail() -> None:
        raise OSError("the disk is away")

    monkeypatch.setattr(loading.store, "clear", fail)
    loading.loader.reset_at(0)
    loading.loader.start()
    wait_until(lambda: not loading.loader.healthy)
    assert loading.loader.is_resetting(0)
    loading.finished()
    assert loading.loader.is_resetting(0)


def test_leaving_ends_after_the_running_transaction() -> None:
    """Which is whole; what was handed on behind it is not stored."""
    loading = Loading()
    loading.store.may_append.clear()
    loading.load("one", "two")
    loading.loader.start()
    assert loading.store.is_asked.wait(FOREVER_S)
    loading.loader.leave()
    loading.loader.join(0.0)
    assert loading.loader.is_running
    loading.store.may_append.set()
    loading.ended()
    assert loading.store.events == {1: "one"}
    assert [position for position, _ in loading.log.read(0, 1 << 20)] == [2]
