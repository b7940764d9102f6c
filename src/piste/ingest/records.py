"""What the log keeps: a recorded request as bytes.

Source: our own format; msgpack of the fields of a payload or a hit; an oversized payload is wrapped
        with its sizes.
"""

import msgspec

from piste.events.hit import Hit
from piste.events.payload import CollectorPayload, OversizedPayload

_encoder = msgspec.msgpack.Encoder()
_payload = msgspec.msgpack.Decoder(CollectorPayload)
_oversized = msgspec.msgpack.Decoder(OversizedPayload)
_hit = msgspec.msgpack.Decoder(Hit)

Recorded = CollectorPayload | OversizedPayload | Hit

_PAYLOAD, _OVERSIZED, _HIT = b"\x01", b"\x02", b"\x03"
_KINDS = {CollectorPayload: _PAYLOAD, OversizedPayload: _OVERSIZED, Hit: _HIT}


def encode_record(recorded: Recorded) -> bytes:
    return _KINDS[type(recorded)] + _encoder.encode(recorded)


def decode_record(record: bytes) -> Recorded:
    """Raises `ValueError` for bytes that no version of Piste wrote."""
    kind, body = record[:1], memoryview(record)[1:]
    if kind == _PAYLOAD:
        return _payload.decode(body)
    if kind == _OVERSIZED:
        return _oversized.decode(body)
    if kind == _HIT:
        return _hit.decode(body)
    raise ValueError(f"unknown record kind {kind!r}")
