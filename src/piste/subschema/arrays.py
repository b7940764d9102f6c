"""Arrays: positions that satisfy what they must, and one that does not for each demand that is denied.

Room:   what a branch of arrays leaves to do; goals of the positions go back to the search.
Limits: the positions behind the longest tuple are alike; so many of them are told apart as are needed.
Source: draft-04 validation 5.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from piste.subschema.branches import Branch, Signed
from piste.subschema.outcomes import Found, Outcome
from piste.subschema.values import Json, identity

if TYPE_CHECKING:
    from piste.subschema.search import Search

_Demands = dict[int, frozenset[Signed]]
"""What is asked of a position beside what the branch asks of all like it."""


def an_array(branch: Branch, search: Search) -> Outcome:
    """Raises `Spent`."""
    return _Arrays(branch, search).find()


@dataclass(slots=True)
class _Arrays:
    branch: Branch
    search: Search
    tuple_length: int = 0
    unknown: Outcome = None
    _longest: int | None = field(default=None)

    def find(self) -> Outcome:
        every = (*self.branch.items, *self.branch.no_items)
        self.tuple_length = max((len(items.prefix) for items in every), default=0)
        for demands in self._violations(0, {}):
            for shared in self._repetitions(demands):
                value = self._array(demands, shared)
                if value is not None:
                    return Found(value)
        return self.unknown

    def _goal(self, position: int, demands: _Demands) -> frozenset[Signed] | None:
        """None where no value may be."""
        goal: set[Signed] = set(demands.get(position, ()))
        for items in self.branch.items:
            node = items.at(position)
            if node is None:
                return None
            goal.add((True, node))
        return frozenset(goal)

    def _violations(self, index: int, demands: _Demands) -> Iterator[_Demands]:
        """For each denied `items` a position that violates it."""
        if index == len(self.branch.no_items):
            yield demands
            return
        items = self.branch.no_items[index]
        last = max((self.tuple_length, *(position + 1 for position in demands)))
        for position in range(last + 1):
            self.search.steps.spend()
            node = items.at(position)
            added: frozenset[Signed] = frozenset() if node is None else frozenset({(False, node)})
            wanted = demands | {position: demands.get(position, frozenset()) | added}
            goal = self._goal(position, wanted)
            if goal is not None and self._is_possible(goal):
                yield from self._violations(index + 1, wanted)

    def _repetitions(self, demands: _Demands) -> Iterator[tuple[int, int] | None]:
        """The positions of two equal values, when there must be some."""
        if not self.branch.is_repeating:
            yield None
            return
        last = max((self.tuple_length, *(position + 1 for position in demands))) + 2
        most = self.branch.most
        yield from combinations(range(last if most is None else min(last, most)), 2)

    def _array(self, demands: _Demands, shared: tuple[int, int] | None) -> list[Json] | None:
        most = self.branch.most
        self.search.steps.spend()
        length = max((self.branch.least, *(p + 1 for p in demands), *(p + 1 for p in shared or ())))
        if most is not None and length > most:
            return None
        goals: list[frozenset[Signed]] = []
        for position in range(length):
            self.search.steps.spend()
            goal = self._goal(position, demands)
            if goal is None:
                return None
            goals.append(goal)
        if shared is not None:
            common = goals[shared[0]] | goals[shared[1]]
            goals[shared[0]] = goals[shared[1]] = common
        if self.branch.is_unique:
            return self._distinct(goals)
        values: list[Json] = []
        for goal in goals:
            self.search.steps.spend()
            found = self._value(goal, [])
            if found is None:
                return None
            values.append(found[0])
        return values

    def _distinct(self, goals: list[frozenset[Signed]]) -> list[Json] | None:
        """Values of the goals that all differ: each the next best; if that fails, by augmenting paths."""
        values: list[Json] = []
        for goal in goals:
            found = self._value(goal, values)
            if found is None:
                return self._matched(goals)
            values.append(found[0])
        return values

    def _matched(self, goals: list[frozenset[Signed]]) -> list[Json] | None:
        members = {goal: self._members(goal, len(goals)) for goal in set(goals)}
        choices = [members[goal] for goal in goals]
        taken: dict[object, int] = {}

        def place(position: int, seen: set[object]) -> bool:
            for value in choices[position]:
                key = identity(value)
                if key in seen:
                    continue
                seen.add(key)
                if key not in taken or place(taken[key], seen):
                    taken[key] = position
                    return True
            return False

        if not all(place(position, set()) for position in range(len(goals))):
            return None
        by_position = {position: key for key, position in taken.items()}
        return [
            next(value for value in choices[n] if identity(value) == by_position[n])
            for n in range(len(goals))
        ]

    def _members(self, goal: frozenset[Signed], most: int) -> list[Json]:
        values: list[Json] = []
        while len(values) < most and (found := self._value(goal, values)) is not None:
            values.append(found[0])
        return values

    def _is_possible(self, goal: frozenset[Signed]) -> bool:
        return self._value(goal, []) is not None

    def _value(self, goal: frozenset[Signed], others: list[Json]) -> tuple[Json] | None:
        outcome = self.search.others(goal, others)
        if isinstance(outcome, Found):
            return (outcome.value,)
        self.unknown = self.unknown or outcome
        return None
