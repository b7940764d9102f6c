"""Stored rows back to events.

Limits: self-describing data is opened only as far as it must be and otherwise stays the JSON text that
        was stored, so a number keeps all its digits.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import cast

import msgspec

from piste.events.columns import BY_NAME, COLUMNS, ColumnType
from piste.events.enriched import EnrichedEvent, Value
from piste.events.schema_key import SchemaKey, SelfDescribing
from piste.queries.statements import Condition, Row, Rows, statement

NEWEST = 2**63 - 1
"""A place after every event."""
CHUNK = 500
"""Events fetched at once."""

NULL = msgspec.Raw(b"null")


def select(*names: str) -> str:
    """A select list of stored columns, timestamps as epoch milliseconds."""
    return ", ".join(
        f"toUnixTimestamp64Milli({name}) as {name}"
        if name in BY_NAME and BY_NAME[name].type is ColumnType.TIMESTAMP
        else name
        for name in names
    )


WHOLE = select("seq", *(column.name for column in COLUMNS), "origin")
_ATOMIC = tuple(column.name for column in COLUMNS if column.type is not ColumnType.JSON)


class _Entity(msgspec.Struct):
    schema: str
    data: msgspec.Raw


class _Contexts(msgspec.Struct):
    data: list[_Entity] = []


class _UnstructEvent(msgspec.Struct):
    data: _Entity


_contexts = msgspec.json.Decoder(_Contexts)
_unstruct_event = msgspec.json.Decoder(_UnstructEvent)
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])

_key = lru_cache(maxsize=4096)(SchemaKey.of)


def _opened(entity: _Entity) -> SelfDescribing:
    data: object = entity.data
    if memoryview(entity.data)[0] == ord("{"):
        data = _object.decode(entity.data)
    return SelfDescribing(_key(entity.schema), data)


def entities(text: object) -> tuple[SelfDescribing, ...]:
    """The entities of a stored `contexts` or `derived_contexts`; data that is an object is a dict of raw
    JSON values, other data is raw JSON."""
    if text is None:
        return ()
    return tuple(_opened(entity) for entity in _contexts.decode(cast("str", text)).data)


def unstruct_event(text: object) -> SelfDescribing | None:
    """The self-describing event of a stored `unstruct_event`; its data as in `entities`."""
    return None if text is None else _opened(_unstruct_event.decode(cast("str", text)).data)


def schemas(text: object) -> list[str]:
    """The schema URIs of a stored `contexts`, in order, repeated ones too."""
    if text is None:
        return []
    return [entity.schema for entity in _contexts.decode(cast("str", text)).data]


def event_of(row: Mapping[str, object]) -> EnrichedEvent:
    """The event of a row that was selected `WHOLE`."""
    return EnrichedEvent(
        {name: cast("Value", row[name]) for name in _ATOMIC if row[name] is not None},
        entities(row["contexts"]),
        unstruct_event(row["unstruct_event"]),
        entities(row["derived_contexts"]),
    )


def events_at(rows: Rows, seqs: Sequence[int]) -> Iterator[Row]:
    """The whole rows at `seqs`, in that order, fetched in chunks; a place that is gone is left out."""
    sql = statement("events").format(columns=WHOLE)
    for start in range(0, len(seqs), CHUNK):
        wanted = seqs[start : start + CHUNK]
        found = {row["seq"]: row for row in rows(sql, {"seqs": wanted})}
        yield from (found[seq] for seq in wanted if seq in found)


def newest_first(rows: Rows, columns: str, where: Condition, chunk: int) -> Iterator[list[Row]]:
    """`columns`, with `seq` among them, of all events that satisfy `where`, newest first, in chunks."""
    sql = statement("newest").format(columns=columns, where=where.sql)
    before = NEWEST
    while found := rows(sql, {**where.params, "before": before, "limit": chunk}):
        yield found
        before = cast("int", found[-1]["seq"])


def unpacked(origin: object) -> bytes | None:
    """The JSON text of a stored `origin`, None when it is no longer kept."""
    return None if origin is None else zlib.decompress(cast("bytes", origin))
