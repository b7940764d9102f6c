"""Publishing a specification as it is: when it may be, and what the record is then.

Room:   pure; for `POST /publish`. Who edits a specification may publish it as well, by its status.
Source: Snowplow's console, "publish": everything that a published specification refers to is in production.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from piste.events.schema_key import SchemaKey
from piste.specs.compatibility import Subject
from piste.specs.findings import Code, Finding, error
from piste.specs.lifecycle import Change, extended, next_version, version_flaw
from piste.specs.records import Record
from piste.specs.specification import EventSpecification, Status


def publication_flaws(
    record: Record, is_in_production: Callable[[SchemaKey], bool], subject: Subject
) -> Iterator[Finding]:
    """Errors only."""
    specification = record.latest
    for at, key in _references(specification):
        if not is_in_production(key):
            title = f"{subject.value} with id: {record.id}, {key} is not deployed to production"
            yield error(Code.NOT_IN_PRODUCTION, at, title)
    if flaw := version_flaw(next_version(record.changes), record.changes):
        yield flaw


def published(record: Record, *, author: str, message: str | None, date: datetime) -> Record:
    """With a new version, published, that is its latest one otherwise."""
    version = next_version(record.changes)
    change = Change(version, Status.PUBLISHED, author, message, date)
    specification = replace(record.latest, version=version, status=Status.PUBLISHED)
    return record.with_version(specification, extended(record.changes, change))


def unknown(ids: Sequence[str], ids_name: str, subject: Subject) -> tuple[Finding, ...]:
    """For those that are asked for and not there."""
    return tuple(
        error(Code.NOT_FOUND, ids_name, f"There is no {subject.value.lower()} with id: {one}")
        for one in ids
    )


def _references(specification: EventSpecification) -> Iterator[tuple[str, SchemaKey]]:
    """Where in it a data structure is named, and which."""
    if specification.event is not None:
        yield "event.source", specification.event.source
    if specification.entities is not None:
        for who, entities in (
            ("tracked", specification.entities.tracked),
            ("enriched", specification.entities.enriched),
        ):
            for position, entity in enumerate(entities):
                yield f"entities.{who}[{position}].source", entity.source
