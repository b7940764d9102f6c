"""`piste schema lint` and `get`: files, folders, findings, exit codes."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from support.iglu import IGLU_CENTRAL, needs_iglu_central
from support.registries import schema
from support.static_registry import answering

from piste import cli
from piste.registry.linter import SKIPPABLE
from piste.schema_command.exits import BROKEN, FINE, REFUSED, USAGE

CLICK = "com.acme/ad_click/jsonschema"
PRECEDING = (
    "Preceding SchemaVer in the group is missing, check that schemas published in proper order"
)


def write(folder: Path, place: str, content: Any) -> Path:
    file = folder / place
    file.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def run(*argv: object) -> int:
    """The exit code, argparse's as well."""
    try:
        return cli.main(["schema", *map(str, argv)])
    except SystemExit as end:
        return int(str(end.code))


def lint(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, list[str]]:
    code = run("lint", *argv)
    return code, capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("before", ["", "schemas/", "src/iglu/schemas/"])
@pytest.mark.parametrize("suffix", ["", ".json"])
def test_schemas_in_the_usual_layouts(
    before: str, suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for version in ("1-0-0", "1-0-1", "1-1-0", "2-0-0"):
        write(tmp_path, f"{before}{CLICK}/{version}{suffix}", schema(version))
    assert lint(capsys, tmp_path) == (FINE, ["4 schemas, 0 errors, 0 warnings"])


def test_other_files_are_passed_by(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Lists of versions, hidden files, other formats, and JSON that is no schema."""
    write(tmp_path, f"{CLICK}/1-0-0", schema())
    write(tmp_path, f"{CLICK}/1", "[]")
    write(tmp_path, f"{CLICK}/.1-0-0.swp", "x")
    write(tmp_path, ".git/jsonschema/1-0-0", "x")
    write(tmp_path, "com.acme/ad_click/avro/1-0-0", "{}")
    write(tmp_path, "package.json", {"name": "shop"})
    write(tmp_path, "compose.yaml", "services: {}")
    write(tmp_path, "README.md", "x")
    assert lint(capsys, tmp_path) == (FINE, ["1 schema, 0 errors, 0 warnings"])


def test_data_structures_in_yaml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As Snowplow's command line keeps them; the path is the author's."""
    text = """
apiVersion: v1
resourceType: data-structure
meta: {hidden: false, schemaType: event}
data:
  $schema: http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0#
  self: {vendor: com.acme, name: ad_click, format: jsonschema, version: 1-0-0}
  type: object
  properties:
    seen: {type: boolean, description: Whether, maximum: 3}
  required: [seen]
"""
    file = write(tmp_path, "data-structures/ad_click.yaml", text)
    code, lines = lint(capsys, tmp_path)
    assert code == REFUSED
    assert lines == [
        f"{file}: ERROR /properties/seen: maximum is for number and integer, the type is boolean",
        "1 schema, 1 error, 0 warnings",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "invalid json: exhausted input"),
        (b"\xff", "not UTF-8"),
        ("[" * 50 + "]" * 50, "invalid json: maximum allowed JSON depth exceeded"),
        ("[" * 100_000, "invalid json: maximum allowed JSON depth exceeded"),
        (b" " * (1024 * 1024 + 1), "larger than 1048576 bytes"),
        ("[]", "no self-describing schema: `self` must have a vendor, name, format and version"),
        (schema("1-0"), "no self-describing schema: `self` must have a vendor"),
        (schema("1-0-01"), "no self-describing schema: a version is MODEL-REVISION-ADDITION"),
        (schema(**{"$schema": "x"}), "no self-describing schema: `$schema` must be http://iglu"),
        (schema(vendor=".."), ".. is no name for a vendor"),
        (
            schema("1-0-1"),
            f"`self` says iglu:{CLICK}/1-0-1, the path says iglu:{CLICK}/1-0-0",
        ),
        (schema(supersedes=[1]), "a version is MODEL-REVISION-ADDITION, such as 1-0-0"),
    ],
)
def test_a_file_that_is_no_schema(
    content: Any, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, f"{CLICK}/1-0-0", content)
    code, lines = lint(capsys, tmp_path)
    assert code == REFUSED
    assert message in lines[0]
    assert lines[0].startswith(f"{file}: ERROR: ")


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x]\nb: *a",
        "a: [",
        "a: 2020-01-01",
        "a: .nan",
        "? [x]\n: y",
        '"\\uD800": 1',
        "a: !!python/object:os.system x",
        "a: 1\na: 2",
        "[" * 500_000,
        "- " * 5_000,
        "a: !!bool x",
        "a: !!int",
        "a: !!timestamp 2020-02-30T25:61:61Z",
        "%YAML 9.9\n---\na",
        "a: !!int x",
        "a: !!binary x",
        "--- 1\n--- 2",
    ],
)
def test_yaml_that_is_no_json(text: str, tmp_path: Path) -> None:
    """Named, and nothing more happens."""
    assert run("lint", write(tmp_path, "x.yaml", text)) == REFUSED


def test_what_is_wrong_with_versions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Gaps, what is superseded, and an ADDITION that breaks."""
    write(tmp_path, f"{CLICK}/1-0-0", schema())
    smaller = {"url": {"type": "string", "minLength": 1, "maxLength": 100, "description": "x"}}
    breaking = write(tmp_path, f"{CLICK}/1-0-1", schema("1-0-1", properties=smaller))
    gap = write(tmp_path, f"{CLICK}/1-0-3", schema("1-0-3", supersedes=["1-0-2"]))
    code, lines = lint(capsys, tmp_path)
    assert code == REFUSED
    assert lines == [
        f"{breaking}: ERROR: Breaking change: instances of 1-0-0 are not valid any more under 1-0-1, "
        'which an ADDITION must not do; publish it as a REVISION or a MODEL; for example {"url": ""}, '
        "at $.url: `url` may be 0 characters long here, 1-0-1 wants at least 1 (minLength)",
        f"{gap}: ERROR: {PRECEDING}",
        f"{gap}: ERROR: Superseded schema version(s) do not exist",
        "3 schemas, 3 errors, 0 warnings",
    ]
    assert lint(capsys, breaking)[0] == REFUSED, "a file alone is held against those beside it"


def test_a_revision_may_break(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said, and is no warning: that is what a REVISION is for."""
    write(tmp_path, f"{CLICK}/1-0-0", schema())
    shorter = {"url": {"type": "string", "maxLength": 9, "description": "x"}}
    write(tmp_path, f"{CLICK}/1-1-0", schema("1-1-0", properties=shorter))
    code, lines = lint(capsys, "--warnings-as-errors", tmp_path)
    assert code == FINE
    assert "1-1-0: INFO: Some instances of 1-0-0 are not valid any more; for example" in lines[0]


def test_two_files_of_one_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Are fine when they say the same."""
    first = write(tmp_path, f"a/{CLICK}/1-0-0", schema())
    second = write(tmp_path, f"b/{CLICK}/1-0-0", schema())
    assert lint(capsys, tmp_path, first) == (FINE, ["1 schema, 0 errors, 0 warnings"])
    second.write_text(json.dumps(schema(description="x")))
    code, lines = lint(capsys, tmp_path)
    assert code == REFUSED
    message = f"iglu:{CLICK}/1-0-0 is also in {first}, with another content"
    assert lines[0] == f"{second}: ERROR: {message}"


def advised(folder: Path) -> Path:
    """A schema of which every skippable check says something."""
    properties = {"n": {"type": "integer"}, "s": {"type": "string"}, "f": {"format": "odd"}}
    return write(folder, f"{CLICK}/1-0-0", schema(properties=properties, required=["f"]))


def test_checks_that_are_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each of them leaves out something, and all of them all warnings."""
    advised(tmp_path)
    (tmp_path / "x").mkdir()
    write(tmp_path / "x", "rootless.json", schema(name="other", type="string", properties=None))
    code, everything = lint(capsys, advised(tmp_path))
    assert code == FINE
    for check in SKIPPABLE[1:]:
        _, lines = lint(capsys, "--skip-checks", check, advised(tmp_path))
        assert len(lines) < len(everything), check
    assert "root of a schema" in "".join(lint(capsys, tmp_path / "x")[1])
    assert "root of a schema" not in "".join(
        lint(capsys, "--skip-checks", "rootObject", tmp_path / "x")[1]
    )
    every = ",".join(SKIPPABLE)
    assert lint(capsys, "--skip-checks", every, "--warnings-as-errors", advised(tmp_path)) == (
        FINE,
        ["1 schema, 0 errors, 0 warnings"],
    )
    assert lint(capsys, "--warnings-as-errors", advised(tmp_path))[0] == REFUSED


def test_json_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, f"{CLICK}/1-0-0", schema("1-0-0", minProperties=2, maxProperties=1))
    code, lines = lint(capsys, "--json", tmp_path)
    assert code == REFUSED
    message = "minProperties 2 is greater than maxProperties 1"
    finding = {"path": str(file), "message": message, "level": "ERROR", "pointer": ""}
    assert json.loads(lines[0]) == {"schemas": 1, "findings": [finding]}


def test_names_that_no_terminal_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Escapes and bytes of no encoding."""
    odd = os.fsdecode(b"\x1b[2J\xff.json")
    write(tmp_path, odd, schema(type=3))
    code, lines = lint(capsys, tmp_path)
    assert (code, lines[0].isprintable()) == (REFUSED, True)
    assert "\\x1b[2J\\udcff.json: ERROR" in lines[0]
    assert lint(capsys, "--json", tmp_path)[0] == REFUSED


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["lint"], "the following arguments are required: PATH"),
        (["lint", "nowhere"], "error: nowhere: No such file or directory"),
        (["lint", "a\0b"], "error: a\\x00b: "),
        (["lint", "."], "error: no schemas in ."),
        (
            ["lint", "--skip-checks", "x,description", "."],
            "error: no such check: x; there are root",
        ),
        (["get", "com.acme"], "error: com.acme: no schema URI; wanted is iglu:vendor/name/"),
        (["get", "iglu:../a/jsonschema/1-0-0"], "no schema URI"),
        (["get", f"iglu:{CLICK}/1-0-0", "--repr", "meta"], "--repr meta and --api-key are for a"),
        (
            ["get", f"iglu:{CLICK}/1-0-0", "--iglu", "none.json"],
            "no such file or folder: none.json",
        ),
        (["push", "."], "the following arguments are required: --registry"),
        (["push", ".", "--registry", "ftp://a"], "--registry: wanted: an http or https URL"),
        (["push", ".", "--registry", "http://a:70000"], "--registry: wanted: an http or https URL"),
        (["push", ".", "--registry", "http://u:hidden@a"], "a key goes to --api-key"),
        (["push", ".", "--registry", "http://a/?k=hidden"], "a URL with a query"),
        (["push", ".", "--registry", "http://a"], "error: no schemas in ."),
        (["push", ".", "--registry", "http://a", "--api-key", "hid\nden"], "the API key has"),
        (["mirror", "x", "--registry", "http://a", "--keys", "none"], "none: No such file"),
        ([], "the following arguments are required: COMMAND"),
    ],
)
def test_a_command_line_that_cannot_be_followed(
    argv: list[str],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit code 2, and no secret in the message."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PISTE_API_KEY", raising=False)
    assert run(*argv) == USAGE
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
    assert "hid" not in printed.err.replace("--hid", "")


def test_a_key_with_a_line_end_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The HTTP library would print it."""
    monkeypatch.setenv("PISTE_API_KEY", "tt_secret\n")
    assert run("pull", tmp_path, "--registry", "http://127.0.0.1:1") == USAGE
    assert capsys.readouterr().err == "error: the API key has characters that no key has\n"


def test_get_finds_what_the_server_would_find(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders, the registries of a resolver configuration, and what comes with Piste."""
    monkeypatch.setenv("PISTE_API_KEY", "tt_for_another_command")
    write(tmp_path, f"schemas/{CLICK}/1-0-0", schema(description="Für alle \x9b"))
    with answering({f"/schemas/{CLICK}/1-0-1": schema("1-0-1")}) as asked:
        http = {"http": {"uri": asked.url}}
        repository = {"name": "Ours", "priority": 1, "vendorPrefixes": [], "connection": http}
        config = {
            "schema": "iglu:com.snowplowanalytics.iglu/resolver-config/jsonschema/1-0-3",
            "data": {"cacheSize": 5, "repositories": [repository]},
        }
        where = ("--iglu", write(tmp_path, "iglu.json", config), "--schemas", tmp_path / "schemas")
        for version in ("1-0-0", "1-0-1"):
            assert run("get", f"iglu:{CLICK}/{version}", *where) == FINE
            printed = capsys.readouterr().out
            assert json.loads(printed)["self"]["version"] == version
            assert "\x9b" not in printed
        page_view = "iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0"
        assert run("get", page_view, *where) == FINE
        assert '"name": "web_page"' in capsys.readouterr().out
        assert run("get", f"iglu:{CLICK}/9-0-0", *where) == REFUSED
        said = capsys.readouterr().err
        assert said.startswith(f"error: iglu:{CLICK}/9-0-0: not found\n")
        assert "  Ours: NotFound\n" in said
    config["data"] = {}
    assert run("get", page_view, "--iglu", write(tmp_path, "iglu.json", config)) == USAGE
    assert "iglu.json: data.cacheSize" in capsys.readouterr().err


def test_get_when_the_registry_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("get", f"iglu:{CLICK}/1-0-0", "--registry", "http://127.0.0.1:1") == BROKEN
    assert capsys.readouterr().err == "error: http://127.0.0.1:1: Connection refused\n"


@needs_iglu_central
def test_iglu_central(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is wrong with its schemas but ADDITIONs that break."""
    code, lines = lint(capsys, "--skip-checks", ",".join(SKIPPABLE), IGLU_CENTRAL)
    assert code == REFUSED
    errors = [line for line in lines if ": ERROR" in line]
    assert len(errors) < 10
    assert all(": ERROR: Breaking change: " in line for line in errors)
