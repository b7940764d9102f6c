"""Sliding windows: who may ask when, and how much is remembered."""

import random
import threading

import pytest

from piste.web.rate_limits import RateLimit


def test_the_eleventh_request_within_ten_seconds_of_the_first_is_refused() -> None:
    """And told how long to wait; then it is allowed."""
    limit = RateLimit(10, 10)
    assert [limit.allows("203.0.113.7", now / 2) for now in range(10)] == [None] * 10
    assert limit.allows("203.0.113.7", 5) == 5
    assert limit.allows("203.0.113.7", 5.1) == 5
    assert limit.allows("203.0.113.7", 9.999) == 1
    assert limit.allows("203.0.113.7", 10) is None
    assert limit.allows("203.0.113.7", 10) == 1
    assert limit.allows("203.0.113.7", 10.5) is None


def test_waiting_as_told_is_enough() -> None:
    """Whatever happened before, and no second less would always do."""
    seeded = random.Random(4)
    limit, now = RateLimit(5, 7), 0.0
    allowed: list[float] = []
    for _ in range(2000):
        now += seeded.choice((0, 0.1, 0.7, 1.5, 3.0))
        recent = [one for one in allowed if one > now - 7]
        wait = limit.allows("key", now)
        assert (wait is None) == (len(recent) < 5)
        if wait is not None:
            assert wait >= 1
            now += wait
            assert limit.allows("key", now) is None
        allowed.append(now)


def test_keys_do_not_count_together() -> None:
    limit = RateLimit(1, 60)
    assert limit.allows("one", 0) is None
    assert limit.allows("other", 0) is None
    assert limit.allows("one", 0) == 60
    assert limit.allows("other", 30) == 30


def test_what_is_refused_does_not_count() -> None:
    """So who asks on and on is answered again all the same."""
    limit = RateLimit(1, 10)
    assert limit.allows("key", 0) is None
    assert all(limit.allows("key", now / 10) for now in range(100))
    assert limit.allows("key", 10) is None


def test_no_more_keys_than_that_are_remembered() -> None:
    """The one that was allowed longest ago goes first."""
    limit = RateLimit(1, 60, max_keys=3)
    for position, key in enumerate("abc"):
        assert limit.allows(key, position) is None
    assert limit.allows("a", 3) is not None  # which keeps it no longer
    assert limit.allows("d", 4) is None
    assert len(limit) == 3
    assert limit.allows("a", 5) is None
    assert limit.allows("c", 5) is not None
    for number in range(10_000):
        limit.allows(str(number), 6)
    assert len(limit) == 3


def test_keys_are_forgotten_when_their_time_is_over() -> None:
    limit = RateLimit(2, 10)
    for key in "abc":
        limit.allows(key, 0)
    limit.allows("b", 5)
    assert len(limit) == 3
    assert limit.allows("d", 10) is None
    assert len(limit) == 2
    limit.allows("d", 15)
    assert len(limit) == 1


def test_threads_together_are_not_allowed_more() -> None:
    limit = RateLimit(60, 60)
    allowed: list[None] = []

    def ask() -> None:
        allowed.extend(one for one in (limit.allows("key", 1.0) for _ in range(50)) if one is None)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == 60


@pytest.mark.parametrize("now", [0, 1e9, 12345.678])
def test_clocks_begin_anywhere(now: float) -> None:
    limit = RateLimit(1, 1)
    assert limit.allows("key", now) is None
    assert limit.allows("key", now) == 1
    assert limit.allows("key", now + 1) is None
