"""A schema registry on a real database, with a clock and ids that tests know."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from piste.accounts.principal import Principal, Role
from piste.events.schema_key import Json, SchemaKey
from piste.registry.keys import Keyring
from piste.registry.self_describing import META_SCHEMA
from piste.registry.service import Registry
from piste.store.metadata import MetadataStore

SUPER_KEY = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
UNKNOWN_KEY = "ffffffff-ffff-4fff-8fff-ffffffffffff"
OWN = "11111111-1111-4111-8111-111111111111"
"""The organization of the super key."""
ACME = "22222222-2222-4222-8222-222222222222"
RIVAL = "33333333-3333-4333-8333-333333333333"

PRINCIPALS = {
    "tt_admin": Principal("admin", OWN, Role.ADMIN),
    "tt_acme": Principal("ann", ACME, Role.USER),
    "tt_rival": Principal("rob", RIVAL, Role.USER),
}
BEGINNING = datetime(2026, 3, 1, 12, 0, 0, 123000, UTC)


def key_of(version: str = "1-0-0", name: str = "ad_click", vendor: str = "com.acme") -> SchemaKey:
    return SchemaKey.of(f"iglu:{vendor}/{name}/jsonschema/{version}")


def schema(
    version: str = "1-0-0",
    name: str = "ad_click",
    vendor: str = "com.acme",
    *,
    supersedes: Json = None,
    **more: Any,
) -> dict[str, Json]:
    """One that the linter says nothing about."""
    described = {"vendor": vendor, "name": name, "format": "jsonschema", "version": version}
    superseding = {} if supersedes is None else {"$supersedes": supersedes}
    return {
        "$schema": META_SCHEMA,
        **superseding,
        "description": "A click",
        "self": described,
        "type": "object",
        "properties": {"url": {"type": "string", "maxLength": 100, "description": "Where to"}},
        "required": ["url"],
        "additionalProperties": False,
        **more,
    }


@dataclass
class Clock:
    """A second later at each look."""

    now: datetime = BEGINNING - timedelta(seconds=1)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class Ids:
    """UUIDs in their order."""

    given: int = 0

    def __call__(self) -> str:
        self.given += 1
        return f"00000000-0000-4000-8000-{self.given:012d}"


@dataclass
class Changes:
    """What the pipeline was told."""

    told: list[set[str]] = field(default_factory=list)

    def __call__(self, keys: Collection[SchemaKey]) -> None:
        self.told.append({key.uri for key in keys})


@dataclass
class Installed:
    store: MetadataStore
    registry: Registry
    changes: Changes

    def close(self) -> None:
        self.store.close()


def registry_in(folder: Path, *, patches_allowed: bool = False) -> Installed:
    store = MetadataStore(folder / "metadata.db")
    clock, changes = Clock(), Changes()
    keyring = Keyring(store.iglu_keys(), PRINCIPALS.get, clock, Ids(), OWN, SUPER_KEY)
    registry = Registry(
        schemas=store.schemas(),
        drafts=store.iglu_drafts(),
        keyring=keyring,
        now=clock,
        on_change=changes,
        version="1.2.3",
        patches_allowed=patches_allowed,
        reserved_vendors=frozenset({"com.reserved"}),
    )
    return Installed(store, registry, changes)
