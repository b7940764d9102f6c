"""Columns as /micro/events speaks of them: the keys of an event's lossy SDK JSON, and paths inside them.

Limits: a path such as `contexts_com_acme_cart_1.items.sku` goes through objects by key and through arrays
        by any of their items; a key that itself has a dot cannot be reached.
"""

from collections.abc import Iterator
from typing import cast

import msgspec

from piste.events.columns import BY_NAME, ColumnType
from piste.events.schema_key import SelfDescribing
from piste.events.sdk_json import shredded_key
from piste.events.times import to_instant
from piste.queries.statements import Row
from piste.queries.stored import entities, unstruct_event

ATOMIC = frozenset(name for name, column in BY_NAME.items() if column.type is not ColumnType.JSON)
TEXT = frozenset(name for name, column in BY_NAME.items() if column.type is ColumnType.TEXT)

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
        value = _shredded(row, key)
        if value is not None:
            yield from _reached(value, path)


def _printed(column: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if BY_NAME[column].type is ColumnType.TIMESTAMP:
        return to_instant(cast("int", value))
    return msgspec.json.encode(value).decode()


def _shredded(row: Row, key: str) -> msgspec.Raw | None:
    """The JSON value of a shredded key, None when the event has none."""
    if key.startswith("unstruct_event_"):
        event = unstruct_event(row["unstruct_event"])
        if event is None or shredded_key("unstruct_event", event.key) != key:
            return None
        return msgspec.Raw(msgspec.json.encode(event.data))
    for column in (
        "derived_contexts",
        "contexts",
    ):  # a derived entity's key replaces a tracked one's
        found = [
            _with_schema(entity)
            for entity in entities(row[column])
            if shredded_key("contexts", entity.key) == key
        ]
        if found:
            return msgspec.Raw(msgspec.json.encode(found))
    return None


def _with_schema(entity: SelfDescribing) -> object:
    if isinstance(entity.data, dict):
        return entity.data | {"_schema_version": entity.key.uri}
    return entity.data


def _reached(value: msgspec.Raw, path: list[str]) -> Iterator[str]:
    """The texts at `path` below `value`; all items of an array on the way, not of one at the end."""
    match chr(memoryview(value)[0]), path:
        case '"', []:
            yield _string.decode(value)
        case "n", []:
            pass  # null
        case _, []:
            yield bytes(value).decode()
        case "{", [key, *rest]:
            inner = _object.decode(value).get(key)
            if inner is not None:
                yield from _reached(inner, rest)
        case "[", _:
            for item in _array.decode(value):
                yield from _reached(item, path)
