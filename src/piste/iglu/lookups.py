"""Asking registries in order, and remembering what they said.

Room:   between `resolver`, which says what to ask for, and `registry`, which asks one place once.
        A hit takes no lock; look-ups of one key wait for each other; look-ups of different keys
        do not.
Limits: answers of local registries are compared with their files at most every `RESTAT_MS`, so a
        changed file is seen that much later; a key that was not found is compared every time.
        Time is epoch milliseconds from the handed-in clock; a clock set back only costs look-ups.
Source: Iglu, "Lookup"; the comparison with files is our own.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import filterfalse
from typing import Generic, TypeVar

from piste.events.failures import LookupHistory, RegistryError
from piste.events.schema_key import SchemaKey
from piste.iglu.registry import NOT_FOUND, OwnRegistry, Registry, RegistryClass
from piste.iglu.retries import (
    Breaker,
    Failures,
    LookupBudget,
    backoff_ms,
    with_error,
    without_expired,
)

T = TypeVar("T")

RESTAT_MS = 250
"""How long a success passes before its files are looked at again."""

Watch = Callable[[SchemaKey], None]
Ask = Callable[[Registry, SchemaKey, Watch], T | RegistryError]
"""`ask(registry, key, watch)`; calls `watch` before it looks at any other key than `key`."""


@dataclass(slots=True)
class Entry(Generic[T]):
    """What is known of one key: `value`, or the `failures` for want of one."""

    value: T | None
    failures: Failures
    supplier: Registry | None
    watched: Mapping[SchemaKey, object]
    """The keys that were looked at, each with its files' fingerprint at that time."""
    stored_ms: int
    fresh_from_ms: int = 0
    fresh_until_ms: float = 0
    """While the clock is between these two, the entry holds without a closer look."""
    last_used_ms: int = 0


@dataclass(slots=True)
class _KeyLock:
    lock: threading.Lock = field(default_factory=threading.Lock)
    users: int = 0


class Lookups(Generic[T]):
    """The answers of `ask` over several registries, the first success in order, cached."""

    def __init__(
        self,
        registries: Sequence[Registry],
        ask: Ask[T],
        *,
        size: int,
        ttl_ms: int | None,
        clock_ms: Callable[[], int],
        breakers: Mapping[str, Breaker],
    ) -> None:
        self._registries = tuple(registries)
        self._ask = ask
        self._size = 0 if ttl_ms == 0 else size
        self._ttl_ms = float("inf") if ttl_ms is None else ttl_ms
        self._clock_ms = clock_ms
        self._breakers = breakers
        self._entries: dict[SchemaKey, Entry[T]] = {}
        self._key_locks: dict[SchemaKey, _KeyLock] = {}
        self.hits = self.misses = 0
        """Answers from memory and from registries; not exact when threads count at once."""
        self._mutex = threading.Lock()  # guards the two dictionaries, never held while asking
        self._forgotten = 0  # how often something was: an answer from before is not remembered

    def get(self, key: SchemaKey, budget: LookupBudget | None = None) -> Entry[T]:
        entry = self._entries.get(key)
        if entry is not None:
            now = self._clock_ms()
            if entry.fresh_from_ms <= now < entry.fresh_until_ms or self._holds(entry, now):
                entry.last_used_ms = now
                self.hits += 1
                return entry
        with self._one_at_a_time(key):
            entry, now = self._entries.get(key), self._clock_ms()
            if entry is not None and self._holds(entry, now):
                self.hits += 1
                return entry  # somebody else asked while we waited
            self.misses += 1
            return self._refreshed(key, entry, now, budget)

    def forget(self, keys: Collection[SchemaKey]) -> None:
        """Ask again for these keys, and for whatever they were looked at for."""
        with self._mutex:
            self._forgotten += 1
            for key in [
                k for k, e in self._entries.items() if not e.watched.keys().isdisjoint(keys)
            ]:
                del self._entries[key]

    def _holds(self, entry: Entry[T], now: int) -> bool:
        if self._has_changed(entry) or now < entry.stored_ms:
            return False
        if entry.value is None:
            failures = without_expired(entry.failures, now - self._ttl_ms)
            return not any(_is_due(r, failures.get(r.name), now) for r in self._registries)
        is_expired = now - entry.stored_ms >= self._ttl_ms
        if not is_expired:
            self._freshen(entry, now)
        return not is_expired

    def _refreshed(
        self, key: SchemaKey, old: Entry[T] | None, now: int, budget: LookupBudget | None
    ) -> Entry[T]:
        """Ask whoever is due, in order, and remember the outcome."""
        forgotten = self._forgotten
        failures: Failures = {}
        if old is not None:
            failures = without_expired(old.failures, now - self._ttl_ms)
            if self._has_changed(old):
                for registry in filterfalse(_is_remote, self._registries):
                    failures.pop(registry.name, None)
        watched: dict[SchemaKey, object] = {}

        def watch(seen: SchemaKey) -> None:
            watched[seen] = self._fingerprint(seen)

        watch(key)
        is_refused = False
        for registry in self._in_order(key.vendor):
            history = failures.get(registry.name)
            if not _is_due(registry, history, now):
                continue
            refusal = None
            if budget is not None and _is_remote(registry):
                refusal = budget.refusal(key)
            if refusal is not None:
                is_refused = True
                failures[registry.name] = with_error(registry.name, history, refusal, now)
                continue
            answer = self._answer(registry, key, watch, history)
            if not isinstance(answer, LookupHistory):
                found = Entry(answer, {}, registry, watched, self._clock_ms())
                return self._stored(key, found, forgotten)
            failures[registry.name] = answer
        if old is not None and old.supplier is not None and _is_remote(old.supplier):
            new = Entry(old.value, {}, old.supplier, watched, now)  # an outage removes no schema
        else:
            new = Entry(None, failures, None, watched, now)
        return new if is_refused else self._stored(key, new, forgotten)

    def _answer(
        self, registry: Registry, key: SchemaKey, watch: Watch, history: LookupHistory | None
    ) -> T | LookupHistory:
        """A value, or the history with one more attempt."""
        breaker = self._breakers.get(registry.name)
        if breaker is None:
            answer = self._ask(registry, key, watch)
        else:
            guarded = breaker.call(lambda: self._ask(registry, key, watch), self._clock_ms)
            if isinstance(guarded, LookupHistory):
                return history if history is not None and history.errors else guarded
            answer = guarded
        if isinstance(answer, RegistryError):
            return with_error(registry.name, history, answer, self._clock_ms())
        return answer

    def _in_order(self, vendor: str) -> list[Registry]:
        """Dear and unlikely registries last; ones of equal rank in the order of configuration."""

        def rank(registry: Registry) -> tuple[bool, int, int]:
            is_likely = vendor.startswith(tuple(registry.vendor_prefixes))
            return not is_likely, registry.kind, registry.priority

        return sorted(self._registries, key=rank)

    def _fingerprint(self, key: SchemaKey) -> tuple[object, ...]:
        return tuple(registry.fingerprint(key) for registry in self._registries)

    def _has_changed(self, entry: Entry[T]) -> bool:
        return any(self._fingerprint(key) != then for key, then in entry.watched.items())

    def _freshen(self, entry: Entry[T], now: int) -> None:
        """Let a success pass without a closer look until it expires or its files are due."""
        until: float = entry.stored_ms + self._ttl_ms
        constant = (None,) * len(self._registries)
        if any(fingerprint != constant for fingerprint in entry.watched.values()):
            until = min(until, now + RESTAT_MS)
        entry.fresh_from_ms, entry.fresh_until_ms = now, until

    def _stored(self, key: SchemaKey, entry: Entry[T], forgotten: int) -> Entry[T]:
        """`forgotten` is the count when the asking began."""
        if self._size <= 0:
            return entry
        if entry.value is not None:
            self._freshen(entry, entry.stored_ms)
        entry.last_used_ms = entry.stored_ms
        with self._mutex:
            if forgotten != self._forgotten:
                return entry
            self._entries[key] = entry
            if len(self._entries) > self._size:
                del self._entries[min(self._entries, key=self._last_used_ms)]
        return entry

    def _last_used_ms(self, key: SchemaKey) -> int:
        return self._entries[key].last_used_ms

    @contextmanager
    def _one_at_a_time(self, key: SchemaKey) -> Iterator[None]:
        with self._mutex:
            key_lock = self._key_locks.setdefault(key, _KeyLock())
            key_lock.users += 1
        try:
            with key_lock.lock:
                yield
        finally:
            with self._mutex:
                key_lock.users -= 1
                if key_lock.users == 0:
                    del self._key_locks[key]


def _is_due(registry: Registry, history: LookupHistory | None, now: int) -> bool:
    """Whether to ask a registry that has failed before, or was never asked."""
    if isinstance(registry, OwnRegistry) and registry.is_empty:
        return False  # and no history mentions what nobody uses
    if history is None or not history.errors:
        return True
    if NOT_FOUND in history.errors or not _is_remote(registry):
        return False
    return not 0 <= now - history.last_attempt_ms <= backoff_ms(history.attempts)


def _is_remote(registry: Registry) -> bool:
    return registry.kind is RegistryClass.HTTP
