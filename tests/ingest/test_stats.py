"""What the pipeline counts of its own work."""

import asyncio

import pytest
from support.iglu import accept_all
from support.pipelines import KeepingStore, run
from support.requests import get, rules

from piste.ingest import stats as stats_module
from piste.ingest.enricher import Enriched, Enricher
from piste.ingest.log import LogFull, MemoryLog
from piste.ingest.pipeline import Pipeline
from piste.ingest.stats import AGE_STEP_SECONDS, Ages, Histogram, Stats


class Clock:
    """Goes by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(stats_module, "time", clock)
    return clock


def test_a_histogram_counts_by_upper_bound() -> None:
    """A bound belongs to its own bucket; what is above all bounds has the last one."""
    histogram = Histogram((0.1, 1.0))
    for value in (0.0, 0.1, 0.5, 1.0, 1.5, 100.0):
        histogram.observe(value)
    assert histogram.counts == [2, 2, 2]
    assert histogram.sum == pytest.approx(103.1)


def test_batches_add_up() -> None:
    """Outcomes, times and look-ups."""
    stats = Stats()
    enriched = Enriched({}, [], [], {"good": 2, "failed/a": 1}, {"cached": 3}, 0.25)
    stats.batch_stored(enriched, 0.02)
    stats.batch_stored(enriched, 60.0)
    assert stats.outcomes == {"good": 4, "failed/a": 2}
    assert stats.lookups == {"cached": 6}
    assert stats.enrich_seconds == 0.5
    assert stats.batch_seconds.counts == [0, 1, *[0] * 9, 1]
    assert stats.batch_seconds.sum == 60.02


def test_nothing_has_no_age(clock: Clock) -> None:
    """Neither before the first request nor when all are stored."""
    ages = Ages()
    assert ages.oldest_seconds(0) == 0.0
    ages.note(1, 0)
    clock.now += 5.0
    assert ages.oldest_seconds(1) == 0.0


def test_the_age_is_that_of_the_oldest_request(clock: Clock) -> None:
    """And goes down as they are stored."""
    ages = Ages()
    for position in range(1, 6):
        ages.note(position, 0)
        clock.now += 1.0
    assert [ages.oldest_seconds(loaded) for loaded in range(6)] == [5.0, 4.0, 3.0, 2.0, 1.0, 0.0]


def test_the_age_after_an_idle_time(clock: Clock) -> None:
    """A request that was stored long ago lends its age to nobody, also before the next one is noted."""
    ages = Ages()
    ages.note(1, 0)
    clock.now += 3600.0
    assert ages.oldest_seconds(1) == 0.0
    ages.note(2, 1)
    clock.now += 1.0
    assert ages.oldest_seconds(1) == 1.0


def test_the_age_is_exact_to_a_step(clock: Clock) -> None:
    """And what is kept for it does not grow with the requests, only with the time they wait."""
    ages = Ages()
    noted: list[float] = []
    for position in range(1, 1001):
        noted.append(clock.now)
        ages.note(position, 0)
        clock.now += AGE_STEP_SECONDS / 30
    for loaded in range(1000):
        age = clock.now - noted[loaded]
        assert age - 1e-6 <= ages.oldest_seconds(loaded) <= age + AGE_STEP_SECONDS + 1e-6
    assert len(ages._marks) < 50
    ages.note(1001, 1000)
    assert len(ages._marks) == 1


# in the pipeline


def test_requests_are_counted_where_they_come_in() -> None:
    """Those that are acknowledged, and those that the log refuses."""

    async def test() -> None:
        pipeline = Pipeline(MemoryLog(400), Enricher(rules(accept_all)), KeepingStore())
        refused = 0
        for _ in range(20):
            try:
                await pipeline.submit(get({"e": "pv"}))
            except LogFull:
                refused += 1
        assert 0 < refused < 20
        assert pipeline.stats.refused == {"log_full": refused}
        assert pipeline.stats.accepted == pipeline.pending == 20 - refused

    run(test())


def test_the_age_of_what_waits_in_the_pipeline(clock: Clock) -> None:
    """What an earlier process left behind waits since the start of this one."""

    async def test() -> None:
        log = MemoryLog(1 << 20)
        for _ in range(3):
            await log.append(b"\xff")
        store = KeepingStore()
        store.position = 1
        pipeline = Pipeline(log, Enricher(rules(accept_all)), store, loaded=1)
        clock.now += 2.0
        assert pipeline.age_seconds == 2.0
        await pipeline.submit(get({"e": "pv"}))
        clock.now += 1.0
        assert pipeline.age_seconds == 3.0
        pipeline.progress.advance(2)
        assert pipeline.age_seconds == 3.0
        pipeline.progress.advance(3)
        assert pipeline.age_seconds == 1.0
        pipeline.progress.advance(4)
        assert pipeline.age_seconds == 0.0

    asyncio.run(test())
