"""Fields of a request's JSON, read into types: each that is wrong is a finding that names it.

Room:   pure; the forms of specifications, source applications and data products are read with it.
Limits: what is null counts as not given.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from piste.events.schema_key import Json, SchemaKey
from piste.specs.findings import Code, Finding, error
from piste.specs.specification import Entities, Entity

T = TypeVar("T")
C = TypeVar("C", bound=StrEnum)

MAX_NAME = 255
MAX_TEXT = 10_000
"""Characters of a description or a message."""

MAX_WHOLE = 2**31 - 1
MAX_ITEMS = 1_000
"""Of a list of texts."""


@dataclass(slots=True)
class Reading:
    """Reads fields, named by their paths as `event.source`; where one is wrong it notes a finding and gives
    None."""

    findings: list[Finding] = field(default_factory=list)

    def refuse(self, path: str, wanted: str) -> None:
        self.findings.append(error(Code.INVALID_FIELD, path, f"`{path}` must be {wanted}"))

    def refuse_others(self, json: dict[str, Json], known: Iterable[str], prefix: str = "") -> None:
        """Fields that are not known, in their order."""
        taken = set(known)
        for name in json:
            if name not in taken:
                path = f"{prefix}{name[:MAX_NAME]}"
                title = f"`{path}` is not a field here"
                self.findings.append(error(Code.INVALID_FIELD, path, title))

    def read(
        self,
        json: dict[str, Json],
        path: str,
        wanted: str,
        convert: Callable[[Json], T | None],
        *,
        is_required: bool = False,
    ) -> T | None:
        """`convert` gives None for what it does not take."""
        value = json.get(path.rpartition(".")[2])
        found = None if value is None else convert(value)
        if found is None and (is_required or value is not None):
            self.refuse(path, wanted)
        return found

    def text(
        self, json: dict[str, Json], path: str, longest: int, *, is_required: bool = False
    ) -> str | None:
        """One that is required has more than blanks."""
        shortest = "of 1 to" if is_required else "of at most"

        def convert(value: Json) -> str | None:
            is_text = isinstance(value, str) and len(value) <= longest and is_storable(value)
            return value if is_text and (value.strip() or not is_required) else None

        wanted = f"a text {shortest} {longest} characters"
        return self.read(json, path, wanted, convert, is_required=is_required)

    def texts(self, json: dict[str, Json], path: str, longest: int) -> tuple[str, ...] | None:
        """Each has at least one character, and each stands there once."""

        def convert(value: Json) -> tuple[str, ...] | None:
            if not isinstance(value, list) or len(value) > MAX_ITEMS:
                return None
            if not all(
                isinstance(one, str) and one.strip() and len(one) <= longest and is_storable(one)
                for one in value
            ):
                return None
            return tuple(value) if len(set(value)) == len(value) else None

        wanted = f"a list of at most {MAX_ITEMS} different texts of 1 to {longest} characters"
        return self.read(json, path, wanted, convert)

    def flag(self, json: dict[str, Json], path: str, *, is_required: bool = False) -> bool | None:
        def convert(value: Json) -> bool | None:
            return value if isinstance(value, bool) else None

        return self.read(json, path, "true or false", convert, is_required=is_required)

    def whole(self, json: dict[str, Json], path: str, most: int) -> int | None:
        def convert(value: Json) -> int | None:
            return value if type(value) is int and 0 <= value <= most else None

        return self.read(json, path, f"a whole number from 0 to {most}", convert)

    def choice(self, json: dict[str, Json], path: str, choices: type[C]) -> C | None:
        def convert(value: Json) -> C | None:
            return choices(value) if value in list(choices) else None

        return self.read(json, path, f"one of {', '.join(choices)}", convert)

    def uuid(self, json: dict[str, Json], path: str) -> str | None:
        return self.read(json, path, "a UUID", uuid_text)

    def uuids(self, json: dict[str, Json], path: str) -> tuple[str, ...] | None:
        def convert(value: Json) -> tuple[str, ...] | None:
            found = [uuid_text(one) for one in value] if isinstance(value, list) else [None]
            return None if None in found else tuple(one for one in found if one)

        return self.read(json, path, "a list of UUIDs", convert)

    def objects(self, json: dict[str, Json], path: str) -> tuple[dict[str, Json], ...] | None:
        def convert(value: Json) -> tuple[dict[str, Json], ...] | None:
            if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
                return None
            return tuple(value)

        return self.read(json, path, "a list of objects", convert)

    def an_object(self, json: dict[str, Json], path: str) -> dict[str, Any] | None:
        def convert(value: Json) -> dict[str, Any] | None:
            return value if isinstance(value, dict) else None

        return self.read(json, path, "an object", convert)

    def source(self, json: dict[str, Json], path: str) -> SchemaKey | None:
        """Always required."""

        def convert(value: Json) -> SchemaKey | None:
            key = SchemaKey.parse(value) if isinstance(value, str) else None
            return key if isinstance(key, SchemaKey) else None

        wanted = "an Iglu URI, as iglu:com.example/ui_actions/jsonschema/1-0-0"
        return self.read(json, path, wanted, convert, is_required=True)

    def entities(self, json: dict[str, Json]) -> Entities | None:
        found = self.an_object(json, "entities")
        if found is None:
            return None
        self.refuse_others(found, ("tracked", "enriched"), "entities.")
        return Entities(
            *(self._entities(found, f"entities.{who}") for who in ("tracked", "enriched"))
        )

    def _entities(self, json: dict[str, Json], path: str) -> tuple[Entity, ...]:
        found = []
        known = "source", "minCardinality", "maxCardinality", "schema"
        for position, one in enumerate(self.objects(json, path) or ()):
            at = f"{path}[{position}]"
            self.refuse_others(one, known, f"{at}.")
            source = self.source(one, f"{at}.source")
            low = self.whole(one, f"{at}.minCardinality", MAX_WHOLE)
            high = self.whole(one, f"{at}.maxCardinality", MAX_WHOLE)
            if low is not None and high is not None and high < low:
                self.refuse(f"{at}.maxCardinality", f"at least the minCardinality, {low}")
            schema = self.an_object(one, f"{at}.schema")
            if source is not None:
                found.append(Entity(source, low, high, schema))
        return tuple(found)


def uuid_text(value: Json) -> str | None:
    """The UUID in lower case; None when it is none in its usual form of 36 characters."""
    try:
        return str(UUID(value)) if isinstance(value, str) and len(value) == _UUID_LENGTH else None
    except ValueError:
        return None


_UUID_LENGTH = 36


def is_storable(text: str) -> bool:
    """Without NUL and halves of surrogate pairs, which databases refuse."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
