"""The tables of odd requests, by theme. Adding a row is one entry in one of the modules."""

from ..table import Row
from . import (
    adapters,
    bodies,
    columns,
    data,
    headers,
    inspector,
    micro,
    paths,
    queries,
    resolution,
    schemas,
    tracked_json,
    wire,
)

ROWS: tuple[Row, ...] = (
    *bodies.ROWS,
    *schemas.ROWS,
    *tracked_json.ROWS,
    *resolution.ROWS,
    *data.ROWS,
    *columns.ROWS,
    *queries.ROWS,
    *headers.ROWS,
    *paths.ROWS,
    *adapters.ROWS,
    *wire.ROWS,
    *micro.ROWS,
    *inspector.ROWS,
)
