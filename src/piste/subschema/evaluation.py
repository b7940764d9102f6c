"""Whether a value satisfies a node, exactly.

Room:   pure, but for patterns and formats, which the validator decides.
Limits: recursion follows the value, so it ends, and its steps are counted; a chain of references that
        consumes nothing does not count as satisfied.
Source: draft-04 validation.
"""

from piste.subschema.budget import Counter
from piste.subschema.nodes import Bound, Node, Properties
from piste.subschema.validity import has_format, has_pattern
from piste.subschema.values import Json, Kind, exact, identity, kind_of


class Evaluation:
    """Of one check; remembers nothing of values."""

    def __init__(self, steps: Counter) -> None:
        self._steps = steps
        self._open: set[tuple[Node, int]] = set()

    def holds(self, node: Node, value: Json) -> bool:
        """Raises `Spent`."""
        self._steps.spend()
        key = (node, id(value))
        if key in self._open:
            return False
        self._open.add(key)
        try:
            return self._holds(node, value)
        finally:
            self._open.discard(key)

    def _holds(self, node: Node, value: Json) -> bool:
        kind = kind_of(value)
        if node.kinds is not None and kind not in node.kinds:
            return False
        if node.enum is not None and value not in node.enum:
            return False
        if not (
            all(self.holds(one, value) for one in node.all_of)
            and (not node.any_of or any(self.holds(one, value) for one in node.any_of))
            and (not node.one_of or sum(self.holds(one, value) for one in node.one_of) == 1)
            and (node.negated is None or not self.holds(node.negated, value))
        ):
            return False
        match kind:
            case Kind.NUMBER:
                return _number_holds(node, value)
            case Kind.STRING:
                return _string_holds(node, value)
            case Kind.ARRAY:
                return self._array_holds(node, value)
            case Kind.OBJECT:
                return self._object_holds(node, value)
            case _:
                return True

    def _array_holds(self, node: Node, value: list[Json]) -> bool:
        if not _is_within(len(value), node.min_items, node.max_items):
            return False
        if node.is_unique and len(set(map(identity, value))) < len(value):
            return False
        if node.items is None:
            return True
        for position, one in enumerate(value):
            schema = node.items.at(position)
            if schema is None or not self.holds(schema, one):
                return False
        return True

    def _object_holds(self, node: Node, value: dict[str, Json]) -> bool:
        if not node.required <= value.keys():
            return False
        if not _is_within(len(value), node.min_properties, node.max_properties):
            return False
        if any(name in value and not names <= value.keys() for name, names in node.needs):
            return False
        if any(name in value and not self.holds(one, value) for name, one in node.implies):
            return False
        if node.properties is None:
            return True
        return all(
            schema is not None and self.holds(schema, one)
            for name, one in value.items()
            for schema in schemas_for(node.properties, name)
        )


def schemas_for(properties: Properties, name: str) -> list[Node | None]:
    """What a value must satisfy by its name; None when the name may not be."""
    found: list[Node | None] = [properties.named[name]] if name in properties.named else []
    found += [node for pattern, node in properties.patterns if has_pattern(name, pattern)]
    return found or [properties.rest]


def _number_holds(node: Node, value: Json) -> bool:
    number = exact(value)
    return (
        (not node.is_integer or number.denominator == 1)
        and (node.multiple is None or (number / node.multiple).denominator == 1)
        and (node.minimum is None or _is_above(number, node.minimum))
        and (node.maximum is None or _is_above(-number, _mirrored(node.maximum)))
    )


def _is_above(number: object, bound: Bound) -> bool:
    return bool(number > bound.value or (number == bound.value and not bound.is_exclusive))  # type: ignore[operator]


def _mirrored(bound: Bound) -> Bound:
    return Bound(-bound.value, bound.is_exclusive)


def _string_holds(node: Node, value: str) -> bool:
    return (
        _is_within(len(value), node.min_length, node.max_length)
        and (node.pattern is None or has_pattern(value, node.pattern))
        and (node.format is None or has_format(value, node.format))
    )


def _is_within(count: int, least: int, most: int | None) -> bool:
    return least <= count and (most is None or count <= most)
