"""Specifications as they are kept: all versions that count, and who made them.

Room:   the types and the small interface that the service needs of a store.
Limits: a record knows by its `revision` which state of it was read; a store refuses to write over another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from piste.events.schema_key import SchemaKey
from piste.specs.lifecycle import Change
from piste.specs.specification import EventSpecification, Status


class Conflict(Exception):
    """The record has changed since it was read, or its name was taken meanwhile."""

    def __init__(self, record_id: str) -> None:
        super().__init__(record_id)
        self.record_id = record_id


@dataclass(frozen=True, slots=True)
class Record:
    """A specification in all its versions; without any it is not stored yet, and its revision is 0."""

    id: str
    changes: tuple[Change, ...] = ()
    versions: Mapping[int, EventSpecification] = field(default_factory=dict)
    revision: int = 0

    @property
    def latest(self) -> EventSpecification:
        """As the last change left it."""
        return self.versions[self.changes[-1].version]

    def newest(self, status: Status | None) -> EventSpecification | None:
        """The last one that was given this status, or any; None when there is none."""
        for change in reversed(self.changes):
            if status in (None, change.status):
                return self.versions[change.version]
        return None

    def with_version(
        self, specification: EventSpecification, changes: tuple[Change, ...]
    ) -> "Record":
        """After a change; versions that the history has discarded are gone."""
        versions = {**self.versions, specification.version: specification}
        kept = {change.version: versions[change.version] for change in changes}
        return replace(self, changes=changes, versions=kept)


@dataclass(frozen=True, slots=True)
class Query:
    """Filters of a list; None is any. `source_version` counts with `source_id` only."""

    data_product_id: str | None = None
    source_id: str | None = None
    source_version: str | None = None
    status: Status | None = None


class Records(Protocol):
    """Of one organization."""

    def get(self, specification_id: str) -> Record | None: ...

    def find(self, query: Query) -> list[Record]:
        """By their latest versions, the oldest record first."""
        ...

    def names_of(self, source: SchemaKey) -> dict[str, str]:
        """Of the specifications of the same data structure in any version: name -> id."""
        ...

    def put(self, record: Record) -> None:
        """Create or replace, as a whole. Raises `Conflict`."""
        ...

    def put_all(self, records: Sequence[Record]) -> None:
        """All of them, or none and `Conflict`."""
        ...

    def delete(self, specification_id: str) -> bool:
        """Whether there was one."""
        ...
