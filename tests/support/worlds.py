"""Event specifications over HTTP, of data structures that a test makes up.

Room:   `support.plans`, with another clock and other data structures for specifications.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from support.console import known_identity
from support.plans import Plans

from piste.events.schema_key import Json, SchemaKey
from piste.specs.service import Names, Specifications
from piste.store.metadata import MetadataStore

PRODUCT = "11111111-1111-4111-8111-111111111111"
DATE = datetime(2023, 4, 26, 14, 41, 48, 708191, UTC)


@dataclass
class World(Plans):
    """All data structures are in production, but for `drafts`; newer versions may come. There is one data
    product, and it is always the same time."""

    schemas: dict[SchemaKey, Json] = field(default_factory=dict)
    drafts: set[SchemaKey] = field(default_factory=set)
    next_id: Callable[[], str] = lambda: str(uuid4())

    def specifications(self, names: Names, organization_id: str, author: str) -> Specifications:
        service = super().specifications(names, organization_id, author)
        return replace(service, structures=self, now=lambda: DATE, new_id=lambda: self.next_id())

    def schema(self, key: SchemaKey) -> Json | None:
        return self.schemas.get(key)

    def latest(self, key: SchemaKey) -> SchemaKey:
        return max((one for one in self.schemas if one[:3] == key[:3]), default=key)

    def is_in_production(self, key: SchemaKey) -> bool:
        return key in self.schemas and key not in self.drafts

    def has_data_product(self, product_id: str) -> bool:
        return product_id == PRODUCT


@contextmanager
def opened(folder: Path, schemas: Mapping[SchemaKey, Json]) -> Iterator[World]:
    store = MetadataStore(folder / "metadata.db")
    try:
        yield World(store, known_identity(store, folder), schemas=dict(schemas))
    finally:
        store.close()
