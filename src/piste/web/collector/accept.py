"""Where a payload goes: the two callables that the collector is given, and how they refuse.

Room:   declared here by their consumer; the spool fits them.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from piste.events.payload import CollectorPayload

Accept = Callable[[CollectorPayload], Awaitable[None]]
"""Returns when the payload is safe. Raises `Overloaded`, or anything else when it cannot keep it."""


class AcceptOversized(Protocol):
    """Takes note of a request above the size limit; returns and raises as `Accept` does."""

    def __call__(
        self, payload: CollectorPayload, actual_size_bytes: int, max_size_bytes: int
    ) -> Awaitable[None]:
        """`payload.body` is cut to the first tenth of the limit, in characters."""
        ...


class Overloaded(Exception):
    """Not now: the client shall keep the event and send it again after that time."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"try again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds
