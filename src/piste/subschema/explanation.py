"""Where a counterexample breaks the right schema, in words for a person who can change one of the two.

Room:   pure, but for what `evaluation` asks.
Limits: one place and one reason: the first that is found going down. What the left schema allows beside the
        counterexample is said of lengths and bounds only, where nothing else limits them.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from piste.subschema.budget import Counter
from piste.subschema.evaluation import Evaluation, schemas_for
from piste.subschema.nodes import Bound, Node
from piste.subschema.validity import has_format, has_pattern
from piste.subschema.values import Json, Kind, exact, identity, kind_of, plain, to_json

Reason = tuple[str, str]
"""A path into the counterexample, and what is wrong there."""

_STEPS = 50_000
_SHORT = 60


def explain(witness: Json, left: Node, right: Node) -> Reason:
    """Raises `Spent`, `Unreadable` or RecursionError where the schemas are too odd for it."""
    explanation = _Explanation(Evaluation(Counter("steps", _STEPS)))
    found = explanation.of(_Place(witness, "$", "it", (left,)), right)
    return found or ("$", "it is not what the right schema describes")


class _Place:
    """A value of the counterexample: its path, its name in a sentence, what the left schema asks of it."""

    def __init__(self, value: Json, path: str, name: str, left: Sequence[Node]) -> None:
        self.value, self.path, self.name = value, path, name
        self.kind = kind_of(value)
        self.left = tuple(left)

    def because(self, text: str, keyword: str) -> Reason:
        return self.path, f"{self.name} {text} ({keyword})"

    def member(self, name: str, left: Sequence[Node]) -> "_Place":
        step = f".{name}" if name.isidentifier() else f"[{to_json(name)}]"
        return _Place(self.value[name], self.path + step, f"`{name}`", left)

    def item(self, position: int, left: Sequence[Node]) -> "_Place":
        name = "an item" if self.path == "$" else f"an item of {self.name}"
        return _Place(self.value[position], f"{self.path}[{position}]", name, left)


class _Explanation:
    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._open: set[tuple[Node, int]] = set()

    def of(self, place: _Place, node: Node) -> Reason | None:
        """None when it holds, or when the node is being looked at already."""
        key = node, id(place.value)
        if key in self._open or self._evaluation.holds(node, place.value):
            return None
        self._open.add(key)
        for one in node.all_of:
            if found := self.of(place, one):
                return found
        value = place.value
        if node.kinds is not None and place.kind not in node.kinds:
            wanted = " or ".join(sorted(one.value for one in node.kinds)) or "nothing"
            return place.because(
                f"may be {_article(place.kind)} here, the right schema allows only {wanted}", "type"
            )
        if node.enum is not None and value not in node.enum:
            return place.because(
                f"may be {_short(value)} here, which is not in the right schema's enum", "enum"
            )
        found = None
        match place.kind:
            case Kind.NUMBER:
                found = self._number(place, node)
            case Kind.STRING:
                found = self._string(place, node)
            case Kind.ARRAY:
                found = self._array(place, node)
            case Kind.OBJECT:
                found = self._object(place, node)
        return found or self._connective(place, node)

    def _connective(self, place: _Place, node: Node) -> Reason | None:
        value = place.value
        if len(node.any_of) == 1:
            return self.of(place, node.any_of[0])
        may_be = f"may be {_short(value)} here, which matches"
        if node.any_of and not any(self._evaluation.holds(one, value) for one in node.any_of):
            return place.because(f"{may_be} none of the right schema's alternatives", "anyOf")
        count = sum(self._evaluation.holds(one, value) for one in node.one_of)
        if node.one_of and count != 1:
            number = str(count) if count else "none"
            return place.because(f"{may_be} {number} of the right schema's alternatives", "oneOf")
        if node.negated is not None and self._evaluation.holds(node.negated, value):
            return place.because(f"{may_be} what the right schema excludes", "not")
        return None

    def _number(self, place: _Place, node: Node) -> Reason | None:
        number = exact(place.value)
        may_be = f"may be {_short(place.value)} here"
        if node.is_integer and number.denominator != 1:
            return place.because(f"{may_be}, the right schema allows only integers", "type")
        if node.multiple is not None and (number / node.multiple).denominator != 1:
            multiples = f"multiples of {_digits(node.multiple)}"
            return place.because(
                f"{may_be}, the right schema allows only {multiples}", "multipleOf"
            )
        for bound, keyword, words, sign in (
            (node.minimum, "minimum", ("at least", "more than"), 1),
            (node.maximum, "maximum", ("at most", "less than"), -1),
        ):
            if bound is not None and _is_beyond(bound, number, sign):
                allowed = f"{words[bound.is_exclusive]} {_digits(bound.value)}"
                return place.because(f"{may_be}, the right schema allows {allowed}", keyword)
        return None

    def _string(self, place: _Place, node: Node) -> Reason | None:
        value = place.value
        found = self._count(
            *(place, len(value), node.min_length, node.max_length, "Length", "characters long"),
            lambda one: (one.min_length, one.max_length),
        )
        if found:
            return found
        may_be = f"may be {_short(value)} here"
        if node.pattern is not None and not has_pattern(value, node.pattern):
            wanted = f"texts that match {_cut(node.pattern)}"
            return place.because(f"{may_be}, the right schema allows only {wanted}", "pattern")
        if node.format is not None and not has_format(value, node.format):
            wanted = f"texts of the format {node.format}"
            return place.because(f"{may_be}, the right schema allows only {wanted}", "format")
        return None

    def _array(self, place: _Place, node: Node) -> Reason | None:
        value = place.value
        found = self._count(
            *(place, len(value), node.min_items, node.max_items, "Items", "items long"),
            lambda one: (one.min_items, one.max_items),
        )
        if found:
            return found
        if node.is_unique and len(set(map(identity, value))) < len(value):
            return place.because(
                "may have equal items here, the right schema allows none", "uniqueItems"
            )
        if node.items is None:
            return None
        lefts = [one.items for one in self._asked(place) if one.items is not None]
        for position in range(len(value)):
            left = [schema for items in lefts if (schema := items.at(position)) is not None]
            item = place.item(position, left)
            schema = node.items.at(position)
            if schema is None:
                text = f"may be there, the right schema allows only {len(node.items.prefix)} items"
                return item.because(text, "additionalItems")
            if found := self.of(item, schema):
                return found
        return None

    def _object(self, place: _Place, node: Node) -> Reason | None:
        value = place.value
        if missing := sorted(node.required - value.keys()):
            return (
                place.path,
                f"`{missing[0]}` may be missing here, the right schema requires it (required)",
            )
        found = self._count(
            *(place, len(value), node.min_properties, node.max_properties, "Properties"),
            *("properties large", lambda one: (one.min_properties, one.max_properties)),
        )
        if found:
            return found
        for name, names in node.needs:
            if name in value and (missing := sorted(names - value.keys())):
                text = f"`{name}` may be here without `{missing[0]}`, which the right schema asks for with it"
                return place.path, f"{text} (dependencies)"
        for name, one in node.implies:
            if name in value and (found := self.of(place, one)):
                return found
        if node.properties is None:
            return None
        lefts = [one.properties for one in self._asked(place) if one.properties is not None]
        for name in value:
            left = [schema for one in lefts for schema in schemas_for(one, name) if schema]
            member = place.member(name, left)
            for schema in schemas_for(node.properties, name):
                if schema is None:
                    text = "may be here, the right schema does not allow a property of this name"
                    return member.because(text, "additionalProperties")
                if found := self.of(member, schema):
                    return found
        return None

    def _asked(self, place: _Place) -> list[Node]:
        """What the left schema asks of a value, whatever it is, and the alternatives that it took."""
        found: dict[Node, None] = {}
        waiting = list(place.left)
        while waiting:
            node = waiting.pop()
            if node not in found:
                found[node] = None
                taken = (*node.any_of, *node.one_of)
                waiting += node.all_of
                waiting += [one for one in taken if self._evaluation.holds(one, place.value)]
        return list(found)

    def _count(
        self,
        place: _Place,
        count: int,
        least: int,
        most: int | None,
        keyword: str,
        measure: str,
        limits: Callable[[Node], tuple[int, int | None]],
    ) -> Reason | None:
        """Of lengths; the left schema's own limit is the better example, if it alone decides."""
        asked = self._asked(place)
        here = [limits(node) for node in asked]
        is_plain = all(node.pattern is None and node.enum is None for node in asked)
        if count < least:
            lowest = max((low for low, _ in here), default=count) if is_plain else count
            text = f"may be {lowest} {measure} here, the right schema wants at least {least}"
            return place.because(text, f"min{keyword}")
        if most is not None and count > most:
            highest = _least((high for _, high in here), count) if is_plain else count
            text = f"may be {highest} {measure} here, the right schema allows {most}"
            return place.because(text, f"max{keyword}")
        return None


def _least(highs: Iterable[int | None], otherwise: int) -> int:
    return min((high for high in highs if high is not None), default=otherwise)


def _is_beyond(bound: Bound, number: Fraction, sign: int) -> bool:
    """Below a minimum (sign 1), above a maximum (-1)."""
    distance = sign * (number - bound.value)
    return distance < 0 or (bound.is_exclusive and distance == 0)


def _article(kind: Kind) -> str:
    if kind is Kind.NULL:
        return "null"
    return f"an {kind.value}" if kind in (Kind.ARRAY, Kind.OBJECT) else f"a {kind.value}"


def _digits(number: Fraction) -> str:
    return _cut(to_json(plain(number)))


def _short(value: Json) -> str:
    return _cut(to_json(value))


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 3]}..."
