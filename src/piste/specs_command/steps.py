"""The steps from what a server has to what the files say, in the order in which they can be taken.

Room:   decides; each step knows how it is taken, and nothing is sent before.
Limits: one resource is one step. Data structures cannot be deleted. What is published and says the same stays
        as it is; so does a deprecated specification, until its file changes.
Source: the order and the requests are those of Snowplow's command line tool.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from piste.events.schema_key import Json
from piste.registry.records import Environment
from piste.specs_command.client import Client, Refused
from piste.specs_command.reading import Plan
from piste.specs_command.remote import Known, Remote
from piste.specs_command.resources import (
    Application,
    Kind,
    Product,
    Specification,
    Structure,
    application_of,
    product_of,
    same,
    specification_of,
)
from piste.specs_command.showing import affected_lines

MESSAGE = "piste specs push"
MAX_PUBLISHED = 200
"""Specifications in one request."""

_STRUCTURES = "/data-structures/v1"
_APPLICATIONS = "/source-apps/v1"
_PRODUCTS = "/data-products/v2"
_SPECIFICATIONS = "/event-specs/v1"

_DEPLOYED = (Environment.DEVELOPMENT, Environment.PRODUCTION)

Notes = list[str]


class Verb(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    PUBLISH = "publish"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Step:
    """`before` and `after` are documents, None when there is none; `take` answers what is to be said."""

    verb: Verb
    kind: Kind
    name: str
    path: str = ""
    at: str = ""
    before: Json | None = None
    after: Json | None = None
    take: Callable[[Client], Notes] = field(default=lambda _: [], compare=False)

    @property
    def label(self) -> str:
        return f"{self.kind.value} {self.name}"


def steps(plan: Plan, remote: Remote, *, publish: bool, prune: bool) -> Iterator[Step]:
    """From the files' plan, which has no problems."""
    places = {one.id: one.path for one in plan.applications}

    def place(id_: str) -> str:
        # One that no file has; its id is all there is to show.
        return places.get(id_, id_)

    newest = {one.key[:3]: one for one in plan.structures}
    for structure in plan.structures:
        step = _structure_step(structure, newest[structure.key[:3]], remote)
        promotion = _promotion(structure, remote) if publish else None
        if promotion is None or step.verb is not Verb.UNCHANGED:
            yield step
        if promotion is not None:
            yield promotion
    for application in plan.applications:
        yield _application_step(application, remote)
    for product in plan.products:
        yield _product_step(product, remote, place)
    to_publish: list[tuple[str, str]] = []
    for product in plan.products:
        for specification in product.specifications:
            step = _specification_step(specification, product, remote, place)
            yield step
            status = remote.specifications.get(specification.id, {}).get("status")
            if step.verb is not Verb.UNCHANGED or status == "draft":
                to_publish.append((specification.id, step.name))
    if publish:
        for start in range(0, len(to_publish), MAX_PUBLISHED):
            yield _publication(to_publish[start : start + MAX_PUBLISHED])
    if prune:
        yield from _deletions(plan, remote)


def _structure_step(structure: Structure, newest: Structure, remote: Remote) -> Step:
    """What is said of all versions stands with the newest one."""
    key, known = structure.key, remote.structures.get(structure.key[:3])
    old = _earlier(structure, remote)
    is_deployed = any(one[:3] == key[:3] for one in remote.schemas)
    new_meta = structure.meta if structure is newest and is_deployed else None
    if known is not None and new_meta is not None and same(new_meta, known.meta):
        new_meta = None
    to_deploy = known is None or not any(
        known.has(key, structure.schema, environment.value) for environment in _DEPLOYED
    )
    before = None if old is None else old.document()
    after = structure.document()
    if structure.meta is None and old is not None:
        after = Structure(key, structure.schema, old.meta).document()

    def take(client: Client) -> Notes:
        notes: Notes = []
        if to_deploy:
            notes += _validate(client, structure, newest.meta)
            notes += _deploy(client, structure, known, Environment.DEVELOPMENT)
        if new_meta is not None and known is not None:
            client.send("PUT", f"{_STRUCTURES}/{known.hash}/meta", dict(new_meta))
        return notes

    verb = Verb.UNCHANGED
    if to_deploy or new_meta is not None:
        verb = Verb.UPDATE if is_deployed else Verb.CREATE
    name = _name(structure)
    return Step(verb, Kind.STRUCTURE, name, structure.path, "data", before, after, take)


def _promotion(structure: Structure, remote: Remote) -> Step | None:
    """To production, unless it is there."""
    known = remote.structures.get(structure.key[:3])
    if known is not None and known.has(
        structure.key, structure.schema, Environment.PRODUCTION.value
    ):
        return None

    def take(client: Client) -> Notes:
        return _deploy(client, structure, known, Environment.PRODUCTION)

    name = _name(structure)
    return Step(Verb.PUBLISH, Kind.STRUCTURE, name, structure.path, "data", take=take)


def _name(structure: Structure) -> str:
    return f"{structure.key.vendor}/{structure.key.name} {structure.key.version}"


def _earlier(structure: Structure, remote: Remote) -> Structure | None:
    """What the server has of the same version, else of the newest one."""
    key = structure.key
    versions = [one for one in sorted(remote.schemas) if one[:3] == key[:3]]
    if not versions:
        return None
    found = key if key in remote.schemas else versions[-1]
    known = remote.structures.get(key[:3])
    return Structure(found, remote.schemas[found], None if known is None else known.meta)


def _validate(client: Client, structure: Structure, meta: Mapping[str, Json] | None) -> Notes:
    body: dict[str, Any] = {"data": dict(structure.schema)}
    if meta is not None:
        body["meta"] = dict(meta)
    report = client.send("POST", f"{_STRUCTURES}/validation-requests", body)
    if not isinstance(report, dict) or not report.get("success"):
        raise Refused(201, report)
    return affected_lines(report)


def _deploy(
    client: Client, structure: Structure, known: Known | None, target: Environment
) -> Notes:
    """In development another content of the same version is replaced; in production never."""
    version = str(structure.key.version)
    is_there = known is not None and (version, target.value) in known.contents
    is_patch = is_there and target is Environment.DEVELOPMENT
    source = Environment.VALIDATED if target is Environment.DEVELOPMENT else Environment.DEVELOPMENT
    body = {
        "message": MESSAGE,
        "source": source.value,
        "target": target.value,
        **dict(zip(("vendor", "name", "format"), structure.key[:3], strict=True)),
        "version": version,
    }
    query = {"patch": "true"} if is_patch else None
    report = client.send("POST", f"{_STRUCTURES}/deployment-requests", body, query)
    return affected_lines(report)


def _application_step(application: Application, remote: Remote) -> Step:
    json = remote.applications.get(application.id)
    old = None if json is None else application_of(json)
    after = application.document()
    before = None if old is None else old.document()

    def take(client: Client) -> Notes:
        _put(client, _APPLICATIONS, application.id, json is not None, application.form(json))
        return []

    verb = _verb(before, after)
    name = str(application.fields["name"])
    return Step(verb, Kind.APPLICATION, name, application.path, "data", before, after, take)


def _product_step(product: Product, remote: Remote, place: Callable[[str], str]) -> Step:
    json = remote.products.get(product.id)
    after = product.document(place, with_specifications=False)
    before = None
    if json is not None:
        old = product_of(json, ())
        old = Product(old.id, old.fields, old.applications, (), product.path)
        before = old.document(place, with_specifications=False)

    def take(client: Client) -> Notes:
        _put(client, _PRODUCTS, product.id, json is not None, product.form(json))
        return []

    verb = _verb(before, after)
    name = str(product.fields["name"])
    return Step(verb, Kind.PRODUCT, name, product.path, "data", before, after, take)


def _specification_step(
    specification: Specification, product: Product, remote: Remote, place: Callable[[str], str]
) -> Step:
    json = remote.specifications.get(specification.id)

    def document(one: Specification, product_id: Any) -> dict[str, Json]:
        return {
            **one.document(product.applications, product.path, place),
            "dataProduct": product_id,
        }

    after = document(specification, product.id)
    before = None
    if json is not None:
        old = specification_of(json, product.applications)
        before = document(old, json.get("dataProductId"))
    version = 0 if json is None else int(json["version"]) + 1

    def take(client: Client) -> Notes:
        form = specification.form(product, version, json)
        answer = _put(client, _SPECIFICATIONS, specification.id, json is not None, form)
        errors = answer.get("errors") if isinstance(answer, dict) else None
        return affected_lines({"warnings": [one.get("title") for one in errors or ()]})

    name = str(specification.fields["name"])
    path, at = specification.path, specification.at
    return Step(_verb(before, after), Kind.SPECIFICATION, name, path, at, before, after, take)


def _put(client: Client, address: str, id_: str, is_there: bool, form: dict[str, Json]) -> Any:
    if is_there:
        return client.send("PUT", f"{address}/{id_}", form)
    return client.send("POST", address, form)


def _verb(before: Json | None, after: Json) -> Verb:
    if before is None:
        return Verb.CREATE
    return Verb.UNCHANGED if same(before, after) else Verb.UPDATE


def _publication(specifications: list[tuple[str, str]]) -> Step:
    def take(client: Client) -> Notes:
        ids = [id_ for id_, _ in specifications]
        body = {"eventSpecIds": ids, "message": MESSAGE}
        answer = client.send("POST", f"{_SPECIFICATIONS}/publish", body)
        errors = answer.get("errors") if isinstance(answer, dict) else None
        return affected_lines({"warnings": [one.get("title") for one in errors or ()]})

    names = ", ".join(name for _, name in specifications)
    return Step(Verb.PUBLISH, Kind.SPECIFICATION, names, take=take)


def _deletions(plan: Plan, remote: Remote) -> Iterator[Step]:
    """Specifications first, so that those which have moved to another product do not go with the old one."""
    kept = {one.id for product in plan.products for one in product.specifications}
    for id_, json in remote.specifications.items():
        if id_ not in kept and json.get("dataProductId") in remote.products:
            yield _deletion(Kind.SPECIFICATION, _SPECIFICATIONS, json)
    products = {one.id for one in plan.products}
    for id_, json in remote.products.items():
        if id_ not in products:
            yield _deletion(Kind.PRODUCT, _PRODUCTS, json)
    applications = {one.id for one in plan.applications}
    for id_, json in remote.applications.items():
        if id_ not in applications:
            yield _deletion(Kind.APPLICATION, _APPLICATIONS, json)


def _deletion(kind: Kind, address: str, json: Any) -> Step:
    def take(client: Client) -> Notes:
        client.send("DELETE", f"{address}/{json['id']}")
        return []

    return Step(Verb.DELETE, kind, str(json.get("name")), before=dict(json), take=take)
