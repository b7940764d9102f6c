"""How much a check may cost: counters inside the loops, because nothing can stop a running thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class Spent(Exception):
    """The budget is spent; `what` names it."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True)
class Budget:
    """JSON values in a schema, goals of the search, states of automata, steps through them and through
    what is finite."""

    values: int = 50_000
    goals: int = 20_000
    states: int = 20_000
    steps: int = 250_000


class Counter:
    """Counts down, then raises `Spent`."""

    __slots__ = ("_kept", "_left", "_what")

    def __init__(self, what: str, most: int) -> None:
        self._what, self._left, self._kept = what, most, 0

    def spend(self, count: int = 1) -> None:
        if self._left - count < self._kept:
            raise Spent(self._what)
        self._left -= count

    @contextmanager
    def half(self) -> Iterator[None]:
        """No more than half of what is left, so that one question does not take it all."""
        kept, self._kept = self._kept, self._kept + (self._left - self._kept) // 2
        try:
            yield
        finally:
            self._kept = kept
