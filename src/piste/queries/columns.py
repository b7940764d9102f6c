"""Columns as /micro/events speaks of them: the keys of an event's lossy SDK JSON, and paths inside them.

Limits: a path such as `contexts_com_acme_cart_1.items.sku` goes through objects by key and through arrays
        by any of their items; a key that itself has a dot cannot be reached.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, cast

import msgspec

from piste.events.columns import BY_NAME, ColumnType
from piste.events.schema_key import SchemaKey
from piste.events.sdk_json import shredded_key
from piste.events.times import to_instant
from piste.queries.statements import Row
from piste.queries.stored import NULL, Entity, entities, unstruct_event

ATOMIC = frozenset(name for name, column in BY_NAME.items() if column.type is not ColumnType.JSON)
TEXT = frozenset(name for name, column in BY_NAME.items() if column.type is ColumnType.TEXT)

Opened = msgspec.Raw | str | dict[str, Any] | list[Any]
"""A JSON value, opened as far as it was looked into."""

_array = msgspec.json.Decoder(list[msgspec.Raw])
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_string = msgspec.json.Decoder(str)


def stored_columns(column: str) -> tuple[str, ...]:
    """The stored columns from which the values of `column` come; none when no event can have it."""
    if column in ATOMIC:
        return (column,)
    if column == "geo_location":
        return ("geo_latitude", "geo_longitude")
    if column.startswith("contexts_"):
        return ("contexts", "derived_contexts")
    if column.startswith("unstruct_event_"):
        return ("unstruct_event",)
    return ()


def texts(row: Row, column: str) -> Iterator[str]:
    """The values of `column` in a row that has its `stored_columns`, as text: strings as they are, all
    else as the JSON prints it. A null or absent value gives none."""
    if column in ATOMIC:
        if row[column] is not None:
            yield _printed(column, row[column])
    elif column == "geo_location":
        if row["geo_latitude"] is not None and row["geo_longitude"] is not None:
            yield f"{row['geo_latitude']},{row['geo_longitude']}"
    else:
        key, *path = column.split(".")
        yield from _reached(_shredded(row, key), path)


def _printed(column: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if BY_NAME[column].type is ColumnType.TIMESTAMP:
        return to_instant(cast("int", value))
    return msgspec.json.encode(value).decode()


def _shredded(row: Row, key: str) -> Opened:
    """The value of a shredded key; null when the event has none."""
    if key.startswith("unstruct_event_"):
        event = unstruct_event(row["unstruct_event"])
        if event is None or _shredded_key("unstruct_event", event.schema) != key:
            return NULL
        return event.data
    # The key of a derived entity replaces a tracked one's.
    for column in ("derived_contexts", "contexts"):
        found = [
            _with_schema(entity)
            for entity in entities(row[column])
            if _shredded_key("contexts", entity.schema) == key
        ]
        if found:
            return found
    return NULL


@lru_cache(maxsize=4096)
def _shredded_key(prefix: str, schema: str) -> str:
    return shredded_key(prefix, SchemaKey.of(schema))


def _with_schema(entity: Entity) -> Opened:
    data: Opened = entity.opened().data
    return data | {"_schema_version": entity.schema} if isinstance(data, dict) else data


def _reached(value: Opened, path: list[str]) -> Iterator[str]:
    """The texts at `path` below `value`; of all items of an array on the way, but not of one at the
    end."""
    if isinstance(value, msgspec.Raw):
        match chr(memoryview(value)[0]):
            case '"':
                value = _string.decode(value)
            case "{" if path:
                value = _object.decode(value)
            case "[" if path:
                value = _array.decode(value)
    match value, path:
        case str(), []:
            yield value
        case msgspec.Raw(), []:
            if value != NULL:
                yield bytes(value).decode()
        case _, []:
            yield msgspec.json.encode(value).decode()
        case dict(), [key, *rest] if key in value:
            yield from _reached(value[key], rest)
        case list(), _:
            for item in value:
                yield from _reached(item, path)
