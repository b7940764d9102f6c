"""What can be done with the specifications of an organization: list, get, create, edit, publish, delete.

Room:   rules; the store, the schemas, the clock and the ids are handed in. Event specifications and tracking
        scenarios are one service under two sets of names.
Limits: a check takes at most about a second for each of the two versions of the data structure.
Source: event specifications (requirement 001), tracking scenarios (requirement 002).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from piste.events.schema_key import Json, SchemaKey
from piste.specs.assessment import Assessment, assessed
from piste.specs.compatibility import Structure, Subject, compatibility
from piste.specs.findings import Code, Finding, Severity, error
from piste.specs.forms import Form, Publication, read_form, read_publication
from piste.specs.lifecycle import Change, extended, next_version, version_flaw
from piste.specs.publication import publication_flaws, published, unknown
from piste.specs.records import Conflict, Query, Record, Records
from piste.specs.specification import EventSpecification, Status
from piste.specs.validation import flaws


@dataclass(frozen=True, slots=True)
class Names:
    """What differs between the two APIs."""

    subject: Subject
    spec: str
    id: str
    ids: str


EVENT_SPECIFICATIONS = Names(
    Subject.EVENT_SPECIFICATION, "spec", id="eventSpecId", ids="eventSpecIds"
)
TRACKING_SCENARIOS = Names(
    Subject.TRACKING_SCENARIO, "scenario", id="scenarioId", ids="scenarioIds"
)


class Structures(Protocol):
    """The data structures and products of an organization."""

    def schema(self, key: SchemaKey) -> Json | None:
        """None when it does not exist."""
        ...

    def latest(self, key: SchemaKey) -> SchemaKey:
        """The newest version of the same data structure; the key itself when it is the only one."""
        ...

    def is_in_production(self, key: SchemaKey) -> bool: ...

    def has_data_product(self, product_id: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and envelope."""

    status: int
    data: tuple[EventSpecification, ...] = ()
    includes: tuple[Json, ...] = ()
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """As the API prints it."""
        return {
            "data": [specification.to_json() for specification in self.data],
            "includes": list(self.includes),
            "errors": [finding.to_json() for finding in self.findings],
        }


NOT_FOUND = Answer(404, findings=(error(Code.NOT_FOUND, "id", "There is no such specification"),))


_OF_THE_EVENT = ("event.source", "event.schema")

_BEYOND_JUDGEMENT = (Code.UNKNOWN_SCHEMA, Code.INVALID_FIELD)


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Specifications:
    """Of one organization, for one user. `now` has a time zone; `on_change` is called when something was
    stored or deleted, before the answer."""

    records: Records
    structures: Structures
    names: Names
    author: str
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    on_change: Callable[[], None] = _nothing

    def list(self, query: Query, *, with_latest_history: bool = False) -> Answer:
        """Each in its latest version."""
        found = self.records.find(query)
        includes = [self._history(record, -1) for record in found] if with_latest_history else ()
        data = tuple(record.latest for record in found)
        return Answer(200, data, tuple(one for some in includes for one in some))

    def get(
        self, specification_id: str, *, status: Status | None = None, with_history: bool = False
    ) -> Answer:
        """With what is to be said of its compatibility today; in its newest version of a status, if one is
        asked for."""
        record = self.records.get(specification_id)
        if record is None:
            return NOT_FOUND
        specification = record.newest(status)
        if specification is None:
            return Answer(200)
        includes = self._history(record) if with_history else ()
        return Answer(200, (specification,), includes, self._compatibility(specification))

    def create(self, body: Json) -> Answer:
        """201, or 4xx and nothing is stored."""
        form = read_form(body, self.names.spec)
        if not isinstance(form, Form):
            return Answer(422, findings=form)
        specification_id = form.id or self.new_id()
        if self.records.get(specification_id) is not None:
            return self._conflict(specification_id)
        return self._stored(form, Record(specification_id), status=201)

    def edit(self, specification_id: str, body: Json) -> Answer:
        """200, or 4xx and nothing is stored: 409 with the current state when somebody else was faster."""
        record = self.records.get(specification_id)
        if record is None:
            return NOT_FOUND
        form = read_form(body, self.names.spec)
        if not isinstance(form, Form):
            return Answer(422, findings=form)
        if form.id not in (None, specification_id):
            other = error(Code.INVALID_FIELD, "id", "`id` must be that of the address, or absent")
            return Answer(422, findings=(other,))
        return self._stored(form, record, status=200)

    def delete(self, specification_id: str) -> Answer:
        """204; it cannot be undone."""
        if not self.records.delete(specification_id):
            return NOT_FOUND
        self.on_change()
        return Answer(204)

    def publish(self, body: Json) -> Answer:
        """202: each has a new published version of its latest state, unless that is published already; or
        4xx, and none has. 409 with the current state of one that somebody else has changed meanwhile."""
        wanted = read_publication(body, self.names.ids)
        if not isinstance(wanted, Publication):
            return Answer(422, findings=wanted)
        records = {one: self.records.get(one) for one in wanted.ids}
        known = [record for record in records.values() if record is not None]
        if len(known) < len(records):
            absent = [one for one, record in records.items() if record is None]
            return Answer(404, findings=unknown(absent, self.names.ids, self.names.subject))
        waiting = [record for record in known if record.latest.status is not Status.PUBLISHED]
        found = [finding for record in waiting for finding in self._publication_flaws(record)]
        if any(finding.severity is Severity.ERROR for finding in found):
            return Answer(422, findings=tuple(found))
        change = partial(published, author=self.author, message=wanted.message, date=self.now())
        changed = {record.id: change(record) for record in waiting}
        try:
            self.records.put_all(list(changed.values()))
        except Conflict as conflict:
            return self._conflict(conflict.record_id)
        if changed:
            self.on_change()
        after = [changed.get(record.id, record) for record in known]
        includes = tuple(one for record in after for one in self._history(record, -1))
        return Answer(202, tuple(record.latest for record in after), includes, tuple(found))

    def _publication_flaws(self, record: Record) -> tuple[Finding, ...]:
        return (
            *publication_flaws(record, self.structures.is_in_production, self.names.subject),
            *self._compatibility(record.latest, is_stored=True),
        )

    def assess(self, body: Json) -> Assessment | Answer:
        """Of a specification that is not stored; an answer of 422 when it cannot be judged."""
        form = read_form(body, self.names.spec)
        if not isinstance(form, Form):
            return Answer(422, findings=form)
        known = _Known(self.records, self.structures)
        found = tuple(one for one in flaws(form, known) if one.code in _BEYOND_JUDGEMENT)
        return Answer(422, findings=found) if found else assessed(form, self.structures.schema)

    def _stored(self, form: Form, record: Record, *, status: int) -> Answer:
        version = next_version(record.changes) if form.version is None else form.version
        specification = form.at(record.id, version, form.status or Status.DRAFT)
        found = list(flaws(form, _Known(self.records, self.structures), specification_id=record.id))
        if flaw := version_flaw(version, record.changes):
            found.append(flaw)
        if not any(finding.source in _OF_THE_EVENT for finding in found):
            found += self._compatibility(specification, is_stored=True)
        if any(finding.severity is Severity.ERROR for finding in found):
            return Answer(422, findings=tuple(found))
        change = Change(version, specification.status, self.author, form.message, self.now())
        changed = record.with_version(specification, extended(record.changes, change))
        try:
            self.records.put(changed)
        except Conflict:
            return self._conflict(record.id)
        self.on_change()
        return Answer(status, (specification,), self._history(changed, -1), tuple(found))

    def _conflict(self, specification_id: str) -> Answer:
        """With the state that was in the way, if it is the specification's own."""
        title = (
            "Somebody else has stored a specification meanwhile: this one, or one of the same name"
        )
        current = self.records.get(specification_id)
        data = (current.latest,) if current is not None else ()
        return Answer(409, data, findings=(error(Code.CONFLICT, "version", title),))

    def _compatibility(
        self, specification: EventSpecification, *, is_stored: bool = False
    ) -> tuple[Finding, ...]:
        event = specification.event
        if event is None or event.schema is None:
            return ()
        current = self._structure(event.source)
        latest = self._structure(self.structures.latest(event.source))
        if current is None or latest is None:
            title = f"{event.source} does not exist any more"
            return (Finding(Severity.WARNING, Code.UNKNOWN_SCHEMA, title, "event.source"),)
        return compatibility(
            *(event.schema, current, latest),
            subject=self.names.subject,
            specification_id=specification.id,
            is_stored=is_stored,
        )

    def _structure(self, key: SchemaKey) -> Structure | None:
        schema = self.structures.schema(key)
        return None if schema is None else Structure(key, schema)

    def _history(self, record: Record, start: int = 0) -> tuple[Json, ...]:
        return tuple(one.to_json(self.names.id, record.id) for one in record.changes[start:])


@dataclass(frozen=True, slots=True)
class _Known:
    """What a form refers to."""

    records: Records
    structures: Structures

    def has_schema(self, key: SchemaKey) -> bool:
        return self.structures.schema(key) is not None

    def has_data_product(self, product_id: str) -> bool:
        return self.structures.has_data_product(product_id)

    def names_of(self, source: SchemaKey) -> dict[str, str]:
        return self.records.names_of(source)
