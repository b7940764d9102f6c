"""Files to resources: everything that is wrong with them is found before anything is sent.

Room:   pure. Fields are held against the same forms as the requests of the APIs.
Limits: whether what is referred to exists at the server (schemas, names) is for the server to say.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from posixpath import dirname, isabs, join, normpath
from typing import Any, TypeVar

from piste.events.schema_key import Json
from piste.registry.linter import Level, lint
from piste.registry.self_describing import Candidate, read_schema
from piste.registry.structure_forms import read_meta
from piste.registry.structure_records import Meta
from piste.specs.applications import read_application
from piste.specs.findings import Finding
from piste.specs.forms import Form, read_form
from piste.specs.products import read_product
from piste.specs.reading import uuid_text
from piste.specs_command.folder import File, Problem
from piste.specs_command.resources import (
    API_VERSION,
    APPLICATION_FIELDS,
    PRODUCT_FIELDS,
    SPECIFICATION_FIELDS,
    Application,
    Kind,
    Product,
    Specification,
    Structure,
    normal,
)

T = TypeVar("T", Structure, Application, Product, Specification)

MAX_PROBLEMS = 100

_ENVELOPE = ("apiVersion", "resourceType")
_REFERENCE = "{$ref: …}, the path of a source application's file"


@dataclass(frozen=True, slots=True)
class Plan:
    """All resources of a folder, or of a server. Data structures by key, the others in no order."""

    structures: tuple[Structure, ...] = ()
    applications: tuple[Application, ...] = ()
    products: tuple[Product, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.structures or self.applications or self.products)


@dataclass(slots=True)
class _Files:
    """The files that are read; what is wrong is noted."""

    problems: list[Problem] = field(default_factory=list)

    def refuse(self, file: File, at: str, message: str) -> None:
        self.problems.append(Problem(file.path, message, at))

    def refuse_findings(self, file: File, findings: Iterable[Finding], prefix: str) -> None:
        for one in findings:
            path = f"{prefix}.{one.source}" if one.source else prefix
            self.refuse(file, path, one.title.replace(f"`{one.source}` ", "", 1))

    def refuse_others(self, file: File, json: Json, known: Iterable[str], at: str) -> None:
        for name in json.keys() - set(known) if isinstance(json, dict) else ():
            self.refuse(file, f"{at}.{name[:100]}" if at else name[:100], "is not a field here")

    def kind(self, file: File) -> Kind | None:
        json = file.json
        if not isinstance(json, dict):
            self.refuse(file, "", "must be an object with apiVersion, resourceType and data")
            return None
        kinds = [Kind.STRUCTURE, Kind.APPLICATION, Kind.PRODUCT]
        if json.get("apiVersion") != API_VERSION:
            self.refuse(file, "apiVersion", f"must be {API_VERSION}")
        if json.get("resourceType") not in kinds:
            self.refuse(file, "resourceType", f"must be one of {', '.join(kinds)}")
            return None
        kind = Kind(json["resourceType"])
        own = "meta" if kind is Kind.STRUCTURE else "resourceName"
        self.refuse_others(file, json, (*_ENVELOPE, own, "data"), "")
        if not isinstance(json.get("data"), dict):
            self.refuse(file, "data", "must be an object")
            return None
        return kind

    def name(self, file: File, json: Mapping[str, Json], at: str) -> str:
        found = uuid_text(json.get("resourceName"))
        if found is None:
            self.refuse(file, f"{at}resourceName", "must be a UUID")
        return found or ""

    def structure(self, file: File) -> Structure | None:
        found = read_schema(file.json["data"])
        if not isinstance(found, Candidate):
            self.refuse(file, "data", f"is not a self-describing schema: {found}")
            return None
        for remark in lint(found.json):
            if remark.level is Level.ERROR:
                at = "data" + remark.pointer.replace("/", ".")
                self.refuse(file, at, remark.message)
        meta = read_meta(file.json.get("meta") or {})
        if not isinstance(meta, Meta):
            for problem in meta:
                self.refuse(file, "meta", problem)
            return None
        printed = None if file.json.get("meta") is None else meta.to_json()
        return Structure(found.key, found.json, printed, file.path)

    def application(self, file: File) -> Application | None:
        data = file.json["data"]
        # Where the data of an application belongs is in files only.
        given = {name: value for name, value in data.items() if name != "domain"}
        self.refuse_others(file, given, APPLICATION_FIELDS, "data")
        known = {name: given[name] for name in APPLICATION_FIELDS if name in given}
        form = read_application(known)
        id_ = self.name(file, file.json, "")
        if isinstance(form, tuple):
            self.refuse_findings(file, form, "data")
            return None
        return Application(id_, normal(known, APPLICATION_FIELDS), file.path)

    def product(self, file: File, applications: Mapping[str, str]) -> Product | None:
        """`applications` are ids by the path of the file."""
        data = file.json["data"]
        self.refuse_others(
            file, data, (*PRODUCT_FIELDS, "sourceApplications", "eventSpecifications"), "data"
        )
        known = {name: data[name] for name in PRODUCT_FIELDS if name in data}
        form = read_product(known)
        id_ = self.name(file, file.json, "")
        own = self.references(file, data, "data.sourceApplications", applications)
        specifications = self.specifications(file, data, own, applications)
        if isinstance(form, tuple):
            self.refuse_findings(file, form, "data")
            return None
        fields = normal(known, PRODUCT_FIELDS)
        return Product(id_, fields, own, tuple(specifications), file.path)

    def specifications(
        self,
        file: File,
        data: Mapping[str, Json],
        own: Sequence[str],
        applications: Mapping[str, str],
    ) -> Iterator[Specification]:
        at = "data.eventSpecifications"
        given = data.get("eventSpecifications") or []
        if not isinstance(given, list):
            self.refuse(file, at, "must be a list")
            return
        for position, one in enumerate(given):
            found = self.specification(file, one, f"{at}[{position}]", own, applications)
            if found is not None:
                yield found

    def specification(
        self, file: File, json: Any, at: str, own: Sequence[str], applications: Mapping[str, str]
    ) -> Specification | None:
        if not isinstance(json, dict):
            self.refuse(file, at, "must be an object")
            return None
        excluding = "excludedSourceApplications"
        self.refuse_others(file, json, ("resourceName", *SPECIFICATION_FIELDS, excluding), at)
        known = {name: json[name] for name in SPECIFICATION_FIELDS if name in json}
        if isinstance(known.get("event"), dict):
            # A comment is for those who read the file.
            event = known["event"].items()
            known["event"] = {name: value for name, value in event if name != "comment"}
        form = read_form({"spec": known}, "spec")
        id_ = self.name(file, json, f"{at}.")
        excluded = self.references(file, json, f"{at}.{excluding}", applications)
        for one in excluded:
            if one not in own:
                self.refuse(file, f"{at}.{excluding}", "must be among those of the data product")
        if not isinstance(form, Form):
            self.refuse_findings(file, form, at)
            return None
        fields = normal(known, SPECIFICATION_FIELDS)
        return Specification(id_, fields, frozenset(excluded), file.path, at)

    def references(
        self, file: File, json: Mapping[str, Json], at: str, applications: Mapping[str, str]
    ) -> tuple[str, ...]:
        given = json.get(at.rpartition(".")[2]) or []
        if not isinstance(given, list):
            self.refuse(file, at, f"must be a list of {_REFERENCE}")
            return ()
        found: list[str] = []
        for position, one in enumerate(given):
            place = f"{at}[{position}]"
            if not isinstance(one, dict) or set(one) != {"$ref"} or not _is_text(one["$ref"]):
                self.refuse(file, place, f"must be {_REFERENCE}")
                continue
            id_ = self.referred(file, one["$ref"], f"{place}.$ref", applications)
            if id_ in found:
                self.refuse(file, place, "stands there already")
            elif id_ is not None:
                found.append(id_)
        return tuple(found)

    def referred(
        self, file: File, reference: str, at: str, applications: Mapping[str, str]
    ) -> str | None:
        path = normpath(join(dirname(file.path), reference))
        if isabs(reference) or path.split("/")[0] == "..":
            self.refuse(file, at, f"{reference[:200]} leads out of the folder")
        elif path not in applications:
            self.refuse(file, at, f"{reference[:200]} is not the file of a source application")
        return applications.get(path)

    def once(self, found: Sequence[T], what: str) -> None:
        """Each resource is in one place."""
        first: dict[object, T] = {}
        for one in found:
            key = one.key if isinstance(one, Structure) else one.id
            other = first.setdefault(key, one)
            if other is not one and key:
                at = one.at if isinstance(one, Specification) else ""
                message = f"{what} {key} is in {other.path} already"
                self.problems.append(Problem(one.path, message, at))


def read_plan(files: Iterable[File]) -> tuple[Plan, list[Problem]]:
    """The resources, and everything that is wrong with the files."""
    reading = _Files()
    by_kind: dict[Kind, list[File]] = {kind: [] for kind in Kind}
    for file in files:
        kind = reading.kind(file)
        if kind is not None:
            by_kind[kind].append(file)
    structures = [reading.structure(file) for file in by_kind[Kind.STRUCTURE]]
    applications = [reading.application(file) for file in by_kind[Kind.APPLICATION]]
    # Also of those that have flaws, lest every reference to them be one more.
    ids = {one.path: uuid_text(one.json.get("resourceName")) for one in by_kind[Kind.APPLICATION]}
    known = {path: id_ or path for path, id_ in ids.items()}
    products = [reading.product(file, known) for file in by_kind[Kind.PRODUCT]]
    plan = Plan(
        tuple(sorted((one for one in structures if one is not None), key=lambda one: one.key)),
        tuple(one for one in applications if one is not None),
        tuple(one for one in products if one is not None),
    )
    reading.once(plan.structures, "the data structure")
    reading.once(plan.applications, "the source application")
    reading.once(plan.products, "the data product")
    specifications = [one for product in plan.products for one in product.specifications]
    reading.once(specifications, "the event specification")
    return plan, reading.problems


def _is_text(value: Json) -> bool:
    return isinstance(value, str) and bool(value) and "\0" not in value
