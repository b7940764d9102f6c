"""Frames: a record with its length and checksum, so that a torn write is seen.

Format: length (4 bytes, little endian), crc32 of the record (4 bytes), the record.
Limits: a record is 1 to MAX_RECORD_BYTES long; so a run of zero bytes, which a file system may leave
        after a power cut, is no frame.
"""

import struct
from collections.abc import Iterator
from zlib import crc32

MAX_RECORD_BYTES = 64 << 20

_HEADER = struct.Struct("<II")
HEADER_BYTES = _HEADER.size


def frame(record: bytes) -> bytes:
    """Raises `ValueError` for a record that no frame may hold."""
    if not 0 < len(record) <= MAX_RECORD_BYTES:
        raise ValueError(f"a record has 1 to {MAX_RECORD_BYTES} bytes, this one {len(record)}")
    return _HEADER.pack(len(record), crc32(record)) + record


def frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of whole, sound frames at the beginning of `data`, each with where its frame ends.

    Ends before the first frame that is cut short or damaged.
    """
    start = 0
    while start + HEADER_BYTES <= len(data):
        length, checksum = _HEADER.unpack_from(data, start)
        end = start + HEADER_BYTES + length
        if not 0 < length <= MAX_RECORD_BYTES or end > len(data):
            return
        record = data[start + HEADER_BYTES : end]
        if crc32(record) != checksum:
            return
        yield end, record
        start = end
