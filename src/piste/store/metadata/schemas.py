"""Schemas of the registry in the metadata database, its keys and its drafts.

Limits: a version is a row for each environment. Times are kept in UTC, as text. Whoever changes something
        holds the one write transaction from the first thing that is read to the last that is stored.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Integer,
    PrimaryKeyConstraint,
    Row,
    Table,
    Text,
    and_,
    delete,
    select,
)
from sqlalchemy.dialects.sqlite import insert

from piste.events.schema_key import Json, SchemaKey, SchemaVer
from piste.registry.drafts import Draft, DraftId
from piste.registry.keys import IgluKey
from piste.registry.permissions import Action
from piste.registry.records import Environment, Schemas, StoredSchema
from piste.store.metadata.database import TABLES, reading

_schemas = Table(
    "schemas",
    TABLES,
    Column("vendor", Text),
    Column("name", Text),
    Column("format", Text),
    Column("model", Integer),
    Column("revision", Integer),
    Column("addition", Integer),
    Column("environment", Text),
    Column("organization_id", Text, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("message", Text),
    Column("json", Text, nullable=False),
    PrimaryKeyConstraint(
        *("vendor", "name", "format", "model", "revision", "addition", "environment")
    ),
)

_iglu_keys = Table(
    "iglu_keys",
    TABLES,
    Column("digest", Text, primary_key=True),
    Column("vendor_prefix", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("organization_id", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)

_drafts = Table(
    "iglu_drafts",
    TABLES,
    Column("vendor", Text),
    Column("name", Text),
    Column("format", Text),
    Column("number", Integer),
    Column("organization_id", Text, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("json", Text, nullable=False),
    PrimaryKeyConstraint("vendor", "name", "format", "number"),
)


class SchemaRecords:
    """Of all organizations (`piste.registry.records.Schemas`)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, key: SchemaKey) -> StoredSchema | None:
        with self._reading() as transaction:
            return transaction.get(key)

    def in_environment(self, key: SchemaKey, environment: Environment) -> StoredSchema | None:
        with self._reading() as transaction:
            return transaction.in_environment(key, environment)

    def find(
        self,
        *,
        vendor: str | None = None,
        name: str | None = None,
        organization_id: str | None = None,
        environment: Environment | None = None,
    ) -> list[StoredSchema]:
        with self._reading() as transaction:
            return transaction.find(
                vendor=vendor,
                name=name,
                organization_id=organization_id,
                environment=environment,
            )

    def change(self, decide: Callable[[Schemas], Sequence[StoredSchema]]) -> Sequence[StoredSchema]:
        with self._transaction() as transaction:
            return transaction.change(decide)

    def delete(self, key: SchemaKey) -> bool:
        with self._transaction() as transaction:
            return transaction.delete(key)

    @contextmanager
    def _reading(self) -> Iterator["_Transaction"]:
        with reading(self._engine) as connection:
            yield _Transaction(connection)

    @contextmanager
    def _transaction(self) -> Iterator["_Transaction"]:
        with self._engine.begin() as connection:
            yield _Transaction(connection)


class _Transaction:
    """What `SchemaRecords` does, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, key: SchemaKey) -> StoredSchema | None:
        production = self.in_environment(key, Environment.PRODUCTION)
        return production or self.in_environment(key, Environment.DEVELOPMENT)

    def in_environment(self, key: SchemaKey, environment: Environment) -> StoredSchema | None:
        found = self._select(_is(key), _schemas.c.environment == environment.value)
        return found[0] if found else None

    def find(
        self,
        *,
        vendor: str | None = None,
        name: str | None = None,
        organization_id: str | None = None,
        environment: Environment | None = None,
    ) -> list[StoredSchema]:
        columns = _schemas.c
        asked = (
            (columns.vendor, vendor),
            (columns.name, name),
            (columns.organization_id, organization_id),
            (columns.environment, environment and environment.value),
        )
        return self._select(*(column == value for column, value in asked if value is not None))

    def change(self, decide: Callable[[Schemas], Sequence[StoredSchema]]) -> Sequence[StoredSchema]:
        decided = decide(self)
        if decided:
            rows = [_schema_values(one) for one in decided]
            self._connection.execute(_upsert(_schemas), rows)
        return decided

    def delete(self, key: SchemaKey) -> bool:
        return self._connection.execute(delete(_schemas).where(_is(key))).rowcount > 0

    def _select(self, *conditions: Any) -> list[StoredSchema]:
        wanted = select(_schemas).where(*conditions).order_by(*_schemas.primary_key.columns)
        return [_schema(row) for row in self._connection.execute(wanted)]


class IgluKeyRecords:
    """`piste.registry.keys.Keys`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, digest: str) -> IgluKey | None:
        wanted = select(_iglu_keys).where(_iglu_keys.c.digest == digest)
        with reading(self._engine) as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        action, created_at = Action(row.action), datetime.fromisoformat(row.created_at)
        return IgluKey(row.digest, row.vendor_prefix, action, row.organization_id, created_at)

    def put(self, keys: Sequence[IgluKey]) -> None:
        rows = [
            {
                "digest": key.digest,
                "vendor_prefix": key.vendor_prefix,
                "action": key.action.value,
                "organization_id": key.organization_id,
                "created_at": _text(key.created_at),
            }
            for key in keys
        ]
        with self._engine.begin() as connection:
            connection.execute(_upsert(_iglu_keys), rows)

    def delete(self, digest: str) -> bool:
        gone = delete(_iglu_keys).where(_iglu_keys.c.digest == digest)
        with self._engine.begin() as connection:
            return connection.execute(gone).rowcount > 0


class IgluDraftRecords:
    """`piste.registry.drafts.Drafts`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, draft_id: DraftId) -> Draft | None:
        with reading(self._engine) as connection:
            return self._get(connection, draft_id)

    def find(self) -> list[Draft]:
        wanted = select(_drafts).order_by(*_drafts.primary_key.columns)
        with reading(self._engine) as connection:
            return [_draft(row) for row in connection.execute(wanted)]

    def change(self, draft_id: DraftId, decide: Callable[[Draft | None], Draft]) -> Draft:
        with self._engine.begin() as connection:
            draft = decide(self._get(connection, draft_id))
            connection.execute(_upsert(_drafts), [_draft_values(draft)])
        return draft

    def _get(self, connection: Connection, draft_id: DraftId) -> Draft | None:
        columns = _drafts.c
        wanted = select(_drafts).where(
            columns.vendor == draft_id.vendor,
            columns.name == draft_id.name,
            columns.format == draft_id.format,
            columns.number == draft_id.number,
        )
        row = connection.execute(wanted).one_or_none()
        return None if row is None else _draft(row)


def _upsert(table: Table) -> Any:
    """Of rows with all columns; one with the same primary key is replaced."""
    new = insert(table)
    rest = {one.name: new.excluded[one.name] for one in table.c if not one.primary_key}
    return new.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=rest)


def _is(key: SchemaKey) -> Any:
    columns = _schemas.c
    return and_(
        columns.vendor == key.vendor,
        columns.name == key.name,
        columns.format == key.format,
        columns.model == key.version.model,
        columns.revision == key.version.revision,
        columns.addition == key.version.addition,
    )


def _schema_values(schema: StoredSchema) -> Mapping[str, Any]:
    vendor, name, format_, version = schema.key
    return {
        "vendor": vendor,
        "name": name,
        "format": format_,
        "model": version.model,
        "revision": version.revision,
        "addition": version.addition,
        "environment": schema.environment.value,
        "organization_id": schema.organization_id,
        "is_public": schema.is_public,
        "author": schema.author,
        "created_at": _text(schema.created_at),
        "updated_at": _text(schema.updated_at),
        "message": schema.message,
        "json": _json_text(schema.json),
    }


def _schema(row: Row[Any]) -> StoredSchema:
    version = SchemaVer(row.model, row.revision, row.addition)
    return StoredSchema(
        SchemaKey(row.vendor, row.name, row.format, version),
        Environment(row.environment),
        row.organization_id,
        json.loads(row.json),
        row.is_public,
        row.author,
        datetime.fromisoformat(row.created_at),
        datetime.fromisoformat(row.updated_at),
        row.message,
    )


def _draft_values(draft: Draft) -> Mapping[str, Any]:
    return {
        **draft.id._asdict(),
        "organization_id": draft.organization_id,
        "is_public": draft.is_public,
        "author": draft.author,
        "created_at": _text(draft.created_at),
        "updated_at": _text(draft.updated_at),
        "json": _json_text(draft.json),
    }


def _draft(row: Row[Any]) -> Draft:
    return Draft(
        DraftId(row.vendor, row.name, row.format, row.number),
        row.organization_id,
        json.loads(row.json),
        row.is_public,
        row.author,
        datetime.fromisoformat(row.created_at),
        datetime.fromisoformat(row.updated_at),
    )


def _json_text(value: Mapping[str, Json]) -> str:
    """Keys in their order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat()
