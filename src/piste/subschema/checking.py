"""Checks from end to end: schemas read, searched, and the witness validated."""

import logging
from collections.abc import Mapping
from typing import Any

from piste.subschema.budget import Budget, Counter, Spent
from piste.subschema.explanation import explain
from piste.subschema.nodes import MAX_DEPTH, External, Node, Nodes, Reader, TooDeep
from piste.subschema.outcomes import Unknown
from piste.subschema.search import Search
from piste.subschema.validity import Unreadable, flaw_of, is_valid
from piste.subschema.values import Json
from piste.subschema.verdicts import (
    Compatible,
    Incompatible,
    InvalidSchema,
    Undecidable,
    Verdict,
)

_logger = logging.getLogger(__name__)

_NOT_CONSTRAINTS = ("$schema", "self")


def check(left: Json, right: Json, *, budget: Budget = Budget()) -> Verdict:  # noqa: B008 (frozen)
    """Whether every instance of `left` is one of `right`. Raises `InvalidSchema`."""
    try:
        left, right = _valid(left, "left", budget), _valid(right, "right", budget)
        nodes = Nodes()
        left_node, right_node = Reader(left, nodes).read(), Reader(right, nodes).read()
        found = Search(nodes, budget).find([(True, left_node), (False, right_node)])
    except External as external:
        return Undecidable(f"refers to {external.reference}, which is not there", external.path)
    except Spent as spent:
        return Undecidable(f"too much to search: out of {spent.what}")
    except Unreadable as unreadable:
        return Undecidable(str(unreadable))
    except (TooDeep, RecursionError):
        return Undecidable("nested too deep")
    if found is None:
        return Compatible()
    if isinstance(found, Unknown):
        return Undecidable(found.reason)
    return _checked(found.value, left, right, right_node)


def _checked(witness: Json, left: Json, right: Json, right_node: Node) -> Verdict:
    try:
        is_witness = is_valid(witness, left) and not is_valid(witness, right)
    except Exception as error:  # whatever the engine cannot read
        return Undecidable(f"a counterexample could not be checked: {error}")
    if not is_witness:
        _logger.error("a counterexample is none: please report the two schemas")
        return Undecidable("a counterexample was not confirmed")
    path, reason = explain(witness, right_node)
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
    """Without what constrains nothing. Raises `InvalidSchema` or `Spent`."""
    if not isinstance(schema, dict):
        raise InvalidSchema(side, "$", "a schema is an object")
    constraints = {name: value for name, value in schema.items() if name not in _NOT_CONSTRAINTS}
    _count_values(constraints, Counter("room for such large schemas", budget.values))
    if flaw := flaw_of(constraints):
        raise InvalidSchema(side, *flaw)
    return constraints


def _count_values(schema: Json, values: Counter) -> None:
    """Raises `Spent`, before anybody reads all of it."""
    level = [schema]
    for _ in range(MAX_DEPTH):
        values.spend(len(level))
        level = [
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise TooDeep
