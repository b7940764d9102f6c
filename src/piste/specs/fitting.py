"""Of many specifications of one schema, those whose event schema an event's data satisfies.

Room:   pure, but for what it remembers: sites send the same few labels and pages over and over.
Limits: remembers at most MAX_REMEMBERED kinds of data, and nothing of schemas that look at more than the
        named properties one by one. Safe from several threads, which may ask the same twice.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from piste.events.schema_key import Json
from piste.specs.candidates import Candidates

T = TypeVar("T")

MAX_REMEMBERED = 4_096
MAX_TEXT = 500
"""Characters of a value that is remembered."""

_PLAIN = frozenset(
    {"$schema", "additionalProperties", "description", "properties", "required", "self", "title"}
    | {"type", "maxProperties", "minProperties"}
)
"""Keywords of a schema that look at which properties there are, and at each of the named ones alone."""
_OF_THE_TYPE = frozenset({"description", "title", "type"})
"""Keywords of a property that look at its type alone."""
_SCALARS = frozenset({str, int, float, bool, type(None)})

Key = tuple[object, ...]


class Fitting(Generic[T]):
    """`T` are the specifications; each comes with its event schema."""

    def __init__(
        self,
        specifications: Sequence[tuple[T, Mapping[str, Json] | None]],
        fits: Callable[[T, Json], bool],
    ) -> None:
        """`fits` tells whether data satisfy the event schema of a specification."""
        self._fits = fits
        plain = [one for one in specifications if _is_plain(one[1])]
        self._plain = Candidates(plain)
        self._others = Candidates([one for one in specifications if not _is_plain(one[1])])
        self._looked_at = _looked_at([schema for _, schema in plain if schema is not None])
        self._remembered: dict[Key, tuple[T, ...]] = {}

    def of(self, data: Json) -> tuple[T, ...]:
        """Always in the same order."""
        return self._plain_ones(data) + self._asked(self._others, data)

    def _plain_ones(self, data: Json) -> tuple[T, ...]:
        key = self._key(data)
        if key is None:
            return self._asked(self._plain, data)
        found = self._remembered.get(key)
        if found is None:
            found = self._asked(self._plain, data)
            if len(self._remembered) >= MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = found
        return found

    def _asked(self, candidates: Candidates[T], data: Json) -> tuple[T, ...]:
        return tuple(one for one in candidates.of(data) if self._fits(one, data))

    def _key(self, data: Json) -> Key | None:
        """What the plain schemas see of the data; None when that is too much to remember."""
        if not isinstance(data, dict):
            return None
        seen: list[object] = [tuple(data)]
        for name, by_value in self._looked_at.items():
            if name in data:
                value = data[name]
                kind = type(value)
                seen.append(kind)
                if by_value:
                    if kind not in _SCALARS or (kind is str and len(value) > MAX_TEXT):
                        return None
                    seen.append(value)
        return tuple(seen)


def _is_plain(schema: Mapping[str, Json] | None) -> bool:
    if schema is None:
        return True
    additional, properties = schema.get("additionalProperties"), schema.get("properties", {})
    return (
        schema.keys() <= _PLAIN
        and isinstance(additional, bool | None)
        and isinstance(properties, dict)
        and all(isinstance(one, dict) and "$ref" not in one for one in properties.values())
    )


def _looked_at(schemas: Sequence[Mapping[str, Json]]) -> dict[str, bool]:
    """The named properties, and whether more than their type is looked at."""
    found: dict[str, bool] = {}
    for schema in schemas:
        for name, property_ in schema.get("properties", {}).items():
            found[name] = found.get(name, False) or not property_.keys() <= _OF_THE_TYPE
    return found
