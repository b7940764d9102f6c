"""What a newer version of a schema changes, and how large a step of its version that asks for.

Room:   pure; between two schemas, property by property.
Limits: the size of the whole step is that of the comparison of both schemas; a property's own is looked at
        alone, and properties are found under `properties` and `items` only. The comparisons of all
        properties together cost little more than that of the wholes.
Source: Snowplow's console, `schema-migrations`; the words for the sizes and kinds are ours.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from piste.events.schema_key import Json
from piste.iglu.dialect import TooComplex, for_engine
from piste.subschema import Budget, Compatible, Incompatible, InvalidSchema, check

MAX_PROPERTIES = 50
"""Properties that are compared one by one; a change of any other counts as `minor`."""

_FOR_A_PROPERTY = Budget(values=2_500, goals=1_000, states=1_000, steps=12_500)
"""A twentieth of what a comparison of whole schemas may cost."""


class ChangeType(StrEnum):
    """`major` breaks older data and asks for a new MODEL, `minor` may do so and asks for a REVISION, `patch`
    leaves them valid and asks for an ADDITION."""

    NONE = "none"
    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"


class MigrationType(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    REQUIRED = "required"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Migration:
    """Of one property; `path` is a JSONPath into the data."""

    kind: MigrationType
    change: ChangeType
    path: str
    message: str

    def to_json(self) -> dict[str, Json]:
        return {
            "migrationType": self.kind.value,
            "changeType": self.change.value,
            "path": self.path,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class Migrations:
    """From one schema to another."""

    change: ChangeType
    steps: tuple[Migration, ...]

    def to_json(self) -> dict[str, Json]:
        """As the API prints it."""
        return {
            "changeType": self.change.value,
            "migrations": [step.to_json() for step in self.steps],
        }


def migrations(older: Mapping[str, Json], newer: Mapping[str, Json]) -> Migrations:
    """Of the schemas as wholes, and property by property."""
    size = _size(_bare(older), _bare(newer), Budget())
    return Migrations(size, tuple(_Steps().between(older, newer, "$")))


def _bare(schema: Mapping[str, Json]) -> dict[str, Json]:
    """Without what says of a schema which it is."""
    about = ("$schema", "self", "$supersedes", "$supersededBy")
    return {name: value for name, value in schema.items() if name not in about}


def _size(older: dict[str, Json], newer: dict[str, Json], budget: Budget) -> ChangeType:
    if older == newer:
        return ChangeType.NONE
    try:
        verdict = check(for_engine(older), for_engine(newer), budget=budget)
    except (InvalidSchema, TooComplex):
        return ChangeType.MINOR
    if isinstance(verdict, Compatible):
        return ChangeType.PATCH
    return ChangeType.MAJOR if isinstance(verdict, Incompatible) else ChangeType.MINOR


class _Steps:
    """Counts its comparisons."""

    def __init__(self) -> None:
        self._left = MAX_PROPERTIES

    def between(
        self, older: Mapping[str, Json], newer: Mapping[str, Json], path: str
    ) -> Iterator[Migration]:
        old, new = _properties(older), _properties(newer)
        was_required, is_required = _required(older), _required(newer)
        for name in (*old, *(one for one in new if one not in old)):
            at = f"{path}.{name}"
            if name not in new:
                # Where others may stand, the property may still come; else it is refused.
                is_open = newer.get("additionalProperties") is not False
                change = ChangeType.PATCH if is_open else ChangeType.MAJOR
                yield Migration(MigrationType.REMOVED, change, at, "The property is gone")
                continue
            if name not in old:
                change = ChangeType.MAJOR if name in is_required else ChangeType.PATCH
                about = "required" if name in is_required else "optional"
                yield Migration(MigrationType.ADDED, change, at, f"A new property, {about}")
                continue
            if name in is_required - was_required:
                message = "The property was optional"
                yield Migration(MigrationType.REQUIRED, ChangeType.MAJOR, at, message)
            if name in was_required - is_required:
                message = "The property was required"
                yield Migration(MigrationType.OPTIONAL, ChangeType.PATCH, at, message)
            yield from self._of_property(old[name], new[name], at)

    def _of_property(self, old: Json, new: Json, path: str) -> Iterator[Migration]:
        if old == new or not isinstance(old, dict) or not isinstance(new, dict):
            return
        inner = list(self.between(old, new, path))
        if isinstance(old.get("items"), dict) and isinstance(new.get("items"), dict):
            inner += self.between(old["items"], new["items"], f"{path}[*]")
        yield from inner
        if _shallow(old) == _shallow(new):
            return
        change = ChangeType.MINOR
        if self._left:
            self._left -= 1
            change = _size(old, new, _FOR_A_PROPERTY)
        yield Migration(MigrationType.CHANGED, change, path, _difference(old, new))


_WITHIN = ("properties", "required", "items")


def _shallow(schema: Mapping[str, Json]) -> dict[str, Json]:
    """Without what is looked at on its own."""
    return {
        name: value
        for name, value in schema.items()
        if name not in _WITHIN or (name == "items" and not isinstance(value, dict))
    }


def _difference(old: Mapping[str, Json], new: Mapping[str, Json]) -> str:
    before, after = _shallow(old), _shallow(new)
    names = (*before, *(one for one in after if one not in before))
    differing = [name for name in names if before.get(name) != after.get(name)]
    return f"Changed: {', '.join(differing)}"


def _properties(schema: Mapping[str, Json]) -> dict[str, Json]:
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}


def _required(schema: Mapping[str, Json]) -> set[str]:
    found = schema.get("required")
    return {one for one in found if isinstance(one, str)} if isinstance(found, list) else set()
