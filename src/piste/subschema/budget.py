"""How much a check may cost: counters inside the loops, because nothing can stop a running thread."""

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

    values: int = 100_000
    goals: int = 20_000
    states: int = 20_000
    steps: int = 400_000


class Counter:
    """Counts down, then raises `Spent`."""

    __slots__ = ("_left", "_what")

    def __init__(self, what: str, most: int) -> None:
        self._what, self._left = what, most

    def spend(self, count: int = 1) -> None:
        self._left -= count
        if self._left < 0:
            raise Spent(self._what)
