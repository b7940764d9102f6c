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
from piste.queries.stored import CHUNK, NEWEST, NULL, chunks, events_at, payloads_at, unpacked

_PAYLOAD_PLACES = 1 << EVENT_BITS
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
    for chunk in chunks(islice(_places(rows, wanted), limit)):
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
    while found := rows(statement("bad"), {**_params(wanted), "before": before, "limit": CHUNK}):
        yield from found
        before = cast("int", found[-1]["seq"])


def _items(rows: Rows, chunk: list[Row]) -> Iterator[bytes]:
    seqs = [cast("int", row["seq"]) for row in chunk]
    events = {row["seq"]: row["origin"] for row in events_at(rows, "seq, origin", seqs)}
    payload_seqs = sorted({_payload_seq(seq) for seq in seqs})
    payloads = {row["seq"]: row["origin"] for row in payloads_at(rows, payload_seqs)}
    last_seq, payload = -1, _Origin()
    for seq, row in zip(seqs, chunk, strict=True):
        # The events of one payload follow each other, so each payload is unpacked once.
        if _payload_seq(seq) != last_seq:
            last_seq = _payload_seq(seq)
            payload = _decoded(payloads.get(last_seq))
        event = payload if row["rejected"] else _decoded(events.get(seq))
        yield b'{"collectorPayload":%b,"rawEvent":%b,"errors":%b}' % (
            bytes(payload.collectorPayload),
            bytes(event.rawEvent),
            bytes(event.errors),
        )


def _payload_seq(seq: int) -> int:
    return seq - seq % _PAYLOAD_PLACES


def _decoded(origin: object) -> _Origin:
    text = unpacked(origin)
    return _Origin() if text is None else _origin.decode(text)
