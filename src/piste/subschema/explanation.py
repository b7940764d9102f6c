"""Where a counterexample breaks the right schema, in words.

Room:   pure, but for what `evaluation` asks.
Limits: one place and one reason: the first that is found going down.
"""

from piste.subschema.evaluation import Evaluation, schemas_for
from piste.subschema.nodes import Bound, Node
from piste.subschema.validity import has_format, has_pattern
from piste.subschema.values import Json, Kind, exact, identity, kind_of


def explain(witness: Json, node: Node) -> tuple[str, str]:
    """A path into the witness, and what the schema wants there."""
    return _Explanation().of(witness, node, "$") or ("$", "it is not what the schema describes")


class _Explanation:
    def __init__(self) -> None:
        self._evaluation = Evaluation()

    def of(self, value: Json, node: Node, path: str) -> tuple[str, str] | None:
        """None when it holds."""
        if self._evaluation.holds(node, value):
            return None
        for one in node.all_of:
            if found := self.of(value, one, path):
                return found
        kind = kind_of(value)
        if node.kinds is not None and kind not in node.kinds:
            wanted = " or ".join(sorted(one.value for one in node.kinds)) or "nothing"
            return path, f"a {kind.value} where {wanted} is allowed (type)"
        if node.enum is not None and value not in node.enum:
            return path, f"{_short(value)} is not one of the values allowed (enum)"
        found = None
        match kind:
            case Kind.NUMBER:
                found = _number(value, node, path)
            case Kind.STRING:
                found = _string(value, node, path)
            case Kind.ARRAY:
                found = self._array(value, node, path)
            case Kind.OBJECT:
                found = self._object(value, node, path)
        return found or self._connective(value, node, path)

    def _connective(self, value: Json, node: Node, path: str) -> tuple[str, str] | None:
        if len(node.any_of) == 1:
            return self.of(value, node.any_of[0], path)
        if node.any_of and not any(self._evaluation.holds(one, value) for one in node.any_of):
            return path, f"{_short(value)} matches none of the alternatives (anyOf)"
        count = sum(self._evaluation.holds(one, value) for one in node.one_of)
        if node.one_of and count != 1:
            return path, f"{_short(value)} matches {count or 'none'} of the alternatives (oneOf)"
        if node.negated is not None and self._evaluation.holds(node.negated, value):
            return path, f"{_short(value)} is what must not be (not)"
        return None

    def _array(self, value: list[Json], node: Node, path: str) -> tuple[str, str] | None:
        found = _count(len(value), node.min_items, node.max_items, "items", "Items", path)
        if found:
            return found
        if node.is_unique and len(set(map(identity, value))) < len(value):
            return path, "two items are equal (uniqueItems)"
        if node.items is None:
            return None
        prefix, rest = node.items.prefix, node.items.rest
        for position, one in enumerate(value):
            schema = prefix[position] if position < len(prefix) else rest
            place = f"{path}[{position}]"
            if schema is None:
                return place, f"more than {len(prefix)} items (additionalItems)"
            if found := self.of(one, schema, place):
                return found
        return None

    def _object(self, value: dict[str, Json], node: Node, path: str) -> tuple[str, str] | None:
        if missing := sorted(node.required - value.keys()):
            return path, f"`{missing[0]}` may be missing here, and is required"
        found = _count(
            len(value), node.min_properties, node.max_properties, "properties", "Properties", path
        )
        if found:
            return found
        for name, names in node.needs:
            if name in value and (missing := sorted(names - value.keys())):
                return path, f"`{name}` needs `{missing[0]}` (dependencies)"
        for name, one in node.implies:
            if name in value and (found := self.of(value, one, path)):
                return found
        for name, one in value.items() if node.properties else ():
            assert node.properties is not None
            for schema in schemas_for(node.properties, name):
                if schema is None:
                    return f"{path}.{name}", f"`{name}` is not allowed (additionalProperties)"
                if found := self.of(one, schema, f"{path}.{name}"):
                    return found
        return None


def _number(value: Json, node: Node, path: str) -> tuple[str, str] | None:
    number = exact(value)
    if node.is_integer and number.denominator != 1:
        return path, f"{value} is not an integer (type)"
    if node.multiple is not None and (number / node.multiple).denominator != 1:
        return path, f"{value} is not a multiple of {_digits(node.multiple)} (multipleOf)"
    if node.minimum is not None and _is_beyond(node.minimum.value, number, node.minimum):
        return path, f"{value} is less than allowed: {_digits(node.minimum.value)} (minimum)"
    if node.maximum is not None and _is_beyond(number, node.maximum.value, node.maximum):
        return path, f"{value} is more than allowed: {_digits(node.maximum.value)} (maximum)"
    return None


def _is_beyond(greater: object, less: object, bound: Bound) -> bool:
    return bool(greater > less or (bound.is_exclusive and greater == less))  # type: ignore[operator]


def _digits(number: object) -> str:
    return str(number)


def _string(value: str, node: Node, path: str) -> tuple[str, str] | None:
    found = _count(len(value), node.min_length, node.max_length, "characters", "Length", path)
    if found:
        return found
    if node.pattern is not None and not has_pattern(value, node.pattern):
        return path, f"{_short(value)} does not match {node.pattern} (pattern)"
    if node.format is not None and not has_format(value, node.format):
        return path, f"{_short(value)} is no {node.format} (format)"
    return None


def _count(
    count: int, least: int, most: int | None, noun: str, keyword: str, path: str
) -> tuple[str, str] | None:
    if count < least:
        return (
            path,
            f"it may have {count} {noun} here, at least {least} are required (min{keyword})",
        )
    if most is not None and count > most:
        return path, f"it may have {count} {noun} here, at most {most} are allowed (max{keyword})"
    return None


def _short(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
