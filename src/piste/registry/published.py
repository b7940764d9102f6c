"""Schemas as they are served: one content for each key, with what supersedes it.

Room:   pure, but for reading the store that is handed in.
Limits: of a schema with several contents that of production is served, else that of development; one that is
        only validated is not published. Whether somebody may see it is `permissions`' question.
Source: Iglu Server, "Superseding schemas"; the representations of GET /api/schemas.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from piste.events.schema_key import Json, SchemaKey, SchemaVer
from piste.registry.records import Environment, Schemas, StoredSchema
from piste.registry.self_describing import superseded_versions


class Representation(StrEnum):
    URI = "uri"
    META = "meta"
    CANONICAL = "canonical"


@dataclass(frozen=True, slots=True)
class PublishedSchema:
    """`superseded_by` is the last of the versions that supersede one another."""

    stored: StoredSchema
    superseded_by: SchemaVer | None = None

    @property
    def key(self) -> SchemaKey:
        return self.stored.key

    @property
    def json(self) -> dict[str, Json]:
        """With `$supersededBy`, and otherwise as published."""
        if self.superseded_by is None:
            return dict(self.stored.json)
        return _with_after(self.stored.json, "$schema", "$supersededBy", str(self.superseded_by))

    def represented(self, representation: Representation) -> Json:
        match representation:
            case Representation.URI:
                return self.key.uri
            case Representation.META:
                metadata = {
                    "createdAt": _timestamp(self.stored.created_at),
                    "updatedAt": _timestamp(self.stored.updated_at),
                    "isPublic": self.stored.is_public,
                }
                return _with_after(self.json, "self", "metadata", metadata)
        return self.json


def published_schemas(rows: Iterable[StoredSchema]) -> list[PublishedSchema]:
    """Of whole families, in any environment; ordered by key."""
    chosen: dict[SchemaKey, StoredSchema] = {}
    for row in rows:
        if row.environment is Environment.PRODUCTION or (
            row.environment is Environment.DEVELOPMENT and row.key not in chosen
        ):
            chosen[row.key] = row
    families: dict[tuple[str, str, str], dict[SchemaVer, StoredSchema]] = {}
    for key in sorted(chosen):
        families.setdefault(key[:3], {})[key.version] = chosen[key]
    return [
        PublishedSchema(row, superseding.get(version))
        for family in families.values()
        for superseding in (_superseding(family),)
        for version, row in family.items()
    ]


def published(schemas: Schemas, keys: Collection[SchemaKey] | None = None) -> dict[SchemaKey, Json]:
    """What events are validated with: of all keys, or of some. A key that is not published is absent."""
    if keys is None:
        return {one.key: one.json for one in published_schemas(schemas.find())}
    names = sorted({key[:2] for key in keys})
    return {
        one.key: one.json
        for vendor, name in names
        for one in published_schemas(schemas.find(vendor=vendor, name=name))
        if one.key in keys
    }


def _superseding(family: Mapping[SchemaVer, StoredSchema]) -> dict[SchemaVer, SchemaVer]:
    """Version -> the last one that supersedes it; of several the newest counts. What is in production is
    superseded by what is in production only."""
    direct: dict[SchemaVer, SchemaVer] = {}
    for version in sorted(family):
        newer = family[version]
        for one in superseded_versions(newer.json) or ():
            older = family.get(one)
            if older is None or one >= version:  # deleted since, or published by other rules
                continue
            if not _is_in_production(older) or _is_in_production(newer):
                direct[one] = version
    last: dict[SchemaVer, SchemaVer] = {}
    for one in sorted(direct, reverse=True):
        last[one] = last.get(direct[one], direct[one])
    return last


def _is_in_production(row: StoredSchema) -> bool:
    return row.environment is Environment.PRODUCTION


def _with_after(json: Mapping[str, Json], before: str, name: str, value: Json) -> dict[str, Any]:
    """A copy with one more key, behind that one."""
    copy: dict[str, Any] = {}
    for key, one in json.items():
        if key != name:
            copy[key] = one
        if key == before:
            copy[name] = value
    return copy


def _timestamp(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
