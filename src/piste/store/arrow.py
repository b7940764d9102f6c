"""Rows to Arrow, the one way into DuckDB that is fast: a row by row insert is a hundred times slower."""

from collections.abc import Sequence

from arro3.core import Array, DataType, Table

from piste.events.tables import Row, StoredColumn

_TIMESTAMP = DataType.timestamp("ms")
_ARROW_TYPES = {
    "VARCHAR": DataType.string(),
    "BIGINT": DataType.int64(),
    "DOUBLE": DataType.float64(),
    "BOOLEAN": DataType.bool(),
    "TIMESTAMP_MS": DataType.int64(),  # as which they travel; cast below
    "BLOB": DataType.binary(),
}


def arrow_table(columns: Sequence[StoredColumn], rows: Sequence[Row]) -> Table:
    """A table of at least one row; each row has a value, or None, for each of `columns` in order."""
    return Table.from_arrays(
        [
            _array(column, values)
            for column, values in zip(columns, zip(*rows, strict=True), strict=True)
        ],
        names=[column.name for column in columns],
    )


def _array(column: StoredColumn, values: Row) -> Array:
    array = Array(values, type=_ARROW_TYPES[column.sql_type])
    return array.cast(_TIMESTAMP) if column.sql_type == "TIMESTAMP_MS" else array
