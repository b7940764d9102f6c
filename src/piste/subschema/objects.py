"""Objects: names that must be there, values that satisfy what their names ask, and one that does not for each
demand that is denied.

Room:   what a branch of objects leaves to do; goals of the values go back to the search.
Limits: names that no schema spells are told apart by the patterns that they have only; each such cell has
        so many names as there are.
Source: draft-04 validation 5.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, combinations
from typing import TYPE_CHECKING

from piste.subschema.branches import Branch, Signed
from piste.subschema.evaluation import schemas_for
from piste.subschema.nodes import Node, Properties
from piste.subschema.outcomes import Found, Outcome, Unknown
from piste.subschema.strings import Opaque
from piste.subschema.values import Json

if TYPE_CHECKING:
    from piste.subschema.search import Search

MAX_PATTERNS = 8
"""Each more doubles the cells."""

_Demands = dict[str, frozenset[Signed]]
"""The names that are there, and what is asked of their values beside what the branch asks."""


def an_object(branch: Branch, search: Search) -> Outcome:
    """Raises `Spent`."""
    return _Objects(branch, search).find()


@dataclass(slots=True)
class _Cell:
    """Names that have these patterns, and no others of those that occur; `names` grows as needed."""

    having: frozenset[str]
    source: Iterator[str]
    names: list[str] = field(default_factory=list)

    def name(self, index: int) -> str | None:
        """The name at a place, None when there are fewer. Raises `Spent`."""
        while len(self.names) <= index:
            name = next(self.source, None)
            if name is None:
                return None
            self.names.append(name)
        return self.names[index]


class _Objects:
    def __init__(self, branch: Branch, search: Search) -> None:
        self._branch, self._search = branch, search
        self._unknown: Outcome = None
        every = (*branch.properties, *branch.no_properties)
        self._patterns = sorted({pattern for one in every for pattern, _ in one.patterns})
        spelt = {name for one in every for name in one.named}
        self._spelt = frozenset(spelt | branch.present | branch.absent)
        self._cells: list[_Cell] = []
        if len(self._patterns) > MAX_PATTERNS:
            self._give_up(f"more than {MAX_PATTERNS} patterns of names")
            return
        try:
            self._cells = [self._cell_of(having) for having in _subsets(self._patterns)]
        except Opaque as opaque:
            self._give_up(str(opaque))

    def _cell_of(self, having: frozenset[str]) -> _Cell:
        """Raises `Opaque`."""
        lacking = [pattern for pattern in self._patterns if pattern not in having]
        return _Cell(having, self._search.strings.names(sorted(having), lacking, self._spelt))

    def find(self) -> Outcome:
        demands: _Demands = {name: frozenset() for name in sorted(self._branch.present)}
        if not all(self._is_possible(name, demands[name]) for name in demands):
            return self._unknown
        for wanted in self._violations(0, demands):
            value = self._object(wanted)
            if value is not None:
                return Found(value)
        return self._unknown

    def _violations(self, index: int, demands: _Demands) -> Iterator[_Demands]:
        """For each denied `properties` a name whose value violates it."""
        if index == len(self._branch.no_properties):
            yield demands
            return
        for name, added in self._violators(self._branch.no_properties[index], demands):
            self._search.steps.spend()
            wanted = demands | {name: demands.get(name, frozenset()) | added}
            if self._is_possible(name, wanted[name]):
                yield from self._violations(index + 1, wanted)

    def _violators(
        self, denied: Properties, demands: _Demands
    ) -> Iterator[tuple[str, frozenset[Signed]]]:
        """Names, and what their values must violate; nothing where the name itself is too much."""
        for name in chain(
            sorted(demands), sorted(self._spelt - self._branch.absent - demands.keys())
        ):
            for node in schemas_for(denied, name):
                yield from _denial(name, node)
        for cell in self._cells:
            nodes = _schemas_of(denied, cell.having)
            fresh = self._fresh(cell, demands)
            if fresh is not None:
                for node in nodes:
                    yield from _denial(fresh, node)

    def _fresh(self, cell: _Cell, demands: _Demands) -> str | None:
        """The first of its names that is not there yet."""
        index = 0
        while (name := cell.name(index)) is not None and name in demands:
            index += 1
        return name

    def _goal(self, name: str, added: frozenset[Signed]) -> frozenset[Signed] | None:
        """None where the name may not be."""
        goal = set(added)
        for properties in self._branch.properties:
            for node in schemas_for(properties, name):
                if node is None:
                    return None
                goal.add((True, node))
        return frozenset(goal)

    def _is_possible(self, name: str, added: frozenset[Signed]) -> bool:
        return self._value(name, added) is not None

    def _value(self, name: str, added: frozenset[Signed]) -> tuple[Json] | None:
        goal = self._goal(name, added)
        if goal is None:
            return None
        outcome = self._search.find(goal)
        if isinstance(outcome, Found):
            return (outcome.value,)
        self._unknown = self._unknown or outcome
        return None

    def _object(self, demands: _Demands) -> dict[str, Json] | None:
        least, most = self._branch.least, self._branch.most
        if most is not None and len(demands) > most:
            return None
        value: dict[str, Json] = {}
        for name, added in demands.items():
            found = self._value(name, added)
            if found is None:
                return None
            value[name] = found[0]
        for name in self._fillers(demands):
            if len(value) >= least:
                break
            self._search.steps.spend()
            found = self._value(name, frozenset())
            if found is not None:
                value[name] = found[0]
        return value if len(value) >= least else None

    def _fillers(self, demands: _Demands) -> Iterator[str]:
        """Names that may be there as well: all that are spelt, then of each cell as long as one will do."""
        yield from sorted(self._spelt - self._branch.absent - demands.keys())
        for cell in self._cells:
            index = 0
            while True:
                name = cell.name(index)
                if name is None or not self._is_possible(name, frozenset()):
                    break  # all names of a cell are alike
                if name not in demands:
                    yield name
                index += 1

    def _give_up(self, reason: str) -> None:
        self._unknown = self._unknown or Unknown(reason)


def _denial(name: str, node: Node | None) -> Iterator[tuple[str, frozenset[Signed]]]:
    yield name, frozenset() if node is None else frozenset({(False, node)})


def _schemas_of(properties: Properties, having: frozenset[str]) -> list[Node | None]:
    """What a name asks of its value that is not spelt and has these patterns."""
    found: list[Node | None] = [node for pattern, node in properties.patterns if pattern in having]
    return found or [properties.rest]


def _subsets(patterns: list[str]) -> Iterator[frozenset[str]]:
    for count in range(len(patterns) + 1):
        yield from map(frozenset, combinations(patterns, count))
