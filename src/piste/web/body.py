"""Reading a request's body within bounds.

Room:   the ASGI `receive` on one side, bytes or the reason for none on the other.
Limits: never holds more than the limit, whether the client declares a length or not. What it does
        not read, the server throws away. A content encoding is not undone: trackers send none.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum, auto
from typing import Any

Receive = Callable[[], Awaitable[dict[str, Any]]]

_TOO_MANY_DIGITS = 18
_UPGRADED_CHUNKS = {b"upgrade", b"transfer-encoding"}
"""A request with these has a body, which uvicorn's httptools parser loses: it asks for an upgrade,
and httptools takes any upgrade for the end of HTTP. (The server hides the usual offer, of HTTP/2.)"""


class NoBody(Enum):
    """Why there is no body."""

    TOO_LARGE = auto()
    TOO_SLOW = auto()
    INCOMPLETE = auto()
    DISCONNECTED = auto()


class BodyReader:
    """Reads the bodies of one collector.

    One timer serves all bodies under way, because a timer for each would cost a quarter of a
    request's time: a slow body is therefore given up up to a quarter of the timeout late.
    """

    def __init__(self, limit_bytes: int, timeout_seconds: float) -> None:
        self._limit_bytes = limit_bytes
        self._timeout_seconds = timeout_seconds
        self._started_at: dict[asyncio.Timeout, float] = {}
        self._is_watching = False

    async def read(self, receive: Receive, fields: Mapping[bytes, bytes]) -> bytes | NoBody:
        """The whole body of the request with those header fields."""
        declared_bytes = _declared_bytes(fields)
        if declared_bytes is not None and declared_bytes > self._limit_bytes:
            return NoBody.TOO_LARGE
        body = await self._read_in_time(receive)
        if isinstance(body, NoBody):
            return body
        is_short = declared_bytes is not None and len(body) != declared_bytes
        is_lost = not body and fields.keys() >= _UPGRADED_CHUNKS
        return NoBody.INCOMPLETE if is_short or is_lost else body

    async def _read_in_time(self, receive: Receive) -> bytes | NoBody:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(None) as timeout:
                self._started_at[timeout] = loop.time()
                if not self._is_watching:
                    self._watch(loop)
                try:
                    return await _read(receive, self._limit_bytes)
                finally:
                    self._started_at.pop(timeout, None)
        except TimeoutError:
            return NoBody.TOO_SLOW

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Ends what is overdue; comes back as long as anything is under way."""
        overdue = loop.time() - self._timeout_seconds
        for timeout, started_at in list(self._started_at.items()):  # the oldest first
            if started_at > overdue:
                break
            del self._started_at[timeout]
            timeout.reschedule(overdue)
        self._is_watching = bool(self._started_at)
        if self._is_watching:
            loop.call_later(self._timeout_seconds / 4, self._watch, loop)


async def _read(receive: Receive, limit_bytes: int) -> bytes | NoBody:
    chunks = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return NoBody.DISCONNECTED
        chunk: bytes = message.get("body", b"")
        if len(chunks) + len(chunk) > limit_bytes:
            return NoBody.TOO_LARGE
        is_last = not message.get("more_body", False)
        if is_last and not chunks:  # almost every request
            return chunk
        chunks += chunk
        if is_last:
            return bytes(chunks)


def _declared_bytes(fields: Mapping[bytes, bytes]) -> int | None:
    """The Content-Length. One that is no number is the server's affair; chunks are counted anyway."""
    digits = fields.get(b"content-length", b"").lstrip(b"0")
    if not digits.isdigit():
        return None
    return int(digits) if len(digits) < _TOO_MANY_DIGITS else sys.maxsize
