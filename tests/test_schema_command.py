"""`piste schema get|push|pull|mirror`, with a registry of Piste that really runs, and with hostile ones."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from support.iglu import IGLU_CENTRAL, needs_iglu_central
from support.registries import key_of, schema
from support.static_registry import SILENCE, answering
from system.program import HERE, running
from test_schema_command_lint import CLICK, PRECEDING, run, write

from piste.events.failures import RegistryError
from piste.http_fetch import HttpFetcher
from piste.iglu import FolderRegistry, HttpRegistry
from piste.iglu.registry import MAX_SCHEMA_BYTES
from piste.schema_command import client
from piste.schema_command.exits import BROKEN, FINE, REFUSED

ADMIN_KEY = "s3cret-s3cret-s3cret"
Said = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serving(tmp_path_factory, {})


@pytest.fixture(scope="module")
def patchable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry that allows to replace versions."""
    yield from serving(tmp_path_factory, {"PISTE_REGISTRY_PATCHES_ALLOWED": "true"})


def serving(folders: pytest.TempPathFactory, environ: Mapping[str, str]) -> Iterator[str]:
    data = folders.mktemp("data")
    given = {"PISTE_ADMIN_KEY": ADMIN_KEY, **environ}
    with running("serve", "--data-dir", data, "--workers", "0", environ=given) as server:
        yield f"http://127.0.0.1:{server.port}/api"


@pytest.fixture(autouse=True)
def own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Known to the command; and nobody waits."""
    monkeypatch.setenv("PISTE_API_KEY", ADMIN_KEY)
    monkeypatch.setattr(client, "FIRST_PAUSE_SECONDS", 0.0)


def files(folder: Path, *schemas: dict[str, Any]) -> Path:
    for one in schemas:
        described = one["self"]
        place = f"{described['vendor']}/{described['name']}/jsonschema/{described['version']}"
        write(folder, place, one)
    return folder


def contents(folder: Path) -> dict[str, Any]:
    return {
        str(file.relative_to(folder)): json.loads(file.read_bytes())
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def pushed(name: str, *versions: str) -> list[dict[str, Any]]:
    return [schema(version, name) for version in versions]


# Push


def test_push_publishes_in_the_order_of_versions(
    registry: str, tmp_path: Path, capsys: Said
) -> None:
    """And once more it finds nothing to do."""
    versions = ("1-0-0", "1-0-1", "1-0-2", "1-1-0", "2-0-0", "10-0-0")
    newest = schema("2-0-1", "ordered", supersedes=["1-0-0", "2-0-0"])
    files(tmp_path, *pushed("ordered", *versions[:-1]), newest)
    uris = [f"iglu:com.acme/ordered/jsonschema/{one}" for one in (*versions[:-1], "2-0-1")]
    assert run("push", tmp_path, "--registry", registry) == FINE
    assert capsys.readouterr().out.splitlines() == [
        *(f"{uri}: created" for uri in uris),
        "6 schemas: 6 created",
    ]
    assert run("push", tmp_path, "--registry", registry + "/") == FINE
    assert capsys.readouterr().out.splitlines() == [
        *(f"{uri}: unchanged" for uri in uris),
        "6 schemas: 6 unchanged",
    ]
    assert run("get", uris[0], "--registry", registry) == FINE
    assert json.loads(capsys.readouterr().out)["$supersededBy"] == "2-0-1"


def test_a_dry_run_changes_nothing(registry: str, tmp_path: Path, capsys: Said) -> None:
    """It says what would be: what is wrong, what is new, and where the content differs."""
    folder = files(tmp_path / "a", *pushed("dry", "1-0-0"))
    assert run("push", folder, "--registry", registry) == FINE
    files(folder, {**schema("1-0-0", "dry"), "description": "A tap"})
    files(folder, *pushed("fresh", "1-0-0", "1-0-1", "1-1-0"), *pushed("gap", "1-0-0", "1-0-2"))
    files(folder, schema("1-0-0", "wrong", type=3))
    capsys.readouterr()
    assert run("push", "--dry-run", folder, "--registry", registry) == REFUSED
    uri = "iglu:com.acme/{}/jsonschema/{}".format
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in printed if not line.startswith("  ")] == [
        f"{uri('dry', '1-0-0')}: would be refused: differs from what is published there, and versions "
        "are final: choose a new version",
        f"{uri('fresh', '1-0-0')}: would be created",
        f"{uri('fresh', '1-0-1')}: would be created",
        f"{uri('fresh', '1-1-0')}: would be created",
        f"{uri('gap', '1-0-0')}: would be created",
        f"{uri('gap', '1-0-2')}: would be refused: {PRECEDING}",
        f"{uri('wrong', '1-0-0')}: would be refused: The schema does not conform to a JSON Schema v4 "
        "specification",
        "7 schemas: 4 created, 3 refused",
    ]
    details = [line for line in printed if line.startswith(("  -", "  +", "  /"))]
    assert details[:2] == ['  -  "description": "A click",', '  +  "description": "A tap",']
    assert details[2].startswith("  /type: Invalid draft-04 schema: ")
    assert run("get", uri("fresh", "1-0-0"), "--registry", registry) == REFUSED
    assert capsys.readouterr().err == f"error: {uri('fresh', '1-0-0')}: The schema is not found\n"


def test_after_a_refusal_other_schemas_go_on(registry: str, tmp_path: Path, capsys: Said) -> None:
    """Newer versions of the same do not; what the registry says is shown."""
    smaller = {"url": {"type": "string", "minLength": 1, "maxLength": 100, "description": "x"}}
    breaking = schema("1-0-1", "breaking", properties=smaller)
    later = schema("1-0-2", "breaking", properties=smaller)
    invalid = schema(
        "1-0-0", "invalid", properties={"a": {"minimum": 3, "maximum": 2}}, required=["b"]
    )
    files(
        tmp_path, *pushed("breaking", "1-0-0"), breaking, later, invalid, *pushed("next", "1-0-0")
    )
    assert run("push", tmp_path, "--registry", registry) == REFUSED
    uri = "iglu:com.acme/breaking/jsonschema/"
    assert capsys.readouterr().out.splitlines() == [
        f"{uri}1-0-0: created",
        f"{uri}1-0-1: refused: Breaking change: instances of 1-0-0 are not valid any more under 1-0-1, "
        "which an ADDITION must not do; publish it as a REVISION or a MODEL",
        '  for example {"url":""}, at $.url: `url` may be 0 characters long here, the newer version '
        "wants at least 1 (minLength)",
        f"{uri}1-0-2: not pushed: 1-0-1 was refused",
        "iglu:com.acme/invalid/jsonschema/1-0-0: refused: The schema does not conform to a JSON Schema "
        "v4 specification",
        "  required, but neither in properties nor allowed beside them: b",
        "  /properties/a: minimum 3 is greater than maximum 2",
        "iglu:com.acme/next/jsonschema/1-0-0: created",
        "5 schemas: 2 created, 2 refused, 1 not pushed",
    ]


def test_versions_are_replaced_where_that_is_allowed(
    patchable: str, tmp_path: Path, capsys: Said
) -> None:
    files(tmp_path, *pushed("patched", "1-0-0", "1-0-1"))
    assert run("push", tmp_path, "--registry", patchable) == FINE
    files(tmp_path, {**schema("1-0-0", "patched"), "description": "A tap"})
    capsys.readouterr()
    uri = "iglu:com.acme/patched/jsonschema/1-0-0"
    assert run("push", tmp_path, "--registry", patchable, "--dry-run") == FINE
    printed = capsys.readouterr().out
    assert printed.startswith(f"{uri}: would be updated\n")
    assert '  +  "description": "A tap",\n' in printed
    assert run("push", tmp_path, "--registry", patchable) == FINE
    assert f"{uri}: updated\n" in capsys.readouterr().out
    assert run("get", uri, "--registry", patchable) == FINE
    assert json.loads(capsys.readouterr().out)["description"] == "A tap"


def test_public_schemas_need_no_key_to_be_read(
    registry: str, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a key that may do nothing publishes nothing."""
    private, public = (files(tmp_path / one, *pushed(one, "1-0-0")) for one in ("closed", "open"))
    assert run("push", private, "--registry", registry) == FINE
    assert run("push", public, "--registry", registry, "--public") == FINE
    files(public, *pushed("open", "1-0-1"))
    capsys.readouterr()
    assert run("push", public, "--registry", registry) == REFUSED
    assert (
        "1-0-1: refused: Inconsistent schema availability. Cannot add private schema, previous "
        "versions are public\n"
    ) in capsys.readouterr().out
    monkeypatch.delenv("PISTE_API_KEY")
    found = [
        run("get", f"iglu:com.acme/{name}/jsonschema/1-0-0", "--registry", registry)
        for name in ("closed", "open")
    ]
    assert found == [REFUSED, FINE]
    capsys.readouterr()
    assert run("push", private, "--registry", registry, "--api-key", "tt_unknown") == REFUSED
    printed = capsys.readouterr()
    assert ": refused: Authentication error: not authorized\n" in printed.out
    assert "tt_unknown" not in printed.out + printed.err
    assert run("push", private, "--registry", registry, "--api-key", "odd") == BROKEN
    assert capsys.readouterr().err == f"error: {registry}: Invalid UUID for ApiKey\n"


def test_metadata_of_a_registry(registry: str, tmp_path: Path, capsys: Said) -> None:
    files(tmp_path, *pushed("described", "1-0-0"))
    assert run("push", tmp_path, "--registry", registry) == FINE
    capsys.readouterr()
    where = ("iglu:com.acme/described/jsonschema/1-0-0", "--registry", registry)
    assert run("get", *where) == FINE
    assert json.loads(capsys.readouterr().out) == schema("1-0-0", "described")
    assert run("get", *where, "--repr", "meta") == FINE
    metadata = json.loads(capsys.readouterr().out)["metadata"]
    assert metadata["isPublic"] is False
    assert set(metadata) == {"createdAt", "updatedAt", "isPublic"}


def test_nothing_is_pushed_when_a_file_is_no_schema(
    registry: str, tmp_path: Path, capsys: Said
) -> None:
    files(tmp_path, *pushed("fine", "1-0-0"))
    broken = write(tmp_path, "com.acme/x/jsonschema/1-0-0", "{")
    assert run("push", tmp_path, "--registry", registry) == REFUSED
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"error: {broken}: invalid json: ")
    assert printed.err.endswith("error: nothing was pushed\n")


def test_an_address_that_is_no_registry(registry: str, tmp_path: Path, capsys: Said) -> None:
    """The usual mistake is named: the API of an Iglu Server is below /api."""
    files(tmp_path, *pushed("fine", "1-0-0"))
    elsewhere = registry.removesuffix("/api")
    assert run("push", tmp_path, "--registry", elsewhere) == BROKEN
    assert capsys.readouterr().err == (
        f"error: {elsewhere}/schemas takes no schemas (HTTP 404). The URL of an Iglu Server ends in "
        "/api\n"
    )
    assert run("pull", tmp_path / "x", "--registry", elsewhere) == BROKEN
    assert "is no list of schemas (HTTP 404)" in capsys.readouterr().err


def test_a_lost_answer_is_no_refusal(tmp_path: Path, capsys: Said) -> None:
    """The registry had published it, and says so when it is asked again."""
    files(tmp_path, schema())
    post, there = "/schemas?isPublic=false", f"/schemas/{CLICK}/1-0-0"
    exists: Any = (409, {}, {"message": "Schema already exists"})
    for published, code, said in (
        (schema(), FINE, "1-0-0: unchanged"),
        (schema(description="A tap"), REFUSED, "1-0-0: refused: differs from what is published"),
        ((404, {}, {}), REFUSED, "1-0-0: refused: HTTP 404"),
    ):
        with answering({post: exists, there: published}, failures={post: [503, SILENCE]}) as asked:
            assert run("push", tmp_path, "--registry", asked.url) == code
            assert said in capsys.readouterr().out
            assert asked.paths.count(post) == 3


# Pull and mirror


def test_pull_writes_what_is_new_only(registry: str, tmp_path: Path, capsys: Said) -> None:
    """What is the same stays untouched, however it is written."""
    source = files(tmp_path / "source", *pushed("pulled", "1-0-0", "1-0-1"), schema(vendor="org.x"))
    assert run("push", source, "--registry", registry) == FINE
    folder, place = tmp_path / "copy", "schemas/com.acme/pulled/jsonschema"
    own = write(folder, f"{place}/1-0-0", json.dumps(schema("1-0-0", "pulled"), indent=9))
    stale = write(folder, f"{place}/1-0-1", {"old": True})
    os.utime(own, (1, 1))
    argv = ("pull", folder, "--registry", registry, "--vendor", "com.acme")
    capsys.readouterr()
    assert run(*argv, "--dry-run") == FINE
    printed = capsys.readouterr().out
    assert "iglu:com.acme/pulled/jsonschema/1-0-1: would be changed\n" in printed
    assert json.loads(stale.read_text()) == {"old": True}
    assert run(*argv) == FINE
    printed = capsys.readouterr().out
    assert "iglu:com.acme/pulled/jsonschema/1-0-1: changed\n" in printed
    assert "pulled/jsonschema/1-0-0" not in printed
    assert "org.x" not in printed
    assert (own.stat().st_mtime, json.loads(stale.read_text())) == (1, schema("1-0-1", "pulled"))
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*") if file.is_file()}
    assert run(*argv) == FINE
    assert "schemas: 0 created, 0 changed, " in capsys.readouterr().out
    assert before == {file: file.stat().st_mtime_ns for file in before}
    assert not list(folder.rglob("*.tmp"))


@needs_iglu_central
def test_families_of_iglu_central_go_there_and_back(
    registry: str, tmp_path: Path, capsys: Said
) -> None:
    """Byte for byte the same JSON."""
    vendors = ("com.google.analytics", "com.google.ga4")
    schemas = IGLU_CENTRAL / "schemas"
    assert run("push", *(schemas / one for one in vendors), "--registry", registry) == FINE
    assert run("pull", tmp_path, "--registry", registry, "--vendor", "com.google") == FINE
    before = {
        f"{vendor}/{place}": content
        for vendor in vendors
        for place, content in contents(schemas / vendor).items()
        if "/jsonschema/" in place
    }
    assert contents(tmp_path / "schemas") == before
    assert len(before) > 5


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def static(tmp_path: Path) -> Iterator[str]:
    """What lies in `site`, as any web server has it."""
    (tmp_path / "site").mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path / "site"))
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_mirror_is_a_registry(registry: str, static: str, tmp_path: Path, capsys: Said) -> None:
    """For Piste as a folder; for other clients behind a web server, with the lists that it needs; and for
    another mirror."""
    versions = ("1-0-0", "1-0-1", "1-1-0", "2-0-0")
    superseding = schema("2-0-1", "mirrored", supersedes=["1-0-0"])
    source = files(tmp_path / "source", *pushed("mirrored", *versions), superseding)
    assert run("push", source, "--registry", registry) == FINE
    site = tmp_path / "site"
    argv = ("mirror", site, "--registry", registry, "--vendor", "com.acme")
    assert run(*argv) == FINE
    keys = [key_of(version, "mirrored") for version in (*versions, "2-0-1")]
    folder = FolderRegistry(site, "mirror")
    web = HttpRegistry("web", static, None, (), 0, HttpFetcher())
    for key in keys:
        found = folder.lookup(key)
        assert isinstance(found, dict)
        assert found == web.lookup(key)
    superseded: Any = folder.lookup(keys[0])
    assert superseded["$supersededBy"] == "2-0-1"
    assert set(keys) <= set(folder.schemas())
    assert [web.versions(keys[0]), web.versions(keys[-1])] == [
        [key.uri for key in keys[:3]],
        [key.uri for key in keys[3:]],
    ]
    capsys.readouterr()
    assert run("lint", site, "--skip-checks", "description") in (FINE, REFUSED)
    assert "mirrored/jsonschema/1:" not in capsys.readouterr().out, "a list is no schema"
    assert run("mirror", tmp_path / "second", "--registry", static) == BROKEN
    assert "/schemas is no list of schemas" in capsys.readouterr().err
    assert run("mirror", tmp_path / "second", "--registry", static, "--keys", site) == FINE
    assert contents(tmp_path / "second") == contents(site)


@pytest.mark.parametrize(
    "text", ["{}\n{}\n", '["{}", "{}", "iglu:com.acme/a/avro/1-0-0"]'], ids=["lines", "array"]
)
def test_the_keys_of_a_registry_without_a_list(
    text: str, static: str, tmp_path: Path, capsys: Said
) -> None:
    files(tmp_path / "site/schemas", *pushed("listed", "1-0-0", "1-0-1", "1-0-2"))
    uris = [f"iglu:com.acme/listed/jsonschema/{version}" for version in ("1-0-0", "1-0-2")]
    keys = write(tmp_path, "keys", text.replace("{}", "%s") % tuple(uris))
    argv = ("mirror", tmp_path / "copy", "--registry", static, "--keys", keys)
    assert run(*argv) == FINE
    capsys.readouterr()
    assert run(*argv) == FINE
    others = ", 1 of other formats left out" * ("avro" in text)
    assert capsys.readouterr().out == f"2 schemas: 0 created, 0 changed, 2 unchanged{others}\n"
    listed = contents(tmp_path / "copy")["schemas/com.acme/listed/jsonschema/1"]
    assert listed == uris
    keys.write_text("iglu:com.acme")
    assert run(*argv) == 2
    assert capsys.readouterr().err == f"error: {keys}: no schema URI: iglu:com.acme\n"


def test_a_mirror_asks_for_what_it_has_only_when_told_to(tmp_path: Path, capsys: Said) -> None:
    uri = f"iglu:{CLICK}/1-0-0"
    answers = {"/schemas": [uri], f"/schemas/{CLICK}/1-0-0": schema()}
    with answering(answers) as asked:
        argv = ("mirror", tmp_path, "--registry", asked.url)
        assert run(*argv) == FINE
        answers[f"/schemas/{CLICK}/1-0-0"] = schema(description="A tap")
        assert run(*argv) == FINE
        assert asked.paths.count(f"/schemas/{CLICK}/1-0-0") == 1
        capsys.readouterr()
        assert run(*argv, "--refresh") == FINE
        assert capsys.readouterr().out == (
            f"{uri}: changed\n1 schema: 0 created, 1 changed, 0 unchanged\n"
        )


def made_up(count: int) -> dict[str, Any]:
    keys = [key_of("1-0-0", f"name{number:03}") for number in range(count)]
    answers: dict[str, Any] = {f"/schemas/{key.path}": schema("1-0-0", key.name) for key in keys}
    return {"/schemas": [key.uri for key in keys], **answers}


def test_a_mirror_asks_for_eight_at_once(tmp_path: Path) -> None:
    with answering(made_up(30), seconds=0.05) as asked:
        assert run("mirror", tmp_path, "--registry", asked.url) == FINE
        assert 2 < asked.most_at_once <= 8
    assert len(FolderRegistry(tmp_path, "x").schemas()) == 30


def test_what_passes_is_asked_for_again(tmp_path: Path, capsys: Said) -> None:
    """Four times in all; a schema that still fails is named and the others are there."""
    answers = made_up(3)
    _, first, second, third = answers
    failures = {"/schemas": [502], first: [503, SILENCE, 429], second: [500] * 9, third: [404]}
    with answering(answers, failures=failures) as asked:
        assert run("mirror", tmp_path, "--registry", asked.url) == REFUSED
        printed = capsys.readouterr()
        assert printed.err.splitlines() == [
            "error: iglu:com.acme/name001/jsonschema/1-0-0: refused: HTTP 500",
            "error: iglu:com.acme/name002/jsonschema/1-0-0: refused: HTTP 404",
        ]
        assert printed.out.endswith("3 schemas: 1 created, 0 changed, 0 unchanged, 2 refused\n")
        assert [asked.paths.count(path) for path in (first, second, third)] == [4, 4, 1]
        assert run("mirror", tmp_path, "--registry", asked.url) == REFUSED
        assert asked.paths.count(first) == 4


def test_a_registry_that_stops_to_answer(tmp_path: Path, capsys: Said) -> None:
    """Ends the command, which is not to ask in vain for each of hundreds."""
    answers = made_up(200)
    failures = {path: [SILENCE] * 99 for path in list(answers)[1:]}
    with answering(answers, failures=failures) as asked:
        assert run("pull", tmp_path, "--registry", asked.url) == BROKEN
        assert len(asked.requests) < 200
        assert f"error: {asked.url}: " in capsys.readouterr().err
    assert not (tmp_path / "schemas").exists()


def test_a_mirror_that_is_killed_goes_on(tmp_path: Path) -> None:
    """What is there is whole, and what is there is not asked for again."""
    answers = made_up(120)
    with answering(answers, seconds=0.1) as asked:
        command = [sys.executable, "-m", "piste", "schema", "mirror", str(tmp_path / "copy")]
        environ = {**os.environ, "PYTHONPATH": str(HERE.parents[1] / "src")}
        process = subprocess.Popen(
            [*command, "--registry", asked.url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environ,
        )
        try:
            deadline = time.monotonic() + 60
            while not len(asked.requests) > 20 and time.monotonic() < deadline:
                time.sleep(0.01)
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        there = FolderRegistry(tmp_path / "copy", "x").schemas()
        assert 5 < len(there) < 120
        for key in there:
            assert (
                FolderRegistry(tmp_path / "copy", "x").lookup(key)
                == answers[f"/schemas/{key.path}"]
            )
        before = len(asked.requests)
        assert run("mirror", tmp_path / "copy", "--registry", asked.url) == FINE
        assert len(asked.requests) == before + 1 + 120 - len(there)
    copy = contents(tmp_path / "copy/schemas")
    assert {f"/schemas/{place}" for place in copy if place.endswith("1-0-0")} == set(answers) - {
        "/schemas"
    }
    assert copy["com.acme/name007/jsonschema/1"] == ["iglu:com.acme/name007/jsonschema/1-0-0"]


@needs_iglu_central
def test_vendors_of_iglu_central_are_mirrored(static: str, tmp_path: Path, capsys: Said) -> None:
    """From a web server that has its files and nothing else."""
    (tmp_path / "site/schemas").symlink_to(IGLU_CENTRAL / "schemas")
    argv = ("mirror", tmp_path / "copy", "--registry", static, "--keys", IGLU_CENTRAL)
    for vendor in ("com.amazon.aws", "com.snowplowanalytics.mobile"):
        assert run(*argv, "--vendor", vendor) == FINE
    central, copy = (
        FolderRegistry(IGLU_CENTRAL, "Iglu Central"),
        FolderRegistry(tmp_path / "copy", "x"),
    )
    copied = copy.schemas()
    assert {key.vendor.split(".")[1] for key in copied} == {"amazon", "snowplowanalytics"}
    assert len(copied) > 20
    for key in copied:
        found = copy.lookup(key)
        assert not isinstance(found, RegistryError)
        assert found == central.lookup(key)


# Hostile registries


@pytest.mark.parametrize(
    ("uri", "answer", "message"),
    [
        ("iglu:../../jsonschema/1-0-0", {}, "refused: no schema URI"),
        ("iglu:../x/jsonschema/1-0-0", schema("1-0-0", "x", ".."), "not a name for a folder"),
        ("iglu:.git/x/jsonschema/1-0-0", schema("1-0-0", "x", ".git"), "not a name for a folder"),
        ("iglu:/etc/x/jsonschema/1-0-0", {}, "refused: no schema URI"),
        ("iglu:com.acme/a\0b/jsonschema/1-0-0", {}, "refused: no schema URI"),
        (f"iglu:{'v' * 300}/x/jsonschema/1-0-0", {}, "refused: no schema URI"),
        (f"iglu:{CLICK}/1-0-0", schema("1-0-1"), "the answer is not the schema of that name"),
        (f"iglu:{CLICK}/1-0-0", schema(vendor=".."), "the answer is not the schema of that name"),
        (f"iglu:{CLICK}/1-0-0", [], "the answer is not the schema of that name"),
        (f"iglu:{CLICK}/1-0-0", b"<html>", "invalid json: "),
        (f"iglu:{CLICK}/1-0-0", b"\xff", "not UTF-8"),
        (
            f"iglu:{CLICK}/1-0-0",
            b"[" * 100_000,
            "invalid json: maximum allowed JSON depth exceeded",
        ),
        (f"iglu:{CLICK}/1-0-0", b" " * 9_000_000, f"larger than {MAX_SCHEMA_BYTES} bytes"),
        (f"iglu:{CLICK}/1-0-0", (200, {}), "the answer is not the schema of that name"),
        (f"iglu:{CLICK}/1-0-0", (302, {"Location": "file:///etc/passwd"}), "moved to file:///etc"),
        (f"iglu:{CLICK}/1-0-0", (302, {"Location": "http://[x/"}), ""),
    ],
)
def test_what_a_hostile_registry_answers_is_refused_by_name(
    uri: str, answer: Any, message: str, tmp_path: Path, capsys: Said
) -> None:
    """It writes nothing, and what else is listed is taken."""
    fine = schema("1-0-0", "fine")
    path = uri.removeprefix("iglu:")
    answers = {
        "/schemas": [uri, "iglu:com.acme/fine/jsonschema/1-0-0", None, 3, ["x"]],
        f"/schemas/{path}": answer,
        "/schemas/com.acme/fine/jsonschema/1-0-0": fine,
    }
    for command in ("pull", "mirror"):
        folder = tmp_path / command / "deep" / "copy"
        with answering(answers) as asked:
            code = run(command, folder, "--registry", asked.url)
            if not message:
                assert code == BROKEN
                continue
        assert code == REFUSED
        printed = capsys.readouterr()
        assert message in printed.err
        assert len(printed.err) < 2_000
        assert printed.err.replace("\n", "").isprintable()
        found = contents(tmp_path / command)
        found.pop("deep/copy/schemas/com.acme/fine/jsonschema/1", None)
        assert found == {"deep/copy/schemas/com.acme/fine/jsonschema/1-0-0": fine}


@pytest.mark.parametrize(
    "listed",
    [
        {},
        "x",
        b"x",
        b"[" * 99,
        b"\xff",
        b" " * 17_000_000,
        [0] * 100_001,
        (302, {"Location": "/x"}),
    ],
    ids=["object", "text", "no JSON", "deep", "bytes", "huge", "long", "moved"],
)
def test_a_list_that_is_none(listed: Any, tmp_path: Path, capsys: Said) -> None:
    with answering({"/schemas": listed}) as asked:
        assert run("pull", tmp_path, "--registry", asked.url) == BROKEN
        assert "/schemas is no list of schemas (" in capsys.readouterr().err


def test_a_large_schema_is_still_one_when_it_is_written(tmp_path: Path, capsys: Said) -> None:
    """Indented it would be larger than Piste reads."""
    large = schema(enum=[[number] for number in range(100_000)])
    answers = {"/schemas": [f"iglu:{CLICK}/1-0-0"], f"/schemas/{CLICK}/1-0-0": large}
    with answering(answers) as asked:
        assert run("pull", tmp_path, "--registry", asked.url) == FINE
        assert run("pull", tmp_path, "--registry", asked.url) == FINE
        assert "1 unchanged" in capsys.readouterr().out
    assert FolderRegistry(tmp_path, "x").lookup(key_of()) == large


def test_a_link_in_the_folder_leads_nowhere(tmp_path: Path, capsys: Said) -> None:
    """Somebody put it there; nothing is written through it."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "copy/schemas").mkdir(parents=True)
    (tmp_path / "copy/schemas/com.acme").symlink_to(outside)
    with answering(made_up(1)) as asked:
        for command in ("pull", "mirror"):
            assert run(command, tmp_path / "copy", "--registry", asked.url) == REFUSED
            assert "refused: a link there leads out of the folder" in capsys.readouterr().err
    assert list(outside.iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "schemas").write_text("a file")
    with answering(made_up(1)) as asked:
        assert run("pull", tmp_path, "--registry", asked.url) == BROKEN
        assert capsys.readouterr().err.startswith(f"error: {tmp_path}/schemas")


def test_the_key_goes_to_no_other_host(tmp_path: Path, capsys: Said) -> None:
    """A redirect on the same host is followed, and any other is named."""
    path = f"/schemas/{CLICK}/1-0-0"
    with answering({path: schema()}) as other:
        elsewhere = (302, {"Location": other.url + path})
        answers = {path: elsewhere, f"/schemas/{CLICK}/1-0-1": (301, {"Location": "/moved"})}
        with answering({**answers, "/moved": schema("1-0-1")}) as asked:
            assert run("get", f"iglu:{CLICK}/1-0-0", "--registry", asked.url) == REFUSED
            said = capsys.readouterr().err
            assert said == (
                f"error: iglu:{CLICK}/1-0-0: HTTP 302: moved to {other.url}{path}; give that as "
                "--registry\n"
            )
            assert run("get", f"iglu:{CLICK}/1-0-1", "--registry", asked.url) == FINE
            assert {key for _, _, key in asked.requests} == {ADMIN_KEY}
        assert other.requests == []
        files(tmp_path, schema())
        moved = {"/schemas?isPublic=false": (307, {"Location": other.url + "/schemas"})}
        with answering(moved) as asked:
            assert run("push", tmp_path, "--registry", asked.url) == REFUSED
        assert other.requests == []
        loop = {"/schemas": (302, {"Location": "/schemas"})}
        capsys.readouterr()
        with answering(loop) as asked:
            assert run("pull", tmp_path, "--registry", asked.url) == BROKEN
            assert capsys.readouterr().err == f"error: {asked.url}: more than 3 redirects\n"


def test_a_hostile_registry_publishes_nothing(tmp_path: Path, capsys: Said) -> None:
    """Whatever it answers to a push is shown on lines that a terminal can show."""
    files(tmp_path, schema())
    post, there = "/schemas?isPublic=false", f"/schemas/{CLICK}/1-0-0"
    family = "/schemas/com.acme/ad_click"
    odd = {"message": "\x1b[2J" * 999, "report": [3, {"level": "ERROR"}], "counterexample": "\x9b"}
    for answers, code in (
        ({family: ["x", 3, f"iglu:{CLICK}/1-0-0"], there: 3}, REFUSED),
        ({family: {}}, BROKEN),
        ({family: [f"iglu:{CLICK}/1-0-0"], there: odd, "/meta/server": [3]}, REFUSED),
        ({post: odd}, FINE),
        ({post: (418, {})}, REFUSED),
    ):
        with answering(answers) as asked:
            assert run("push", tmp_path, "--registry", asked.url) == code, answers
        printed = capsys.readouterr()
        assert (printed.out + printed.err).replace("\n", "").isprintable()
