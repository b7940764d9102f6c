"""Event specifications in the metadata database.

Limits: a specification is one row with all its versions as JSON, and the columns that it is found by. Who
        read an older state than there is gets `Conflict`.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    Select,
    Table,
    Text,
    UniqueConstraint,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from piste.events.schema_key import SchemaKey
from piste.registry.structure_records import structure_hash
from piste.specs.lifecycle import Change
from piste.specs.published import as_stored
from piste.specs.records import Conflict, Query, Record
from piste.specs.specification import Status
from piste.store.metadata.database import TABLES, reading

_specifications = Table(
    "specifications",
    TABLES,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("organization_id", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("source_id", Text),
    Column("source_version", Text),
    Column("data_product_id", Text),
    Column("record", Text, nullable=False),
    # Of all organizations, because events say nothing but the id.
    UniqueConstraint("id"),
    # A name is unique for a data structure; without one, `source_id` is null, and nulls all differ.
    UniqueConstraint("organization_id", "source_id", "name"),
)


class SpecificationRecords:
    """Of one organization (`piste.specs.records.Records`); others are not there."""

    def __init__(self, engine: Engine, organization_id: str) -> None:
        self._engine, self._organization_id = engine, organization_id

    def get(self, specification_id: str) -> Record | None:
        rows = self._read(self._all().where(_specifications.c.id == specification_id))
        return rows[0] if rows else None

    def find(self, query: Query) -> list[Record]:
        columns = _specifications.c
        wanted = self._all().order_by(columns.number)
        for column, value in (
            (columns.data_product_id, query.data_product_id),
            (columns.source_id, query.source_id),
            (columns.source_version, query.source_id and query.source_version),
            (columns.status, query.status and query.status.value),
        ):
            if value is not None:
                wanted = wanted.where(column == value)
        return self._read(wanted)

    def names_of(self, source: SchemaKey) -> dict[str, str]:
        columns = _specifications.c
        wanted = select(columns.name, columns.id).where(
            columns.organization_id == self._organization_id,
            columns.source_id == structure_hash(self._organization_id, source),
        )
        with reading(self._engine) as connection:
            return {row.name: row.id for row in connection.execute(wanted)}

    def put(self, record: Record) -> None:
        self.put_all([record])

    def put_all(self, records: Sequence[Record]) -> None:
        with self._engine.begin() as connection:
            for record in records:
                self._put(connection, record)

    def _put(self, connection: Connection, record: Record) -> None:
        columns, values = _specifications.c, self._values(record)
        try:
            if record.revision == 0:
                connection.execute(insert(_specifications).values(values))
                return
            changed = connection.execute(
                update(_specifications)
                .where(
                    columns.organization_id == self._organization_id,
                    columns.id == record.id,
                    columns.revision == record.revision,
                )
                .values(values)
            )
        except IntegrityError as error:
            raise Conflict(record.id) from error
        if changed.rowcount != 1:
            raise Conflict(record.id)

    def delete(self, specification_id: str) -> bool:
        columns = _specifications.c
        with self._engine.begin() as connection:
            gone = connection.execute(
                delete(_specifications).where(
                    columns.organization_id == self._organization_id,
                    columns.id == specification_id,
                )
            )
        return gone.rowcount == 1

    def _all(self) -> Select[Any]:
        columns = _specifications.c
        return select(columns.id, columns.revision, columns.record).where(
            columns.organization_id == self._organization_id
        )

    def _read(self, wanted: Select[Any]) -> list[Record]:
        with reading(self._engine) as connection:
            return [_record(*row) for row in connection.execute(wanted)]

    def _values(self, record: Record) -> dict[str, Any]:
        latest = record.latest
        source = latest.event and latest.event.source
        return {
            "organization_id": self._organization_id,
            "id": record.id,
            "revision": record.revision + 1,
            "name": latest.name,
            "status": latest.status.value,
            "source_id": source and structure_hash(self._organization_id, source),
            "source_version": source and str(source.version),
            "data_product_id": latest.data_product_id,
            "record": _as_json(record),
        }


def revisions(engine: Engine) -> dict[str, int]:
    """Of all specifications of all organizations, by their ids."""
    with reading(engine) as connection:
        rows = connection.execute(select(_specifications.c.id, _specifications.c.revision))
        return {row.id: row.revision for row in rows}


def records(engine: Engine, ids: Iterable[str]) -> Iterator[Record]:
    """Those that there are, of whichever organization."""
    columns = _specifications.c
    wanted = select(columns.id, columns.revision, columns.record)
    with reading(engine) as connection:
        for id_ in ids:
            row = connection.execute(wanted.where(columns.id == id_)).first()
            if row is not None:
                yield _record(*row)


def _as_json(record: Record) -> str:
    changes = [
        {
            "version": change.version,
            "status": change.status.value,
            "author": change.author,
            "message": change.message,
            "date": change.date.isoformat(),
        }
        for change in record.changes
    ]
    versions = [one.to_json() for one in record.versions.values()]
    return json.dumps({"changes": changes, "versions": versions}, ensure_ascii=False)


def _record(id_: str, revision: int, text: str) -> Record:
    stored = json.loads(text)
    changes = tuple(
        Change(
            one["version"],
            Status(one["status"]),
            one["author"],
            one["message"],
            datetime.fromisoformat(one["date"]),
        )
        for one in stored["changes"]
    )
    versions = {one["version"]: as_stored(one) for one in stored["versions"]}
    return Record(id_, changes, versions, revision)
