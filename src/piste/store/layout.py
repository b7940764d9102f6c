"""The tables of a store file: made when absent, completed when an older version made them.

Limits: columns are only ever added. Whatever else changes raises LAYOUT, and a file with a higher LAYOUT
        is refused. No index, PRIMARY KEY or UNIQUE: DuckDB has replayed logs wrongly with them.
"""

import duckdb

from piste.events import tables
from piste.events.tables import StoredColumn
from piste.store.dialect import MACROS

LAYOUT = 3

TABLES: dict[str, tuple[StoredColumn, ...]] = {
    "state": (StoredColumn("layout", "INTEGER"), StoredColumn("position", "BIGINT")),
    **tables.TABLES,
}
"""`state` has one row: the file's layout, and the log position up to which everything is stored."""


def layout_of(connection: duckdb.DuckDBPyConnection) -> int | None:
    """The layout of an open file, None when the file is new."""
    if "state" not in _columns(connection):
        return None
    row = connection.execute("select layout from state").fetchone()
    return None if row is None else int(row[0])


def lay_out(connection: duckdb.DuckDBPyConnection) -> None:
    """Make or complete tables and macros. Runs in the caller's transaction; repeating it is harmless."""
    present = _columns(connection)
    for table, columns in TABLES.items():
        if table not in present:
            listed = ", ".join(_declaration(column) for column in columns)
            connection.execute(f"create table {table} ({listed})")
            continue
        for column in columns:
            if column.name not in present[table]:
                connection.execute(f"alter table {table} add column {_declaration(column)}")
    layout = layout_of(connection)
    if layout is None:
        connection.execute("insert into state values (?, 0)", [LAYOUT])
    elif layout < LAYOUT:
        # Origins stood beside the events at first, then compressed by zlib; they were meant for a day.
        for table in ("events", "payloads"):
            connection.execute(f"alter table {table} drop column if exists origin")
        connection.execute("delete from origins")
        connection.execute("update state set layout = ?", [LAYOUT])
    for macro in MACROS:
        connection.execute(f"create or replace macro {macro}")


def _declaration(column: StoredColumn) -> str:
    # Texts: two and a half times smaller than what DuckDB chooses by itself. Bytes are compressed already.
    method = "zstd" if column.is_long else "uncompressed" if column.sql_type == "BLOB" else None
    compression = f" using compression {method}" if method else ""
    return f'"{column.name}" {column.sql_type}{compression}'


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    tables: dict[str, set[str]] = {}
    for table, column in connection.execute(
        "select table_name, column_name from duckdb_columns() where not internal"
    ).fetchall():
        tables.setdefault(table, set()).add(column)
    return tables
