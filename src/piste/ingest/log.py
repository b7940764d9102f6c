"""The log: recorded requests between their acknowledgement and the store.

Room:   the seam of durability. `MemoryLog` keeps records in memory; a log on disk takes its place by
        fitting the same protocol.
Limits: positions are whole numbers from 1 without gaps. One loader reads; any thread may append.
"""

import threading
from collections import deque
from typing import Protocol


class LogFull(Exception):
    """The log holds as much as it may; the sender should try again later."""


class Log(Protocol):
    """What the collector appends to and the loader reads from."""

    @property
    def last_position(self) -> int:
        """Of the newest acknowledged record; 0 when there never was one."""

    @property
    def size_bytes(self) -> int:
        """What is not released yet."""

    @property
    def healthy(self) -> bool:
        """Whether it could keep what came lately."""

    async def append(self, record: bytes) -> int:
        """Keep the record; answers its position once it is safe. Raises `LogFull`."""

    def read(self, after: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """The oldest records after a position, with theirs: at least one, if there is one."""

    def release(self, position: int) -> None:
        """Records up to here are stored elsewhere."""

    def close(self) -> None:
        """Nothing is appended or read any more."""


class MemoryLog:
    """A log that ends with the process."""

    def __init__(self, max_bytes: int, position: int = 0) -> None:
        """`position` is the last one given out by an earlier log."""
        self._lock = threading.Lock()
        self._records: deque[tuple[int, bytes]] = deque()
        self._max_bytes = max_bytes
        self._bytes = 0
        self._last = position

    @property
    def last_position(self) -> int:
        return self._last

    @property
    def size_bytes(self) -> int:
        return self._bytes

    @property
    def healthy(self) -> bool:
        return True

    async def append(self, record: bytes) -> int:
        with self._lock:
            if self._bytes + len(record) > self._max_bytes:
                raise LogFull
            self._last += 1
            self._records.append((self._last, record))
            self._bytes += len(record)
            return self._last

    def read(self, after: int, max_bytes: int) -> list[tuple[int, bytes]]:
        found: list[tuple[int, bytes]] = []
        size = 0
        with self._lock:
            for position, record in self._records:
                if position <= after:
                    continue
                size += len(record)
                if found and size > max_bytes:
                    break
                found.append((position, record))
        return found

    def release(self, position: int) -> None:
        with self._lock:
            while self._records and self._records[0][0] <= position:
                _, record = self._records.popleft()
                self._bytes -= len(record)

    def close(self) -> None:
        """What is not loaded is gone."""
