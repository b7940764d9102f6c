"""The two stored tables, derived from the canonical columns.

`events`:   one row an event, good or failed: `seq`, `valid`, the canonical columns, `origin`.
`payloads`: one row a collector payload of which anything failed, so that a payload of a thousand bad
            events is kept once.

`seq` orders everything that is stored: the payload's position in the log, shifted by EVENT_BITS, plus
the event's place in the payload. `payloads.seq` has place 0, so `seq >> EVENT_BITS` joins the two.
`origin` is zlib-compressed JSON; its shape is declared beside who writes it (`ingest.rows`).
Timestamps travel as epoch milliseconds and are stored as TIMESTAMP_MS.
"""

from dataclasses import dataclass

from piste.events.columns import COLUMNS, ColumnType

EVENT_BITS = 20
"""A payload holds at most 2**20 events; the body's size limit keeps it far below."""


@dataclass(frozen=True, slots=True)
class StoredColumn:
    name: str
    sql_type: str


_SQL_TYPES = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.NUMBER: "DOUBLE",
    ColumnType.DECIMAL: "DOUBLE",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.TIMESTAMP: "TIMESTAMP_MS",
    ColumnType.JSON: "VARCHAR",
}

EVENTS = (
    StoredColumn("seq", "BIGINT"),
    StoredColumn("valid", "BOOLEAN"),
    *(StoredColumn(column.name, _SQL_TYPES[column.type]) for column in COLUMNS),
    StoredColumn("origin", "BLOB"),
)

PAYLOADS = (
    StoredColumn("seq", "BIGINT"),
    StoredColumn("collector_tstamp", "TIMESTAMP_MS"),
    StoredColumn("rejected", "BOOLEAN"),
    StoredColumn("vendor", "VARCHAR"),
    StoredColumn("version", "VARCHAR"),
    StoredColumn("origin", "BLOB"),
)

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class RowBatch:
    """Rows of both tables in their declared column order, from whole payloads."""

    events: tuple[Row, ...]
    payloads: tuple[Row, ...]
