"""The data structures that specifications of an organization may be of: published here, or elsewhere.

Room:   between the registry of one's own and those that events are validated with.
Limits: a private schema of another organization is not there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from piste.events.schema_key import Json, SchemaKey
from piste.registry.records import Environment, Schemas, StoredSchema


@dataclass(frozen=True, slots=True)
class KnownStructures:
    """Of one organization (`piste.specs.service.Structures`).

    `lookup` answers a schema that is published elsewhere, None when there is none; `versions` the keys of
    its vendor, name and format there.
    """

    organization_id: str
    schemas: Schemas
    lookup: Callable[[SchemaKey], Json | None]
    versions: Callable[[SchemaKey], Sequence[SchemaKey]]
    product_exists: Callable[[str], bool]

    def schema(self, key: SchemaKey) -> Json | None:
        """Our own counts before any other of the same key."""
        own = self.schemas.get(key)
        if own is not None:
            return own.json if self._is_visible(own) else None
        return self.lookup(key)

    def has_schema(self, key: SchemaKey) -> bool:
        return self.schema(key) is not None

    def latest(self, key: SchemaKey) -> SchemaKey:
        """The newest version that events may be of; the key itself when there is none."""
        of_name = self.schemas.find(vendor=key.vendor, name=key.name)
        own = [one.key for one in of_name if self._is_published(one) and self._is_visible(one)]
        found = own or list(self.versions(key))
        return max((one for one in found if one[:3] == key[:3]), default=key)

    def is_in_production(self, key: SchemaKey) -> bool:
        """A schema from elsewhere always is."""
        if self.schemas.in_environment(key, Environment.PRODUCTION) is not None:
            return self.schema(key) is not None
        return self.schemas.get(key) is None and self.lookup(key) is not None

    def has_data_product(self, product_id: str) -> bool:
        return self.product_exists(product_id)

    def _is_visible(self, stored: StoredSchema) -> bool:
        return stored.is_public or stored.organization_id == self.organization_id

    def _is_published(self, stored: StoredSchema) -> bool:
        return stored.environment is not Environment.VALIDATED
