"""Which days are asked about, and which questions are refused."""

from datetime import UTC, date
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from reports.oracle import Period, Refused, answer
from reports.oracle.numbers import change_pct, rate, rounded
from reports.oracle.periods import compared, custom, day_of, named
from reports.stories import NOW, SITE, Story, ask
from reports.worlds import milliseconds

TODAY = date(2026, 3, 19)


def period(start: str, end: str) -> Period:
    return Period(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("name", "today", "start", "end"),
    [
        ("today", "2026-03-19", "2026-03-19", "2026-03-19"),
        ("yesterday", "2026-03-01", "2026-02-28", "2026-02-28"),
        ("yesterday", "2024-03-01", "2024-02-29", "2024-02-29"),
        ("7d", "2026-03-19", "2026-03-13", "2026-03-19"),
        ("7d", "2026-03-01", "2026-02-23", "2026-03-01"),
        ("30d", "2026-03-19", "2026-02-18", "2026-03-19"),
        ("90d", "2026-03-19", "2025-12-20", "2026-03-19"),
        ("12m", "2026-03-19", "2025-04-01", "2026-03-19"),
        ("12m", "2026-03-31", "2025-04-01", "2026-03-31"),
        ("12m", "2026-12-31", "2026-01-01", "2026-12-31"),
        ("12m", "2026-01-01", "2025-02-01", "2026-01-01"),
        ("12m", "2024-02-29", "2023-03-01", "2024-02-29"),
        ("ytd", "2026-03-19", "2026-01-01", "2026-03-19"),
        ("ytd", "2026-01-01", "2026-01-01", "2026-01-01"),
        ("all", "2026-03-19", "2024-05-06", "2026-03-19"),
        ("all", "2024-05-05", "2024-05-05", "2024-05-05"),
    ],
)
def test_a_named_period_ends_today_and_holds_both_ends(name, today, start, end):
    assert named(name, date.fromisoformat(today), date(2024, 5, 6)) == period(start, end)


@pytest.mark.parametrize("name", ["8d", "TODAY", "12M", "month", " 7d", "٧d"])
def test_other_names_are_refused(name):
    assert named(name, TODAY, TODAY) == Refused("period")


@pytest.mark.parametrize(
    ("start", "end", "meant"),
    [
        ("2026-02-23", "2026-03-01", period("2026-02-23", "2026-03-01")),
        ("2026-03-01", "2026-03-01", period("2026-03-01", "2026-03-01")),
        ("2024-02-29", "2030-01-01", period("2024-02-29", "2030-01-01")),
        ("2026-03-01", None, Period(date(2026, 3, 1), TODAY)),
        ("2026-03-19", None, Period(TODAY, TODAY)),
        ("2026-03-20", None, Refused("end_date")),
        (None, "2026-03-01", Refused("start_date")),
        ("2026-03-02", "2026-03-01", Refused("end_date")),
        ("2025-02-29", "2026-03-01", Refused("start_date")),
        ("2026-02-01", "2026-02-30", Refused("end_date")),
        ("20260223", "2026-03-01", Refused("start_date")),
        ("2026-2-23", "2026-03-01", Refused("start_date")),
        ("2026-W09-1", "2026-03-01", Refused("start_date")),
        ("2026-02-23T00:00:00Z", "2026-03-01", Refused("start_date")),
        ("2026-02-23\n", "2026-03-01", Refused("start_date")),
        ("٢٠٢٦-02-23", "2026-03-01", Refused("start_date")),
        ("1969-12-31", "2026-03-01", Refused("start_date")),
        ("1970-01-01", "2999-12-31", period("1970-01-01", "2999-12-31")),
        ("2026-03-01", "3000-01-01", Refused("end_date")),
    ],
)
def test_dates_are_a_period_or_refused(start, end, meant):
    assert custom(start, end, TODAY) == meant


@pytest.mark.parametrize(
    ("compare", "start", "end", "before"),
    [
        ("previous_period", "2026-02-23", "2026-03-01", "2026-02-16 to 2026-02-22"),
        ("previous_period", "2026-03-01", "2026-03-01", "2026-02-28 to 2026-02-28"),
        ("previous_period", "2024-03-01", "2024-03-31", "2024-01-30 to 2024-02-29"),
        ("yoy", "2026-02-23", "2026-03-01", "2025-02-23 to 2025-03-01"),
        ("yoy", "2024-02-29", "2024-02-29", "2023-02-28 to 2023-02-28"),
        ("yoy", "2025-02-28", "2025-02-28", "2024-02-28 to 2024-02-28"),
        ("yoy", "2025-02-01", "2025-03-01", "2024-02-01 to 2024-03-01"),
        ("yoy", "2024-01-01", "2024-12-31", "2023-01-01 to 2023-12-31"),
    ],
)
def test_a_comparison_is_the_days_before_or_the_same_dates_a_year_earlier(
    compare, start, end, before
):
    assert str(compared(period(start, end), compare)) == before


@pytest.mark.parametrize(
    ("value", "previous", "change"),
    [
        (12450, 11200, 11.16),
        (9870, 8930, 10.53),
        (34200, 30100, 13.62),
        (42.3, 44.1, -4.08),
        (185, 172, 7.56),
        (0, 0, 0),
        (5, 0, 100),
        (0.1, 0, 100),
        (0, 5, -100),
        (5, 5, 0),
        (10001, 10000, 0.01),
        (20001, 20000, 0.01),  # 0.005, a half
        (19999, 20000, -0.01),
        (20003, 20000, 0.02),  # 0.015: half-even would say 0.02 too, a binary float 0.01
        (40001, 40000, 0),
    ],
)
def test_a_change_is_relative_and_rounded_half_up(value, previous, change):
    assert change_pct(value, previous) == change


@pytest.mark.parametrize(
    ("exact", "places", "shown"),
    [
        (Fraction(1, 2), 0, 1),
        (Fraction(5, 2), 0, 3),
        (Fraction(-5, 2), 0, -3),
        (Fraction(49, 100), 0, 0),
        (Fraction(1, 20), 1, 0.1),
        (Fraction(23, 20), 1, 1.2),
        (Fraction(2675, 1000), 2, 2.68),
        (Fraction(2, 3), 2, 0.67),
    ],
)
def test_halves_are_rounded_up(exact, places, shown):
    assert rounded(exact, places) == shown


def test_a_rate_of_nothing_is_nothing():
    assert rate(0, 0, 1) == 0
    assert rate(1, 3, 1) == 33.3
    assert isinstance(rate(1, 1, 1), int)


@pytest.mark.parametrize(
    ("report", "query", "parameter"),
    [
        ("summary", {"website_id": ""}, "website_id"),
        ("realtime", {"website_id": ""}, "website_id"),
        ("summary", {"period": "8d"}, "period"),
        ("summary", {"end_date": "2026-03-01"}, "start_date"),
        ("summary", {"compare": "last_year"}, "compare"),
        ("pages", {"compare": "last_year"}, "compare"),
        ("pages", {"include_bots": "yes"}, "include_bots"),
        ("pages", {"page": "0"}, "page"),
        ("pages", {"page": "-1"}, "page"),
        ("pages", {"page": "1.5"}, "page"),
        ("pages", {"page": "१"}, "page"),
        ("pages", {"page": "1000000000"}, "page"),
        ("pages", {"per_page": "0"}, "per_page"),
        ("pages", {"per_page": "501"}, "per_page"),
        ("devices", {"per_page": "many"}, "per_page"),
        ("pages", {"format": "xml"}, "format"),
        ("pages", {"timezone": "Europe/Nowhere"}, "timezone"),
        ("pages", {"timezone": "../etc/passwd"}, "timezone"),
        ("pages", {"filter[colour]": "red"}, "filter[colour]"),
        ("pages", {"filter[path]": ["/", "/a"]}, "filter[path]"),
        ("sources", {"group_by": "country"}, "group_by"),
        ("timeseries", {"metric": "unique_visitors"}, "metric"),
        ("funnel", {}, "steps[]"),
        ("funnel", {"steps[]": ["/"]}, "steps[]"),
        ("funnel", {"steps[]": ["/", ""]}, "steps[]"),
        ("funnel", {"steps[]": ["/"] * 21}, "steps[]"),
    ],
)
def test_what_cannot_be_is_refused(report, query, parameter):
    assert answer(report, [], {"website_id": SITE, **query}, NOW) == Refused(parameter)


@pytest.mark.parametrize(
    ("report", "query"),
    [
        ("pages", {"page": "999999999", "per_page": "500"}),
        ("pages", {"period": "", "page": "", "timezone": "", "compare": ""}),
        ("pages", {"group_by": "country", "metric": "x"}),
        ("pages", {"start_date": "2026-03-01", "period": "8d"}),
        ("funnel", {"steps[]": ["/"] * 20}),
        ("pages", {"something": "else"}),
    ],
)
def test_what_is_not_looked_at_is_not_refused(report, query):
    assert isinstance(answer(report, [], {"website_id": SITE, **query}, NOW), dict)


def test_the_default_is_seven_days():
    said = answer("pages", [], {"website_id": SITE}, NOW)
    assert said == {
        "period": {"start": "2026-03-13", "end": "2026-03-19"},
        "page": 1,
        "per_page": 50,
        "rows": [],
    }


def test_all_begins_with_the_first_event_that_is_counted():
    story = Story()
    story.hit("2026-01-02T00:00Z", is_excluded=True).hit("2026-01-03T00:00Z", is_bot=True)
    story.hit("2026-01-04T00:00Z", event_type="scroll_25").hit("2026-01-05T00:00Z")
    assert story.ask("pages", period="all")["period"]["start"] == "2026-01-04"
    assert story.ask("pages", period="all", include_bots="true")["period"]["start"] == "2026-01-03"


def test_all_of_a_website_without_events_begins_when_it_was_created():
    created = milliseconds("2026-02-03T23:30:00Z")
    query = {"website_id": SITE, "period": "all"}
    said = answer("pages", [], query, NOW, created)
    assert said["period"] == {"start": "2026-02-03", "end": "2026-03-19"}
    said = answer("pages", [], {**query, "timezone": "Europe/Berlin"}, NOW, created)
    assert said["period"]["start"] == "2026-02-04"


def test_all_ends_today_even_if_the_first_event_is_ahead_of_the_clock():
    story = Story().hit("2026-03-21T00:00Z")
    assert story.ask("pages", period="all")["period"] == {
        "start": "2026-03-19",
        "end": "2026-03-19",
    }


@pytest.mark.parametrize(
    ("at", "zone", "day"),
    [
        ("2026-03-19T23:59:59.999Z", "UTC", "2026-03-19"),
        ("2026-03-20T00:00:00Z", "UTC", "2026-03-20"),
        ("2025-03-29T22:59:59.999Z", "Europe/Berlin", "2025-03-29"),
        ("2025-03-29T23:00:00Z", "Europe/Berlin", "2025-03-30"),
        ("2025-03-30T21:59:59.999Z", "Europe/Berlin", "2025-03-30"),  # a day of 23 hours
        ("2025-03-30T22:00:00Z", "Europe/Berlin", "2025-03-31"),
        ("2025-10-26T22:59:59.999Z", "Europe/Berlin", "2025-10-26"),  # and one of 25
        ("2025-11-02T04:00:00Z", "America/Havana", "2025-11-02"),
        ("2025-11-02T05:00:00Z", "America/Havana", "2025-11-02"),  # midnight again
        ("2024-09-08T03:59:59.999Z", "America/Santiago", "2024-09-07"),
        ("2024-09-08T04:00:00Z", "America/Santiago", "2024-09-08"),  # at one o'clock
        ("2025-12-31T10:00:00Z", "Pacific/Kiritimati", "2026-01-01"),
        ("2025-12-31T18:14:59.999Z", "Asia/Kathmandu", "2025-12-31"),
        ("2025-12-31T18:15:00Z", "Asia/Kathmandu", "2026-01-01"),
    ],
)
def test_a_moment_is_on_the_day_that_clocks_there_show(at, zone, day):
    tz = UTC if zone == "UTC" else ZoneInfo(zone)
    assert str(day_of(milliseconds(at), tz)) == day


def test_a_days_report_follows_the_time_zone():
    story = Story().hit("2025-03-29T23:30Z").hit("2025-03-30T22:30Z", "bob")
    asked = {"start_date": "2025-03-30", "end_date": "2025-03-31", "timezone": "Europe/Berlin"}
    series = ask(story.hits, "timeseries", **asked)["series"]
    assert series == [{"date": "2025-03-30", "value": 1}, {"date": "2025-03-31", "value": 1}]


def test_today_follows_the_time_zone():
    now = milliseconds("2025-12-31T10:30:00Z")
    said = ask([], "pages", now, period="ytd", timezone="Pacific/Kiritimati")
    assert said["period"] == {"start": "2026-01-01", "end": "2026-01-01"}
