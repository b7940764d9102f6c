"""/micro/bad: events that failed, and payloads from which no event could be taken.

Source: Micro REST API, "/micro/bad".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import cast

import msgspec

from piste.events.tables import EVENT_BITS
from piste.queries.statements import Row, Rows, statement
from piste.queries.stored import NEWEST, NULL, unpacked

_PAYLOAD_PLACES = 1 << EVENT_BITS
_CHUNK = 100
"""Fewer at once than good events: a payload may be a megabyte."""
_GONE = msgspec.json.encode(["The original is no longer kept."])


@dataclass(frozen=True, slots=True, kw_only=True)
class BadFilter:
    """The payload's API; a payload that could not be read has none and always matches."""

    vendor: str | None = None
    version: str | None = None


class _Origin(msgspec.Struct):
    collectorPayload: msgspec.Raw = NULL  # noqa: N815 (as the API prints it)
    rawEvent: msgspec.Raw = NULL  # noqa: N815
    errors: msgspec.Raw = msgspec.Raw(_GONE)


_origin = msgspec.json.Decoder(_Origin)


def bad_items(rows: Rows, wanted: BadFilter, limit: int | None = None) -> Iterator[bytes]:
    """The JSON text of each matching item, newest first, read as far as the caller asks.

    Keys in order: collectorPayload (null when the payload could not be read), rawEvent (null when no
    event could be taken), errors.
    """
    found = islice(_places(rows, wanted), limit)
    while chunk := list(islice(found, _CHUNK)):
        yield from _items(rows, chunk)


def bad_count(rows: Rows, wanted: BadFilter) -> int:
    """How many bad events match."""
    (found,) = rows(statement("bad_count"), _params(wanted))
    return cast("int", found["n"])


def _params(wanted: BadFilter) -> dict[str, object]:
    return {
        "payload_places": _PAYLOAD_PLACES,
        "vendor": wanted.vendor,
        "version": wanted.version,
    }


def _places(rows: Rows, wanted: BadFilter) -> Iterator[Row]:
    """`seq` and `rejected` of matching bad events, newest first."""
    before = NEWEST
    while found := rows(statement("bad"), {**_params(wanted), "before": before, "limit": _CHUNK}):
        yield from found
        before = cast("int", found[-1]["seq"])


def _items(rows: Rows, chunk: list[Row]) -> Iterator[bytes]:
    places = [cast("int", row["seq"]) for row in chunk]
    payload_places = sorted({seq - seq % _PAYLOAD_PLACES for seq in places})
    events = statement("events").format(columns="seq, origin")
    raw_events = _origins(rows, events, places)
    payloads = _origins(rows, statement("payloads"), payload_places)
    seq_of_payload, payload = -1, _Origin()
    for seq, rejected in ((cast("int", row["seq"]), row["rejected"]) for row in chunk):
        # The events of one payload follow each other, so each payload is unpacked once.
        if seq - seq % _PAYLOAD_PLACES != seq_of_payload:
            seq_of_payload = seq - seq % _PAYLOAD_PLACES
            payload = _decoded(payloads.get(seq_of_payload))
        event = payload if rejected else _decoded(raw_events.get(seq))
        yield b'{"collectorPayload":%b,"rawEvent":%b,"errors":%b}' % (
            bytes(payload.collectorPayload),
            bytes(event.rawEvent),
            bytes(event.errors),
        )


def _origins(rows: Rows, sql: str, places: list[int]) -> dict[int, object]:
    return {cast("int", row["seq"]): row["origin"] for row in rows(sql, {"seqs": places})}


def _decoded(origin: object) -> _Origin:
    text = unpacked(origin)
    return _Origin() if text is None else _origin.decode(text)
