"""Rows to Arrow IPC streams and back."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from arro3.io import read_ipc_stream

from piste.events.tables import TABLES
from piste.ingest.arrow import to_streams
from piste.ingest.rows import Row


def rows_of(*batches: Mapping[str, bytes]) -> dict[str, list[dict[str, Any]]]:
    """Rows by table, with the columns that their stream has."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for streams in batches:
        for table, stream in streams.items():
            rows.setdefault(table, []).extend(_rows(stream))
    return rows


def _rows(stream: bytes) -> list[dict[str, Any]]:
    table = read_ipc_stream(BytesIO(stream)).read_all()
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    return [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]


def event(seq: int, **values: object) -> Row:
    """A row of `events`."""
    return {"seq": seq, "valid": True, "collector_tstamp": 0} | values


def streams(**rows: list[Row]) -> dict[str, bytes]:
    """A batch of rows by table."""
    return to_streams({table: rows.get(table, []) for table in TABLES})
