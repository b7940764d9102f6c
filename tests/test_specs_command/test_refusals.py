"""What `piste specs` says when files have flaws, a server refuses, or there is no server to be used."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Done, Server
from .files import SHOP, contents, write_plan

Specs = Callable[..., Done]
NOWHERE = "http://127.0.0.1:1"


def refused(specs: Specs, root: Path) -> list[str]:
    """What is wrong with the files, said before any server is asked."""
    done = specs("push", root, url=NOWHERE)
    assert (done.returncode, done.stdout) == (1, ""), done
    return [line.removeprefix("error: ") for line in done.stderr.splitlines()]


PRODUCT = "data-products/checkout.yaml"
STRUCTURE = "data-structures/com.acme/ui_actions.yaml"
IN_SEARCH = f"{PRODUCT}: data.eventSpecifications[0]"


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("product", "v1", "v2", f"{PRODUCT}: apiVersion: must be v1"),
        (
            "product",
            "resourceType: data-product",
            "resourceType: plan",
            f"{PRODUCT}: resourceType: must be one of data-structure, source-application, data-product",
        ),
        (
            "product",
            "resourceName: f51dada7",
            "resourceName: g51dada7",
            f"{PRODUCT}: resourceName: must be a UUID",
        ),
        (
            "product",
            "  name: Checkout",
            "  name: 7",
            f"{PRODUCT}: data.name: must be a text of 1 to 255 characters",
        ),
        ("product", "  domain:", "  domian:", f"{PRODUCT}: data.domian: is not a field here"),
        (
            "product",
            "- resourceName: 5a20",
            "- resourceName: 5",
            f"{IN_SEARCH}.resourceName: must be a UUID",
        ),
        (
            "product",
            "        source: iglu:com.acme/ui_actions/jsonschema/1-0-0\n        comment",
            "        source: com.acme\n        comment",
            f"{IN_SEARCH}.event.source: must be an Iglu URI, as iglu:com.example/ui_actions/jsonschema/1-0-0",
        ),
        (
            "product",
            "minCardinality: 0",
            "minCardinality: 2",
            f"{PRODUCT}: data.eventSpecifications[1].entities.tracked[0].maxCardinality: "
            "must be at least the minCardinality, 2",
        ),
        (
            "product",
            "    - $ref: ./source-apps/shop.yaml\n    - $ref",
            "    - $ref: ../../shop.yaml\n    - $ref",
            f"{PRODUCT}: data.sourceApplications[0].$ref: ../../shop.yaml leads out of the folder",
        ),
        (
            "product",
            "./source-apps/shop.yaml",
            "/etc/passwd",
            f"{PRODUCT}: data.sourceApplications[0].$ref: /etc/passwd leads out of the folder",
        ),
        (
            "product",
            "./source-apps/shop.yaml",
            "./checkout.yaml",
            f"{PRODUCT}: data.sourceApplications[0].$ref: ./checkout.yaml is not the file of a "
            "source application",
        ),
        (
            "product",
            "- $ref: ./source-apps/shop.yaml",
            f"- {SHOP}",
            f"{PRODUCT}: data.sourceApplications[0]: must be {{$ref: …}}, the path of a source "
            "application's file",
        ),
        (
            "product",
            "    - $ref: ./source-apps/app.yml\n  event",
            "    - $ref: ./source-apps/shop.yaml\n  event",
            f"{PRODUCT}: data.sourceApplications[1]: stands there already\n"
            f"{IN_SEARCH}.excludedSourceApplications: must be among those of the data product",
        ),
        (
            "product",
            "6b314f09-a4ac-4ae2-825f-023b4ee2b97a",
            "5a203ef8-939b-4fd1-914e-f12a3dd1a869",
            f"{PRODUCT}: data.eventSpecifications[1]: the event specification "
            f"5a203ef8-939b-4fd1-914e-f12a3dd1a869 is in {PRODUCT} already",
        ),
        (
            "app",
            "1D6C9F6F-1C1F-4BE6-9B4D-7F2E4C1F7F68",
            SHOP,
            f"data-products/source-apps/shop.yaml: the source application {SHOP} is in "
            "data-products/source-apps/app.yml already\n"
            f"{PRODUCT}: data.sourceApplications[1]: stands there already",
        ),
        (
            "structure",
            "$schema: http://iglucentral.com",
            "$schema: http://json-schema.org",
            f"{STRUCTURE}: data: is not a self-describing schema: INVALID_METASCHEMA",
        ),
        (
            "structure",
            "type: string, maxLength: 8",
            "type: integer, maxLength: 8",
            f"{STRUCTURE}: data.properties.label: maxLength is for string, the type is integer",
        ),
        (
            "structure",
            "hidden: false",
            "hidden: no",
            f"{STRUCTURE}: meta: `hidden` must be true or false",
        ),
        (
            "structure",
            "# what people do",
            "a: [",
            f"{STRUCTURE}: not YAML: line 3: expected ',' or ']', but got ':'",
        ),
        (
            "structure",
            "team: web",
            "team: !!python/object/apply:os.system [id]",
            f"{STRUCTURE}: line 8: the tag tag:yaml.org,2002:python/object/apply:os.system has no "
            "meaning here",
        ),
    ],
)
def test_a_flaw_is_named_by_file_and_path(
    specs: Specs, tmp_path: Path, file: str, old: str, new: str, problem: str
) -> None:
    """And nothing is sent."""
    path = write_plan(tmp_path, "com.acme")[file]
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    found = refused(specs, tmp_path)
    assert sorted(found) == sorted(problem.splitlines())


def test_hostile_files_are_refused(specs: Specs, tmp_path: Path) -> None:
    """Links out of the folder, bombs, files too large, and what is no text."""
    outside = tmp_path / "outside.yaml"
    outside.write_text("secret: 1\n")
    (tmp_path / "elsewhere").mkdir()
    root = tmp_path / "root"
    write_plan(root, "com.acme")
    folder = root / "data-products"
    (folder / "link.yaml").symlink_to(outside)
    (folder / "folder").symlink_to(tmp_path / "elsewhere")
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    (folder / "bomb.yaml").write_text("\n".join(lines))
    (folder / "cycle.yaml").write_text("a: &a [*a]")
    (folder / "deep.json").write_text("[" * 5000)
    (folder / "large.yaml").write_bytes(b"#" * 1_000_001)
    (folder / "bytes.yaml").write_bytes(b"\xff\xfe\xff")
    (folder / "list.json").write_text("[]")
    os.mkfifo(folder / "pipe.yaml")
    problems = dict(line.split(": ", 1) for line in refused(specs, root))
    assert problems == {
        "data-products/link.yaml": "is a link that leads out of the folder",
        "data-products/folder": "is a link that leads out of the folder",
        "data-products/bomb.yaml": "more than 100000 values",
        "data-products/cycle.yaml": "nested deeper than 40",
        "data-products/deep.json": "invalid json: maximum allowed JSON depth exceeded",
        "data-products/large.yaml": "has more than 1000000 bytes",
        "data-products/bytes.yaml": "is not UTF-8",
        "data-products/list.json": "must be an object with apiVersion, resourceType and data",
        "data-products/pipe.yaml": "is no file",
    }


def test_pull_writes_nothing_outside_and_no_hostile_name(
    server: Server, specs: Specs, vendor: str, tmp_path: Path
) -> None:
    """Whatever resources are called, and wherever links lead."""
    schema = {
        "$schema": "http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0#",
        "self": {"vendor": "..", "name": vendor[4:], "format": "jsonschema", "version": "1-0-0"},
        "type": "object",
        "properties": {},
    }
    structures = "/data-structures/v1"
    server.ask("POST", f"{structures}/validation-requests", {"data": schema})
    move = {**schema["self"], "source": "VALIDATED", "target": "DEV"}  # type: ignore[dict-item]
    server.ask("POST", f"{structures}/deployment-requests", move)
    for name in ("../../x", "../../X", "\u202e\x1b[31m", "con", "Été à la plage"):
        server.ask("POST", "/data-products/v2", {"name": name})
    root = tmp_path / "root"
    done = specs("pull", root)
    assert (done.returncode, done.stderr) == (0, "")
    products = [path for path in contents(tmp_path) if "data-products" in path]
    ids = {one["name"]: one["id"] for one in server.ask("GET", "/data-products/v2")["data"]}
    first, second = sorted([ids["../../x"], ids["../../X"]])
    assert first != second
    assert sorted(products) == sorted(
        f"root/data-products/{name}.yaml"
        for name in ("x", f"x-{second}", "31m", "_con", "ete-a-la-plage")
    )
    assert f"root/data-structures/_../{vendor[4:]}.yaml" in contents(tmp_path)
    assert all(path.startswith("root/") for path in contents(tmp_path))
    assert "\x1b" not in done.stdout
    assert specs("pull", root).stdout.startswith("0 written, ")

    other = tmp_path / "other"
    (other / "data-products").mkdir(parents=True)
    (tmp_path / "target").mkdir()
    (other / "data-structures").symlink_to(tmp_path / "target")
    linked = specs("pull", other)
    assert linked.returncode == 1
    assert linked.stderr == "error: data-structures: is a link that leads out of the folder\n"
    assert list((tmp_path / "target").iterdir()) == []


def test_an_incompatible_specification_is_shown_with_its_counterexample(
    server: Server, specs: Specs, vendor: str, tmp_path: Path
) -> None:
    """With its file and path; what was done before is said, and stays."""
    file = write_plan(tmp_path, vendor)["product"]
    text = file.read_text()
    file.write_text(text.replace("label: {enum: [Pay]}", "label: {enum: [Pay by card]}"))
    done = specs("push", tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        "error: data-products/checkout.yaml: data.eventSpecifications[1]: create event-specification "
        "Pay: the server refuses (422)\n"
        "  event.schema: Event specification with id: 6b314f09-a4ac-4ae2-825f-023b4ee2b97a, event schema "
        f"is INCOMPATIBLE with schema with name: ui_actions, vendor: {vendor}, version: 1-0-0\n"
        "    at $.label: `label` may be 11 characters long here, the data structure allows 8 (maxLength)\n"
        '    for example: {"action":"click","label":"Pay by card"}\n'
        "done before, and not taken back:\n"
        f"  create data-structure {vendor}/ui_actions 1-0-0\n"
        "  create source-application app\n"
        "  create source-application shop\n"
        "  create data-product Checkout\n"
        "  create event-specification Search\n"
    )
    assert [one["name"] for one in server.ask("GET", "/event-specs/v1")["data"]] == ["Search"]
    file.write_text(text)
    assert "1 to create, 5 unchanged\n" in specs("push", tmp_path).stdout


def test_a_structure_in_production_is_not_changed(
    server: Server, specs: Specs, vendor: str, tmp_path: Path
) -> None:
    """The server's 409, in its words; and a deployment says what it breaks."""
    file = write_plan(tmp_path, vendor)["structure"]
    assert specs("push", tmp_path, "--publish").returncode == 0
    text = file.read_text()
    file.write_text(text.replace("maxLength: 64", "maxLength: 63"))
    done = specs("push", tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        f"error: data-structures/{vendor}/ui_actions.yaml: data: update data-structure "
        f"{vendor}/ui_actions 1-0-0: the server refuses (409)\n"
        f"  iglu:{vendor}/ui_actions/jsonschema/1-0-0 is in production and cannot be changed: "
        "choose a new version\n"
        "nothing was changed\n"
    )
    newer = text.replace("version: 1-0-0", "version: 2-0-0").replace("maxLength: 8", "maxLength: 3")
    file.write_text(newer)
    warned = specs("push", tmp_path)
    assert warned.returncode == 0
    assert 'allows an event that this schema does not, at $.label: {"action":"click"' in (
        warned.stdout
    )


def test_what_stops_a_publication_is_said(
    server: Server, specs: Specs, vendor: str, tmp_path: Path
) -> None:
    """Here: a second structure that is in no file, and only in development."""
    files = write_plan(tmp_path, vendor)
    assert specs("push", tmp_path).returncode == 0
    files["structure"].unlink()
    done = specs("push", tmp_path, "--publish")
    assert done.returncode == 1
    assert f"iglu:{vendor}/ui_actions/jsonschema/1-0-0 is not deployed to production" in done.stderr
    assert done.stderr.endswith("nothing was changed\n")


def test_without_a_usable_server_the_exit_code_is_2(
    server: Server, specs: Specs, tmp_path: Path
) -> None:
    """Each time with the reason."""
    write_plan(tmp_path, "com.acme")

    def said(*argv: str | Path, **more: str) -> str:
        done = specs(*argv, **more)
        assert (done.returncode, done.stdout) == (2, ""), done
        return done.stderr

    assert said("push", tmp_path, url=NOWHERE) == (
        f"error: GET {NOWHERE}/api/msc/v1/organizations: Connection refused\n"
    )
    assert said("pull", tmp_path, key="") == (
        "error: no API key: give --api-key, or set PISTE_API_KEY\n"
    )
    assert "401: Wanted: an `Authorization: Bearer` header" in said("pull", tmp_path, key="wrong")
    assert said("pull", tmp_path, key="a b") == "error: no API key can look like this one\n"
    assert said("pull", tmp_path, "--organization", "theirs") == (
        f"error: {server.url} gives no access token: There is no such organization\n"
    )
    for url in ("ftp://x", "http://", "http://a b", "http://x:99999", "nonsense"):
        assert said("pull", tmp_path, url=url) == "error: --url: wanted is an http or https URL\n"
    assert said("pull", tmp_path, url="http://u:p@x").startswith("error: --url: wanted is the addr")
    empty = tmp_path / "empty"
    assert said("push", empty, "--prune") == (
        f"error: {empty}: no resources in data-structures or data-products\n"
    )
    file = tmp_path / "file"
    file.touch()
    assert said("push", file) == f"error: {file}: is no folder\n"
    assert "usage: piste specs push" in said("push")
    assert "usage: piste specs check" in said("check")


def test_a_structure_that_may_not_go_to_production_is_in_development(
    server: Server, specs: Specs, vendor: str, tmp_path: Path
) -> None:
    """1-0-1 needs 1-0-0 in each environment: what was done is said."""
    file = write_plan(tmp_path, vendor)["structure"]
    assert specs("push", tmp_path).returncode == 0
    text = file.read_text().replace("version: 1-0-0", "version: 1-0-1")
    file.write_text(text.replace("label: {", "place: {type: string, maxLength: 9}\n    label: {"))
    done = specs("push", tmp_path, "--publish")
    assert done.returncode == 1
    assert f"publish data-structure {vendor}/ui_actions 1-0-1: the server refuses (409)" in (
        done.stderr
    )
    assert done.stderr.endswith(
        f"done before, and not taken back:\n  update data-structure {vendor}/ui_actions 1-0-1\n"
    )
