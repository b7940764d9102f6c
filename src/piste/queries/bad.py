"""/micro/bad: events that failed, and payloads from which no event could be taken.

Source: Micro REST API, "/micro/bad".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import cast

import msgspec

from piste.events.tables import PAYLOAD_PLACES
from piste.queries.origins import Origins
from piste.queries.statements import Row, Rows, statement
from piste.queries.stored import CHUNK, NEWEST, NULL, chunks


@dataclass(frozen=True, slots=True, kw_only=True)
class BadFilter:
    """The payload's API; a payload that could not be read has none and always matches."""

    vendor: str | None = None
    version: str | None = None


def bad_items(rows: Rows, wanted: BadFilter, limit: int | None = None) -> Iterator[bytes]:
    """The JSON text of each matching item, newest first, read as far as the caller asks.

    Keys in order: collectorPayload (null when the payload could not be read), rawEvent (null when no
    event could be taken), errors.
    """
    origins = Origins(rows)
    for chunk in chunks(islice(_places(rows, wanted), limit)):
        origins.fetch(cast("int", row["seq"]) for row in chunk)
        for row in chunk:
            yield _item(row, origins)


def bad_count(rows: Rows, wanted: BadFilter) -> int:
    """How many bad events match."""
    (found,) = rows(statement("bad_count"), _params(wanted))
    return cast("int", found["n"])


def _params(wanted: BadFilter) -> dict[str, object]:
    return {
        "payload_places": PAYLOAD_PLACES,
        "vendor": wanted.vendor,
        "version": wanted.version,
    }


def _places(rows: Rows, wanted: BadFilter) -> Iterator[Row]:
    """`seq` and `rejected` of matching bad events, newest first."""
    before = NEWEST
    while found := rows(statement("bad"), {**_params(wanted), "before": before, "limit": CHUNK}):
        yield from found
        before = cast("int", found[-1]["seq"])


def _item(row: Row, origins: Origins) -> bytes:
    seq = cast("int", row["seq"])
    origin, rejected = origins.of(seq), row["rejected"]
    return msgspec.json.encode(
        {
            "collectorPayload": origin.collector_payload(),
            "rawEvent": NULL if rejected else origin.raw_event(seq),
            "errors": origin.errors if rejected else origin.event_errors(seq),
        }
    )
