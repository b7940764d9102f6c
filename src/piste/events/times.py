"""Instants as epoch milliseconds, and their three spellings.

Limits: columns hold the years 0 to 9999, but any instant prints, because errors name those outside.
        Leap seconds do not exist, as in Java and POSIX.
"""

from datetime import UTC, date, datetime

_DAY_MS = 86_400_000
_CYCLE_DAYS = 146_097
"""Days in 400 years, after which the Gregorian calendar repeats."""
_EPOCH_DAYS = 719_162
"""From the first day of year 1, with which a cycle begins, to 1970-01-01."""
MIN_MS = -62_167_219_200_000
"""0000-01-01T00:00:00Z, the first instant that the warehouse format can hold."""
MAX_MS = 253_402_300_799_999
"""9999-12-31T23:59:59.999Z, the last one."""


def _split(ms: int) -> tuple[str, str, int]:
    """Date text, time-of-day text, millisecond."""
    days, of_day = divmod(ms, _DAY_MS)
    seconds, millis = divmod(of_day, 1000)
    # `date` knows the years 1 to 9999 only; in every year the calendar is that of one of years 1 to 400.
    cycles, day_of_cycle = divmod(days + _EPOCH_DAYS, _CYCLE_DAYS)
    day = date.fromordinal(day_of_cycle + 1)
    year = day.year + 400 * cycles
    years = f"{year:04}" if year >= 0 else f"{year:05}"
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{years}-{day.month:02}-{day.day:02}", clock, millis


def to_warehouse(ms: int) -> str:
    """`yyyy-MM-dd HH:mm:ss.SSS`, as TSV and bad rows print it."""
    date, clock, millis = _split(ms)
    return f"{date} {clock}.{millis:03}"


def to_iso_millis(ms: int) -> str:
    """ISO 8601 with exactly three fraction digits, as raw events and payloads print it."""
    date, clock, millis = _split(ms)
    return f"{date}T{clock}.{millis:03}Z"


def to_instant(ms: int) -> str:
    """ISO 8601 as Java prints an instant: no fraction when it is zero."""
    date, clock, millis = _split(ms)
    return f"{date}T{clock}.{millis:03}Z" if millis else f"{date}T{clock}Z"


def parse_iso(text: str) -> int:
    """Epoch milliseconds of an ISO 8601 date or date-time; no offset means UTC; finer digits are cut.

    Raises `ValueError` with a sentence for the user.
    """
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC)
        since_epoch = instant - datetime(1970, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{text!r} is not an ISO 8601 date-time such as 2025-01-01T00:00:00Z"
        ) from None
    return (
        since_epoch.days * _DAY_MS + since_epoch.seconds * 1000 + since_epoch.microseconds // 1000
    )
