"""Which days a report is about, and which instants those are."""

from datetime import date
from itertools import pairwise
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.reports.periods import (
    PERIODS,
    UTC_CALENDAR,
    Calendar,
    Period,
    compared,
    custom,
    named,
)
from piste.reports.wrong import Wrong

from .oracle.periods import compared as expected_compared
from .oracle.periods import day_of as expected_day_of
from .oracle.periods import named as expected_named
from .worlds import DAY, HOUR, ZONES, milliseconds

TODAY = date(2026, 3, 19)
FIRST = date(2025, 7, 4)
DAYS = st.dates(date(1971, 1, 1), date(2999, 12, 31))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("today", "2026-03-19 to 2026-03-19"),
        ("yesterday", "2026-03-18 to 2026-03-18"),
        ("7d", "2026-03-13 to 2026-03-19"),
        ("30d", "2026-02-18 to 2026-03-19"),
        ("90d", "2025-12-20 to 2026-03-19"),
        ("12m", "2025-04-01 to 2026-03-19"),
        ("ytd", "2026-01-01 to 2026-03-19"),
        ("all", "2025-07-04 to 2026-03-19"),
    ],
)
def test_named_periods(name, expected):
    """They end today and include it, but for yesterday."""
    assert str(named(name, TODAY, FIRST)) == expected


@given(st.sampled_from(PERIODS), DAYS, DAYS)
def test_named_periods_of_any_day(name, today, first):
    """As the oracle says, never backwards."""
    period = named(name, today, first)
    expected = expected_named(name, today, first)
    assert period is not None
    assert (period.start, period.end) == (expected.start, expected.end)
    assert period.length == len(period.days) >= 1


def test_unknown_periods():
    """Names are exact."""
    assert named("8d", TODAY, FIRST) is None
    assert named("", TODAY, FIRST) is None


def test_everything_before_1970_is_left_out_of_all():
    """A tracker may have said that it was the year 1."""
    assert str(named("all", TODAY, date(1, 1, 1))) == "1970-01-01 to 2026-03-19"


NO_DATE = "must be a date such as 2026-03-01, from 1970-01-01 to 2999-12-31"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-03-01", "2026-03-01", "2026-03-01 to 2026-03-01"),
        ("2024-02-29", "2026-12-31", "2024-02-29 to 2026-12-31"),
        ("2026-03-01", None, "2026-03-01 to 2026-03-19"),
        ("1970-01-01", "2999-12-31", "1970-01-01 to 2999-12-31"),
        (
            None,
            "2026-03-01",
            Wrong("start_date", "start_date is missing; end_date cannot stand alone"),
        ),
        (
            "2026-03-20",
            None,
            Wrong(
                "end_date",
                "end_date must not be before start_date (2026-03-19 is before 2026-03-20)",
            ),
        ),
        (
            "2026-03-02",
            "2026-03-01",
            Wrong(
                "end_date",
                "end_date must not be before start_date (2026-03-01 is before 2026-03-02)",
            ),
        ),
        *(
            (text, "2026-03-19", Wrong("start_date", f"start_date {NO_DATE}"))
            for text in (
                "2025-02-29",
                "20260301",
                "2026-3-1",
                "2026-W10-1",
                "1969-12-31",
                "3000-01-01",
                "2026-03-01T00:00",
                " 2026-03-01",
                "２０２６-03-01",
                "0000-00-00",
                "",
                "x\x00",
            )
        ),
        ("2026-03-01", "2026-02-30", Wrong("end_date", f"end_date {NO_DATE}")),
    ],
)
def test_custom_periods(start, end, expected):
    """Both dates belong to it; what is no date names its parameter."""
    period = custom(start, end, TODAY)
    assert (period if isinstance(period, Wrong) else str(period)) == expected


@pytest.mark.parametrize(
    ("period", "compare", "expected"),
    [
        ("2026-02-23 2026-03-01", "previous_period", "2026-02-16 to 2026-02-22"),
        ("2026-03-19 2026-03-19", "previous_period", "2026-03-18 to 2026-03-18"),
        ("2024-02-29 2024-02-29", "yoy", "2023-02-28 to 2023-02-28"),
        ("2025-02-01 2025-02-28", "yoy", "2024-02-01 to 2024-02-28"),
        ("2025-03-01 2025-03-31", "yoy", "2024-03-01 to 2024-03-31"),
        ("1970-01-01 2999-12-31", "previous_period", "0940-01-01 to 1969-12-31"),
    ],
)
def test_comparisons(period, compare, expected):
    """The days right before, or the same dates of the year before."""
    start, end = map(date.fromisoformat, period.split())
    assert str(compared(Period(start, end), compare)) == expected


@given(DAYS, st.integers(0, 800), st.sampled_from(["previous_period", "yoy"]))
def test_any_comparison(start, length, compare):
    """As the oracle says."""
    end = date.fromordinal(min(start.toordinal() + length, date(2999, 12, 31).toordinal()))
    expected = expected_compared(Period(start, end), compare)
    assert str(compared(Period(start, end), compare)) == str(expected)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "utc ",
        "Mars/Base",
        "../../etc/passwd",
        "/etc/passwd",
        "Europe",
        "Europe/",
        "é",
        "\x00",
        "a" * 2000,
    ],
)
def test_names_that_are_no_time_zones(name):
    assert Calendar.of(name) is None


@given(st.integers(DAY, 32_503_680_000_000), st.sampled_from(("UTC", *ZONES)))
def test_the_day_of_an_instant_is_the_one_that_contains_it(ms, zone):
    """From its start to that of the next one, and as the oracle says."""
    calendar = Calendar.of(zone)
    assert calendar is not None
    day = calendar.day_of(ms)
    if day < date(2999, 12, 31):
        assert day == expected_day_of(ms, calendar.zone)
        start, end = calendar.bounds_of(Period(day, day))
        assert start <= ms < end


@pytest.mark.parametrize(
    ("zone", "day", "first", "hours"),
    [
        pytest.param("UTC", "2026-03-19", "2026-03-19T00:00:00Z", 24, id="an ordinary day"),
        pytest.param("Europe/Berlin", "2025-03-30", "2025-03-29T23:00:00Z", 23, id="a short one"),
        pytest.param("Europe/Berlin", "2025-10-26", "2025-10-25T22:00:00Z", 25, id="a long one"),
        pytest.param(
            "America/Santiago", "2024-09-08", "2024-09-08T04:00:00Z", 23, id="no midnight"
        ),
        pytest.param(
            "America/Havana", "2025-11-02", "2025-11-02T04:00:00Z", 25, id="midnight twice"
        ),
        pytest.param(
            "America/Sao_Paulo", "2019-02-17", "2019-02-17T03:00:00Z", 24, id="back to 23:00"
        ),
        pytest.param("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0, id="no such day"),
    ],
)
def test_days_on_which_clocks_change(zone, day, first, hours):
    """When a day begins, and how long it lasts."""
    calendar, one = Calendar.of(zone), date.fromisoformat(day)
    assert calendar is not None
    start, end = calendar.bounds_of(Period(one, one))
    assert (start, end - start) == (milliseconds(first), hours * HOUR)


def test_instants_outside_the_calendar_count_as_the_nearest():
    """Columns hold the years 0 to 9999, and a website may be asked about anything."""
    assert UTC_CALENDAR.day_of(-(10**15)) == date(1970, 1, 1)
    assert UTC_CALENDAR.day_of(10**18) == date(2999, 12, 31)


def test_every_time_zone_has_a_calendar():
    """Days follow each other without gaps, also where clocks did strange things."""
    for name in sorted(available_timezones() - {"localtime"}):
        calendar = Calendar.of(name)
        assert calendar is not None, name
        starts = [calendar.start_of(date(year, 1, 1)) for year in range(1970, 2030)]
        assert starts == sorted(starts), name
        assert min(b - a for a, b in pairwise(starts)) >= 364 * DAY
