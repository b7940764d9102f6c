"""What is known of data structures beside their schemas, in the metadata database.

Limits: structures are named by their hashes, and times are kept in UTC, as text.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Engine,
    Integer,
    PrimaryKeyConstraint,
    Row,
    Table,
    Text,
    delete,
    insert,
    select,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from piste.events.schema_key import SchemaKey, SchemaVer
from piste.registry.records import Environment
from piste.registry.structure_forms import read_meta
from piste.registry.structure_records import Deployment, Meta, StructureDraft
from piste.store.metadata.database import TABLES, reading

_metas = Table(
    "structure_metas",
    TABLES,
    Column("organization_id", Text, primary_key=True),
    Column("structure", Text, primary_key=True),
    Column("meta", Text, nullable=False),
)

_deployments = Table(
    "structure_deployments",
    TABLES,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("organization_id", Text, nullable=False),
    Column("structure", Text, nullable=False, index=True),
    Column("version", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("patch_level", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("message", Text),
)

_drafts = Table(
    "structure_drafts",
    TABLES,
    Column("organization_id", Text),
    Column("vendor", Text),
    Column("name", Text),
    Column("format", Text),
    Column("model", Integer),
    Column("revision", Integer),
    Column("addition", Integer),
    Column("json", Text, nullable=False),
    Column("meta", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    PrimaryKeyConstraint(
        *("organization_id", "vendor", "name", "format", "model", "revision", "addition")
    ),
)


class StructureDatabase:
    """Of one organization (`piste.registry.structure_records.StructureRecords`)."""

    def __init__(self, engine: Engine, organization_id: str) -> None:
        self._engine, self._organization_id = engine, organization_id

    def meta(self, structure: str) -> Meta | None:
        return self.metas().get(structure)

    def metas(self) -> Mapping[str, Meta]:
        columns = _metas.c
        wanted = select(columns.structure, columns.meta).where(
            columns.organization_id == self._organization_id
        )
        with reading(self._engine) as connection:
            return {row.structure: _meta(row.meta) for row in connection.execute(wanted)}

    def put_meta(self, structure: str, meta: Meta) -> None:
        values = {
            "organization_id": self._organization_id,
            "structure": structure,
            "meta": _text(meta.to_json()),
        }
        self._put(_metas, values)

    def deployments(self, structure: str) -> Sequence[Deployment]:
        return self._deployments(_deployments.c.structure == structure).get(structure, ())

    def all_deployments(self) -> Mapping[str, Sequence[Deployment]]:
        return self._deployments()

    def add_deployment(self, structure: str, deployment: Deployment) -> None:
        values = {
            "organization_id": self._organization_id,
            "structure": structure,
            "version": str(deployment.version),
            "environment": deployment.environment.value,
            "content_hash": deployment.content_hash,
            "patch_level": deployment.patch_level,
            "at": deployment.at.astimezone(UTC).isoformat(),
            "author": deployment.author,
            "message": deployment.message,
        }
        with self._engine.begin() as connection:
            connection.execute(insert(_deployments).values(values))

    def drafts(self) -> Sequence[StructureDraft]:
        wanted = (
            select(_drafts)
            .where(_drafts.c.organization_id == self._organization_id)
            .order_by(*_drafts.primary_key.columns)
        )
        with reading(self._engine) as connection:
            return [_draft(row) for row in connection.execute(wanted)]

    def put_draft(self, draft: StructureDraft) -> None:
        values = {
            **self._at(draft.key),
            "json": _text(draft.json),
            "meta": _text(draft.meta.to_json()),
            "author": draft.author,
            "updated_at": draft.updated_at.astimezone(UTC).isoformat(),
        }
        self._put(_drafts, values)

    def delete_draft(self, key: SchemaKey) -> bool:
        at = (_drafts.c[name] == value for name, value in self._at(key).items())
        with self._engine.begin() as connection:
            return connection.execute(delete(_drafts).where(*at)).rowcount == 1

    def _deployments(self, *conditions: Any) -> Mapping[str, Sequence[Deployment]]:
        columns = _deployments.c
        wanted = (
            select(_deployments)
            .where(columns.organization_id == self._organization_id, *conditions)
            .order_by(columns.number)
        )
        found: dict[str, list[Deployment]] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(wanted):
                found.setdefault(row.structure, []).append(_deployment(row))
        return found

    def _at(self, key: SchemaKey) -> dict[str, Any]:
        vendor, name, format_, version = key
        return {
            "organization_id": self._organization_id,
            "vendor": vendor,
            "name": name,
            "format": format_,
            **version._asdict(),
        }

    def _put(self, table: Table, values: Mapping[str, Any]) -> None:
        """Create or replace."""
        new = upsert(table).values(**values)
        rest = {one.name: new.excluded[one.name] for one in table.c if not one.primary_key}
        keys = list(table.primary_key.columns)
        with self._engine.begin() as connection:
            connection.execute(new.on_conflict_do_update(index_elements=keys, set_=rest))


def _meta(text: str) -> Meta:
    """What was stored has been a form once."""
    found = read_meta(json.loads(text))
    assert isinstance(found, Meta), found
    return found


def _deployment(row: Row[Any]) -> Deployment:
    version = SchemaVer.parse(row.version)
    assert isinstance(version, SchemaVer), version
    return Deployment(
        version=version,
        environment=Environment(row.environment),
        content_hash=row.content_hash,
        at=datetime.fromisoformat(row.at),
        author=row.author,
        message=row.message,
        patch_level=row.patch_level,
    )


def _draft(row: Row[Any]) -> StructureDraft:
    version = SchemaVer(row.model, row.revision, row.addition)
    return StructureDraft(
        SchemaKey(row.vendor, row.name, row.format, version),
        json.loads(row.json),
        _meta(row.meta),
        row.author,
        datetime.fromisoformat(row.updated_at),
    )


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
