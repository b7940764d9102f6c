"""An event held against one specification: is it an instance, and if not, what does it violate?

Room:   pure; a specification's schemas are compiled when it is first held against.
Limits: an event must be of the very version of the schema that a specification names. Entities that a
        specification does not list are ignored, and so are application ids.
Source: Snowplow's event specification inference and validation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from piste.events.failures import InvalidSchema
from piste.events.schema_key import Json, SchemaKey, SelfDescribing
from piste.iglu.validator import Schema, compile_schema, is_unreadable
from piste.specs.specification import Entity, EventSpecification

MAX_VIOLATIONS = 100
"""Of one event and one specification; the first ones."""

EntityData = Mapping[SchemaKey, Sequence[Json]]
"""The data of an event's entities, by their schemas."""


@dataclass(frozen=True, slots=True)
class Violation:
    """`schema` is that of the event or the entity at fault; `path` is a JSONPath into its data."""

    message: str
    schema: SchemaKey
    path: str | None = None

    def to_json(self) -> dict[str, Json]:
        path = {} if self.path is None else {"path": self.path}
        return {"message": self.message, "schema": self.schema.uri, **path}


class Held:
    """A specification that events are held against."""

    def __init__(self, specification: EventSpecification) -> None:
        self.specification = specification

    @cached_property
    def _event(self) -> Schema | None:
        event = self.specification.event
        return None if event is None else _schema(event.schema)

    @cached_property
    def _entities(self) -> list[tuple[Entity, Schema | None]]:
        listed = self.specification.entities
        entities = (*listed.tracked, *listed.enriched) if listed is not None else ()
        return [(entity, _schema(entity.schema)) for entity in entities]

    @property
    def wants_entities(self) -> bool:
        """Whether it says anything of entities."""
        return bool(self._entities)

    def fits(self, data: Json) -> bool:
        """Whether an event's own data satisfy the event schema."""
        return _is_valid(self._event, data)

    def has_right(self, entities: EntityData) -> bool:
        """Whether an event has the entities that it should have."""
        for entity, schema in self._entities:
            found = entities.get(entity.source, ())
            if _count_flaw(entity, len(found)) or not all(_is_valid(schema, one) for one in found):
                return False
        return True

    def violations(
        self, event: SelfDescribing | None, entities: EntityData
    ) -> tuple[Violation, ...]:
        """The first MAX_VIOLATIONS; of an event whose own data are not known, only those of its entities."""
        found: list[Violation] = []
        source = self.specification.event and self.specification.event.source
        if event is not None and source is not None and event.key != source:
            message = f"The event is of {event.key}, the specification of {source}"
            found.append(Violation(message, event.key))
        elif event is not None:
            found += _data_flaws(self._event, event.data, event.key)
        for entity, schema in self._entities:
            data = entities.get(entity.source, ())
            if flaw := _count_flaw(entity, len(data)):
                found.append(Violation(flaw, entity.source))
            for one in data:
                found += _data_flaws(schema, one, entity.source)
        return tuple(found[:MAX_VIOLATIONS])


def by_schema(entities: Iterable[SelfDescribing]) -> EntityData:
    found: dict[SchemaKey, list[Json]] = {}
    for entity in entities:
        found.setdefault(entity.key, []).append(entity.data)
    return found


def _schema(json: Mapping[str, Json] | None) -> Schema | None:
    """Nothing is published whose schemas are none (`validation`); one that is none all the same asks nothing,
    because no event is at fault for it."""
    if json is None:
        return None
    compiled = compile_schema(dict(json))
    return None if isinstance(compiled, InvalidSchema) else compiled


def _is_valid(schema: Schema | None, data: Json) -> bool:
    try:
        return schema is None or schema.is_valid(data)
    except BaseException as error:  # the engine's panics are no `Exception`
        if not is_unreadable(error):
            raise
        return False


def _data_flaws(schema: Schema | None, data: Json, key: SchemaKey) -> list[Violation]:
    reports = schema.reports(data) if schema is not None else ()
    return [Violation(report.message, key, report.path) for report in reports]


def _count_flaw(entity: Entity, count: int) -> str | None:
    if count < (entity.min_cardinality or 0):
        return f"{count} entities found, at least {entity.min_cardinality} expected"
    if entity.max_cardinality is not None and count > entity.max_cardinality:
        return f"{count} entities found, at most {entity.max_cardinality} expected"
    return None
