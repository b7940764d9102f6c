"""uvicorn's HTTP protocol with limits on a request's head, and deaf to offers of HTTP/2.

Room:   the top; part of `server`. The limits of bodies are the applications' own.
Limits: a head may take HEAD_SECONDS and MAX_HEAD_BYTES, a few reads more or less; the collector's own,
        lower limits apply to what comes through. Trailers count as part of the head. Offers of HTTP/2
        are looked for in a connection's first request, where clients make them.
"""

import asyncio
import re
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 30.0
"""From the connection, or from a head's first byte, to its end."""
MAX_HEAD_BYTES = 256 << 10
"""Request line and headers."""

_OFFER = re.compile(rb"\r\nupgrade:[ \t]*h2c[ \t]*(?=\r\n)", re.IGNORECASE)


class GuardedProtocol(HttpToolsProtocol):
    """Closes a connection whose head comes too slowly; answers 400 to one that is too long."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        self._unfinished_bytes = 0
        self._header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._timer is not None:
            data = _without_offer(data)
        super().data_received(data)
        if self._timer is None:
            return
        # The parser keeps what is unfinished to itself, so it is counted here.
        self._unfinished_bytes += len(data)
        if self._unfinished_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The request head is too long.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._header_bytes = 0
        self._start_timer()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > MAX_HEAD_BYTES:
            raise ValueError("too many headers")  # the parser makes it a 400
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop_timer()
        super().on_headers_complete()

    def _start_timer(self) -> None:
        if self._timer is None:
            self._unfinished_bytes = 0
            self._timer = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        self.transport.close()


def _without_offer(data: bytes) -> bytes:
    """The same without `Upgrade: h2c`, behind which the parser would lose the request's body.

    A server may ignore the offer (RFC 9110, 7.8). Java's own HTTP client makes it with each POST.
    """
    head, end, rest = data.partition(b"\r\n\r\n")
    if b"h2c" not in head:
        return data
    # The line's end belongs to what the pattern looks ahead for.
    return _OFFER.sub(b"", head + b"\r\n")[:-2] + end + rest
