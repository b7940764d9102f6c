"""`/admin/aggregate`: the documented request and answer, and what is refused."""

from datetime import date
from typing import Any

import pytest
from support.tinytrail import Trail, error

NO_DATE = error("INVALID_PAYLOAD", "`date` must be a day, as YYYY-MM-DD")


def test_a_day(asked: Trail) -> None:
    """As documented."""
    answer = asked.ask("POST", "/admin/aggregate", {"date": "2026-03-18"})
    assert answer.status == 200
    assert answer.json == {
        "status": "success",
        "data": {"message": "Aggregation completed for 2026-03-18"},
    }
    assert asked.aggregated == [date(2026, 3, 18)]


@pytest.mark.parametrize("body", [None, b"", {}])
def test_without_a_day(asked: Trail, body: Any) -> None:
    """It is yesterday."""
    data = asked.done("POST", "/admin/aggregate", body)
    assert data == {"message": "Aggregation completed for 2026-01-14"}
    assert asked.aggregated == [None]


@pytest.mark.parametrize(
    "day",
    [
        *("", "yesterday", "2026-3-18", "20260318", "2026-02-29", "2026-13-01", "0000-01-01"),
        *("2026-W12-3", "2026-03-18T00:00:00Z", " 2026-03-18", "2026-03-18\n", "٢٠٢٦-03-18"),
        *("12026-03-18", "-026-03-18", "x" * 10_000, "2026\0-3-1"),
        *(None, 20260318, True, ["2026-03-18"], {}),
    ],
)
def test_days_that_are_none(asked: Trail, day: Any) -> None:
    answer = asked.ask("POST", "/admin/aggregate", {"date": day})
    assert (answer.status, answer.json) == (400, NO_DATE)
    assert asked.aggregated == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"day": "2026-03-18"}, "`day` is not a field here"),
        ([], "The body must be an object"),
        (
            b"{",
            "The body is not JSON: invalid json: unexpected end of data: line 1 column 2 (char 1)",
        ),
        (b" ", "The body is not JSON: invalid json: exhausted input"),
    ],
)
def test_bodies_that_are_none(asked: Trail, body: Any, message: str) -> None:
    answer = asked.ask("POST", "/admin/aggregate", body)
    assert (answer.status, answer.json) == (400, error("INVALID_PAYLOAD", message))


def test_a_user(asked: Trail) -> None:
    """May not."""
    answer = asked.ask("POST", "/admin/aggregate", by="ours")
    assert (answer.status, answer.json) == (403, error("FORBIDDEN", "This is for administrators"))
    assert asked.aggregated == []
