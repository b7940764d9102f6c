"""What is known of a data structure beside its schemas: meta data, deployments, drafts.

Room:   the types and the small interface that the data structures API needs of a store.
Limits: all of it is of one organization.
Source: Snowplow's console, data structures.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from piste.events.schema_key import Json, SchemaKey, SchemaVer
from piste.jsontext import encode_text
from piste.registry.records import Environment


class SchemaType(StrEnum):
    EVENT = "event"
    ENTITY = "entity"


@dataclass(frozen=True, slots=True)
class Meta:
    """What people say of a data structure; as it stands here, what nobody has said anything of."""

    hidden: bool = False
    schema_type: SchemaType | None = None
    custom_data: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        """As the API prints it."""
        return {
            "hidden": self.hidden,
            "schemaType": self.schema_type and self.schema_type.value,
            "customData": dict(self.custom_data),
        }


@dataclass(frozen=True, slots=True)
class Deployment:
    """That a version came to an environment, with this content. `patch_level` counts the contents that it
    replaced there; `author` is a user's id, or an Iglu key's."""

    version: SchemaVer
    environment: Environment
    content_hash: str
    at: datetime
    author: str
    message: str | None = None
    patch_level: int = 0

    def to_json(self) -> dict[str, Json]:
        """As the API prints it."""
        return {
            "version": str(self.version),
            "patchLevel": self.patch_level,
            "contentHash": self.content_hash,
            "env": self.environment.value,
            "ts": iso(self.at),
            "message": self.message or "",
            "initiator": self.author,
            "initiatorId": self.author,
        }


@dataclass(frozen=True, slots=True)
class StructureDraft:
    """A schema that somebody is working on, of which nothing is asked but to say which it is. The time has a
    time zone."""

    key: SchemaKey
    json: Mapping[str, Json]
    meta: Meta
    author: str
    updated_at: datetime

    def to_json(self) -> dict[str, Json]:
        """As the API prints it."""
        return {
            "vendor": self.key.vendor,
            "name": self.key.name,
            "format": self.key.format,
            "version": str(self.key.version),
            "meta": self.meta.to_json(),
            "data": dict(self.json),
            "updatedBy": self.author,
            "updatedAt": iso(self.updated_at),
        }


class StructureRecords(Protocol):
    """Of one organization. A structure is named by its hash."""

    def meta(self, structure: str) -> Meta | None: ...

    def metas(self) -> Mapping[str, Meta]:
        """All that there are."""
        ...

    def put_meta(self, structure: str, meta: Meta) -> None:
        """Create or replace."""
        ...

    def deployments(self, structure: str) -> Sequence[Deployment]:
        """The oldest first."""
        ...

    def all_deployments(self) -> Mapping[str, Sequence[Deployment]]:
        """By structure, the oldest first."""
        ...

    def add_deployment(self, structure: str, deployment: Deployment) -> None: ...

    def drafts(self) -> Sequence[StructureDraft]:
        """Ordered by key."""
        ...

    def put_draft(self, draft: StructureDraft) -> None:
        """Create or replace."""
        ...

    def delete_draft(self, key: SchemaKey) -> bool:
        """Whether there was one."""
        ...


def iso(time: datetime) -> str:
    """A time of UTC, to the millisecond."""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def structure_hash(organization_id: str, key: SchemaKey) -> str:
    """Of a data structure, whatever its version: SHA-256 in hex, as Snowplow's console makes it."""
    text = f"{organization_id}-{key.vendor}-{key.name}-{key.format}"
    return hashlib.sha256(text.encode()).hexdigest()


def content_hash(schema: Mapping[str, Json]) -> str:
    """SHA-256 in hex of the schema as compact JSON with sorted keys: the same for whoever only formats it
    another way."""
    return hashlib.sha256(encode_text(_sorted(dict(schema))).encode()).hexdigest()


def _sorted(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list) else value
