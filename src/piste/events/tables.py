"""The stored tables, derived from the canonical columns.

`events`:   one row an event, good or failed: `seq`, `valid`, `specifications` (`events.matches`), the
            canonical columns.
`payloads`: one row a collector payload of which anything failed, so that a payload of a thousand bad
            events is counted and filtered once.
`origins`:  one row a collector payload, with what it was made of; in a table of its own, because it is
            as large as its events and is forgotten earlier (`origin_ttl`): old rows go, and nothing else
            is written again.

`seq` orders everything that is stored: the payload's position in the log, shifted by EVENT_BITS, plus
the event's place in the payload. The other tables' `seq` has place 0, so `seq >> EVENT_BITS` joins them.
`origin` is JSON in a Zstandard frame; its shape is declared beside who writes it (`ingest.rows`).
Timestamps travel as epoch milliseconds and are stored as TIMESTAMP_MS.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from piste.events.columns import COLUMNS, ColumnType

EVENT_BITS = 20
"""A payload holds at most 2**20 events; the body's size limit keeps it far below."""
PAYLOAD_PLACES = 1 << EVENT_BITS
"""How far apart the `seq` of neighbouring payloads are."""
ROW_GROUP_ROWS = 8_192
"""So many rows of a table are written as one piece."""


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """`is_long`: texts of hundreds of characters, much alike from row to row."""

    name: str
    sql_type: str
    is_long: bool = False


_SQL_TYPES = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.NUMBER: "DOUBLE",
    ColumnType.DECIMAL: "DOUBLE",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.TIMESTAMP: "TIMESTAMP_MS",
    ColumnType.JSON: "VARCHAR",
}

TABLES: Mapping[str, tuple[StoredColumn, ...]] = {
    "events": (
        StoredColumn("seq", "BIGINT"),
        StoredColumn("valid", "BOOLEAN"),
        StoredColumn("specifications", "VARCHAR"),
        *(
            StoredColumn(column.name, _SQL_TYPES[column.type], column.type is ColumnType.JSON)
            for column in COLUMNS
        ),
    ),
    "payloads": (
        StoredColumn("seq", "BIGINT"),
        StoredColumn("collector_tstamp", "TIMESTAMP_MS"),
        StoredColumn("rejected", "BOOLEAN"),
        StoredColumn("vendor", "VARCHAR"),
        StoredColumn("version", "VARCHAR"),
    ),
    "origins": (
        StoredColumn("seq", "BIGINT"),
        StoredColumn("collector_tstamp", "TIMESTAMP_MS"),
        StoredColumn("origin", "BLOB"),
    ),
}
