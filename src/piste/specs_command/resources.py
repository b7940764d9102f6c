"""What the files describe: data structures, source applications, data products, event specifications.

Room:   pure; each type knows its form in files and in the APIs.
Limits: `fields` have one form for what means the same: no nulls, no empty lists of entities or triggers.
        Files have no status and no version; whatever else an API keeps and files do not is left as it is.
Source: the resources of Snowplow's command line tool.
"""

import json as json_module
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from posixpath import dirname, relpath
from typing import Any

from piste.events.schema_key import Json, SchemaKey

API_VERSION = "v1"
APPLICATION_FIELDS = ("name", "description", "owner", "appIds", "entities")
PRODUCT_FIELDS = ("name", "domain", "description", "owner")
SPECIFICATION_FIELDS = ("name", "description", "event", "entities", "triggers")

_OF_THE_API = ("accessInstructions", "status", "lockStatus", "managedFrom")
"""Not in files, and kept when a resource is replaced."""

Place = Callable[[str], str]
"""The path of the file that a source application is in, of its id."""


class Kind(StrEnum):
    """`resourceType`; a specification is a part of a data product's file."""

    STRUCTURE = "data-structure"
    APPLICATION = "source-application"
    PRODUCT = "data-product"
    SPECIFICATION = "event-specification"


@dataclass(frozen=True, slots=True)
class Structure:
    """One version of a data structure. `meta` is None when nothing is said of it."""

    key: SchemaKey
    schema: Mapping[str, Json]
    meta: Mapping[str, Json] | None
    path: str = field(default="", compare=False)

    def document(self) -> dict[str, Json]:
        meta = {} if self.meta is None else {"meta": dict(self.meta)}
        return {**_head(Kind.STRUCTURE), **meta, "data": dict(self.schema)}


@dataclass(frozen=True, slots=True)
class Application:
    id: str
    fields: Mapping[str, Json]
    path: str = field(default="", compare=False)

    def document(self) -> dict[str, Json]:
        data = {
            **self.fields,
            "appIds": self.fields.get("appIds", []),
            "entities": _both(self.fields.get("entities", {})),
        }
        return {**_head(Kind.APPLICATION), "resourceName": self.id, "data": data}

    def form(self, before: Mapping[str, Json] | None = None) -> dict[str, Json]:
        """The body of a request that creates it, or replaces what the API has."""
        return {**_kept(before), "id": self.id, **self.fields}


@dataclass(frozen=True, slots=True)
class Specification:
    """`excluded` are the source applications of its product that do not send it."""

    id: str
    fields: Mapping[str, Json]
    excluded: frozenset[str] = frozenset()
    path: str = field(default="", compare=False)
    at: str = field(default="", compare=False)

    def document(self, applications: Sequence[str], path: str, place: Place) -> dict[str, Json]:
        """As a part of the product's, whose applications and path are given."""
        excluded = [one for one in applications if one in self.excluded]
        references = [_reference(path, place(one)) for one in excluded]
        return {
            "resourceName": self.id,
            **self.fields,
            **({"excludedSourceApplications": references} if references else {}),
        }

    def form(
        self, product: "Product", version: int, before: Mapping[str, Json] | None = None
    ) -> dict[str, Json]:
        """As that of an application. Without exclusions it has none of its own: it inherits those of the
        product."""
        own = [one for one in product.applications if one not in self.excluded]
        return {
            "spec": {
                **{name: value for name, value in _kept(before).items() if name != "status"},
                "id": self.id,
                "version": version,
                "status": "draft",
                **self.fields,
                **({"sourceApplications": own} if self.excluded else {}),
                "dataProductId": product.id,
            },
            "message": "piste specs push",
        }


@dataclass(frozen=True, slots=True)
class Product:
    id: str
    fields: Mapping[str, Json]
    applications: tuple[str, ...]
    specifications: tuple[Specification, ...] = ()
    path: str = field(default="", compare=False)

    def document(self, place: Place, *, with_specifications: bool = True) -> dict[str, Json]:
        data: dict[str, Json] = {
            **self.fields,
            "sourceApplications": [_reference(self.path, place(one)) for one in self.applications],
        }
        if with_specifications:
            data["eventSpecifications"] = [
                one.document(self.applications, self.path, place) for one in self.specifications
            ]
        return {**_head(Kind.PRODUCT), "resourceName": self.id, "data": data}

    def form(self, before: Mapping[str, Json] | None = None) -> dict[str, Json]:
        """As that of an application."""
        applications = list(self.applications)
        return {**_kept(before), "id": self.id, **self.fields, "sourceApplications": applications}


def application_of(json: Mapping[str, Json], path: str = "") -> Application:
    """Of an answer of the API."""
    return Application(json["id"], normal(json, APPLICATION_FIELDS), path)


def product_of(json: Mapping[str, Json], specifications: Sequence[Specification]) -> Product:
    """Of an answer of the API."""
    applications = tuple(json.get("sourceApplications") or ())
    return Product(json["id"], normal(json, PRODUCT_FIELDS), applications, tuple(specifications))


def specification_of(json: Mapping[str, Json], applications: Sequence[str]) -> Specification:
    """Of an answer of the API, in a product with these source applications."""
    own = json.get("sourceApplications")
    excluded = frozenset() if own is None else frozenset(applications) - frozenset(own)
    return Specification(json["id"], normal(json, SPECIFICATION_FIELDS), excluded)


def normal(json: Mapping[str, Any], names: Sequence[str]) -> dict[str, Json]:
    """These fields in one form for what means the same."""
    found = {name: json[name] for name in names if json.get(name) is not None}
    if "entities" in found:
        found["entities"] = _entities(found["entities"])
    if isinstance(event := found.get("event"), dict):
        kept = ("source", "schema")
        found["event"] = {name: event[name] for name in kept if event.get(name) is not None}
    for name in ("appIds", "entities", "triggers", "event"):
        if name in found and not found[name]:
            del found[name]
    return found


def same(one: Json, other: Json) -> bool:
    """As JSON: true is not 1, and the order of names does not matter."""
    return _canonical(one) == _canonical(other)


def _canonical(value: Json) -> str:
    return json_module.dumps(value, sort_keys=True)


def _entities(json: Mapping[str, Any]) -> dict[str, Json]:
    return {
        who: [
            {name: value for name, value in one.items() if value is not None} for one in json[who]
        ]
        for who in ("tracked", "enriched")
        if json.get(who)
    }


def _both(entities: Mapping[str, Json]) -> dict[str, Json]:
    return {who: entities.get(who, []) for who in ("tracked", "enriched")}


def _kept(before: Mapping[str, Json] | None) -> dict[str, Json]:
    return {} if before is None else {one: before[one] for one in _OF_THE_API if one in before}


def _head(kind: Kind) -> dict[str, Json]:
    return {"apiVersion": API_VERSION, "resourceType": kind.value}


def _reference(path: str, other: str) -> dict[str, Json]:
    found = relpath(other, dirname(path) or os.curdir)
    return {"$ref": found if found.startswith("..") else f"./{found}"}
