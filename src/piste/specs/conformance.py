"""Events held against published specifications: which ones they are instances of, and what they violate.

Room:   pure; schemas are compiled once, when the plan is made.
Limits: an event must be of the very version of the schema that a specification names. Entities that a
        specification does not list are ignored, and so are application ids.
Source: Snowplow's event specification inference and validation; the entities
        `event_specification` 1-0-4 and `event_specification_validation` 1-0-0.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from piste.events.failures import InvalidSchema
from piste.events.schema_key import Json, SchemaKey, SelfDescribing
from piste.iglu.validator import Schema, compile_schema
from piste.specs.specification import Entity, EventSpecification

SPECIFICATION = SchemaKey.of(
    "iglu:com.snowplowanalytics.snowplow/event_specification/jsonschema/1-0-4"
)
VALIDATION = SchemaKey.of(
    "iglu:com.snowplowanalytics.snowplow/event_specification_validation/jsonschema/1-0-0"
)

MAX_VIOLATIONS = 100
"""Of one event and one specification; the first ones."""


@dataclass(frozen=True, slots=True)
class Violation:
    """`schema` is that of the event or the entity at fault; `path` is a JSONPath into its data."""

    message: str
    schema: SchemaKey
    path: str | None = None

    def to_json(self) -> dict[str, Json]:
        path = {} if self.path is None else {"path": self.path}
        return {"message": self.message, "schema": self.schema.uri, **path}


@dataclass(frozen=True, slots=True)
class Observed:
    """What there is of an event: its own data, if they satisfy their schema, and all its entities."""

    event: SelfDescribing
    entities: Sequence[SelfDescribing] = ()
    is_valid: bool = True


class Plan:
    """Specifications that events are held against, as published: of each id one version or several."""

    def __init__(self, published: Iterable[EventSpecification]) -> None:
        """Raises ValueError for one whose schemas are none, which should not have been published."""
        self._versions: dict[tuple[str, int], _Compiled] = {}
        newest: dict[str, EventSpecification] = {}
        for specification in published:
            at = specification.id, specification.version
            self._versions[at] = _Compiled(specification)
            known = newest.get(specification.id)
            if known is None or known.version < specification.version:
                newest[specification.id] = specification
        self._by_event: dict[SchemaKey, list[_Compiled]] = defaultdict(list)
        for one in newest.values():
            if one.event is not None:
                self._by_event[one.event.source].append(self._versions[one.id, one.version])

    def inferred(self, observed: Observed) -> list[EventSpecification]:
        """Those that an event which declares none is an instance of, in no order; nothing for an event that
        breaks its own schema."""
        candidates = self._by_event.get(observed.event.key) if observed.is_valid else None
        if not candidates:
            return []
        data = _by_schema(observed.entities)
        return [one.specification for one in candidates if one.holds(observed.event.data, data)]

    def violations(
        self, specification_id: str, version: int, observed: Observed
    ) -> tuple[Violation, ...] | None:
        """Of the specification that an event declares; None when it is not known. What is asked of the event
        is left out when the event breaks its own schema."""
        compiled = self._versions.get((specification_id, version))
        if compiled is None:
            return None
        data = _by_schema(observed.entities)
        event = observed.event if observed.is_valid else None
        return tuple(compiled.violations(event, data)[:MAX_VIOLATIONS])


def declared(specification: EventSpecification) -> SelfDescribing:
    """The entity that says of an event which specification it is an instance of."""
    about = {
        "id": specification.id,
        "name": specification.name,
        "version": specification.version,
    }
    return SelfDescribing(SPECIFICATION, about)


def refuted(violations: Sequence[Violation]) -> SelfDescribing:
    """The entity that says what an event violates of the specification that it declares."""
    errors = [violation.to_json() for violation in violations]
    return SelfDescribing(VALIDATION, {"isValid": False, "errors": errors})


class _Compiled:
    """A specification, ready to hold events against it."""

    def __init__(self, specification: EventSpecification) -> None:
        self.specification = specification
        event, entities = specification.event, specification.entities
        self._event = None if event is None else _schema(event.schema)
        listed = (*entities.tracked, *entities.enriched) if entities is not None else ()
        self._entities = [(entity, _schema(entity.schema)) for entity in listed]

    def holds(self, event: Json, entities: Mapping[SchemaKey, list[Json]]) -> bool:
        for entity, schema in self._entities:  # counting is cheap, and the rest mostly is not asked
            data = entities.get(entity.source, ())
            if _count_flaw(entity, len(data)) or not all(_is_valid(schema, one) for one in data):
                return False
        return _is_valid(self._event, event)

    def violations(
        self, event: SelfDescribing | None, entities: Mapping[SchemaKey, list[Json]]
    ) -> list[Violation]:
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
        return found


def _schema(json: Mapping[str, Json] | None) -> Schema | None:
    if json is None:
        return None
    compiled = compile_schema(dict(json))
    if isinstance(compiled, InvalidSchema):
        raise ValueError(f"not a schema: {compiled.issues[0].message}")
    return compiled


def _is_valid(schema: Schema | None, data: Json) -> bool:
    return schema is None or not schema.reports(data)


def _data_flaws(schema: Schema | None, data: Json, key: SchemaKey) -> list[Violation]:
    reports = schema.reports(data) if schema is not None else ()
    return [Violation(report.message, key, report.path) for report in reports]


def _count_flaw(entity: Entity, count: int) -> str | None:
    if count < (entity.min_cardinality or 0):
        return f"There are {count} entities, at least {entity.min_cardinality} are wanted"
    if entity.max_cardinality is not None and count > entity.max_cardinality:
        return f"There are {count} entities, at most {entity.max_cardinality} are wanted"
    return None


def _by_schema(entities: Iterable[SelfDescribing]) -> Mapping[SchemaKey, list[Json]]:
    found: dict[SchemaKey, list[Json]] = {}
    for entity in entities:
        found.setdefault(entity.key, []).append(entity.data)
    return found
