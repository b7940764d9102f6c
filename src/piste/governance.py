"""What people decide: the services of the Console APIs and of the schema registry, and who is told.

Room:   the top; between the metadata store and the running pipeline.
Limits: opened at the start where decisions outlive the process; else when they are first asked for, because
        the database library costs what a small tool's start has no time for. Safe from several threads.
"""

import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from piste import __version__
from piste.accounts.keys import RANDOM_BYTES, new_key
from piste.accounts.principal import Principal, Role
from piste.enriching import clock_ms, new_uuid
from piste.events.failures import ResolutionError
from piste.events.schema_key import Json, SchemaKey
from piste.iglu import EmbeddedRegistry, OwnRegistry, Resolver, Versions
from piste.ingest.decisions import Decisions
from piste.settings import Settings

if TYPE_CHECKING:  # imported when opened
    from piste.accounts.service import Identity
    from piste.registry.deployment import Affected
    from piste.registry.service import Registry
    from piste.registry.structures import DataStructures
    from piste.specs.applications import SourceApplications
    from piste.specs.products import DataProducts
    from piste.specs.service import Names, Specifications
    from piste.specs.structures import KnownStructures
    from piste.specs.subscriptions import Subscriptions
    from piste.store.metadata import MetadataStore
    from piste.telling import Telling
    from piste.traffic.websites import Websites

_logger = logging.getLogger(__name__)

DATABASE = "metadata.db"
KEY_FILE = "secret.key"
COMPARING_SECONDS = 2.0
"""How long a deployment may look for specifications that it would break."""


@dataclass(frozen=True, slots=True)
class FirstKey:
    """To be shown once."""

    organization_id: str | None
    key_id: str | None
    key: str

    @property
    def sentence(self) -> str:
        if self.organization_id is None:
            return f"API key of this run: {self.key}"
        return (
            f"First start. Keep this API key, it is shown only now: {self.key} "
            f"(id {self.key_id}, organization {self.organization_id})"
        )


class Governance:
    """Opens itself when it is first asked for anything."""

    def __init__(
        self,
        settings: Settings,
        resolver: Resolver,
        decisions: Decisions,
        *,
        on_websites: Callable[[Sequence[str]], None] = lambda website_ids: None,
        delete_events: Callable[[str], None] = lambda website_id: None,
    ) -> None:
        """`on_websites` and `delete_events` are as in `traffic.websites.Websites`."""
        self._settings, self._resolver, self._decisions = settings, resolver, decisions
        self._versions = Versions(
            [one for one in resolver.registries if not isinstance(one, OwnRegistry)], clock_ms
        )
        self._on_websites, self._delete_events = on_websites, delete_events
        self._opening = threading.RLock()
        self._open: _Open | None = None
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._admin_key = settings.admin_key

    @property
    def outlives_the_process(self) -> bool:
        return not self._settings.storage.ephemeral

    def start(self) -> FirstKey | None:
        """What is to be shown, once. Raises `StoreError`, `OSError` or `UnfitAdminKey`."""
        storage = self._settings.storage
        if self.outlives_the_process and not (
            storage.no_storage and not (storage.data_dir / DATABASE).exists()
        ):
            return self._opened().first_key
        if self._admin_key is None:
            self._admin_key = new_key(os.urandom(RANDOM_BYTES))
            return FirstKey(None, None, self._admin_key)
        return None

    def close(self) -> None:
        """Nothing is asked any more."""
        with self._opening:
            if self._open is not None:
                self._open.store.close()
            if self._temporary is not None:
                self._temporary.cleanup()

    def is_admin(self, token_or_key: str) -> bool:
        """Whether it may see the events of all accounts."""
        found = self.identity.authenticate(token_or_key)
        return found is not None and found.role is Role.ADMIN

    @property
    def identity(self) -> "Identity":
        return self._opened().identity

    @property
    def websites(self) -> "Websites":
        return self._opened().websites

    def forget_websites(self) -> None:
        """Delete what is left of deleted websites, if anybody ever decided anything here."""
        if self._open is not None:
            self._open.websites.delete_forgotten()

    def knows_salts(self) -> bool:
        """Whether the pipeline has the salts for events of now, or needs none."""
        return self._open is None or self._open.telling.knows_salts()

    def tell_salts(self) -> None:
        """Those of today and yesterday. Without them events are kept, but are no visitor's."""
        if self._open is not None:
            self._open.telling.salts()

    def registry(self) -> "Registry":
        from piste.registry.keys import Keyring
        from piste.registry.service import Registry

        opened = self._opened()
        keyring = Keyring(
            keys=opened.store.iglu_keys(),
            authenticate=opened.identity.authenticate,
            now=_now,
            new_id=new_uuid,
            organization_id=opened.identity.accounts()[0].id,
            super_key=self._settings.registry.super_key,
        )
        return Registry(
            schemas=opened.store.schemas(),
            drafts=opened.store.iglu_drafts(),
            keyring=keyring,
            now=_now,
            on_change=self._tell_schemas,
            version=__version__,
            patches_allowed=self._settings.registry.patches_allowed,
            reserved_vendors=self._reserved_vendors,
        )

    def specifications(self, names: "Names", organization_id: str, author: str) -> "Specifications":
        from piste.specs.service import Specifications

        return Specifications(
            records=self.store.specifications(organization_id),
            structures=self.known_structures(organization_id),
            names=names,
            author=author,
            now=_now,
            new_id=new_uuid,
            on_change=self._tell_specifications,
        )

    def known_structures(self, organization_id: str) -> "KnownStructures":
        from piste.specs.structures import KnownStructures

        products = self.store.products(organization_id)
        return KnownStructures(
            organization_id,
            schemas=self.store.schemas(),
            lookup=self._lookup,
            versions=self._versions.of,
            product_exists=lambda product_id: products.get(product_id) is not None,
        )

    def structures(self, organization_id: str, principal: Principal) -> "DataStructures":
        from piste.registry.structures import DataStructures

        return DataStructures(
            organization_id=organization_id,
            author=principal.user_id,
            schemas=self.store.schemas(),
            records=self.store.structures(organization_id),
            now=_now,
            affected=partial(self._affected, organization_id),
            on_change=self._tell_schemas,
            is_admin=principal.role is Role.ADMIN,
            reserved_vendors=self._reserved_vendors,
        )

    def applications(self, organization_id: str) -> "SourceApplications":
        from piste.specs.applications import SourceApplications

        return SourceApplications(
            records=self.store.applications(organization_id),
            has_schema=self.known_structures(organization_id).has_schema,
            new_id=new_uuid,
        )

    def products(self, organization_id: str, author: str) -> "DataProducts":
        from piste.specs.products import DataProducts

        return DataProducts(
            records=self.store.products(organization_id),
            applications=self.store.applications(organization_id),
            specifications=self.store.specifications(organization_id),
            author=author,
            now=_now,
            new_id=new_uuid,
            on_change=self._tell_specifications,
        )

    def subscriptions(self, organization_id: str, author: str) -> "Subscriptions":
        from piste.specs.subscriptions import Subscriptions

        return Subscriptions(
            products=self.store.products(organization_id), author=author, new_id=new_uuid
        )

    @property
    def store(self) -> "MetadataStore":
        return self._opened().store

    @cached_property
    def _reserved_vendors(self) -> frozenset[str]:
        return frozenset(key.vendor for key in EmbeddedRegistry().schemas())

    def _opened(self) -> "_Open":
        if self._open is None:
            with self._opening:
                if self._open is None:
                    self._open = self._open_store()
                    self._open.telling.all()
        return self._open

    def _open_store(self) -> "_Open":
        from piste.accounts.service import Identity
        from piste.store.metadata import MetadataStore
        from piste.store.metadata.keyfile import open_secret
        from piste.telling import Telling
        from piste.traffic.websites import Websites

        folder = self._folder()
        store = MetadataStore(folder / DATABASE)
        websites = Websites(
            records=store.websites(),
            now=_now,
            new_id=new_uuid,
            on_change=self._change_websites,
            delete_events=self._delete_events,
        )
        identity = Identity(
            store.accounts(),
            open_secret(folder / KEY_FILE, os.urandom),
            now=_now,
            new_id=new_uuid,
            random_bytes=os.urandom,
            forget=websites.delete_of_account,
        )
        telling = Telling(store, self._decisions)
        first = identity.ensure_first(self._admin_key)
        if first is None:
            return _Open(store, identity, websites, telling, None)
        shown = first.first_key
        key = FirstKey(first.user.account_id, shown.api_key.id, shown.key)
        return _Open(store, identity, websites, telling, key)

    def _folder(self) -> Path:
        if not self.outlives_the_process:
            self._temporary = tempfile.TemporaryDirectory(prefix="piste-")
            return Path(self._temporary.name)
        folder = self._settings.storage.data_dir
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def _tell_schemas(self, keys: Collection[SchemaKey]) -> None:
        self._opened().telling.schemas(keys)

    def _tell_specifications(self) -> None:
        self._opened().telling.specifications()

    def _change_websites(self, website_ids: Sequence[str]) -> None:
        self._opened().telling.websites(website_ids)
        self._on_websites(website_ids)

    def _lookup(self, key: SchemaKey) -> Json | None:
        found = self._resolver.lookup(key)
        return None if isinstance(found, ResolutionError) else found.json

    def _affected(
        self, organization_id: str, key: SchemaKey, schema: Mapping[str, Json]
    ) -> "Sequence[Affected]":
        from piste.specs.breakage import affected
        from piste.specs.published import Published
        from piste.specs.records import Query

        records = self.store.specifications(organization_id).find(Query())
        published = [one for one in map(Published.of, records) if one is not None]
        deadline = time.monotonic() + COMPARING_SECONDS
        return affected(published, key, schema, lambda: time.monotonic() > deadline)


@dataclass(frozen=True, slots=True)
class _Open:
    store: "MetadataStore"
    identity: "Identity"
    websites: "Websites"
    telling: "Telling"
    first_key: FirstKey | None


def _now() -> datetime:
    return datetime.now(UTC)
