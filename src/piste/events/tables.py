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

TRAFFIC = (
    StoredColumn("website_id", "VARCHAR"),
    StoredColumn("visitor_id", "VARCHAR"),
    StoredColumn("hit_type", "VARCHAR"),
    StoredColumn("hit_name", "VARCHAR"),
    StoredColumn("path", "VARCHAR"),
    StoredColumn("content_group", "VARCHAR"),
    StoredColumn("referrer_domain", "VARCHAR"),
    StoredColumn("referrer_channel", "VARCHAR"),
    StoredColumn("channel_detail", "VARCHAR"),
    StoredColumn("device_type", "VARCHAR"),
    StoredColumn("browser", "VARCHAR"),
    StoredColumn("operating_system", "VARCHAR"),
    StoredColumn("screen_bucket", "VARCHAR"),
    StoredColumn("properties", "VARCHAR", is_long=True),
    StoredColumn("is_bot", "BOOLEAN"),
    StoredColumn("bot_reason", "VARCHAR"),
    StoredColumn("is_excluded", "BOOLEAN"),
)
"""What web analytics ask of an event of a website, whichever protocol it came by; null for other events.

`hit_type` is TinyTrail's event type, `hit_name` the name of a custom event, `properties` its JSON; `browser`
and `operating_system` are families (`os_family` is a canonical column, of an enrichment). The time of a hit
is `derived_tstamp`; campaigns are in `mkt_source`, `mkt_medium`, `mkt_campaign`, countries in `geo_country`.
"""

TABLES: Mapping[str, tuple[StoredColumn, ...]] = {
    "events": (
        StoredColumn("seq", "BIGINT"),
        StoredColumn("valid", "BOOLEAN"),
        StoredColumn("specifications", "VARCHAR"),
        *(
            StoredColumn(column.name, _SQL_TYPES[column.type], column.type is ColumnType.JSON)
            for column in COLUMNS
        ),
        *TRAFFIC,
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
