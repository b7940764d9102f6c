"""/micro/good: valid events, each with the raw event that it was made from.

Limits: filters compare schema URIs as text, so a URI that is none matches nothing.
Source: Micro REST API, "/micro/good"; the codes of `e` are the tracker protocol's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import cast

import msgspec

from piste.events.columns import EVENT_TYPES
from piste.events.sdk_json import non_lossy
from piste.queries.origins import Origin, Origins
from piste.queries.statements import Condition, Row, Rows, all_of, statement
from piste.queries.stored import WHOLE, chunks, entities, event_of, events_at, places, scan


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodFilter:
    """All that is given must hold. `schema` also demands a self-describing event; `contexts` are tracked
    entities, all of which must be there. `iglu:` may be left out."""

    event_type: str | None = None
    schema: str | None = None
    contexts: tuple[str, ...] = ()


def good_items(rows: Rows, wanted: GoodFilter, limit: int | None = None) -> Iterator[bytes]:
    """The JSON text of each matching item, newest first, read as far as the caller asks.

    Keys in order: rawEvent (null when it is no longer kept), eventType, schema, contexts, event.
    """
    origins = Origins(rows)
    for chunk in chunks(islice(_matching(rows, wanted), limit)):
        origins.fetch(chunk)
        for row in events_at(rows, WHOLE, chunk):
            yield _item(row, origins.of(cast("int", row["seq"])))


def good_count(rows: Rows, wanted: GoodFilter) -> int:
    """How many events match."""
    if wanted.contexts:
        return sum(1 for _ in _matching(rows, wanted))
    where = all_of(_conditions(wanted))
    (found,) = rows(statement("count").format(where=where.sql), where.params)
    return cast("int", found["n"])


def _item(row: Row, origin: Origin) -> bytes:
    event = event_of(row)
    return msgspec.json.encode(
        {
            "rawEvent": origin.raw_event(cast("int", row["seq"])),
            "eventType": row["event"],
            "schema": event.schema,
            "contexts": [entity.key.uri for entity in event.contexts],
            "event": non_lossy(event),
        }
    )


def _uri(text: str) -> str:
    return text if text.startswith("iglu:") else f"iglu:{text}"


def _conditions(wanted: GoodFilter) -> Iterator[Condition]:
    yield Condition("valid")
    if wanted.event_type is not None:
        # The documentation filters by code, Micro itself by name: both are understood.
        name = EVENT_TYPES.get(wanted.event_type, wanted.event_type)
        yield Condition("event = :event_type", {"event_type": name})
    if wanted.schema is not None:
        uri = "'iglu:' || event_vendor || '/' || event_name || '/' || event_format || '/' || event_version"
        yield Condition(f"event = 'unstruct' and {uri} = :schema", {"schema": _uri(wanted.schema)})
    for number, schema in enumerate(wanted.contexts):
        # Necessary, not sufficient: the text may stand inside an entity's data.
        name = f"context_{number}"
        yield Condition(f"position(:{name} in contexts) > 0", {name: f'"{_uri(schema)}"'})


def _matching(rows: Rows, wanted: GoodFilter) -> Iterator[int]:
    """The places of matching events, newest first."""
    where = all_of(_conditions(wanted))
    if not wanted.contexts:
        return places(rows, where)
    needed = {_uri(schema) for schema in wanted.contexts}
    return (
        cast("int", row["seq"])
        for row in scan(rows, "seq, contexts", where)
        if needed <= {entity.schema for entity in entities(row["contexts"])}
    )
