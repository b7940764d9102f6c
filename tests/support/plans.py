"""Data structures, source applications, data products and specifications on one real database, over HTTP.

Room:   the services of `piste.governance` with a clock and ids that tests know; `piste.consoles` puts them
        together as in the program.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from support.console import ORGANIZATION, Answered, call, known_identity

from piste.accounts.principal import Principal, Role
from piste.accounts.service import Identity
from piste.consoles import console_of
from piste.events.schema_key import Json, SchemaKey
from piste.governance import Governance
from piste.registry.deployment import Affected
from piste.registry.records import Environment, StoredSchema
from piste.registry.structure_records import structure_hash
from piste.registry.structures import DataStructures
from piste.specs.applications import SourceApplications
from piste.specs.breakage import affected
from piste.specs.products import DataProducts
from piste.specs.published import Published
from piste.specs.records import Query
from piste.specs.service import Names, Specifications
from piste.specs.structures import KnownStructures
from piste.specs.subscriptions import Subscriptions
from piste.store.metadata import MetadataStore

BASE = "/api/msc/v1"
RESERVED_VENDORS = frozenset({"com.reserved"})
START = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
ELSEWHERE = SchemaKey.of("iglu:org.example/elsewhere/jsonschema/1-0-0")
META_SCHEMA = (
    "http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0#"
)


def schema(
    version: str = "1-0-0", *, name: str = "ui_actions", vendor: str = "com.example", **rest: Any
) -> dict[str, Any]:
    """A self-describing schema of which the linter has nothing to say."""
    return {
        "$schema": META_SCHEMA,
        "self": {"vendor": vendor, "name": name, "format": "jsonschema", "version": version},
        "description": "What a person did",
        "type": "object",
        "properties": {
            "action": {"description": "What", "type": "string", "maxLength": 64},
            "label": {"description": "Where", "type": ["string", "null"], "maxLength": 64},
        },
        "required": ["action"],
        "additionalProperties": False,
        **rest,
    }


def with_property(json: dict[str, Any], name: str, **keywords: Any) -> dict[str, Any]:
    return {
        **json,
        "properties": {**json["properties"], name: {"description": "More", **keywords}},
    }


@dataclass
class Plans:
    """An application, what it stands on, and what it said has changed. Each look at the clock is a second
    later, and ids are counted."""

    store: MetadataStore
    identity: Identity
    elsewhere: Mapping[SchemaKey, Json] = field(default_factory=lambda: {ELSEWHERE: {}})
    changed_schemas: list[SchemaKey] = field(default_factory=list)
    changed_specifications: list[None] = field(default_factory=list)
    looks: int = 0
    ids: int = 0

    def __post_init__(self) -> None:
        # The services of `Governance`, put together by the program's own hands.
        self.application: Any = console_of(cast("Governance", self), None, _nothing_pending)

    def now(self) -> datetime:
        self.looks += 1
        return START + timedelta(seconds=self.looks - 1)

    def new_id(self) -> str:
        self.ids += 1
        return str(UUID(int=self.ids, version=4))

    def structures(self, organization_id: str, principal: Principal) -> DataStructures:
        return DataStructures(
            organization_id=organization_id,
            author=principal.user_id,
            schemas=self.store.schemas(),
            records=self.store.structures(organization_id),
            now=self.now,
            affected=lambda key, json: self._affected(organization_id, key, json),
            on_change=self.changed_schemas.extend,
            is_admin=principal.role is Role.ADMIN,
            reserved_vendors=RESERVED_VENDORS,
        )

    def applications(self, organization_id: str) -> SourceApplications:
        return SourceApplications(
            records=self.store.applications(organization_id),
            has_schema=self.known(organization_id).has_schema,
            new_id=self.new_id,
        )

    def products(self, organization_id: str, author: str) -> DataProducts:
        return DataProducts(
            records=self.store.products(organization_id),
            applications=self.store.applications(organization_id),
            specifications=self.store.specifications(organization_id),
            author=author,
            now=self.now,
            new_id=self.new_id,
            on_change=lambda: self.changed_specifications.append(None),
        )

    def subscriptions(self, organization_id: str, author: str) -> Subscriptions:
        return Subscriptions(self.store.products(organization_id), author, self.new_id)

    def specifications(self, names: Names, organization_id: str, author: str) -> Specifications:
        return Specifications(
            records=self.store.specifications(organization_id),
            structures=self.known(organization_id),
            names=names,
            author=author,
            now=self.now,
            new_id=self.new_id,
            on_change=lambda: self.changed_specifications.append(None),
        )

    def known(self, organization_id: str) -> KnownStructures:
        products = self.store.products(organization_id)
        return KnownStructures(
            organization_id=organization_id,
            schemas=self.store.schemas(),
            lookup=self.elsewhere.get,
            versions=lambda key: [one for one in self.elsewhere if one[:3] == key[:3]],
            product_exists=lambda product_id: products.get(product_id) is not None,
        )

    def published(
        self,
        json: Mapping[str, Any],
        *environments: Environment,
        organization_id: str = ORGANIZATION,
        is_public: bool = False,
    ) -> SchemaKey:
        """A schema that came another way than by a deployment; both to DEV and to PROD by default."""
        key = SchemaKey.of("iglu:" + "/".join(json["self"].values()))
        wanted = environments or (Environment.DEVELOPMENT, Environment.PRODUCTION)
        rows = [
            StoredSchema(key, one, organization_id, json, is_public, "an Iglu key", START, START)
            for one in wanted
        ]
        self.store.schemas().change(lambda _: rows)
        return key

    def ask(
        self,
        method: str,
        address: str,
        body: Json | bytes = None,
        *,
        token: str | None = "ours",
        headers: Mapping[str, str] | None = None,
        organization_id: str = ORGANIZATION,
    ) -> Answered:
        """`address` is behind the organization's."""
        sent = {**({"authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        address = f"{BASE}/organizations/{organization_id}/{address}"
        return call(self.application, method, address, body, sent)

    def validate(self, json: Json, meta: Json = None) -> Answered:
        body = {"data": json} if meta is None else {"meta": meta, "data": json}
        return self.ask("POST", "data-structures/v1/validation-requests", body)

    def deploy(
        self, source: str, target: str, version: str = "1-0-0", query: str = "", **rest: Any
    ) -> Answered:
        body = {
            "source": source,
            "target": target,
            "vendor": "com.example",
            "name": "ui_actions",
            "format": "jsonschema",
            "version": version,
            **rest,
        }
        return self.ask("POST", f"data-structures/v1/deployment-requests{query}", body)

    def bring(self, json: dict[str, Any], *targets: str, query: str = "") -> None:
        """Validated and deployed as far as named."""
        assert self.validate(json).json["success"], self.validate(json).json
        described = json["self"]
        for source, target in zip(("VALIDATED", "DEV"), targets, strict=False):
            answer = self.deploy(source, target, query=query, **described)
            assert answer.status == 201, answer.json

    def _affected(
        self, organization_id: str, key: SchemaKey, json: Mapping[str, Json]
    ) -> Sequence[Affected]:
        records = self.store.specifications(organization_id).find(Query())
        published = [one for one in map(Published.of, records) if one is not None]
        return affected(published, key, json, lambda: False)


async def _nothing_pending() -> int:
    return 0


@contextmanager
def opened(folder: Path) -> Iterator[Plans]:
    store = MetadataStore(folder / "metadata.db")
    try:
        yield Plans(store, known_identity(store, folder))
    finally:
        store.close()


def hash_of(key: SchemaKey) -> str:
    return structure_hash(ORGANIZATION, key)
