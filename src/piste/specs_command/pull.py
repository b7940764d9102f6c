"""`piste specs pull`: what a server has, as files.

Room:   which resource goes to which file, and what is written there.
Limits: a resource that a file has already stays in that file; one that the server has no more keeps its file.
        A file whose content says the same is not touched.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from piste.events.schema_key import Json
from piste.specs_command.folder import APPLICATIONS, PRODUCTS, STRUCTURES, File, write_file
from piste.specs_command.reading import Plan, read_plan
from piste.specs_command.remote import Remote
from piste.specs_command.resources import Application, Product, Specification, Structure, same
from piste.specs_command.showing import difference, printable
from piste.specs_command.texts import write_text

_LONGEST_SLUG = 80
_NO_SLUG = re.compile(r"[^a-z0-9]+")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
"""Names that are devices on Windows."""


def pull(remote: Remote, files: Iterable[File], root: Path, *, dry_run: bool) -> None:
    """Of files without problems. Raises `Outside`, `OSError`."""
    by_path = {file.path: file for file in files}
    here, _ = read_plan(by_path.values())
    written = unchanged = 0
    for path, document in documents(remote.plan(), here, by_path).items():
        before = by_path.get(path)
        if before is not None and _says(before, document, here):
            unchanged += 1
            continue
        written += 1
        print(f"{'create' if before is None else 'update'} {printable(path)}")
        if dry_run:
            old = None if before is None else before.json
            print("\n".join(difference(old, document, path, "the server's")))
            continue
        text = write_text(
            document,
            is_json=path.endswith(".json"),
            before=None if before is None else before.text,
        )
        write_file(root, path, text)
    verb = "to write" if dry_run else "written"
    print(f"{written} {verb}, {unchanged} unchanged")
    if others := remote.without_product():
        print(f"note: {len(others)} event specifications are in no data product, and so in no file")


def documents(plan: Plan, here: Plan, files: Mapping[str, File]) -> dict[str, Json]:
    """By path, in a stable order: data structures, source applications, data products."""
    paths = _Paths(files)
    structures = sorted(plan.structures, key=lambda one: one.key)
    applications = sorted(plan.applications, key=lambda one: one.id)
    products = sorted(plan.products, key=lambda one: one.id)
    old_applications = {one.id: one for one in here.applications}
    old_products = {one.id: one for one in here.products}
    found: dict[str, Json] = {}
    for structure in structures:
        path = _file_of(structure, here) or paths.of_structure(structure)
        found[path] = structure.document()
    places = {}
    for application in applications:
        old = old_applications.get(application.id)
        places[application.id] = old.path if old else paths.of_application(application)
        document = application.document()
        found[places[application.id]] = _with_domain(document, files.get(places[application.id]))
    for product in products:
        before = old_products.get(product.id)
        path = before.path if before else paths.of_product(product)
        ordered = replace(product, path=path, specifications=_in_order(product, before))
        document = ordered.document(lambda id_: places[id_])
        found[path] = _with_comments(document, files.get(path))
    return found


def _file_of(structure: Structure, here: Plan) -> str | None:
    """The file of the same version; else that of the newest one."""
    others = [one for one in here.structures if one.key[:3] == structure.key[:3]]
    exact = [one for one in others if one.key == structure.key]
    return (exact or others)[-1].path if others else None


def _in_order(product: Product, before: Product | None) -> tuple[Specification, ...]:
    """As in the file; new ones at the end, in the server's order."""
    order = {one.id: place for place, one in enumerate(before.specifications)} if before else {}
    return tuple(sorted(product.specifications, key=lambda one: order.get(one.id, len(order))))


def _with_domain(document: dict[str, Json], file: File | None) -> dict[str, Json]:
    """What only files say of a source application stays."""
    domain = None if file is None else file.json["data"].get("domain")
    return (
        document if domain is None else {**document, "data": {**document["data"], "domain": domain}}
    )


def _with_comments(document: dict[str, Json], file: File | None) -> dict[str, Json]:
    """What only files say of events stays."""
    if file is None:
        return document
    comments = {
        one["resourceName"].lower(): one["event"]["comment"]
        for one in file.json["data"].get("eventSpecifications") or ()
        if isinstance(one.get("event"), dict) and "comment" in one["event"]
    }
    for one in document["data"]["eventSpecifications"]:
        if one["resourceName"] in comments and "event" in one:
            one["event"] = {**one["event"], "comment": comments[one["resourceName"]]}
    return document


def _says(file: File, document: Json, here: Plan) -> bool:
    """Whether the file says the same in other words."""
    places = {one.id: one.path for one in here.applications}
    resources: list[Structure | Application | Product] = [*here.structures, *here.applications]
    for resource in [*resources, *here.products]:
        if resource.path != file.path:
            continue
        if isinstance(resource, Product):
            printed = _with_comments(resource.document(lambda id_: places[id_]), file)
        elif isinstance(resource, Application):
            printed = _with_domain(resource.document(), file)
        else:
            printed = resource.document()
            if resource.meta is None:
                document = {name: value for name, value in document.items() if name != "meta"}
        return same(printed, document)
    return False


class _Paths:
    """New files, none where another one is; case does not tell two apart everywhere."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = {path.rpartition(".")[0].casefold() for path in taken}

    def of_structure(self, structure: Structure) -> str:
        vendor, name = (_segment(part) for part in structure.key[:2])
        return self._free(f"{STRUCTURES}/{vendor}/{name}", structure.key.format)

    def of_application(self, application: Application) -> str:
        return self._free(f"{APPLICATIONS}/{_slug(application)}", application.id)

    def of_product(self, product: Product) -> str:
        return self._free(f"{PRODUCTS}/{_slug(product)}", product.id)

    def _free(self, path: str, otherwise: str) -> str:
        found, number = path, 1
        while found.casefold() in self._taken:
            found = f"{path}-{_segment(otherwise)}" + (f"-{number}" if number > 1 else "")
            number += 1
        self._taken.add(found.casefold())
        return f"{found}.yaml"


def _slug(resource: Application | Product) -> str:
    name = unicodedata.normalize("NFKD", str(resource.fields["name"])).encode("ascii", "ignore")
    slug = _NO_SLUG.sub("-", name.decode().lower())[:_LONGEST_SLUG].strip("-")
    return _segment(slug) if slug else resource.id


def _segment(name: str) -> str:
    """Of a path: never one that leads elsewhere, or that is not seen."""
    if name.startswith(".") or _RESERVED.fullmatch(name):
        return f"_{name}"
    return name
