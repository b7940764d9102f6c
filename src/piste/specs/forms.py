"""Requests to create or edit a specification, read into types: what is wrong is a list of findings.

Room:   pure; a field that is wrong is named by its path in the specification, as `event.source`.
Limits: the form only. What has to exist (schemas, data products, names) is looked at by `validation`.
Source: event specifications, "Creating an Event Specification"; the types of fields that the requirement
        does not show are those of Snowplow's console.
"""

from dataclasses import dataclass

from piste.events.schema_key import Json
from piste.specs.findings import Code, Finding, error
from piste.specs.reading import MAX_NAME, MAX_TEXT, MAX_WHOLE, Reading
from piste.specs.specification import (
    Entities,
    Event,
    EventSpecification,
    LockStatus,
    Status,
)

MAX_PUBLISHED = 200
"""Specifications that one request publishes; each may take seconds to check."""

MAX_VERSION = MAX_WHOLE
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


@dataclass(frozen=True, slots=True)
class Publication:
    """What to publish, each id once and in the order that was asked for."""

    ids: tuple[str, ...]
    message: str | None = None


def read_publication(body: Json, ids_name: str) -> Publication | tuple[Finding, ...]:
    """Of a request's body; `ids_name` is `eventSpecIds` or `scenarioIds`."""
    reading = _Reading()
    if not isinstance(body, dict):
        return (error(Code.INVALID_FIELD, ids_name, "The body must be an object"),)
    reading.refuse_others(body, (ids_name, "message"), "")
    ids = reading.uuids(body, ids_name) or ()
    message = reading.text(body, "message", MAX_TEXT)
    if not reading.findings and not 1 <= len(ids) <= MAX_PUBLISHED:
        reading.refuse(ids_name, f"a list of 1 to {MAX_PUBLISHED} UUIDs")
    return tuple(reading.findings) or Publication(tuple(dict.fromkeys(ids)), message)


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
class _Reading(Reading):
    """With what specifications have only."""

    def event(self, spec: dict[str, Json]) -> Event | None:
        json = self.an_object(spec, "event")
        if json is None or not json:
            return None
        self.refuse_others(json, ("source", "schema"), "event.")
        source = self.source(json, "event.source")
        schema = self.an_object(json, "event.schema")
        return source and Event(source, schema)
