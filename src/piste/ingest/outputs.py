"""Events handed on while they arrive: printed to standard output, or posted to a URL.

Room:   the end of the flow, beside the store. Gets finished lines (TSV or JSON), knows nothing of events.
Limits: an output is a copy for convenience. When it fails, the failure is logged and counted, and the
        flow goes on; the store alone loses nothing. Standard output blocks as long as its reader does.
Source: Snowplow Micro, `--output-tsv`, `--output-json`, `--destination`. Micro neither retries nor
        queues; Piste does.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import BinaryIO, Protocol

import urllib3

TSV = "text/tab-separated-values"
JSON = "application/json"

FIRST_DELAY_SEC = 0.1
LONGEST_DELAY_SEC = 10.0
ATTEMPTS = 10
"""A payload that fails so often (over a period of about half a minute) makes way for the next."""

TRY_AGAIN = frozenset({408, 429, 500, 502, 503, 504})

log = logging.getLogger(__name__)


class Output(Protocol):
    """Where finished lines go. Neither method raises because of what is at the other end."""

    def write(self, lines: Sequence[bytes]) -> None:
        """The events of one payload, a line each, without line ends."""

    def close(self) -> None:
        """Finish within a bounded time. Nothing is written afterwards."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Events by what became of them."""


class StreamOutput:
    """One line an event, flushed with each payload. Ends, with one log line, when the reader has gone."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream: BinaryIO | None = stream
        self._printed = 0

    def write(self, lines: Sequence[bytes]) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(b"".join(line + b"\n" for line in lines))
            self._stream.flush()
            self._printed += len(lines)
        except OSError as error:
            self._stream = None
            log.warning("the output is closed (%s): no more events are printed", error)

    def close(self) -> None:
        self._stream = None

    @property
    def counts(self) -> Mapping[str, int]:
        return {"printed": self._printed}


Post = Callable[[bytes], int]
"""Sends one body and gives the status of the answer. Raises when there is no answer."""


def http_post(url: str, content_type: str, timeout_seconds: float = 10.0) -> Post:
    """Posts to `url`; connecting and each reading have the time limit. Redirects are not followed."""
    pool = urllib3.PoolManager()

    def post(body: bytes) -> int:
        return pool.request(
            "POST",
            url,
            body=body,
            headers={"Content-Type": content_type},
            timeout=timeout_seconds,
            retries=False,
        ).status

    return post


def backoff(attempt: int, jitter: float) -> float:
    """Seconds to wait when `attempt`, from 1, has failed: doubled each time, and by `jitter`, from
    0 to 1, down to a half of that, so that many senders do not come back at once.
    """
    delay: float = min(LONGEST_DELAY_SEC, FIRST_DELAY_SEC * 2 ** (attempt - 1))
    return delay * (1 - jitter / 2)


class DestinationOutput:
    """One POST a payload, in order, from a thread of its own: nobody waits for the receiver.

    `delay` gives the seconds to wait after a failed attempt, from 1. Without an answer, or with one
    that asks for another try, a payload gets `ATTEMPTS`; any other refusal is final. While more than
    `capacity` payloads wait, new ones are dropped. `delivered` and `dropped` count events.
    """

    def __init__(
        self,
        post: Post,
        delay: Callable[[int], float],
        *,
        capacity: int = 1000,
        close_seconds: float = 1.5,
    ) -> None:
        self.delivered = 0
        self.dropped = 0
        self._post = post
        self._delay = delay
        self._capacity = capacity
        self._close_seconds = close_seconds
        self._waiting: deque[Sequence[bytes]] = deque()
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._abandoned = False
        self._thread = threading.Thread(target=self._run, name="destination", daemon=True)
        self._thread.start()

    def write(self, lines: Sequence[bytes]) -> None:
        with self._changed:
            if self._closing.is_set():
                self._drop(len(lines), "the output is closed")
            elif len(self._waiting) >= self._capacity:
                self._drop(len(lines), "too many payloads wait")
            elif lines:
                self._waiting.append(lines)
                self._changed.notify()

    def close(self) -> None:
        """Try each waiting payload once more, for `close_seconds` at most; what is left is dropped."""
        with self._changed:
            self._closing.set()
            self._changed.notify()
        self._thread.join(self._close_seconds)
        with self._changed:
            self._abandoned = True
            left = sum(map(len, self._waiting))
            self._waiting.clear()
            self._drop(left, "the time to finish is over")
            if self.dropped:
                log.warning("events delivered: %d, dropped: %d", self.delivered, self.dropped)

    @property
    def counts(self) -> Mapping[str, int]:
        return {"delivered": self.delivered, "dropped": self.dropped}

    def _run(self) -> None:
        while (lines := self._next()) is not None:
            refusal = self._refusal(b"\n".join(lines))
            with self._changed:
                if self._abandoned:
                    return
                self._waiting.popleft()
                if refusal is None:
                    self.delivered += len(lines)
                else:
                    self._drop(len(lines), refusal)

    def _next(self) -> Sequence[bytes] | None:
        """The oldest payload, left in its place until it is settled; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing.is_set())
            return self._waiting[0] if self._waiting else None

    def _refusal(self, body: bytes) -> str | None:
        """Send the payload, more than once if need be. Why it was not taken; None when it was."""
        attempt = 0
        while True:
            attempt += 1
            try:
                status = self._post(body)
            except Exception as error:  # whatever is wrong at the other end, the flow goes on
                refusal, is_final = str(error), False
            else:
                if 200 <= status < 300:
                    return None
                refusal, is_final = f"status {status}", status not in TRY_AGAIN
            if is_final or attempt == ATTEMPTS or self._closing.wait(self._delay(attempt)):
                return refusal

    def _drop(self, events: int, reason: str) -> None:
        """Count, and log each time the count has doubled: never silent, never a flood."""
        before = self.dropped
        self.dropped += events
        if before.bit_length() != self.dropped.bit_length():
            log.warning("events dropped so far: %d (now because: %s)", self.dropped, reason)
