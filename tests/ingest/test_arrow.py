"""Rows as columns: what goes through the pipe and into the store."""

from datetime import datetime
from typing import Any

import pytest
from support.requests import ARRIVED_MS
from support.streams import rows_of

from piste.ingest.arrow import to_streams
from piste.ingest.rows import Row

PLACE: Row = {"seq": 1, "valid": True}


def test_a_table_without_rows_has_no_stream() -> None:
    """Most batches have no bad payload."""
    assert to_streams({"events": [], "payloads": [], "origins": []}) == {}
    assert list(to_streams({"events": [PLACE], "payloads": []})) == ["events"]


def test_only_columns_that_some_row_sets_are_written() -> None:
    """In the table's order; a row that lacks one has null there."""
    rows: list[Row] = [PLACE | {"platform": "web"}, {"valid": False, "seq": 2, "app_id": "shop"}]
    found = rows_of(to_streams({"events": rows}))["events"]
    assert found == [
        {"seq": 1, "valid": True, "app_id": None, "platform": "web"},
        {"seq": 2, "valid": False, "app_id": "shop", "platform": None},
    ]
    assert list(found[0]) == ["seq", "valid", "app_id", "platform"]


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        pytest.param("events", "app_id", "é\x00\U0001f600", id="text"),
        pytest.param("events", "doc_width", -(2**63), id="an integer"),
        pytest.param("events", "se_value", 0.1, id="a number"),
        pytest.param("events", "br_cookies", False, id="a boolean"),
        pytest.param("origins", "origin", bytes(range(256)), id="bytes"),
    ],
)
def test_a_value_travels_as_it_is(table: str, column: str, value: object) -> None:
    """At the limits of its type too."""
    (row,) = rows_of(to_streams({table: [{"seq": 1, column: value}]}))[table]
    assert row == {"seq": 1, column: value}
    assert type(row[column]) is type(value)


def test_an_instant_becomes_a_timestamp() -> None:
    """To the millisecond."""
    (row,) = rows_of(to_streams({"origins": [{"collector_tstamp": ARRIVED_MS}]}))["origins"]
    assert row["collector_tstamp"] == datetime(2025, 1, 1, 12, 30, 45, 123_000)


@pytest.mark.parametrize(
    ("row", "error"),
    [
        pytest.param({"no_such_column": 1}, ValueError, id="an unknown column"),
        pytest.param({"valid": True, "origin": b""}, ValueError, id="one of another table"),
        pytest.param({"doc_width": 2**63}, OverflowError, id="an integer beyond 64 bits"),
        pytest.param({"app_id": 5}, TypeError, id="another type"),
    ],
)
def test_what_no_column_holds_is_an_error(row: dict[str, Any], error: type[Exception]) -> None:
    """Nothing is left out silently."""
    with pytest.raises(error):
        to_streams({"events": [PLACE, row]})
