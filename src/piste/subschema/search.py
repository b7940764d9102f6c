"""The complete search: a value that satisfies some nodes and violates others, or the proof that none does.

Room:   goals, kinds and choices; what remains of one kind is solved by its own module.
Limits: instances are finite, so a goal that is met again on its own path adds nothing there. What was found
        empty under such an assumption is remembered only once the goal assumed has been closed. The budget
        is counted; `Spent` ends the search.
Source: emptiness as a least fixpoint; tableau with lazy choices.
"""

from collections.abc import Iterable
from typing import Any

from piste.subschema.arrays import an_array
from piste.subschema.branches import Alternative, Branch, Contradiction, Goal, Signed
from piste.subschema.budget import Budget, Counter
from piste.subschema.evaluation import Evaluation
from piste.subschema.nodes import Nodes
from piste.subschema.numbers import a_number
from piste.subschema.objects import an_object
from piste.subschema.outcomes import Found, Outcome, Unknown
from piste.subschema.strings import Opaque, Strings
from piste.subschema.values import Json, Kind, Values, plain

_NEVER_OPEN = 1 << 60


class Search:
    """Of one check. What is found violates no schema by one of the `ignored_formats` alone."""

    def __init__(
        self, nodes: Nodes, budget: Budget, *, ignored_formats: frozenset[str] = frozenset()
    ) -> None:
        self.nodes, self.steps = nodes, nodes.steps
        self._goals = Counter("goals", budget.goals)
        self.strings = Strings(Counter("states", budget.states), self.steps, ignored_formats)
        self._evaluation = Evaluation(self.steps)
        self._closed: dict[Goal, Outcome] = {}
        self._open: dict[Goal, int] = {}
        self._lowest = _NEVER_OPEN

    def find(self, signed: Iterable[Signed]) -> Outcome:
        """Raises `Spent`."""
        goal = frozenset(signed)
        if any((not sign, node) in goal for sign, node in goal):
            return None
        if goal in self._closed:
            self.steps.spend()
            return self._closed[goal]
        depth = self._open.get(goal)
        if depth is not None:
            self._lowest = min(self._lowest, depth)
            return None
        self._goals.spend()
        depth = self._open[goal] = len(self._open)
        outer, self._lowest = self._lowest, _NEVER_OPEN
        try:
            outcome = self._any_kind(goal)
        finally:
            del self._open[goal]
            mine, self._lowest = self._lowest, outer
        if isinstance(outcome, Found) or mine >= depth:
            self._closed[goal] = outcome
        else:
            self._lowest = min(outer, mine)
        return outcome

    def _any_kind(self, goal: Goal) -> Outcome:
        unknown: Unknown | None = None
        for kind in Kind:
            branch = Branch(kind, self.nodes)
            try:
                for sign, node in sorted(goal, key=lambda one: (not one[0], one[1].number)):
                    branch.add(sign, node)
                outcome = self._close(branch, goal)
            except Contradiction:
                continue
            if isinstance(outcome, Found):
                return outcome
            unknown = unknown or outcome
        return unknown

    def _close(self, branch: Branch, goal: Goal) -> Outcome:
        """Make the choices that are left, one after the other, then solve what remains."""
        if branch.candidates is not None:
            return self._among(branch.candidates, goal)
        choice = branch.next_choice()
        if choice is None:
            return self._solve(branch)
        unknown: Unknown | None = None
        for alternative in choice:
            outcome = self._with(branch, alternative, goal)
            if isinstance(outcome, Found):
                return outcome
            unknown = unknown or outcome
        return unknown

    def _with(self, branch: Branch, alternative: Alternative, goal: Goal) -> Outcome:
        self._goals.spend()
        tried = branch.copy()
        try:
            for atom in alternative:
                tried.apply(atom)
        except Contradiction:
            return None
        return self._close(tried, goal)

    def _among(self, candidates: list[Json], goal: Goal) -> Outcome:
        """Of a finite choice each can be tried on the goal itself."""
        for value in candidates:
            self.steps.spend()
            if all(self._evaluation.holds(node, value) == sign for sign, node in goal):
                return Found(value)
        return None

    def _solve(self, branch: Branch) -> Outcome:
        match branch.kind:
            case Kind.NULL:
                return None if branch.excluded else Found(None)
            case Kind.BOOLEAN:
                left = [v for v in (True, False) if (Kind.BOOLEAN, v) not in branch.excluded]
                return Found(left[0]) if left else None
            case Kind.NUMBER:
                number = a_number(branch, self.steps)
                return None if number is None else Found(plain(number))
            case Kind.STRING:
                return self._string(branch)
            case Kind.ARRAY:
                return an_array(branch, self)
            case Kind.OBJECT:
                return an_object(branch, self)

    def _string(self, branch: Branch) -> Outcome:
        try:
            text = self.strings.a_string(branch)
        except Opaque as opaque:
            return Unknown(str(opaque))
        return None if text is None else Found(text)

    def others(self, goal: Iterable[Signed], values: list[Json]) -> Outcome:
        """A value of the goal that is none of these."""
        self.steps.spend(10 * len(values))  # each is looked at, several times
        if not values:
            return self.find(goal)
        exclusion: tuple[bool, Any] = (False, self.nodes.new(enum=Values(values)))
        return self.find((*goal, exclusion))
