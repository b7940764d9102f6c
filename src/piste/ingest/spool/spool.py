"""The spool's writer, reader and recovery.

Limits: whoever appends waits for one write and one fdatasync, shared with all who came meanwhile
        (group commit); there is no lingering for more. After a failed sync nothing is known about what
        the disk holds, so that segment is closed at its last sync and never written again.
"""

import asyncio
import errno
import logging
import os
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from piste.ingest.log import LogFull
from piste.ingest.spool.frames import frame
from piste.ingest.spool.segments import (
    SpoolError,
    first_positions,
    lock_folder,
    path_of,
    records,
    sync_folder,
)

_logger = logging.getLogger(__name__)

SEGMENT_BYTES = 64 << 20
SEGMENT_SECONDS = 600.0
HEADROOM_BYTES = 64 << 10
"""Read beyond what is asked for, so that the last frame is seldom cut."""
ILL_SECONDS = 10.0
"""After a failed write the spool counts as ill for so long."""


@dataclass(slots=True)
class _Segment:
    """`last` and `size` count what is synced; an empty segment's `last` is `first - 1`."""

    first: int
    last: int
    size: int
    descriptor: int
    opened: float


@dataclass(slots=True)
class _Cursor:
    """Where the reader stands: behind the record at `position`."""

    segment: _Segment
    offset: int
    position: int


@dataclass(frozen=True, slots=True)
class _Waiting:
    framed: bytes
    done: asyncio.Future[int]


class Spool:
    """A log in a folder. Closing it loses nothing."""

    def __init__(
        self,
        folder: Path,
        *,
        loaded: int,
        max_bytes: int,
        segment_bytes: int = SEGMENT_BYTES,
        segment_seconds: float = SEGMENT_SECONDS,
    ) -> None:
        """Open or make the spool, and recover it.

        `loaded` is the position up to which records are in the store; `max_bytes` bounds what is not.
        Raises `SpoolError` or `OSError`.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder, self._max_bytes = folder, max_bytes
        self._segment_bytes, self._segment_seconds = segment_bytes, segment_seconds
        self._lock_descriptor = lock_folder(folder)
        self._segments: deque[_Segment] = deque()
        self._waiting: list[_Waiting] = []
        self._waiting_bytes = 0
        self._change = threading.Condition()
        self._closing = self._is_cramped = False
        self._released = loaded
        self._failed = float("-inf")
        self._loop: asyncio.AbstractEventLoop | None = None
        try:
            self._recover(loaded)
        except BaseException:
            self._close_files()
            raise
        self._cursor: _Cursor | None = None
        self.release(loaded)
        self._writer = threading.Thread(target=self._write_groups, name="spool", daemon=True)
        self._writer.start()

    # Recovery

    def _recover(self, loaded: int) -> None:
        firsts = first_positions(self._folder)
        for index, first in enumerate(firsts):
            segment = self._open_segment(first)
            self._scan(segment, is_last=index == len(firsts) - 1)
            following = firsts[index + 1] if index + 1 < len(firsts) else None
            if following is not None and segment.last + 1 != following:
                reason = f"holds records up to {segment.last}, but the next segment begins at {following}"
                raise SpoolError(path_of(self._folder, first), reason)
        self._last = self._segments[-1].last if self._segments else 0
        if self._last < loaded:
            # All of it is in the store; positions go on from there.
            self._last = loaded
        self._start_segment()

    def _open_segment(self, first: int) -> _Segment:
        descriptor = os.open(path_of(self._folder, first), os.O_RDWR | os.O_CLOEXEC)
        segment = _Segment(first, first - 1, 0, descriptor, time.monotonic())
        self._segments.append(segment)
        return segment

    def _scan(self, segment: _Segment, *, is_last: bool) -> None:
        size = os.fstat(segment.descriptor).st_size
        for end, _ in records(segment.descriptor, 0, size):
            segment.size = end
            segment.last += 1
        if segment.size == size:
            return
        path = path_of(self._folder, segment.first)
        if not is_last:
            reason = (
                f"damaged at byte {segment.size}, before other segments; restore the file, or move it "
                "away to go on without its records"
            )
            raise SpoolError(path, reason)
        _logger.warning(
            "%s: %d bytes after record %d were not written whole, so never acknowledged; cut off",
            path,
            size - segment.size,
            segment.last,
        )
        os.ftruncate(segment.descriptor, segment.size)
        os.fsync(segment.descriptor)

    def _start_segment(self) -> None:
        """Begin a new file behind the last record; an empty last one is used again."""
        first = self._last + 1
        if self._segments and self._segments[-1].size == 0:
            if self._segments[-1].first == first:
                self._segments[-1].opened = time.monotonic()
                return
            self._delete(self._segments.pop())
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(path_of(self._folder, first), flags, 0o600)
        sync_folder(self._folder)
        self._segments.append(_Segment(first, first - 1, 0, descriptor, time.monotonic()))

    # Appending

    @property
    def last_position(self) -> int:
        return self._last

    @property
    def healthy(self) -> bool:
        # Not until the next write succeeds: who is told that we are ill may send none.
        return time.monotonic() - self._failed > ILL_SECONDS

    @property
    def size_bytes(self) -> int:
        """What is not released yet, whole segments counted."""
        with self._change:
            return sum(segment.size for segment in self._segments)

    async def append(self, record: bytes) -> int:
        """Raises `LogFull`, also when the disk is full or fails: nothing is kept then."""
        self._loop = loop = asyncio.get_running_loop()
        waiting = _Waiting(frame(record), loop.create_future())
        with self._change:
            held = self._waiting_bytes + sum(segment.size for segment in self._segments)
            if self._closing or held + len(waiting.framed) > self._max_bytes:
                self._is_cramped = True
                self._change.notify_all()
                raise LogFull
            self._waiting.append(waiting)
            self._waiting_bytes += len(waiting.framed)
            self._change.notify_all()
        return await waiting.done

    def _write_groups(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._waiting or self._closing or self._is_cramped)
                if self._is_cramped:
                    self._make_room()
                    if not (self._waiting or self._closing):
                        continue
                group, self._waiting, self._waiting_bytes = self._waiting, [], 0
            if not group:
                return
            first = self._write_group(group)
            if self._loop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(_resolve, group, first)

    def _write_group(self, group: list[_Waiting]) -> int | None:
        """The position of the group's first record, None when it could not be kept."""
        data = b"".join(waiting.framed for waiting in group)
        try:
            self._roll_when_due()
            segment = self._segments[-1]
            _write_all(segment.descriptor, data, segment.size)
        except OSError as error:
            self._give_up_on(error)
            return None
        try:
            os.fdatasync(segment.descriptor)
        except OSError as error:
            self._give_up_on(error)
            self._abandon(segment)
            return None
        with self._change:
            first = self._last + 1
            segment.size += len(data)
            segment.last = self._last = self._last + len(group)
            self._failed = float("-inf")
            self._change.notify_all()
        return first

    def _make_room(self) -> None:
        """Let the last segment go as well when all of it is released: only a write would else begin a new
        one, and a full spool takes none."""
        self._is_cramped = False
        segment = self._segments[-1]
        if segment.size and segment.last <= self._released:
            try:
                self._start_segment()
            except OSError as error:
                _logger.error("the spool cannot begin a new segment: %s", error)
            self._drop_released()

    def _roll_when_due(self) -> None:
        segment = self._segments[-1]
        age = time.monotonic() - segment.opened
        if segment.size and (segment.size >= self._segment_bytes or age >= self._segment_seconds):
            with self._change:
                self._start_segment()

    def _give_up_on(self, error: OSError) -> None:
        """Forget what the failed write may have left behind the last acknowledged record."""
        what = "the disk is full" if error.errno == errno.ENOSPC else str(error)
        _logger.error("the spool cannot write, so nothing is accepted now: %s", what)
        self._failed = time.monotonic()
        segment = self._segments[-1]
        try:
            os.ftruncate(segment.descriptor, segment.size)
        except OSError:
            self._abandon(segment)

    def _abandon(self, segment: _Segment) -> None:
        """Never write to this file again: a record after its last sync may be there or not."""
        if segment.size == 0:
            return  # truncated and tried again: nothing that was acknowledged is in it
        try:
            os.ftruncate(segment.descriptor, segment.size)
            with self._change:
                self._start_segment()
        except OSError as error:
            _logger.error("the spool cannot begin a new segment: %s", error)

    # Reading

    def read(self, after: int, max_bytes: int) -> list[tuple[int, bytes]]:
        found: list[tuple[int, bytes]] = []
        size = 0
        while True:  # a segment after the other
            with self._change:
                if after >= self._last:
                    return found
                cursor = self._cursor_behind(after)
                segment, end = cursor.segment, cursor.segment.size
            wanted_bytes = max_bytes - size + HEADROOM_BYTES
            for offset, record in records(segment.descriptor, cursor.offset, end, wanted_bytes):
                if cursor.position >= after and found and size + len(record) > max_bytes:
                    return found
                cursor.offset = offset
                cursor.position += 1
                if cursor.position > after:
                    found.append((cursor.position, record))
                    size += len(record)
            if cursor.position <= after:
                return found
            after = cursor.position

    def _cursor_behind(self, after: int) -> _Cursor:
        """In the segment that holds the record after `after`, as far along as is known."""
        segment = next(segment for segment in self._segments if segment.last > after)
        cursor = self._cursor
        if cursor is None or cursor.segment is not segment or cursor.position > after:
            cursor = self._cursor = _Cursor(segment, 0, segment.first - 1)
        return cursor

    def release(self, position: int) -> None:
        with self._change:
            self._released = max(self._released, position)
            self._drop_released()

    def _drop_released(self) -> None:
        while len(self._segments) > 1 and self._segments[0].last <= self._released:
            self._delete(self._segments.popleft())

    def _delete(self, segment: _Segment) -> None:
        os.close(segment.descriptor)
        path_of(self._folder, segment.first).unlink(missing_ok=True)

    # The end

    def close(self) -> None:
        """Write what waits, and let the folder go; once closed, nothing more happens."""
        with self._change:
            if self._closing:
                return
            self._closing = True
            self._change.notify_all()
        self._writer.join()
        self._close_files()

    def _close_files(self) -> None:
        while self._segments:
            os.close(self._segments.pop().descriptor)
        os.close(self._lock_descriptor)


def _write_all(descriptor: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written


def _resolve(group: list[_Waiting], first: int | None) -> None:
    """In the event loop: tell each appender its position, or that nothing was kept."""
    for index, waiting in enumerate(group):
        if waiting.done.done():  # its request was cancelled; the record is kept all the same
            continue
        if first is None:
            waiting.done.set_exception(LogFull())
        else:
            waiting.done.set_result(first + index)
