"""The canonical event as one tab-separated line.

Source: Snowplow canonical event model: 131 values in column order, empty for null, booleans 1 and 0.
"""

from collections.abc import Callable
from decimal import Decimal

from piste.events.columns import COLUMNS, ColumnType
from piste.events.enriched import EnrichedEvent, Value, contexts_json, unstruct_json
from piste.events.schema_key import Json
from piste.events.times import to_warehouse

_BREAKS = str.maketrans({"\t": "    ", "\n": " ", "\r": " "})


def _text(type_: ColumnType, value: Value) -> str:
    if type_ is ColumnType.TIMESTAMP:
        assert isinstance(value, int)
        return to_warehouse(value)
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value).translate(_BREAKS)


def tsv_line(event: EnrichedEvent, print_json: Callable[[Json], str]) -> str:
    """No line end. `print_json` prints compact JSON on one line."""
    contexts, derived = contexts_json(event.contexts), contexts_json(event.derived_contexts)
    unstruct = unstruct_json(event.unstruct_event)
    json_parts = {"contexts": contexts, "unstruct_event": unstruct, "derived_contexts": derived}
    cells = []
    for column in COLUMNS:
        if column.type is ColumnType.JSON:
            part = json_parts[column.name]
            cells.append(print_json(part) if part else "")
        else:
            value = event.fields.get(column.name)
            cells.append("" if value is None else _text(column.type, value))
    return "\t".join(cells)
