"""Retention: what is older than it may be is forgotten, on a schedule.

Limits: done by the loader between batches, so writing stays with one thread; meanwhile the log takes
        what comes.
Source: Snowplow Micro's storage, `ttl` and `cleanupInterval`; `origin_ttl` is ours.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

_logger = logging.getLogger(__name__)


class Forgetful(Protocol):
    """The store, as retention uses it. Instants are epoch milliseconds of `collector_tstamp`."""

    def delete_before(self, instant_ms: int) -> int:
        """Delete all that is older; how many events that were."""

    def delete_origins_before(self, instant_ms: int) -> int:
        """Delete the raw requests that are older, and keep their events."""

    def compact(self) -> bool:
        """Give disk space back, when that is worth it."""


class Retention:
    """A chore of the loader."""

    def __init__(
        self,
        store: Forgetful,
        *,
        ttl: timedelta | None,
        origin_ttl: timedelta | None,
        interval: timedelta,
        clock_ms: Callable[[], int],
    ) -> None:
        """None keeps for ever."""
        self._store, self._clock_ms = store, clock_ms
        self._ttl_ms, self._origin_ttl_ms = _ms(ttl), _ms(origin_ttl)
        self._interval_s = interval.total_seconds()

    def __call__(self) -> float:
        """Forget what is due; the seconds until the next time."""
        now = self._clock_ms()
        if self._ttl_ms is not None:
            events = self._store.delete_before(now - self._ttl_ms)
            if events:
                _logger.info("%d events were older than storage.ttl and are deleted", events)
        if self._origin_ttl_ms is not None:
            self._store.delete_origins_before(now - self._origin_ttl_ms)
        if self._store.compact():
            _logger.info("the event store's file was rewritten without what is deleted")
        return self._interval_s


def _ms(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds() * 1000)
