"""From the portable SQL of `queries` to DuckDB's dialect.

Limits: a parameter is `:name`; in text literals and comments a colon stays what it is. Casts are written
        `cast(a as b)`, because `::` belongs to one dialect only.
"""

import re
from functools import lru_cache

MACROS = (
    "fromUnixTimestamp64Milli(ms) as make_timestamp_ms(ms)",
    "toUnixTimestamp64Milli(instant) as epoch_ms(instant)",
    "arrayJoin(items) as unnest(items)",
    "splitByChar(separator, text) as string_split(text, separator)",
    "match(text, pattern) as regexp_matches(text, pattern)",
    "cityHash64(text) as hash(text)",
)
"""Small gaps between the engines, closed by macros that bear ClickHouse's names."""

_TOKEN = re.compile(r"'(?:[^']|'')*'|--[^\n]*|:([A-Za-z_][A-Za-z0-9_]*)")


@lru_cache(maxsize=512)
def to_duckdb(sql: str) -> str:
    """The statement with `:name` written as `$name`."""
    return _TOKEN.sub(lambda token: f"${token[1]}" if token[1] else token[0], sql)
