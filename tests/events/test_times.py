"""Instants and their spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.events.times import (
    MAX_MS,
    MIN_MS,
    parse_iso,
    to_instant,
    to_iso_millis,
    to_warehouse,
)

YEAR_1_MS = -62_135_596_800_000
"""0001-01-01T00:00:00Z, before which Python's `datetime` knows nothing."""

SPELLINGS = [
    pytest.param(0, "1970-01-01", "00:00:00", "000", id="the epoch"),
    pytest.param(1_735_734_645_123, "2025-01-01", "12:30:45", "123", id="milliseconds"),
    pytest.param(3_600_000, "1970-01-01", "01:00:00", "000", id="an hour"),
    pytest.param(1_735_734_645_120, "2025-01-01", "12:30:45", "120", id="milliseconds keep zeros"),
    pytest.param(-1, "1969-12-31", "23:59:59", "999", id="a millisecond before the epoch"),
    pytest.param(951_782_400_000, "2000-02-29", "00:00:00", "000", id="a leap day of a century"),
    pytest.param(MAX_MS, "9999-12-31", "23:59:59", "999", id="the last instant of year 9999"),
    pytest.param(YEAR_1_MS, "0001-01-01", "00:00:00", "000", id="the first instant of year 1"),
    pytest.param(YEAR_1_MS - 1, "0000-12-31", "23:59:59", "999", id="the last of year 0"),
    pytest.param(MIN_MS + 59 * 86_400_000, "0000-02-29", "00:00:00", "000", id="0 is a leap year"),
    pytest.param(MIN_MS, "0000-01-01", "00:00:00", "000", id="the first instant of year 0"),
    pytest.param(MIN_MS - 1, "-0001-12-31", "23:59:59", "999", id="a year before 0 has a sign"),
    pytest.param(MAX_MS + 1, "10000-01-01", "00:00:00", "000", id="year 10000 has five digits"),
    pytest.param(2**63 - 1, "292278994-08-17", "07:12:55", "807", id="the last instant of 64 bits"),
]


@pytest.mark.parametrize(("ms", "date", "clock", "millis"), SPELLINGS)
def test_the_three_spellings(ms: int, date: str, clock: str, millis: str) -> None:
    """TSV and bad rows print a space and milliseconds, payloads ISO 8601 with milliseconds, the SDK's
    JSON as Java prints an instant: without a fraction that is zero."""
    assert to_warehouse(ms) == f"{date} {clock}.{millis}"
    assert to_iso_millis(ms) == f"{date}T{clock}.{millis}Z"
    fraction = "" if millis == "000" else f".{millis}"
    assert to_instant(ms) == f"{date}T{clock}{fraction}Z"


@given(st.integers(MIN_MS, MAX_MS))
def test_text_order_is_time_order(ms: int) -> None:
    """Within the protocol's range an instant's text sorts as the instant does."""
    assert to_warehouse(ms - 1) < to_warehouse(ms) or ms == MIN_MS


@given(st.integers(YEAR_1_MS, MAX_MS))
def test_parse_undoes_print(ms: int) -> None:
    """What is printed is read back, in each spelling."""
    assert parse_iso(to_iso_millis(ms)) == ms
    assert parse_iso(to_instant(ms)) == ms
    assert parse_iso(to_warehouse(ms)) == ms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("1970-01-02", 86_400_000, id="a date is its midnight"),
        pytest.param("1970-01-01T00:00:01", 1000, id="no offset means UTC"),
        pytest.param("1970-01-01T00:00:01Z", 1000, id="Z"),
        pytest.param("1970-01-01T02:00:00+02:00", 0, id="an offset is taken away"),
        pytest.param("1970-01-01T00:00:00-00:30", 1_800_000, id="a negative offset"),
        pytest.param("1970-01-01T00:00", 0, id="no seconds"),
        pytest.param("1970-01-01T00:00:00.1239Z", 123, id="finer digits are cut"),
        pytest.param("1969-12-31T23:59:59.9999Z", -1, id="finer digits are cut before the epoch"),
        pytest.param("9999-12-31T23:59:59.999-23:59", MAX_MS + 86_340_000, id="past year 9999"),
        pytest.param("0001-01-01T00:00:00+23:59", YEAR_1_MS - 86_340_000, id="before year 1"),
    ],
)
def test_parse_iso(text: str, expected: int) -> None:
    """ISO 8601 dates and date-times, to the millisecond."""
    assert parse_iso(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("yesterday", id="a word"),
        pytest.param("1735734645123", id="a number"),
        pytest.param("2025-02-29", id="a day that does not exist"),
        pytest.param("2025-01-01T25:00:00Z", id="an hour that does not exist"),
        pytest.param("0000-01-01T00:00:00Z", id="year 0, which a user cannot ask for"),
        pytest.param("2025-01-01T00:00:00Z ", id="white space after it"),
    ],
)
def test_parse_iso_refuses(text: str) -> None:
    """The error is a sentence for the user, with an example."""
    with pytest.raises(ValueError, match="is not an ISO 8601 date-time such as 2025-01-01T00"):
        parse_iso(text)
