"""Stored rows back to events.

Limits: self-describing data is opened only as far as it must be and otherwise stays the JSON text that
        was stored, so a number keeps all its digits.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import TypeVar, cast

import msgspec

from piste.events.columns import BY_NAME, COLUMNS, ColumnType
from piste.events.enriched import EnrichedEvent, Value
from piste.events.schema_key import SchemaKey, SelfDescribing
from piste.queries.statements import Condition, Row, Rows, statement

T = TypeVar("T")

NEWEST = 2**63 - 1
"""A place after every event."""
CHUNK = 100
"""Whole events fetched at once: one may have a megabyte or two."""
_SCAN_CHUNK = 1_000
"""Events fetched at once with a few of their columns."""
_FEWEST_PLACES, _MOST_PLACES = 500, 20_000

NULL = msgspec.Raw(b"null")


def select(*names: str) -> str:
    """A select list of stored columns, timestamps as epoch milliseconds."""
    return ", ".join(
        f"toUnixTimestamp64Milli({name}) as {name}"
        if name in BY_NAME and BY_NAME[name].type is ColumnType.TIMESTAMP
        else name
        for name in names
    )


WHOLE = select("seq", *(column.name for column in COLUMNS))
_ATOMIC = tuple(column.name for column in COLUMNS if column.type is not ColumnType.JSON)


class Entity(msgspec.Struct):
    """Self-describing JSON as it was stored, its data not read."""

    schema: str
    data: msgspec.Raw

    def opened(self) -> SelfDescribing:
        """Data that is an object as a dict of raw JSON values, other data as raw JSON."""
        data: object = self.data
        if memoryview(self.data)[0] == ord("{"):
            data = _object.decode(self.data)
        return SelfDescribing(_key(self.schema), data)


class _Contexts(msgspec.Struct):
    data: list[Entity] = []


class _UnstructEvent(msgspec.Struct):
    data: Entity


_contexts = msgspec.json.Decoder(_Contexts)
_unstruct_event = msgspec.json.Decoder(_UnstructEvent)
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])

_key = lru_cache(maxsize=4096)(SchemaKey.of)


def entities(text: object) -> list[Entity]:
    """The entities of a stored `contexts` or `derived_contexts`."""
    return [] if text is None else _contexts.decode(cast("str", text)).data


def unstruct_event(text: object) -> Entity | None:
    """The self-describing event of a stored `unstruct_event`."""
    return None if text is None else _unstruct_event.decode(cast("str", text)).data


def event_of(row: Mapping[str, object]) -> EnrichedEvent:
    """The event of a row that was selected `WHOLE`."""
    unstruct = unstruct_event(row["unstruct_event"])
    return EnrichedEvent(
        {name: cast("Value", row[name]) for name in _ATOMIC if row[name] is not None},
        tuple(entity.opened() for entity in entities(row["contexts"])),
        None if unstruct is None else unstruct.opened(),
        tuple(entity.opened() for entity in entities(row["derived_contexts"])),
    )


def places(rows: Rows, where: Condition) -> Iterator[int]:
    """`seq` of all events that satisfy `where`, newest first, fetched as the caller goes on."""
    sql = statement("places").format(where=where.sql)
    before, limit = NEWEST, _FEWEST_PLACES
    while found := rows(sql, {**where.params, "before": before, "limit": limit}):
        for row in found:
            before = cast("int", row["seq"])
            yield before
        limit = min(4 * limit, _MOST_PLACES)


def scan(rows: Rows, columns: str, where: Condition) -> Iterator[Row]:
    """`columns` of all events that satisfy `where`, newest first, fetched as the caller goes on."""
    sql = statement("range").format(columns=columns, where=where.sql)
    for chunk in chunks(places(rows, where), _SCAN_CHUNK):
        yield from rows(sql, {**where.params, "first": chunk[-1], "last": chunk[0]})


def chunks(found: Iterator[T], size: int = CHUNK) -> Iterator[list[T]]:
    """`found` in lists of `size`, the last one shorter."""
    while chunk := list(islice(found, size)):
        yield chunk


def events_at(rows: Rows, columns: str, seqs: Sequence[int]) -> list[Row]:
    """`columns`, with `seq` among them, of the events at `seqs`, in that order; without those that are
    gone."""
    if not seqs:
        return []
    params = {"first": min(seqs), "last": max(seqs), "seqs": list(seqs)}
    found = {row["seq"]: row for row in rows(statement("events").format(columns=columns), params)}
    return [found[seq] for seq in seqs if seq in found]
