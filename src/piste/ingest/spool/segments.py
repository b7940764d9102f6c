"""Segment files: a run of frames on disk, named by the position of its first record.

Limits: one process writes; `lock_folder` sees to it. A new file is in its folder for good only once the
        folder is synced too.
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from piste.ingest.spool.frames import HEADER_BYTES, MAX_RECORD_BYTES, frames

_logger = logging.getLogger(__name__)

SUFFIX = ".spool"
_SCAN_BYTES = 8 << 20


class SpoolError(Exception):
    """The spool at `path` cannot be used; `reason` says why and what to do."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def lock_folder(folder: Path) -> int:
    """Hold the folder for this process until the descriptor is closed. Raises `SpoolError`."""
    path = folder / "lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        owner = os.read(descriptor, 100).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        reason = f"process {owner} uses this data folder; stop it, or choose another --data-dir"
        raise SpoolError(path, reason) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def path_of(folder: Path, first: int) -> Path:
    return folder / f"{first:020}{SUFFIX}"


def first_positions(folder: Path) -> list[int]:
    """Of all segments, ascending."""
    return sorted(
        int(path.stem)
        for path in folder.glob(f"*{SUFFIX}")
        if path.stem.isascii() and path.stem.isdigit()
    )


def records(
    descriptor: int, start: int, end: int, scan_bytes: int = _SCAN_BYTES
) -> Iterator[tuple[int, bytes]]:
    """Sound records between two offsets, each with where its frame ends; so many bytes read at a time."""
    while start < end:
        size = min(scan_bytes, end - start)
        found = False
        for frame_end, record in frames(os.pread(descriptor, size, start)):
            found = True
            yield start + frame_end, record
            last = frame_end
        if found:
            start += last
        elif size < min(end - start, HEADER_BYTES + MAX_RECORD_BYTES):
            # A frame larger than one reading: read all that is there.
            whole = os.pread(descriptor, min(end - start, HEADER_BYTES + MAX_RECORD_BYTES), start)
            first = next(frames(whole), None)
            if first is None:
                return
            start += first[0]
            yield start, first[1]
        else:
            return
