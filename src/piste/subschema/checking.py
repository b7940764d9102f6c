"""Checks from end to end: schemas read, searched, and the witness validated."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Any

from piste.subschema.budget import Budget, Counter, Spent
from piste.subschema.evaluation import Evaluation
from piste.subschema.explanation import explain
from piste.subschema.formats import UNCOMMON
from piste.subschema.nodes import MAX_DEPTH, Node, Nodes, Reader, TooDeep
from piste.subschema.outcomes import Found
from piste.subschema.references import Unfollowed
from piste.subschema.search import Search
from piste.subschema.validity import Unreadable, flaw_of, validator
from piste.subschema.values import Json
from piste.subschema.verdicts import (
    Compatible,
    Incompatible,
    InvalidSchema,
    Undecidable,
    Verdict,
)
from piste.subschema.witnesses import smaller

_NOT_CONSTRAINTS = ("$schema", "id", "self")

MAX_NAME = 10_000
"""Characters of a property's name; the validator keeps the whole path of each place."""

MAX_REPEATS = 200_000
"""Sum of the upper bounds of all repeats in the patterns of a schema; each may take a kilobyte."""

_VALIDATION_STEPS = 100_000
"""The validator counts nothing, so what it will have to do is counted before it is asked."""


def check(left: Json, right: Json, *, budget: Budget = Budget()) -> Verdict:  # noqa: B008 (frozen)
    """Whether every instance of `left` is one of `right`. Raises `InvalidSchema`."""
    try:
        left, right = _valid(left, "left", budget), _valid(right, "right", budget)
        nodes = Nodes(Counter("steps", budget.steps))
        left_node, right_node = Reader(left, nodes).read(), Reader(right, nodes).read()
        sides = _Sides(left, right, left_node, right_node)
        # First without formats that only some validators know: what is found convinces all of them.
        verdict = _searched(sides, Search(nodes, budget, ignored_formats=UNCOMMON))
        if verdict is None:
            verdict = _searched(sides, Search(nodes, budget))
        assert verdict is not None
        return verdict
    except Unfollowed as unfollowed:
        return Undecidable(str(unfollowed), unfollowed.path)
    except Spent as spent:
        return Undecidable(f"too much to search: out of {spent.what}")
    except Unreadable as unreadable:
        return Undecidable(str(unreadable))
    except (TooDeep, RecursionError):
        return Undecidable("nested too deep")


@dataclass(frozen=True, slots=True)
class _Sides:
    left: Mapping[str, Any]
    right: Mapping[str, Any]
    left_node: Node
    right_node: Node


def _searched(sides: _Sides, search: Search) -> Verdict | None:
    """None when ignoring formats left it open. Raises what `check` turns into reasons."""
    found = search.find([(True, sides.left_node), (False, sides.right_node)])
    ignored = search.strings.ignored_formats
    if isinstance(found, Found):
        verdict = _checked(found.value, sides, ignored)
        return None if ignored and isinstance(verdict, Undecidable) else verdict
    if ignored and search.strings.has_ignored:
        return None
    return Compatible() if found is None else Undecidable(found.reason)


def _checked(witness: Json, sides: _Sides, ignored_formats: frozenset[str]) -> Verdict:
    left, right = sides.left_node, sides.right_node
    try:
        evaluation = Evaluation(Counter("steps", _VALIDATION_STEPS))
        evaluation.holds(left, witness)
        evaluation.holds(right, witness)
        is_left, is_right = validator(sides.left), validator(sides.right, ignored_formats)
        if not is_left(witness) or is_right(witness):
            return Undecidable("a counterexample was not confirmed by the validator")
        witness = smaller(witness, lambda value: is_left(value) and not is_right(value))
    except Spent:
        return Undecidable("a counterexample would take too long to check")
    except Exception as error:  # whatever the validator cannot read
        return Undecidable(f"a counterexample could not be checked: {str(error)[:200]}")
    try:
        path, reason = explain(witness, left, right)
    except (Spent, Unreadable, RecursionError):
        path, reason = "$", "it is not what the right schema describes"
    return Incompatible(witness, path, reason)


def satisfiable(schema: Json, *, budget: Budget = Budget()) -> bool | Undecidable:  # noqa: B008
    """Whether it has an instance at all. Raises `InvalidSchema`."""
    verdict = check(schema, {"not": {}}, budget=budget)
    return verdict if isinstance(verdict, Undecidable) else isinstance(verdict, Incompatible)


def equivalent(a: Json, b: Json, *, budget: Budget = Budget()) -> bool | Undecidable:  # noqa: B008
    """Whether both have the same instances. Raises `InvalidSchema`."""
    verdicts = [check(a, b, budget=budget), check(b, a, budget=budget)]
    if any(isinstance(verdict, Incompatible) for verdict in verdicts):
        return False
    undecided = [verdict for verdict in verdicts if isinstance(verdict, Undecidable)]
    return undecided[0] if undecided else True


def _valid(schema: Json, side: str, budget: Budget) -> Mapping[str, Any]:
    """Without what constrains nothing. Raises `InvalidSchema`, `Spent` or `TooDeep`."""
    if not isinstance(schema, dict):
        raise InvalidSchema(side, "$", "a schema is an object")
    constraints = {name: value for name, value in schema.items() if name not in _NOT_CONSTRAINTS}
    if stranger := _stranger(constraints, Counter("room for such large schemas", budget.values)):
        raise InvalidSchema(side, "$", stranger)
    if flaw := flaw_of(constraints):
        raise InvalidSchema(side, *flaw)
    return constraints


def _stranger(schema: Json, values: Counter) -> str | None:
    """What in it is no JSON, if anything. Raises `Spent` or `TooDeep` before anybody reads all of it."""
    repeats = Counter("room for such large patterns", MAX_REPEATS)
    level: list[Any] = [schema]
    for _ in range(MAX_DEPTH):
        values.spend(len(level))
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                for name in value:
                    if not _is_text(name):
                        return f"{name!r:.60} is no name of a property"
                    if len(name) > MAX_NAME:
                        raise Spent("room for such long names")
                    repeats.spend(_repeats(name))
                below += value.values()
            elif isinstance(value, list):
                below += value
            elif not _is_scalar(value):
                return f"{value!r:.60} is no JSON value"
            elif isinstance(value, str):
                repeats.spend(_repeats(value))
        if not below:
            return None
        level = below
    raise TooDeep


def _repeats(text: str) -> int:
    """What the validator would compile of it, if it were a pattern: a repeat is as many copies."""
    return sum(int(most) for most in _BOUNDS.findall(text)) if "{" in text else 0


_BOUNDS = re.compile(r"(\d{1,9})\}")


def _is_scalar(value: Any) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite()
    if isinstance(value, float):
        return isfinite(value)
    return value is None or isinstance(value, bool | int) or _is_text(value)


def _is_text(value: Any) -> bool:
    """Without halves of surrogate pairs, which are no characters."""
    return isinstance(value, str) and (value.isascii() or not _SURROGATES.search(value))


_SURROGATES = re.compile("[\ud800-\udfff]")
