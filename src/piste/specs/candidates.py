"""Of many specifications of one schema, those that an event may be an instance of: one look leaves most out.

Room:   pure.
Limits: looks at one property, for which most specifications list the texts that they allow, as an action or a
        label. What it leaves out could not have matched; what it leaves in is still to be held against.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from piste.events.schema_key import Json

T = TypeVar("T")


class Texts(NamedTuple):
    """What a schema allows a property to be, if it is there."""

    allowed: frozenset[str]
    is_required: bool


def listed_texts(schema: Mapping[str, Json] | None) -> dict[str, Texts]:
    """The properties that must be one of some texts, whatever else the schema says."""
    if schema is None or "$ref" in schema:  # beside a `$ref`, draft-04 reads nothing
        return {}
    properties, required = schema.get("properties"), schema.get("required")
    if not isinstance(properties, dict):
        return {}
    found = {}
    for name, property_ in properties.items():
        if isinstance(property_, dict) and "$ref" not in property_:
            enum = property_.get("enum")
            if isinstance(enum, list) and enum and all(isinstance(one, str) for one in enum):
                is_required = isinstance(required, list) and name in required
                found[name] = Texts(frozenset(enum), is_required)
    return found


class Candidates(Generic[T]):
    """`T` are the specifications; each comes with its event schema."""

    def __init__(self, specifications: Sequence[tuple[T, Mapping[str, Json] | None]]) -> None:
        self._all = tuple(one for one, _ in specifications)
        listed = [(one, listed_texts(schema)) for one, schema in specifications]
        self._property = _most_telling([texts for _, texts in listed])
        self._by_text: dict[str, tuple[T, ...]] = {}
        self._without: tuple[T, ...] = ()
        self._otherwise: tuple[T, ...] = ()
        if self._property is None:
            return
        asked = [(one, texts.get(self._property)) for one, texts in listed]
        texts = {text for _, wanted in asked if wanted for text in wanted.allowed}
        self._by_text = {
            text: tuple(one for one, wanted in asked if not wanted or text in wanted.allowed)
            for text in texts
        }
        self._without = tuple(one for one, wanted in asked if not wanted or not wanted.is_required)
        self._otherwise = tuple(one for one, wanted in asked if not wanted)

    def of(self, data: Json) -> tuple[T, ...]:
        """In the order of the specifications."""
        if self._property is None or not isinstance(data, dict):
            return self._all
        if self._property not in data:
            return self._without
        text = data[self._property]
        if not isinstance(text, str):
            return self._otherwise
        return self._by_text.get(text, self._otherwise)


def _most_telling(listed: Sequence[Mapping[str, Texts]]) -> str | None:
    """The property that leaves fewest specifications on average; None when none leaves any out."""
    texts: dict[str, Counter[str]] = {}
    askers: Counter[str] = Counter()
    for one in listed:
        for name, wanted in one.items():
            texts.setdefault(name, Counter()).update(wanted.allowed)
            askers[name] += 1

    def left(name: str) -> float:
        return len(listed) - askers[name] + texts[name].total() / len(texts[name])

    best = min(texts, key=left, default=None)
    return best if best is not None and left(best) < len(listed) else None
