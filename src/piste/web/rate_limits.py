"""How often one may ask: a sliding window for each key.

Room:   pure; the time is handed in, and what a key is (an address, an API key's id) is for who asks.
Limits: holds `max_keys` keys of `limit` times each. Beyond them the key that was allowed longest ago is
        forgotten, so it may ask anew. Safe to use from several threads.
Source: TinyTrail's API, "Rate Limiting".
"""

import math
import threading
from collections import OrderedDict, deque

MAX_KEYS = 10_000


class RateLimit:
    """At most `limit` requests of a key in any `window_seconds`."""

    def __init__(self, limit: int, window_seconds: float, max_keys: int = MAX_KEYS) -> None:
        self._limit, self._window, self._max_keys = limit, window_seconds, max_keys
        self._allowed: OrderedDict[str, deque[float]] = OrderedDict()
        """When the requests of a key were allowed; the key that was allowed last comes last."""
        self._asking = threading.Lock()

    def allows(self, key: str, now: float) -> int | None:
        """None when it does; else in how many whole seconds it will, 1 or more.

        `now` is in seconds of a clock that never goes back. What is refused does not count.
        """
        with self._asking:
            self._forget_before(now - self._window)
            times = self._allowed.get(key)
            if times is None:
                times = self._allowed[key] = deque(maxlen=self._limit)
            elif len(times) == self._limit and (wait := times[0] + self._window - now) > 0:
                return max(1, math.ceil(wait))
            times.append(now)  # the oldest one goes
            self._allowed.move_to_end(key)
            if len(self._allowed) > self._max_keys:
                self._allowed.popitem(last=False)
            return None

    def __len__(self) -> int:
        """Keys that it remembers."""
        return len(self._allowed)

    def _forget_before(self, instant: float) -> None:
        """Keys whose last request is over; the next one that is not ends the search."""
        while self._allowed:
            key, times = next(iter(self._allowed.items()))
            if times[-1] > instant:
                return
            del self._allowed[key]
