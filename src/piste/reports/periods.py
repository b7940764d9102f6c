"""Which days a report is about, and which instants those are.

Room:   pure; the moment is handed in. A period that cannot be is a value.
Limits: days from 1970 to 2999. A day begins at the first instant that clocks call by its date; where clocks
        went back over midnight itself, the minutes that they show twice count for the later date.
Source: TinyTrail's API, "Common Query Parameters"; the choices are in docs/reports.md.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from piste.reports.wrong import Wrong, wrong

PERIODS = ("yesterday", "today", "7d", "30d", "90d", "12m", "ytd", "all")
COMPARISONS = ("previous_period", "yoy")
EARLIEST, LATEST = date(1970, 1, 1), date(2999, 12, 31)
DAY_MS = 86_400_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_ZONE_NAME = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both inside."""

    start: date
    end: date

    @property
    def days(self) -> list[date]:
        return [self.start + timedelta(days=number) for number in range(self.length)]

    @property
    def length(self) -> int:
        """In days, at least 1."""
        return (self.end - self.start).days + 1

    def to_json(self) -> dict[str, str]:
        return {"start": str(self.start), "end": str(self.end)}

    def __str__(self) -> str:
        return f"{self.start} to {self.end}"


def named(name: str, today: date, first: date) -> Period | None:
    """A predefined period, None of an unknown name; `first` is the day on which `all` begins."""
    match name:
        case "today":
            return Period(today, today)
        case "yesterday":
            return Period(today - timedelta(days=1), today - timedelta(days=1))
        case "7d" | "30d" | "90d":
            return Period(today - timedelta(days=int(name[:-1]) - 1), today)
        case "12m":
            # Eleven months ago is next month's name, a year earlier unless this is December.
            year = today.year if today.month == 12 else today.year - 1
            return Period(date(year, today.month % 12 + 1, 1), today)
        case "ytd":
            return Period(date(today.year, 1, 1), today)
        case "all":
            return Period(min(max(first, EARLIEST), today), today)
    return None


def custom(start: str | None, end: str | None, today: date) -> Period | Wrong:
    """From `start_date` and `end_date`; without an end it is today."""
    if start is None:
        return wrong("start_date", "is missing; end_date cannot stand alone")
    first = _date(start)
    if first is None:
        return wrong("start_date", _NO_DATE)
    last = today if end is None else _date(end)
    if last is None:
        return wrong("end_date", _NO_DATE)
    if last < first:
        return wrong("end_date", f"must not be before start_date ({last} is before {first})")
    return Period(first, last)


_NO_DATE = f"must be a date such as 2026-03-01, from {EARLIEST} to {LATEST}"


def _date(text: str) -> date | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def compared(period: Period, compare: str) -> Period:
    """What a period is compared with.

    `previous_period`: as many days, right before. `yoy`: the same dates a calendar year earlier, 28 February
    for the 29th.
    """
    if compare == "previous_period":
        length = timedelta(days=period.length)
        return Period(period.start - length, period.end - length)
    return Period(_year_earlier(period.start), _year_earlier(period.end))


def _year_earlier(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days as a time zone has them; instants are epoch milliseconds."""

    zone: tzinfo = UTC

    @classmethod
    def of(cls, name: str) -> "Calendar | None":
        """Of an IANA name; None when there is no such time zone."""
        if name == "UTC":
            return UTC_CALENDAR
        if not _ZONE_NAME.fullmatch(name):
            return None
        try:
            return cls(ZoneInfo(name))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None

    def day_of(self, ms: int) -> date:
        """Of an instant from EARLIEST to LATEST; others count as the nearest."""
        least, most = self.start_of(EARLIEST), self.start_of(LATEST)
        instant = _EPOCH + timedelta(milliseconds=min(max(ms, least), most))
        return instant.astimezone(self.zone).date()

    def start_of(self, day: date) -> int:
        """Its first instant. Of a day that clocks left out, that of the next one."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return (midnight - _EPOCH) // _MILLISECOND

    def bounds_of(self, period: Period) -> tuple[int, int]:
        """Its first instant, and the first one after it."""
        return self.start_of(period.start), self.start_of(period.end + timedelta(days=1))


UTC_CALENDAR = Calendar()
"""UTC's."""
