"""Retention: what it asks the store to forget, and when."""

import logging
from datetime import timedelta

import pytest

from piste.ingest.retention import Retention

NOW_MS = 1_735_734_645_123
HOUR_MS = 3_600_000


class Store:
    """Notes what it is asked."""

    def __init__(self, events: int = 0, compacts: bool = False) -> None:
        self.calls: list[tuple[str, int | None]] = []
        self._events, self._compacts = events, compacts

    def delete_before(self, instant_ms: int) -> int:
        self.calls.append(("events", instant_ms))
        return self._events

    def delete_origins_before(self, instant_ms: int) -> int:
        self.calls.append(("origins", instant_ms))
        return self._events

    def compact(self) -> bool:
        self.calls.append(("compact", None))
        return self._compacts


def retention(
    store: Store,
    ttl: timedelta | None = None,
    origin_ttl: timedelta | None = None,
    interval: timedelta = timedelta(minutes=10),
) -> Retention:
    return Retention(
        store, ttl=ttl, origin_ttl=origin_ttl, interval=interval, clock_ms=lambda: NOW_MS
    )


@pytest.mark.parametrize(
    ("ttl", "origin_ttl", "calls"),
    [
        pytest.param(None, None, [], id="all is kept"),
        pytest.param(
            timedelta(days=7), None, [("events", NOW_MS - 7 * 24 * HOUR_MS)], id="events are not"
        ),
        pytest.param(
            None, timedelta(hours=24), [("origins", NOW_MS - 24 * HOUR_MS)], id="requests are not"
        ),
        pytest.param(
            timedelta(hours=2),
            timedelta(hours=1),
            [("events", NOW_MS - 2 * HOUR_MS), ("origins", NOW_MS - HOUR_MS)],
            id="neither",
        ),
    ],
)
def test_what_is_older_is_forgotten(
    ttl: timedelta | None, origin_ttl: timedelta | None, calls: list[tuple[str, int | None]]
) -> None:
    """Each by its own age, to the millisecond; disk space is looked at last, whatever was deleted."""
    store = Store()
    retention(store, ttl, origin_ttl)()
    assert store.calls == [*calls, ("compact", None)]


@pytest.mark.parametrize("interval", [timedelta(minutes=1), timedelta(days=2, milliseconds=5)])
def test_the_pause_is_the_interval(interval: timedelta) -> None:
    """In seconds, each time."""
    chore = retention(Store(), timedelta(hours=1), interval=interval)
    assert [chore(), chore()] == [interval.total_seconds()] * 2


def test_the_clock_is_looked_at_each_time() -> None:
    """What was young enough last time may not be now."""
    store, clock = Store(), iter([NOW_MS, NOW_MS + 5])
    chore = Retention(
        store,
        ttl=timedelta(hours=1),
        origin_ttl=None,
        interval=timedelta(minutes=1),
        clock_ms=lambda: next(clock),
    )
    chore()
    chore()
    instants = [instant for name, instant in store.calls if name == "events"]
    assert instants == [NOW_MS - HOUR_MS, NOW_MS + 5 - HOUR_MS]


def test_what_was_done_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """And what was not, is not."""
    caplog.set_level(logging.INFO)
    retention(Store(), timedelta(hours=1), timedelta(hours=1))()
    assert caplog.messages == []
    retention(Store(events=3, compacts=True), timedelta(hours=1), timedelta(hours=1))()
    assert caplog.messages == [
        "3 events were older than storage.ttl and are deleted",
        "the event store's file was rewritten without what is deleted",
    ]


def test_a_fault_of_the_store_is_raised() -> None:
    """The loader logs it and comes back."""

    class Broken(Store):
        def delete_before(self, instant_ms: int) -> int:
            raise OSError("the disk is away")

    with pytest.raises(OSError, match="the disk is away"):
        retention(Broken(), timedelta(hours=1))()
