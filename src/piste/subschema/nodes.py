"""Schemas as graphs of nodes, equal parts being one object.

Room:   pure; the front end. Keywords that say nothing of instances are gone, `$ref`s are edges.
Limits: local references only; `Unfollowed` for others, for dangling ones and for circles in which nothing is
        looked into, of which the standard does not say what they mean. Draft-04: a `$ref` hides its
        siblings, unknown keywords are ignored. Nesting is bounded.
Source: JSON Schema draft-04, core and validation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from piste.subschema.budget import Counter
from piste.subschema.references import Path, Unfollowed, joined, resolve
from piste.subschema.values import Json, Kind, Values, exact, kind_of

MAX_DEPTH = 150
"""Levels of JSON in a schema."""


class TooDeep(Exception):
    """A schema that nests deeper than `MAX_DEPTH`."""


@dataclass(frozen=True, slots=True)
class Items:
    """`prefix` by position, then `rest`; None is a value that may not be there."""

    prefix: tuple["Node", ...]
    rest: "Node | None"

    def at(self, position: int) -> "Node | None":
        return self.prefix[position] if position < len(self.prefix) else self.rest


@dataclass(frozen=True, eq=False, slots=True)
class Properties:
    """What a value must satisfy by its name; `rest` for names that the others do not know, None if there
    may be none. Made by `Nodes` only, and compared by identity."""

    named: Mapping[str, "Node"]
    patterns: tuple[tuple[str, "Node"], ...]
    rest: "Node | None"


@dataclass(frozen=True, slots=True)
class Bound:
    """Of a number."""

    value: Fraction
    is_exclusive: bool


@dataclass(eq=False, slots=True)
class Node:
    """A conjunction; what is absent is None or empty. Compared by identity; `number` orders them.

    `kinds` None is any. `is_integer` is about numbers only, as every other part is about its kind only.
    """

    number: int
    kinds: frozenset[Kind] | None = None
    is_integer: bool = False
    minimum: Bound | None = None
    maximum: Bound | None = None
    multiple: Fraction | None = None
    min_length: int = 0
    max_length: int | None = None
    pattern: str | None = None
    format: str | None = None
    items: Items | None = None
    min_items: int = 0
    max_items: int | None = None
    is_unique: bool = False
    properties: Properties | None = None
    required: frozenset[str] = frozenset()
    min_properties: int = 0
    max_properties: int | None = None
    needs: tuple[tuple[str, frozenset[str]], ...] = ()
    implies: tuple[tuple[str, "Node"], ...] = ()
    enum: Values | None = None
    all_of: tuple["Node", ...] = ()
    any_of: tuple["Node", ...] = ()
    one_of: tuple["Node", ...] = ()
    negated: "Node | None" = None

    def key(self) -> tuple[object, ...]:
        """Equal for nodes that say the same in the same words."""
        return (
            *(self.kinds, self.is_integer, self.minimum, self.maximum, self.multiple),
            *(self.min_length, self.max_length, self.pattern, self.format),
            *(self.items, self.min_items, self.max_items, self.is_unique),
            *(self.properties, self.required, self.min_properties, self.max_properties),
            *(self.needs, self.implies, self.enum),
            *(self.all_of, self.any_of, self.one_of, self.negated),
        )


@dataclass(slots=True)
class Nodes:
    """Makes nodes; equal ones are made once. `steps` are those of the check."""

    steps: Counter
    _known: dict[object, Node] = field(default_factory=dict)
    _known_properties: dict[object, Properties] = field(default_factory=dict)
    _count: int = 0

    def new(self, **parts: Any) -> Node:
        """The node with these parts."""
        node = Node(self._count, **parts)
        found = self._known.setdefault(node.key(), node)
        self._count += found is node
        return found

    def properties(
        self,
        named: Mapping[str, Node],
        patterns: tuple[tuple[str, Node], ...] = (),
        rest: Node | None = None,
    ) -> Properties:
        """Those with these parts."""
        key = frozenset(named.items()), patterns, rest
        return self._known_properties.setdefault(key, Properties(named, patterns, rest))

    def blank(self) -> Node:
        """One of its own, to be filled later: for references."""
        self._count += 1
        return Node(self._count - 1)

    @property
    def anything(self) -> Node:
        return self.new()

    @property
    def nothing(self) -> Node:
        return self.new(kinds=frozenset())

    def of_value(self, value: Json) -> Node:
        """That is satisfied by one array or object only, whose parts are spelt out."""
        if kind_of(value) is Kind.ARRAY:
            prefix = tuple(self._equal(one) for one in value)
            return self.new(
                kinds=frozenset({Kind.ARRAY}),
                items=Items(prefix, None),
                min_items=len(prefix),
                max_items=len(prefix),
            )
        named = {name: self._equal(one) for name, one in value.items()}
        return self.new(
            kinds=frozenset({Kind.OBJECT}),
            properties=self.properties(named),
            required=frozenset(value),
        )

    def _equal(self, value: Json) -> Node:
        return self.new(enum=Values([value]))


class Reader:
    """Reads one schema, which must be valid by draft-04."""

    def __init__(self, root: Json, nodes: Nodes) -> None:
        self._root, self._nodes = root, nodes
        self._at: dict[int, Node] = {}
        self._targets: dict[str, Node] = {}
        self._renamed = False

    def read(self) -> Node:
        """Raises `Unfollowed` or `TooDeep`."""
        node = self._read(self._root, None, 0)
        if self._targets:
            if self._renamed:
                raise Unfollowed("has an `id` in itself, from which references are to be followed")
            for one in self._targets.values():
                _refuse_circle(one)
        return node

    def _read(self, schema: Json, path: Path, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise TooDeep
        self._renamed |= depth > 0 and isinstance(schema.get("id"), str)
        reference = schema.get("$ref")
        if isinstance(reference, str):
            return self._referred(reference, path, depth)
        return self._nodes.new(**self._parts(schema, path, depth))

    def _referred(self, reference: str, path: Path, depth: int) -> Node:
        node = self._targets.get(reference)
        if node is None:
            target = resolve(self._root, reference)
            if not isinstance(target, dict):
                raise Unfollowed(f"refers to {reference}, which is not there", joined(path))
            # Known before it is read, for it may refer to itself.
            node = self._targets[reference] = self._nodes.blank()
            node.all_of = (self._read(target, path, depth + 1),)
        return node

    def _parts(self, schema: Mapping[str, Json], path: Path, depth: int) -> dict[str, Any]:
        def sub(keyword: str, value: Json, *steps: object) -> Node:
            return self._read(value, (path, (keyword, *steps)), depth + 1)

        def subs(keyword: str) -> tuple[Node, ...]:
            return tuple(sub(keyword, one, n) for n, one in enumerate(schema.get(keyword, ())))

        def named(keyword: str) -> tuple[tuple[str, Node], ...]:
            return tuple(
                sorted(
                    (name, sub(keyword, one, name)) for name, one in schema.get(keyword, {}).items()
                )
            )

        def rest(keyword: str) -> Node | None:
            value = schema.get(keyword, True)
            if isinstance(value, bool):
                return self._nodes.anything if value else None
            return sub(keyword, value)

        parts: dict[str, Any] = {}
        if "type" in schema:
            types = {schema["type"]} if isinstance(schema["type"], str) else set(schema["type"])
            kinds = {Kind(word) for word in types if word != "integer"}
            parts["is_integer"] = "integer" in types and "number" not in types
            parts["kinds"] = frozenset(kinds | ({Kind.NUMBER} if "integer" in types else set()))
        for name, keyword, exclusive in (
            ("minimum", "minimum", "exclusiveMinimum"),
            ("maximum", "maximum", "exclusiveMaximum"),
        ):
            if keyword in schema:
                parts[name] = Bound(exact(schema[keyword]), schema.get(exclusive) is True)
        if "multipleOf" in schema:
            parts["multiple"] = exact(schema["multipleOf"])
        for name, keyword in _COUNTS.items():
            if keyword in schema:
                parts[name] = int(exact(schema[keyword]))
        for keyword in ("pattern", "format"):
            if keyword in schema:
                parts[keyword] = schema[keyword]
        items = schema.get("items", {})
        if isinstance(items, list):
            prefix = tuple(sub("items", one, n) for n, one in enumerate(items))
            parts["items"] = Items(prefix, rest("additionalItems"))
        elif items:
            parts["items"] = Items((), sub("items", items))
        parts["is_unique"] = schema.get("uniqueItems") is True
        if schema.keys() & {"properties", "patternProperties", "additionalProperties"}:
            parts["properties"] = self._nodes.properties(
                dict(named("properties")), named("patternProperties"), rest("additionalProperties")
            )
        parts["required"] = frozenset(schema.get("required", ()))
        dependencies = sorted(schema.get("dependencies", {}).items())
        parts["needs"] = tuple((n, frozenset(d)) for n, d in dependencies if isinstance(d, list))
        parts["implies"] = tuple(
            (n, sub("dependencies", d, n)) for n, d in dependencies if isinstance(d, dict)
        )
        if "enum" in schema:
            parts["enum"] = Values(schema["enum"])
        for name, keyword in (("all_of", "allOf"), ("any_of", "anyOf"), ("one_of", "oneOf")):
            parts[name] = subs(keyword)
        if "not" in schema:
            parts["negated"] = sub("not", schema["not"])
        return parts


_COUNTS = {
    "min_length": "minLength",
    "max_length": "maxLength",
    "min_items": "minItems",
    "max_items": "maxItems",
    "min_properties": "minProperties",
    "max_properties": "maxProperties",
}


def _refuse_circle(start: Node) -> None:
    """Raises `Unfollowed` when a value that is to satisfy the node is to satisfy it for that."""
    seen: set[Node] = set()
    waiting = [start]
    while waiting:
        node = waiting.pop()
        following = [*node.all_of, *node.any_of, *node.one_of, *(one for _, one in node.implies)]
        if node.negated is not None:
            following.append(node.negated)
        if start in following:
            raise Unfollowed("has references that lead round in a circle")
        waiting += [one for one in following if one not in seen]
        seen.update(following)
