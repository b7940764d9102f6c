"""The types of an event specification. A tracking scenario is one under an older name.

Room:   pure; `forms` reads them from JSON.
Source: event specifications, "Creating an Event Specification" and "Validations".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from piste.events.schema_key import Json, SchemaKey


class Status(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    DEPRECATED = "deprecated"


class LockStatus(StrEnum):
    """Whether people may change what a program manages."""

    LOCKED = "locked"
    UNLOCKED = "unlocked"


@dataclass(frozen=True, slots=True)
class Event:
    """The data structure that the event is an instance of, and what the specification asks beside that."""

    source: SchemaKey
    schema: Mapping[str, Json] | None = None

    def to_json(self) -> dict[str, Json]:
        return _without_none({"source": self.source.uri, "schema": self.schema})


@dataclass(frozen=True, slots=True)
class Entity:
    """How many entities of a schema there may be; None is without a limit."""

    source: SchemaKey
    min_cardinality: int | None = None
    max_cardinality: int | None = None
    schema: Mapping[str, Json] | None = None

    def to_json(self) -> dict[str, Json]:
        return {
            "source": self.source.uri,
            "minCardinality": self.min_cardinality,
            "maxCardinality": self.max_cardinality,
            **_without_none({"schema": self.schema}),
        }


@dataclass(frozen=True, slots=True)
class Entities:
    """By who adds them: the tracker, or an enrichment."""

    tracked: tuple[Entity, ...] = ()
    enriched: tuple[Entity, ...] = ()

    def to_json(self) -> dict[str, Json]:
        return {
            "tracked": [entity.to_json() for entity in self.tracked],
            "enriched": [entity.to_json() for entity in self.enriched],
        }


@dataclass(frozen=True, slots=True)
class EventSpecification:
    """`id` and `data_product_id` are UUIDs as text. What is None was not given, and is not printed."""

    id: str
    version: int
    status: Status
    name: str
    description: str | None = None
    event: Event | None = None
    entities: Entities | None = None
    triggers: tuple[Mapping[str, Json], ...] | None = None
    source_applications: tuple[str, ...] | None = None
    data_product_id: str | None = None
    lock_status: LockStatus | None = None
    managed_from: str | None = None

    def to_json(self) -> dict[str, Json]:
        """As the API prints it, in its order."""
        return _without_none(
            {
                "id": self.id,
                "version": self.version,
                "status": self.status.value,
                "name": self.name,
                "description": self.description,
                "event": self.event and self.event.to_json(),
                "entities": self.entities and self.entities.to_json(),
                "triggers": None if self.triggers is None else list(self.triggers),
                "sourceApplications": (
                    None if self.source_applications is None else list(self.source_applications)
                ),
                "dataProductId": self.data_product_id,
                "lockStatus": self.lock_status and self.lock_status.value,
                "managedFrom": self.managed_from,
            }
        )


def _without_none(json: dict[str, Any]) -> dict[str, Json]:
    return {name: value for name, value in json.items() if value is not None}
