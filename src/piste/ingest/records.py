"""What the log keeps: a recorded request as bytes.

Source: our own format; msgpack of the payload's fields, an oversized one wrapped with its sizes.
"""

import msgspec

from piste.events.payload import CollectorPayload, OversizedPayload

_encoder = msgspec.msgpack.Encoder()
_payload = msgspec.msgpack.Decoder(CollectorPayload)
_oversized = msgspec.msgpack.Decoder(OversizedPayload)

_PAYLOAD, _OVERSIZED = b"\x01", b"\x02"


def encode_record(recorded: CollectorPayload | OversizedPayload) -> bytes:
    kind = _OVERSIZED if isinstance(recorded, OversizedPayload) else _PAYLOAD
    return kind + _encoder.encode(recorded)


def decode_record(record: bytes) -> CollectorPayload | OversizedPayload:
    """Raises `ValueError` for bytes that no version of Piste wrote."""
    kind, body = record[:1], memoryview(record)[1:]
    if kind == _PAYLOAD:
        return _payload.decode(body)
    if kind == _OVERSIZED:
        return _oversized.decode(body)
    raise ValueError(f"unknown record kind {kind!r}")
