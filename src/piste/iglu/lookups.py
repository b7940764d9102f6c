"""Asking registries in order, and remembering what they said.

Room:   between `resolver`, which says what to ask for, and `registry`, which asks one place once.
        A hit takes no lock; look-ups of one key wait for each other; look-ups of different keys
        do not.
Limits: answers of local registries are compared with their files at most every `RESTAT_MS`, so a
        changed file is seen that much later; a key that was not found is compared every time.
        Time is epoch milliseconds from the handed-in clock; a clock set back only costs look-ups.
Source: Iglu, "Lookup"; the circuit breaker (one failing address costs one time-out a back-off,
        however many keys are asked for) and the comparison with files are our own.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from piste.events.failures import LookupHistory, RegistryError, RegistryErrorKind
from piste.events.schema_key import SchemaKey
from piste.iglu.registry import NOT_FOUND, Registry, RegistryClass, Unreachable

T = TypeVar("T")

RESTAT_MS = 250
MAX_ERRORS = 32
"""Different errors that a history keeps."""

Failures = dict[str, LookupHistory]
"""Registry name -> how it was asked in vain."""


def backoff_ms(attempts: int) -> int:
    """How long after the n-th failed attempt not to ask again."""
    if attempts > 20:
        return 60_000
    if attempts > 12:
        wait: int = 500 + 2**attempts + 5_000
    elif attempts > 8:
        wait = 500 + 3**attempts
    else:
        wait = 500 + 4**attempts
    return min(wait, 60_000)


class LookupBudget:
    """How many keys one request may have looked up remotely."""

    def __init__(self, keys: int) -> None:
        self._keys = self._left = keys

    def spend(self) -> RegistryError | None:
        if self._left > 0:
            self._left -= 1
            return None
        return RegistryError(
            RegistryErrorKind.REPO_FAILURE,
            f"more than {self._keys} unknown schemas in one request",
        )


@dataclass(slots=True)
class Breaker:
    """Stands between us and one remote registry; open while it is unreachable."""

    failures: int = 0
    last_error: RegistryError = NOT_FOUND
    last_attempt_ms: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, now_ms: int) -> RegistryError | None:
        """None: go and ask. Else the answer of the last one who did."""
        with self.lock:
            if self.failures and 0 <= now_ms - self.last_attempt_ms <= backoff_ms(self.failures):
                return self.last_error
            self.last_attempt_ms = now_ms  # one asks, the others see the breaker open
            return None

    def leave(self, answer: object, now_ms: int) -> None:
        with self.lock:
            if isinstance(answer, Unreachable):
                self.failures += 1
                self.last_error = RegistryError(answer.kind, answer.message)
                self.last_attempt_ms = now_ms
            else:
                self.failures = 0


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
        self._mutex = threading.Lock()  # guards the two dictionaries, never held while asking

    def get(self, key: SchemaKey, budget: LookupBudget | None = None) -> Entry[T]:
        entry = self._entries.get(key)
        if entry is not None:
            now = self._clock_ms()
            if entry.fresh_from_ms <= now < entry.fresh_until_ms:
                entry.last_used_ms = now
                return entry
            if self._holds(entry, now):
                return entry
        with self._one_at_a_time(key):
            entry, now = self._entries.get(key), self._clock_ms()
            if entry is not None and self._holds(entry, now):
                return entry  # somebody else asked while we waited
            return self._refreshed(key, entry, now, budget)

    def _holds(self, entry: Entry[T], now: int) -> bool:
        if self._has_changed(entry) or now < entry.stored_ms:
            return False
        if entry.value is None:
            failures = self._worth_keeping(entry, now)
            return not any(_is_due(r, failures.get(r.name), now) for r in self._registries)
        if now - entry.stored_ms >= self._ttl_ms:
            return False
        self._freshen(entry, now)
        return True

    def _refreshed(
        self, key: SchemaKey, old: Entry[T] | None, now: int, budget: LookupBudget | None
    ) -> Entry[T]:
        """Ask whoever is due, in order, and remember the outcome."""
        failures: Failures = {}
        if old is not None and old.value is None:
            failures = self._worth_keeping(old, now)
        watched: dict[SchemaKey, object] = {}

        def watch(seen: SchemaKey) -> None:
            watched[seen] = self._fingerprint(seen)

        watch(key)
        refusal: RegistryError | None = None
        is_charged = False
        for registry in self._in_order(key.vendor):
            history = failures.get(registry.name)
            if not _is_due(registry, history, now):
                continue
            if registry.kind is RegistryClass.HTTP and budget is not None and not is_charged:
                refusal, is_charged = budget.spend(), True
            if registry.kind is RegistryClass.HTTP and refusal is not None:
                failures[registry.name] = _added(registry.name, history, refusal, now)
                continue
            answer = self._answer(registry, key, watch, history)
            if isinstance(answer, LookupHistory):
                failures[registry.name] = answer
            else:
                return self._stored(key, Entry(answer, {}, registry, watched, self._clock_ms()))
        if old is not None and old.supplier is not None and old.supplier.kind is RegistryClass.HTTP:
            new = Entry(old.value, {}, old.supplier, watched, now)
        else:
            new = Entry(None, failures, None, watched, now)
        return new if refusal is not None else self._stored(key, new)

    def _answer(
        self, registry: Registry, key: SchemaKey, watch: Watch, history: LookupHistory | None
    ) -> T | LookupHistory:
        breaker = self._breakers.get(registry.name)
        if breaker is not None:
            recorded = breaker.enter(self._clock_ms())
            if recorded is not None:
                at = breaker.last_attempt_ms
                return history or _added(registry.name, None, recorded, at)
        answer = self._ask(registry, key, watch)
        now = self._clock_ms()
        if breaker is not None:
            breaker.leave(answer, now)
        if isinstance(answer, RegistryError):
            return _added(registry.name, history, answer, now)
        return answer

    def _worth_keeping(self, old: Entry[T], now: int) -> Failures:
        """The failures without what time or a changed file has made meaningless."""
        is_expired, is_changed = now - old.stored_ms >= self._ttl_ms, self._has_changed(old)
        kept = {}
        for registry in self._registries:
            history = old.failures.get(registry.name)
            if history is None:
                continue
            errors = history.errors
            if is_expired:
                errors = tuple(error for error in errors if error != NOT_FOUND)
            if is_changed and registry.kind is not RegistryClass.HTTP:
                errors = ()
            kept[registry.name] = LookupHistory(
                history.repository, errors, history.attempts, history.last_attempt_ms
            )
        return kept

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
        entry.last_used_ms = entry.fresh_from_ms = now
        entry.fresh_until_ms = until

    def _stored(self, key: SchemaKey, entry: Entry[T]) -> Entry[T]:
        if self._size <= 0:
            return entry
        if entry.value is not None:
            self._freshen(entry, entry.stored_ms)
        entry.last_used_ms = entry.stored_ms
        with self._mutex:
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
    """Whether to ask a registry that has failed before (or never been asked)."""
    if history is None or not history.errors:
        return True
    if NOT_FOUND in history.errors or registry.kind is not RegistryClass.HTTP:
        return False
    return not 0 <= now - history.last_attempt_ms <= backoff_ms(history.attempts)


def _added(
    repository: str, history: LookupHistory | None, error: RegistryError, now: int
) -> LookupHistory:
    error = RegistryError(error.kind, error.message)  # what `Unreachable` adds is not for users
    if history is None:
        return LookupHistory(repository, (error,), 1, now)
    errors = history.errors if error in history.errors else (*history.errors, error)[-MAX_ERRORS:]
    return LookupHistory(repository, errors, history.attempts + 1, now)
