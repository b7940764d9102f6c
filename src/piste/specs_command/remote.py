"""What a server has now, as its APIs tell it.

Room:   reads, between `client` and `resources`.
Limits: what is only validated, or a draft of a data structure, is not there yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from piste.events.schema_key import Json, SchemaKey
from piste.registry.self_describing import schema_key
from piste.registry.structure_records import content_hash
from piste.specs.reading import uuid_text
from piste.specs_command.client import Client, Failed
from piste.specs_command.reading import Plan
from piste.specs_command.resources import (
    Product,
    Specification,
    Structure,
    application_of,
    product_of,
    specification_of,
)

_PAGE = 1_000
_STRUCTURES = "/data-structures/v1"


@dataclass(frozen=True, slots=True)
class Known:
    """A data structure with all its versions. `contents` are hashes, by version and environment."""

    hash: str
    meta: Mapping[str, Json]
    contents: Mapping[tuple[str, str], str]

    def has(self, key: SchemaKey, schema: Mapping[str, Json], environment: str) -> bool:
        """Whether this content is in an environment."""
        return self.contents.get((str(key.version), environment)) == content_hash(schema)


@dataclass(frozen=True, slots=True)
class Remote:
    """Everything of an organization: data structures by vendor, name and format; schemas that are deployed;
    the rest by id, as the APIs answer it."""

    structures: Mapping[tuple[str, str, str], Known]
    schemas: Mapping[SchemaKey, Mapping[str, Json]]
    applications: Mapping[str, Mapping[str, Any]]
    products: Mapping[str, Mapping[str, Any]]
    specifications: Mapping[str, Mapping[str, Any]]

    def plan(self) -> Plan:
        """The newest version of each data structure, and all that is in a data product."""
        newest: dict[tuple[str, str, str], SchemaKey] = {}
        for key in sorted(self.schemas):
            newest[key[:3]] = key
        return Plan(
            tuple(self._structure(key) for key in newest.values()),
            tuple(application_of(one) for one in self.applications.values()),
            tuple(self._product(one) for one in self.products.values()),
        )

    def without_product(self) -> list[str]:
        """The ids of event specifications that no file can have."""
        every = self.specifications.values()
        return [one["id"] for one in every if one.get("dataProductId") not in self.products]

    def _structure(self, key: SchemaKey) -> Structure:
        known = self.structures.get(key[:3])
        return Structure(key, self.schemas[key], None if known is None else known.meta)

    def _product(self, json: Mapping[str, Any]) -> Product:
        applications = json.get("sourceApplications") or ()
        specifications: list[Specification] = [
            specification_of(one, applications)
            for one in self.specifications.values()
            if one.get("dataProductId") == json["id"]
        ]
        return product_of(json, specifications)


def read_remote(client: Client) -> Remote:
    """Raises `Failed`, `Refused`."""
    try:
        return Remote(
            structures=_structures(client),
            schemas=_schemas(client),
            applications=_by_id(client.get("/source-apps/v1")),
            products=_by_id(client.get("/data-products/v2")),
            specifications=_by_id(client.get("/event-specs/v1")),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise Failed("the server answers something else than these APIs do") from error


def _by_id(envelope: Any) -> dict[str, Mapping[str, Any]]:
    found = {one["id"]: one for one in envelope["data"]}
    if any(uuid_text(id_) != id_ for id_ in found):
        raise Failed("the server has a resource whose id is no UUID")
    return found


def _schemas(client: Client) -> dict[SchemaKey, Mapping[str, Json]]:
    found = {}
    for schema in client.get(f"{_STRUCTURES}/schemas/versions"):
        key = schema_key(schema)
        if isinstance(key, SchemaKey):
            found[key] = schema
    return found


def _structures(client: Client) -> dict[tuple[str, str, str], Known]:
    found: dict[tuple[str, str, str], Known] = {}
    page: list[Any] = []
    start = 0
    while start == 0 or len(page) == _PAGE:
        page = client.get(_STRUCTURES, {"from": start, "size": _PAGE})
        for one in page:
            contents = {
                (deployment["version"], deployment["env"]): deployment["contentHash"]
                for deployment in one["deployments"]
            }
            key = one["vendor"], one["name"], one["format"]
            found[key] = Known(one["hash"], one["meta"], contents)
        start += _PAGE
    return found
