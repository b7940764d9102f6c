"""What a value of one kind must satisfy: signed nodes taken apart into atoms and choices.

Room:   pure. An atom is a keyword's part of a node, to be satisfied or to be violated.
Limits: a branch never becomes a disjunctive normal form: a choice stays whole until it is split.
Source: draft-04 validation; tableau rules.
"""

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from piste.subschema.nodes import Bound, Items, Node, Nodes, Properties
from piste.subschema.patterns import Counted, counted
from piste.subschema.values import Json, Kind, Values, identity, kind_of

Signed = tuple[bool, Node]
"""A node that must hold, or must not."""
Goal = frozenset[Signed]
Atom = tuple[bool, str, Any]
"""Whether it must hold, the part's name in `Node` (or `node`), and what stands there."""
Alternative = tuple[Atom, ...]

_PARTS: dict[Kind, dict[str, object]] = {
    Kind.NULL: {},
    Kind.BOOLEAN: {},
    Kind.NUMBER: {"is_integer": False, "minimum": None, "maximum": None, "multiple": None},
    Kind.STRING: {"min_length": 0, "max_length": None, "pattern": None, "format": None},
    Kind.ARRAY: {"min_items": 0, "max_items": None, "is_unique": False, "items": None},
    Kind.OBJECT: {
        "required": frozenset(),
        "min_properties": 0,
        "max_properties": None,
        "needs": (),
        "properties": None,
        "implies": (),
    },
}
_COMMON: dict[str, object] = {
    "enum": None,
    "negated": None,
    "all_of": (),
    "any_of": (),
    "one_of": (),
}


class Contradiction(Exception):
    """Nothing satisfies the branch."""


@dataclass(slots=True)
class Branch:
    """The atoms of one kind, gathered; and choices that are still to be made."""

    kind: Kind
    nodes: Nodes
    done: set[Atom] = field(default_factory=set)
    choices: list[tuple[Alternative, ...]] = field(default_factory=list)
    candidates: list[Json] | None = None
    excluded: dict[Any, Json] = field(default_factory=dict)
    # numbers
    low: Bound | None = None
    high: Bound | None = None
    multiples: set[Fraction] = field(default_factory=set)
    no_multiples: set[Fraction] = field(default_factory=set)
    # strings: the words of a language
    patterns: set[str] = field(default_factory=set)
    no_patterns: set[str] = field(default_factory=set)
    formats: set[str] = field(default_factory=set)
    no_formats: set[str] = field(default_factory=set)
    # strings, arrays and objects
    least: int = 0
    most: int | None = None
    # arrays
    items: list[Items] = field(default_factory=list)
    no_items: list[Items] = field(default_factory=list)
    is_unique: bool = False
    is_repeating: bool = False
    # objects
    present: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    properties: list[Properties] = field(default_factory=list)
    no_properties: list[Properties] = field(default_factory=list)

    def copy(self) -> "Branch":
        mutable: dict[str, Any] = {
            name: value.copy()
            for name in self.__slots__
            if isinstance(value := getattr(self, name), set | list | dict)
        }
        return replace(self, **mutable)

    def add(self, sign: bool, node: Node) -> None:
        """Raises `Contradiction`."""
        self.apply((sign, "node", node))

    def apply(self, atom: Atom) -> None:
        """Raises `Contradiction`."""
        if atom in self.done:
            return
        sign, name, value = atom
        if (not sign, name, value) in self.done:
            raise Contradiction
        self.done.add(atom)
        match name:
            case "node":
                self._take_apart(sign, value)
            case "all_of":
                self._each(sign, [(sign, "node", node) for node in dict.fromkeys(value)])
            case "any_of":
                self._each(not sign, [(sign, "node", node) for node in dict.fromkeys(value)])
            case "one_of":
                self._one_of(sign, value)
            case "negated":
                self.apply((not sign, "node", value))
            case "enum":
                self._enum(sign, value)
            case "needs":
                self._each(sign, [(sign, "need", need) for need in value])
            case "implies":
                self._each(sign, [(sign, "implication", one) for one in value])
            case "need" | "implication":
                self._dependency(sign, name, *value)
            case "pattern" if (length := counted(value)) is not None:
                self._each(sign, _counted_atoms(sign, length))
            case "required":
                self._each(sign, [(sign, "name", one) for one in sorted(value)])
            case _:
                self._gather(sign, name, value)
        if self.most is not None and self.least > self.most:
            raise Contradiction

    def choose(self, choice: tuple[Alternative, ...]) -> None:
        """Raises `Contradiction`."""
        if not choice:
            raise Contradiction
        if len(choice) == 1:
            for atom in choice[0]:
                self.apply(atom)
        else:
            self.choices.append(choice)

    def next_choice(self) -> tuple[Alternative, ...] | None:
        """The one with the fewest alternatives that may still be, without those that may not; None when
        nothing is left to choose."""
        best: tuple[Alternative, ...] | None = None
        for choice in self.choices:
            if any(all(atom in self.done for atom in one) for one in choice):
                continue
            left = tuple(one for one in choice if not any(map(self._clashes, one)))
            if best is None or len(left) < len(best):
                best = left
        self.choices = [
            choice
            for choice in self.choices
            if not any(all(atom in self.done for atom in one) for one in choice)
        ]
        return best

    def _clashes(self, atom: Atom) -> bool:
        sign, name, value = atom
        if (not sign, name, value) in self.done:
            return True
        if name == "name":
            return value in (self.absent if sign else self.present)
        if name == "node" and sign:
            return value.kinds is not None and self.kind not in value.kinds
        return False

    def _each(self, sign: bool, atoms: list[Atom]) -> None:
        """All of them, or, when they are what is denied of a conjunction, one."""
        if sign:
            for atom in atoms:
                self.apply(atom)
        else:
            self.choose(tuple((atom,) for atom in atoms))

    def _take_apart(self, sign: bool, node: Node) -> None:
        if node.kinds is not None and self.kind not in node.kinds:
            if sign:
                raise Contradiction
            return
        parts: list[Atom] = []
        for name, absent in (*_PARTS[self.kind].items(), *_COMMON.items()):
            value = getattr(node, name)
            if value != absent:
                parts.append((sign, name, value))
        self._each(sign, parts)

    def _one_of(self, sign: bool, nodes: tuple[Node, ...]) -> None:
        def only(chosen: frozenset[int]) -> Alternative:
            return tuple((n in chosen, "node", node) for n, node in enumerate(nodes))

        self.nodes.steps.spend(len(nodes) ** 2)
        if sign:
            self.choose(tuple(only(frozenset({n})) for n in range(len(nodes))))
            return
        pairs = tuple(
            ((True, "node", one), (True, "node", other))
            for n, one in enumerate(nodes)
            for other in nodes[n + 1 :]
        )
        self.choose((only(frozenset()), *pairs))

    def _enum(self, sign: bool, enum: Values) -> None:
        values = [value for value in enum if kind_of(value) is self.kind]
        if sign:
            if self.candidates is not None:
                known = {identity(value) for value in self.candidates}
                values = [value for value in values if identity(value) in known]
            if not values:
                raise Contradiction
            self.candidates = values
        elif self.kind in (Kind.ARRAY, Kind.OBJECT):
            for value in values:
                self.add(False, self.nodes.of_value(value))
        else:
            self.excluded.update((identity(value), value) for value in values)

    def _dependency(self, sign: bool, name: str, trigger: str, then: Any) -> None:
        consequence: Atom = (sign, "required" if name == "need" else "node", then)
        if sign:
            self.choose((((False, "name", trigger),), (consequence,)))
        else:
            self.apply((True, "name", trigger))
            self.apply(consequence)

    def _gather(self, sign: bool, name: str, value: Any) -> None:
        match name:
            case "minimum" | "maximum":
                is_low = sign == (name == "minimum")
                bound = value if sign else Bound(value.value, not value.is_exclusive)
                if is_low:
                    self.low = bound if self.low is None else max(self.low, bound, key=_as_low)
                else:
                    self.high = bound if self.high is None else min(self.high, bound, key=_as_high)
            case "is_integer":
                (self.multiples if sign else self.no_multiples).add(Fraction(1))
            case "multiple":
                (self.multiples if sign else self.no_multiples).add(value)
            case "min_length" | "min_items" | "min_properties":
                self._limit(value if sign else 0, None if sign else value - 1)
            case "max_length" | "max_items" | "max_properties":
                self._limit(0 if sign else value + 1, value if sign else None)
            case "pattern":
                (self.patterns if sign else self.no_patterns).add(value)
            case "format":
                (self.formats if sign else self.no_formats).add(value)
            case "items":
                (self.items if sign else self.no_items).append(value)
            case "is_unique":
                self.is_unique, self.is_repeating = (
                    self.is_unique or sign,
                    self.is_repeating or not sign,
                )
                if self.is_unique and self.is_repeating:
                    raise Contradiction
            case "name":
                (self.present if sign else self.absent).add(value)
                if self.present & self.absent:
                    raise Contradiction
            case "properties":
                (self.properties if sign else self.no_properties).append(value)
            case _:
                raise AssertionError(name)

    def _limit(self, least: int, most: int | None) -> None:
        self.least = max(self.least, least)
        if most is not None:
            self.most = most if self.most is None else min(self.most, most)


def _counted_atoms(sign: bool, counted: Counted) -> list[Atom]:
    atoms: list[Atom] = [(sign, "pattern", counted.pattern)]
    if counted.low:
        atoms.append((sign, "min_length", counted.low))
    if counted.high is not None:
        atoms.append((sign, "max_length", counted.high))
    return atoms


def _as_low(bound: Bound) -> tuple[Fraction, bool]:
    return bound.value, bound.is_exclusive


def _as_high(bound: Bound) -> tuple[Fraction, bool]:
    return bound.value, not bound.is_exclusive
