"""Who visits, without knowing who it is: a hash that is another one every day.

Room:   rules; the clock, the randomness and where salts are kept are handed in.
Limits: a salt is of a day in UTC and lives for two: once it is gone, nobody can compute its hashes again.
        A visit that runs over midnight keeps the hash that it began with, as long as no pause is longer than
        VISIT_MS and the salt of that hash is there: at the second midnight it ends. At most `max_seen`
        visitors are remembered for that, in memory only: a restart forgets them.
Source: TinyTrail's API, "Server-side processing pipeline", step 6; RFC 2104 (HMAC).
"""

import hmac
import threading
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

DAY_MS = 86_400_000
VISIT_MS = 30 * 60 * 1000
"""A longer pause ends a visit."""
SALT_BYTES = 32
MAX_SEEN = 100_000


class Salts(Protocol):
    """Kept where a restart does not lose them. Safe to use from several threads and processes."""

    def of(self, day: int, fresh: bytes) -> Mapping[int, bytes]:
        """The salts of a day, counted from 1970-01-01, and of the day before where there was one.

        `fresh` becomes the day's salt unless it has one. Salts of days before those two are destroyed.
        """
        ...


class _Keys(NamedTuple):
    """Of one day; `before` is the salt of the day before."""

    day: int
    today: bytes
    before: bytes | None


def visitor_id(salt: bytes, address: str, user_agent: str, website_id: str) -> str:
    """HMAC-SHA256 in URL-safe base64. `address` is a canonical one, `user_agent` as it was sent."""
    # With their lengths, since "ab" and "c" are others than "a" and "bc".
    parts = [part.encode("utf-8", "surrogatepass") for part in (address, user_agent, website_id)]
    message = b"".join(len(part).to_bytes(4) + part for part in parts)
    return urlsafe_b64encode(hmac.digest(salt, message, "sha256")).rstrip(b"=").decode()


class Visitors:
    """The ids of visitors. `of` is for one thread, `turn_to` for any."""

    def __init__(
        self, salts: Salts, random_bytes: Callable[[int], bytes], max_seen: int = MAX_SEEN
    ) -> None:
        self._salts, self._random_bytes, self._max_seen = salts, random_bytes, max_seen
        self._keys: _Keys | None = None
        self._seen: OrderedDict[str, int] = OrderedDict()
        """When a visitor was here last; the most recent one comes last."""
        self._turning = threading.Lock()

    def knows(self, now_ms: int) -> bool:
        """Whether `of` will answer without asking the salts."""
        keys = self._keys
        return keys is not None and keys.day == now_ms // DAY_MS

    def turn_to(self, now_ms: int) -> None:
        """Fetch the salts of this day, and have those of long ago destroyed. Raises what the salts raise."""
        day = now_ms // DAY_MS
        with self._turning:
            salts = self._salts.of(day, self._random_bytes(SALT_BYTES))
            self._keys = _Keys(day, salts[day], salts.get(day - 1))

    def of(
        self,
        address: str,
        user_agent: str,
        website_id: str,
        now_ms: int,
        *,
        is_counted: bool = True,
    ) -> str:
        """As in `visitor_id`. Only a hit that is counted begins a visit or keeps one going."""
        if not self.knows(now_ms):
            self.turn_to(now_ms)
        keys = self._keys
        assert keys is not None
        found = visitor_id(keys.today, address, user_agent, website_id)
        if keys.before is not None and not self._is_visiting(found, now_ms):
            before = visitor_id(keys.before, address, user_agent, website_id)
            if self._is_visiting(before, now_ms):
                found = before
        if is_counted:
            self._note(found, now_ms)
        return found

    def __len__(self) -> int:
        """Visitors that it remembers."""
        return len(self._seen)

    def _is_visiting(self, visitor: str, now_ms: int) -> bool:
        last_ms = self._seen.get(visitor)
        return last_ms is not None and now_ms - last_ms <= VISIT_MS

    def _note(self, visitor: str, now_ms: int) -> None:
        seen = self._seen
        seen[visitor] = now_ms
        seen.move_to_end(visitor)
        if len(seen) > self._max_seen:
            seen.popitem(last=False)
        # Two for each that comes: so it shrinks, and never takes long.
        for _ in range(2):
            oldest, last_ms = next(iter(seen.items()))
            if now_ms - last_ms <= VISIT_MS:
                break
            del seen[oldest]
