"""Schemas as the registry keeps them.

Room:   the types and the small interface that the registry needs of a store.
Limits: a schema has a content for each environment that it was deployed to. Events are validated with that
        of production, else with that of development; a schema that is only validated is not published.
        The vendor and name of a schema belong to the organization that deployed it first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from piste.events.schema_key import Json, SchemaKey


class Environment(StrEnum):
    VALIDATED = "VALIDATED"
    DEVELOPMENT = "DEV"
    PRODUCTION = "PROD"


@dataclass(frozen=True, slots=True)
class StoredSchema:
    """One version in one environment. The times have a time zone; `author` is a user's id, or an Iglu key's.

    `json` keeps the order of its keys as published.
    """

    key: SchemaKey
    environment: Environment
    organization_id: str
    json: Mapping[str, Json]
    is_public: bool
    author: str
    created_at: datetime
    updated_at: datetime
    message: str | None = None


class Schemas(Protocol):
    """Of all organizations: a schema key means one schema, whoever asks."""

    def get(self, key: SchemaKey) -> StoredSchema | None:
        """As events are validated with: of production, else of development."""
        ...

    def in_environment(self, key: SchemaKey, environment: Environment) -> StoredSchema | None: ...

    def find(
        self,
        *,
        vendor: str | None = None,
        name: str | None = None,
        organization_id: str | None = None,
        environment: Environment | None = None,
    ) -> list[StoredSchema]:
        """All that match, one entry for each version and environment, ordered by key and environment."""
        ...

    def change(
        self, decide: Callable[["Schemas"], Sequence[StoredSchema]]
    ) -> Sequence[StoredSchema]:
        """Store what `decide` answers, creating or replacing, in one transaction with what it reads: nobody
        publishes in between. What it raises is raised, and nothing is stored."""
        ...

    def delete(self, key: SchemaKey) -> bool:
        """From every environment; whether there was one."""
        ...
