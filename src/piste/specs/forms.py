"""Requests to create or edit a specification, read into types: what is wrong is a list of findings.

Room:   pure; a field that is wrong is named by its path in the specification, as `event.source`.
Limits: the form only. What has to exist (schemas, data products, names) is looked at by `validation`.
Source: event specifications, "Creating an Event Specification"; the types of fields that the requirement
        does not show are those of Snowplow's console.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from piste.events.schema_key import Json, SchemaKey
from piste.specs.findings import Code, Finding, error
from piste.specs.specification import (
    Entities,
    Entity,
    Event,
    EventSpecification,
    LockStatus,
    Status,
)

T = TypeVar("T")
C = TypeVar("C", bound=StrEnum)

MAX_NAME = 255
MAX_TEXT = 10_000
"""Characters of a description or a message."""

MAX_VERSION = 2**31 - 1
"""What the entity that trackers send can hold."""


@dataclass(frozen=True, slots=True)
class Form:
    """A specification as it was sent: what is None was not given."""

    name: str
    id: str | None = None
    version: int | None = None
    status: Status | None = None
    description: str | None = None
    event: Event | None = None
    entities: Entities | None = None
    triggers: tuple[dict[str, Json], ...] | None = None
    source_applications: tuple[str, ...] | None = None
    data_product_id: str | None = None
    lock_status: LockStatus | None = None
    managed_from: str | None = None
    message: str | None = None

    def at(self, specification_id: str, version: int, status: Status) -> EventSpecification:
        """The specification that it describes, at a point of its life."""
        return EventSpecification(
            id=specification_id,
            version=version,
            status=status,
            name=self.name,
            description=self.description,
            event=self.event,
            entities=self.entities,
            triggers=self.triggers,
            source_applications=self.source_applications,
            data_product_id=self.data_product_id,
            lock_status=self.lock_status,
            managed_from=self.managed_from,
        )


def read_form(body: Json, spec_name: str) -> Form | tuple[Finding, ...]:
    """Of a request's body; `spec_name` is `spec` or `scenario`."""
    reading = _Reading()
    if not isinstance(body, dict) or not isinstance(body.get(spec_name), dict):
        return (error(Code.INVALID_FIELD, spec_name, f"`{spec_name}` must be an object"),)
    spec = body[spec_name]
    reading.refuse_others(body, (spec_name, "message"), "")
    reading.refuse_others(spec, _FIELDS, "")
    form = Form(
        name=reading.text(spec, "name", MAX_NAME, is_required=True) or "",
        id=reading.uuid(spec, "id"),
        version=reading.whole(spec, "version", MAX_VERSION),
        status=reading.choice(spec, "status", Status),
        description=reading.text(spec, "description", MAX_TEXT),
        event=reading.event(spec),
        entities=reading.entities(spec),
        triggers=reading.objects(spec, "triggers"),
        source_applications=reading.uuids(spec, "sourceApplications"),
        data_product_id=reading.uuid(spec, "dataProductId"),
        lock_status=reading.choice(spec, "lockStatus", LockStatus),
        managed_from=reading.text(spec, "managedFrom", MAX_NAME),
        message=reading.text(body, "message", MAX_TEXT),
    )
    return tuple(reading.findings) or form


_FIELDS = (
    *("id", "version", "status", "name", "description", "event", "entities", "triggers"),
    *("sourceApplications", "dataProductId", "lockStatus", "managedFrom"),
)


@dataclass(slots=True)
class _Reading:
    """Reads fields; where one is wrong it notes a finding and gives None."""

    findings: list[Finding] = field(default_factory=list)

    def refuse(self, path: str, wanted: str) -> None:
        self.findings.append(error(Code.INVALID_FIELD, path, f"`{path}` must be {wanted}"))

    def refuse_others(self, json: dict[str, Json], known: Iterable[str], prefix: str) -> None:
        for name in json.keys() - set(known):
            title = f"`{prefix}{name[:MAX_NAME]}` is not a field here"
            self.findings.append(error(Code.INVALID_FIELD, f"{prefix}{name[:MAX_NAME]}", title))

    def read(
        self, json: dict[str, Json], path: str, wanted: str, convert: Callable[[Json], T | None]
    ) -> T | None:
        """`convert` gives None for what it does not take."""
        value = json.get(path.rpartition(".")[2])
        if value is None:
            return None
        found = convert(value)
        if found is None:
            self.refuse(path, wanted)
        return found

    def text(
        self, json: dict[str, Json], path: str, longest: int, *, is_required: bool = False
    ) -> str | None:
        wanted = f"a text of 1 to {longest} characters" if is_required else "a text"
        if is_required and json.get(path) is None:
            self.refuse(path, wanted)

        def convert(value: Json) -> str | None:
            is_text = isinstance(value, str) and len(value) <= longest and _is_storable(value)
            return value if is_text and (value.strip() or not is_required) else None

        if not is_required:
            wanted = f"a text of at most {longest} characters"
        return self.read(json, path, wanted, convert)

    def whole(self, json: dict[str, Json], path: str, most: int) -> int | None:
        def convert(value: Json) -> int | None:
            return value if type(value) is int and 0 <= value <= most else None

        return self.read(json, path, f"a whole number from 0 to {most}", convert)

    def choice(self, json: dict[str, Json], path: str, choices: type[C]) -> C | None:
        def convert(value: Json) -> C | None:
            return choices(value) if value in list(choices) else None

        return self.read(json, path, f"one of {', '.join(choices)}", convert)

    def uuid(self, json: dict[str, Json], path: str) -> str | None:
        return self.read(json, path, "a UUID", _uuid)

    def uuids(self, json: dict[str, Json], path: str) -> tuple[str, ...] | None:
        def convert(value: Json) -> tuple[str, ...] | None:
            found = [_uuid(one) for one in value] if isinstance(value, list) else [None]
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
        def convert(value: Json) -> SchemaKey | None:
            key = SchemaKey.parse(value) if isinstance(value, str) else None
            return key if isinstance(key, SchemaKey) else None

        wanted = "an Iglu URI, as iglu:com.example/ui_actions/jsonschema/1-0-0"
        if json.get("source") is None:
            self.refuse(path, wanted)
        return self.read(json, path, wanted, convert)

    def event(self, spec: dict[str, Json]) -> Event | None:
        json = self.an_object(spec, "event")
        if json is None or not json:
            return None
        self.refuse_others(json, ("source", "schema"), "event.")
        source = self.source(json, "event.source")
        schema = self.an_object(json, "event.schema")
        return source and Event(source, schema)

    def entities(self, spec: dict[str, Json]) -> Entities | None:
        json = self.an_object(spec, "entities")
        if json is None:
            return None
        self.refuse_others(json, ("tracked", "enriched"), "entities.")
        return Entities(
            *(self._entities(json, f"entities.{who}") for who in ("tracked", "enriched"))
        )

    def _entities(self, json: dict[str, Json], path: str) -> tuple[Entity, ...]:
        found = []
        for position, one in enumerate(self.objects(json, path) or ()):
            at = f"{path}[{position}]"
            self.refuse_others(
                one, ("source", "minCardinality", "maxCardinality", "schema"), f"{at}."
            )
            source = self.source(one, f"{at}.source")
            low = self.whole(one, f"{at}.minCardinality", MAX_VERSION)
            high = self.whole(one, f"{at}.maxCardinality", MAX_VERSION)
            if low is not None and high is not None and high < low:
                self.refuse(f"{at}.maxCardinality", f"at least the minCardinality, {low}")
            schema = self.an_object(one, f"{at}.schema")
            if source is not None:
                found.append(Entity(source, low, high, schema))
        return tuple(found)


def _uuid(value: Json) -> str | None:
    try:
        return str(UUID(value)) if isinstance(value, str) and len(value) == _UUID_LENGTH else None
    except ValueError:
        return None


_UUID_LENGTH = 36


def _is_storable(text: str) -> bool:
    """Without NUL and halves of surrogate pairs, which databases refuse."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
