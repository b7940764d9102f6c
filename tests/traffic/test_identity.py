"""Hashes of visitors: what makes two of them the same, days, midnight, and what is forgotten."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

import pytest

from piste.traffic.identity import DAY_MS, SALT_BYTES, VISIT_MS, Visitors, visitor_id

SITE = "550e8400-e29b-41d4-a716-446655440000"
IP, AGENT = "198.51.100.23", "Mozilla/5.0"
SALT = bytes(range(32))
MIDNIGHT = 20_000 * DAY_MS
MINUTE = 60_000


class Salts:
    """In memory; keeps two days, as the real one."""

    def __init__(self) -> None:
        self.salts: dict[int, bytes] = {}
        self.days: list[int] = []

    def of(self, day: int, fresh: bytes) -> Mapping[int, bytes]:
        self.days.append(day)
        self.salts.setdefault(day, fresh)
        self.salts = {one: salt for one, salt in self.salts.items() if one >= day - 1}
        return {one: self.salts[one] for one in (day - 1, day) if one in self.salts}


@pytest.fixture
def salts():
    return Salts()


@pytest.fixture
def visitors(salts):
    return of(salts)


def of(salts, max_seen=1_000):
    given = iter(range(100))
    return Visitors(salts, lambda count: bytes([next(given)]) * count, max_seen)


def seen(visitors, now_ms, *, ip=IP, agent=AGENT, is_counted=True):
    return visitors.of(ip, agent, SITE, now_ms, is_counted=is_counted)


def test_the_hash_is_an_hmac_of_the_three_with_their_lengths():
    message = b"\0\0\0\x0d198.51.100.23" + b"\0\0\0\x0bMozilla/5.0" + b"\0\0\0\x24" + SITE.encode()
    digest = hmac.new(SALT, message, hashlib.sha256).digest()
    expected = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert visitor_id(SALT, IP, AGENT, SITE) == expected
    assert len(expected) == 43


@pytest.mark.parametrize(
    "other",
    [
        (bytes(32), IP, AGENT, SITE),
        (SALT, "198.51.100.24", AGENT, SITE),
        (SALT, IP, "Mozilla/5.1", SITE),
        (SALT, IP, AGENT, SITE.replace("5", "6")),
        (SALT, IP[:-1], "3" + AGENT, SITE),
        (SALT, IP + AGENT, "", SITE),
        (SALT, "", IP + AGENT, SITE),
    ],
)
def test_whatever_differs_makes_another_hash(other):
    assert visitor_id(*other) != visitor_id(SALT, IP, AGENT, SITE)


@pytest.mark.parametrize("agent", ["", "\0", "é…", "\ud800", "x" * 100_000])
def test_any_user_agent_has_a_hash(agent):
    assert len(visitor_id(SALT, "", agent, SITE)) == 43


def test_a_day_has_one_salt_and_the_next_day_another(visitors, salts):
    first = seen(visitors, MIDNIGHT)
    assert seen(visitors, MIDNIGHT + DAY_MS - 1) == first
    assert seen(visitors, MIDNIGHT + 2 * DAY_MS) != first
    assert [len(salt) for salt in salts.salts.values()] == [SALT_BYTES]
    assert salts.days == [20_000, 20_002]


def test_the_salts_are_asked_once_a_day(visitors, salts):
    assert not visitors.knows(MIDNIGHT)
    visitors.turn_to(MIDNIGHT)
    assert visitors.knows(MIDNIGHT)
    assert visitors.knows(MIDNIGHT + DAY_MS - 1)
    assert not visitors.knows(MIDNIGHT + DAY_MS)
    seen(visitors, MIDNIGHT + 5)
    seen(visitors, MIDNIGHT + 9)
    assert salts.days == [20_000]


def test_a_clock_that_is_set_back_over_midnight_finds_the_salt_of_that_day(visitors):
    before = seen(visitors, MIDNIGHT - 1)
    after = seen(visitors, MIDNIGHT + DAY_MS // 2)
    assert seen(visitors, MIDNIGHT - 1) == before != after


def test_two_with_the_same_salts_agree(salts):
    one, other = of(salts), of(salts)
    assert seen(one, MIDNIGHT) == seen(other, MIDNIGHT + MINUTE)


def test_a_visit_that_runs_over_midnight_keeps_its_hash(visitors):
    first = seen(visitors, MIDNIGHT - 15 * MINUTE)
    assert seen(visitors, MIDNIGHT + 5 * MINUTE) == first


def test_and_keeps_it_for_as_long_as_it_goes_on(visitors):
    first = seen(visitors, MIDNIGHT - MINUTE)
    for minutes in range(20, 600, 25):
        assert seen(visitors, MIDNIGHT + minutes * MINUTE) == first


def test_a_pause_of_thirty_minutes_does_not_end_it_and_a_longer_one_does(visitors):
    first = seen(visitors, MIDNIGHT - 1000)
    same = seen(visitors, MIDNIGHT - 1000 + VISIT_MS)
    assert same == first
    assert seen(visitors, MIDNIGHT - 1000 + 2 * VISIT_MS + 1) != first


def test_who_comes_back_after_the_pause_has_the_new_hash_from_then_on(visitors):
    first = seen(visitors, MIDNIGHT - 45 * MINUTE)
    second = seen(visitors, MIDNIGHT + MINUTE)
    assert second != first
    assert seen(visitors, MIDNIGHT + 2 * MINUTE) == second


def test_another_visitor_does_not_get_the_hash_of_one_who_stays(visitors):
    first = seen(visitors, MIDNIGHT - MINUTE)
    other = seen(visitors, MIDNIGHT + MINUTE, agent="Mozilla/5.1")
    assert other != first
    assert other == seen(visitors, MIDNIGHT + 2 * MINUTE, agent="Mozilla/5.1")


def test_a_visit_over_a_second_midnight_gets_a_new_hash(visitors):
    first = seen(visitors, MIDNIGHT - MINUTE)
    for minutes in range(20, 24 * 60, 20):
        assert seen(visitors, MIDNIGHT + minutes * MINUTE) == first
    assert seen(visitors, MIDNIGHT + DAY_MS) != first


def test_bots_and_excluded_addresses_keep_no_visit_going(visitors):
    first = seen(visitors, MIDNIGHT - MINUTE, is_counted=False)
    assert len(visitors) == 0
    assert seen(visitors, MIDNIGHT + MINUTE, is_counted=False) != first


def test_what_is_remembered_is_bounded(salts):
    visitors = of(salts, max_seen=3)
    for number in range(10):
        seen(visitors, MIDNIGHT + number, ip=f"192.0.2.{number}")
    assert len(visitors) == 3


def test_visitors_of_long_ago_are_forgotten(visitors):
    for number in range(10):
        seen(visitors, MIDNIGHT + number, ip=f"192.0.2.{number}")
    for number in range(10):
        seen(visitors, MIDNIGHT + VISIT_MS + 1_000 + number, ip="192.0.2.99")
    assert len(visitors) == 1


def test_what_the_salts_raise_is_raised(visitors, salts):
    def of_(day, fresh):
        raise OSError("no disk")

    salts.of = of_
    with pytest.raises(OSError, match="no disk"):
        seen(visitors, MIDNIGHT)
