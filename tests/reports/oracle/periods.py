"""Which days a report is about.

Room:   the named periods, custom ones, comparisons, and the day of a moment in a time zone.
Limits: the clock is handed in. A period that cannot be is a value, `Refused`.
Source: docs of the reports, section 3.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAMES = ("yesterday", "today", "7d", "30d", "90d", "12m", "ytd", "all")
COMPARISONS = ("previous_period", "yoy")
EARLIEST, LATEST = date(1970, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True, slots=True)
class Refused:
    """400 INVALID_PAYLOAD, because of this parameter."""

    parameter: str


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both inside."""

    start: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def __str__(self) -> str:
        return f"{self.start} to {self.end}"

    @property
    def days(self) -> list[date]:
        count = (self.end - self.start).days + 1
        return [self.start + timedelta(days=after) for after in range(count)]

    @property
    def shown(self) -> dict[str, str]:
        return {"start": str(self.start), "end": str(self.end)}


@cache
def day_of(time_ms: int, zone: tzinfo = UTC) -> date:
    """The calendar day on which clocks in a zone showed this moment."""
    return (EPOCH + timedelta(milliseconds=time_ms)).astimezone(zone).date()


def named(name: str, today: date, first: date) -> Period | Refused:
    """A predefined period; `first` is the day on which `all` begins."""
    match name:
        case "today":
            return Period(today, today)
        case "yesterday":
            return Period(today - timedelta(days=1), today - timedelta(days=1))
        case "7d" | "30d" | "90d":
            return Period(today - timedelta(days=int(name[:-1]) - 1), today)
        case "12m":
            # The month after this one, a year ago.
            month = today.month % 12 + 1
            return Period(date(today.year - (month != 1), month, 1), today)
        case "ytd":
            return Period(date(today.year, 1, 1), today)
        case "all":
            return Period(min(first, today), today)
    return Refused("period")


def custom(start: str | None, end: str | None, today: date) -> Period | Refused:
    """A period from two dates as text, at least one given: `end` may be missing, `start` not."""
    if start is None:
        return Refused("start_date")
    begins = _date(start)
    if begins is None:
        return Refused("start_date")
    ends = today if end is None else _date(end)
    if ends is None or ends < begins:
        return Refused("end_date")
    return Period(begins, ends)


def _date(text: str) -> date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def compared(period: Period, compare: str) -> Period:
    """The days that a period is held against.

    `previous_period`: as many days, right before it. `yoy`: the same dates one calendar year earlier,
    28 February for 29 February.
    """
    if compare == "previous_period":
        before = period.start - timedelta(days=1)
        return Period(before - (period.end - period.start), before)
    return Period(_year_earlier(period.start), _year_earlier(period.end))


def _year_earlier(day: date) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)
