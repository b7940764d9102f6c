"""What can be done with the source applications of an organization.

Room:   rules; the store, the schemas and the ids are handed in.
Source: Snowplow's console, source applications.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from piste.events.schema_key import Json, SchemaKey
from piste.specs.findings import Code, Finding, error
from piste.specs.reading import MAX_NAME, MAX_TEXT, Reading
from piste.specs.records import Conflict
from piste.specs.refusal import (
    CONFLICT,
    INVALID,
    Refusal,
    missing,
    name_taken,
    overtaken,
    refusal,
)
from piste.specs.specification import Entities, LockStatus
from piste.specs.tracking_plans import NO_ENTITIES, Applications, InUse, Kept, SourceApplication

WHAT = "source application"

FIELDS = (
    *("id", "name", "description", "owner", "appIds", "entities", "lockStatus", "managedFrom"),
)


def read_application(body: Json) -> SourceApplication | tuple[Finding, ...]:
    """Of a request's body; without an id, its id is empty."""
    if not isinstance(body, dict):
        return (error(Code.INVALID_FIELD, "", "The body must be an object"),)
    reading = Reading()
    reading.refuse_others(body, FIELDS)
    application = SourceApplication(
        id=reading.uuid(body, "id") or "",
        name=reading.text(body, "name", MAX_NAME, is_required=True) or "",
        description=reading.text(body, "description", MAX_TEXT),
        owner=reading.text(body, "owner", MAX_NAME),
        app_ids=reading.texts(body, "appIds", MAX_NAME) or (),
        entities=reading.entities(body) or NO_ENTITIES,
        lock_status=reading.choice(body, "lockStatus", LockStatus),
        managed_from=reading.text(body, "managedFrom", MAX_NAME),
    )
    return tuple(reading.findings) or application


@dataclass(frozen=True, slots=True)
class SourceApplications:
    """Of one organization."""

    records: Applications
    has_schema: Callable[[SchemaKey], bool]
    new_id: Callable[[], str]

    def find(self) -> list[SourceApplication]:
        return self.records.find()

    def get(self, application_id: str) -> SourceApplication | Refusal:
        found = self.records.get(application_id)
        return missing(WHAT) if found is None else found.item

    def create(self, body: Json) -> SourceApplication | Refusal:
        form = read_application(body)
        if not isinstance(form, SourceApplication):
            return Refusal(INVALID, form)
        application = replace(form, id=form.id or self.new_id())
        if self.records.get(application.id) is not None:
            return overtaken(WHAT)
        return self._stored(Kept(application))

    def edit(self, application_id: str, body: Json) -> SourceApplication | Refusal:
        """As a whole: what is not given is cleared."""
        found = self.records.get(application_id)
        if found is None:
            return missing(WHAT)
        form = read_application(body)
        if not isinstance(form, SourceApplication):
            return Refusal(INVALID, form)
        if form.id not in ("", found.item.id):
            title = "`id` must be that of the address, or absent"
            return refusal(INVALID, Code.INVALID_FIELD, "id", title)
        return self._stored(replace(found, item=replace(form, id=found.item.id)))

    def delete(self, application_id: str) -> Refusal | None:
        """Refused with 409 while a data product has it."""
        try:
            return None if self.records.delete(application_id) else missing(WHAT)
        except InUse as used:
            title = f"Data products have this source application: {', '.join(used.names)}"
            return refusal(CONFLICT, Code.CONFLICT, "id", title)

    def _stored(self, kept: Kept[SourceApplication]) -> SourceApplication | Refusal:
        application = kept.item
        for other in self.records.find():
            if other.name == application.name and other.id != application.id:
                return name_taken(WHAT, other.id)
        if found := tuple(self._entity_flaws(application.entities)):
            return Refusal(INVALID, found)
        try:
            self.records.put(kept)
        except Conflict:
            return overtaken(WHAT)
        return application

    def _entity_flaws(self, entities: Entities) -> Iterator[Finding]:
        first_at: dict[SchemaKey, str] = {}
        for who, some in (("tracked", entities.tracked), ("enriched", entities.enriched)):
            for position, entity in enumerate(some):
                at = f"entities.{who}[{position}].source"
                first = first_at.setdefault(entity.source, at)
                if first != at:
                    title = f"{entity.source} stands twice, first in {first}"
                    yield error(Code.DUPLICATE_ENTITY, at, title)
                elif not self.has_schema(entity.source):
                    yield error(Code.UNKNOWN_SCHEMA, at, f"{entity.source} does not exist")
