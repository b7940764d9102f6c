"""What events were made of: the stored `origin` of their payloads, as /micro/good and /micro/bad print it.

Room:   reads the shape that `ingest.rows` writes.
Limits: parts stay the JSON text that was stored. An origin is forgotten before its events
        (`origin_ttl`); then the parts are null and the errors say so.
"""

from collections.abc import Iterable
from typing import cast

import msgspec
import zstandard

from piste.events.tables import PAYLOAD_PLACES
from piste.queries.statements import Rows, statement
from piste.queries.stored import NULL

_GONE = msgspec.Raw(msgspec.json.encode(["The original is no longer kept."]))


class _Request(msgspec.Struct):
    api: msgspec.Raw
    contentType: msgspec.Raw  # noqa: N815 (as the API prints it)
    source: msgspec.Raw
    context: msgspec.Raw


class _Event(msgspec.Struct):
    parameters: msgspec.Raw = NULL
    errors: msgspec.Raw = _GONE


class Origin(msgspec.Struct):
    """Of one payload; without any part when it is no longer kept."""

    request: _Request | None = None
    querystring: msgspec.Raw = NULL
    body: msgspec.Raw = NULL
    events: list[_Event] = []
    errors: msgspec.Raw = _GONE

    def raw_event(self, seq: int) -> msgspec.Raw:
        """`rawEvent` of the event at a place, null when it is not kept."""
        request, index = self.request, seq % PAYLOAD_PLACES
        if request is None or index >= len(self.events):
            return NULL
        return _json(
            api=request.api,
            parameters=self.events[index].parameters,
            contentType=request.contentType,
            source=request.source,
            context=request.context,
        )

    def event_errors(self, seq: int) -> msgspec.Raw:
        """What was wrong with the event at a place."""
        index = seq % PAYLOAD_PLACES
        return self.events[index].errors if index < len(self.events) else _GONE

    def collector_payload(self) -> msgspec.Raw:
        """`collectorPayload`, null when it could not be read or is not kept."""
        request = self.request
        if request is None:
            return NULL
        return _json(
            api=request.api,
            querystring=self.querystring,
            contentType=request.contentType,
            body=self.body,
            source=request.source,
            context=request.context,
        )


_origin = msgspec.json.Decoder(Origin)


def _json(**parts: msgspec.Raw) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(parts))


class Origins:
    """Origins by event, for readers that go through the events in order.

    The last payload is remembered, so that one of thousands of events is unpacked once.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._packed: dict[int, bytes] = {}
        self._last = -1, Origin()

    def fetch(self, seqs: Iterable[int]) -> None:
        """Have the origins of these events ready, and no others."""
        wanted = sorted({_payload_seq(seq) for seq in seqs} - {self._last[0]})
        self._packed = {}
        if wanted:
            params = {"first": wanted[0], "last": wanted[-1], "seqs": wanted}
            self._packed = {
                cast("int", row["seq"]): cast("bytes", row["origin"])
                for row in self._rows(statement("origins"), params)
            }

    def of(self, seq: int) -> Origin:
        """The origin of the payload that the event at `seq` came in."""
        payload_seq = _payload_seq(seq)
        if payload_seq != self._last[0]:
            packed = self._packed.get(payload_seq)
            origin = Origin() if packed is None else _origin.decode(zstandard.decompress(packed))
            self._last = payload_seq, origin
        return self._last[1]


def _payload_seq(seq: int) -> int:
    return seq - seq % PAYLOAD_PLACES
