"""When to ask a registry again that has failed, and what is remembered of it.

Room:   the bookkeeping of `lookups`; no registry is asked here.
Limits: times are epoch milliseconds.
Source: Iglu, "Lookup": back-off and history. The circuit breaker and the budget are our own: with
        them a dead address costs one time-out a back-off, however many keys are asked for, and a
        request with thousands of made-up keys does not cost thousands of remote look-ups.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from piste.events.failures import LookupHistory, RegistryError, RegistryErrorKind
from piste.events.schema_key import SchemaKey
from piste.iglu.registry import NOT_FOUND, Unreachable

T = TypeVar("T")

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
    """How many different keys one request may have looked up remotely."""

    def __init__(self, keys: int) -> None:
        self._keys = keys
        self._charged: set[SchemaKey] = set()

    def refusal(self, key: SchemaKey) -> RegistryError | None:
        """None: the key is within the budget, and charged."""
        if key not in self._charged and len(self._charged) >= self._keys:
            message = f"more than {self._keys} unknown schemas in one request"
            return RegistryError(RegistryErrorKind.REPO_FAILURE, message)
        self._charged.add(key)
        return None


class Breaker:
    """Stands between us and one remote registry; open while that is unreachable."""

    def __init__(self, registry: str) -> None:
        self._registry = registry
        self._failures = 0
        self._last_error = NOT_FOUND
        self._last_attempt_ms = 0
        self._lock = threading.Lock()

    def is_open(self, now_ms: int) -> bool:
        since = now_ms - self._last_attempt_ms
        return self._failures > 0 and 0 <= since <= backoff_ms(self._failures)

    def call(
        self, ask: Callable[[], T | RegistryError], clock_ms: Callable[[], int]
    ) -> T | RegistryError | LookupHistory:
        """The answer of `ask`; while open instead what came of it for the last one who did."""
        with self._lock:
            now_ms, failures = clock_ms(), self._failures
            if self.is_open(now_ms):
                return LookupHistory(self._registry, (self._last_error,), 1, self._last_attempt_ms)
            self._last_attempt_ms = now_ms  # while one asks, the others find the breaker open
        answer = ask()
        with self._lock:
            if not isinstance(answer, Unreachable):
                self._failures = 0
                return answer
            if failures == self._failures:  # else others failed meanwhile: that is one outage
                self._failures += 1
            self._last_error, self._last_attempt_ms = answer.plain(), clock_ms()
            return self._last_error


def without_expired(failures: Failures, expiry_ms: float) -> Failures:
    """A "not found" before `expiry_ms` means nothing any more; the count of attempts goes on."""
    return {
        name: history
        if history.last_attempt_ms > expiry_ms
        else replace(history, errors=tuple(e for e in history.errors if e != NOT_FOUND))
        for name, history in failures.items()
    }


def with_error(
    repository: str, history: LookupHistory | None, error: RegistryError, now: int
) -> LookupHistory:
    """The history with one more attempt, which failed."""
    if history is None:
        return LookupHistory(repository, (error,), 1, now)
    errors = history.errors if error in history.errors else (*history.errors, error)[-MAX_ERRORS:]
    return LookupHistory(repository, errors, history.attempts + 1, now)
