"""Rows to Arrow IPC streams: columns as bytes, which go through a pipe and into any store.

Limits: only columns that some row sets are written; a batch sets about a third of them.
Source: Apache Arrow, "Columnar Format", streaming IPC.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO

from arro3.core import Array, DataType, Table
from arro3.io import write_ipc_stream

from piste.events.tables import TABLES, StoredColumn
from piste.ingest.rows import Row

_TIMESTAMP = DataType.timestamp("ms")
_ARROW_TYPES = {
    "VARCHAR": DataType.string(),
    "BIGINT": DataType.int64(),
    "DOUBLE": DataType.float64(),
    "BOOLEAN": DataType.bool(),
    "TIMESTAMP_MS": DataType.int64(),  # as which they travel; cast below
    "BLOB": DataType.binary(),
}


def to_streams(rows: Mapping[str, Sequence[Row]]) -> dict[str, bytes]:
    """A stream for each table that has rows."""
    return {table: _stream(TABLES[table], some) for table, some in rows.items() if some}


def _stream(columns: Sequence[StoredColumn], rows: Sequence[Row]) -> bytes:
    present = frozenset().union(*rows)
    if strange := present.difference(column.name for column in columns):
        raise ValueError(f"no such columns: {sorted(strange)}")
    written = [column for column in columns if column.name in present]
    table = Table.from_arrays(
        [_array(column, [row.get(column.name) for row in rows]) for column in written],
        names=[column.name for column in written],
    )
    stream = BytesIO()
    write_ipc_stream(table, stream, compression="LZ4")
    return stream.getvalue()


def _array(column: StoredColumn, values: list[object]) -> Array:
    array = Array(values, type=_ARROW_TYPES[column.sql_type])
    return array.cast(_TIMESTAMP) if column.sql_type == "TIMESTAMP_MS" else array
