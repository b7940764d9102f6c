"""The command line: what each command accepts, what it says, and with which exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import piste
from piste.cli import loaded_settings, parser
from piste.settings import Loaded
from piste.settings.fields import Setting, settings_by_key
from piste.settings.load import values_by_key


class AnyFile:
    """A disk on which every path but ./piste.toml exists and is an empty file."""

    def read_text(self, path: Path) -> str:
        return ""

    def exists(self, path: Path) -> bool:
        return path != Path("piste.toml")


def parsed(*argv: str, environ: Mapping[str, str] | None = None) -> Loaded:
    return loaded_settings(parser().parse_args(argv), environ or {}, AnyFile())


def given(result: Loaded) -> dict[str, object]:
    values = values_by_key(result.settings)
    return {key: values[key] for key, origin in result.origins.items() if origin != "default"}


MICRO: dict[str, object] = {
    "log.events": True,
    "storage.ephemeral": True,
    "inspector.open_inspector": True,
}
"""What `piste micro` sets by itself."""


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        pytest.param(["serve"], {}, id="serve alone"),
        pytest.param(
            [
                *("serve", "--host", "0.0.0.0", "--port", "8080", "--data-dir", "/data"),
                *("--iglu", "resolver.json", "--schemas", "one", "--schemas", "two"),
                *("--workers", "0", "--open-inspector"),
            ],
            {
                "server.host": "0.0.0.0",
                "server.port": 8080,
                "storage.data_dir": Path("/data"),
                "iglu.resolver": Path("resolver.json"),
                "iglu.schemas": (Path("one"), Path("two")),
                "enrich.workers": 0,
                "inspector.open_inspector": True,
            },
            id="serve for real traffic",
        ),
        pytest.param(
            ["serve", "--ephemeral", "--no-storage", "--output-tsv"],
            {"storage.ephemeral": True, "storage.no_storage": True, "output.tsv": True},
            id="serve as a filter",
        ),
        pytest.param(["micro"], MICRO, id="micro alone"),
        pytest.param(
            ["micro", "-t", "-d", "http://127.0.0.1/", "-i", "iglu.json", "--no-storage"],
            {
                **MICRO,
                "output.tsv": True,
                "output.destination": "http://127.0.0.1/",
                "iglu.resolver": Path("iglu.json"),
                "storage.no_storage": True,
            },
            id="Micro's short flags",
        ),
        pytest.param(
            ["micro", "--output-json", "--destination=http://127.0.0.1/", "--iglu=iglu.json"],
            {
                **MICRO,
                "output.json": True,
                "output.destination": "http://127.0.0.1/",
                "iglu.resolver": Path("iglu.json"),
            },
            id="Micro's long flags",
        ),
        pytest.param(
            ["micro", "--collector-config", "/config/micro.conf", "--iglu", "/config/iglu.json"],
            {**MICRO, "iglu.resolver": Path("/config/iglu.json")},
            id="as the JavaScript tracker's tests start Micro",
        ),
        pytest.param(
            ["micro", "-Dcollector.cookie.name=sp", "-D", "collector.port=9091"],
            {**MICRO, "collector.cookie.name": "sp", "server.port": 9091},
            id="Java properties",
        ),
        pytest.param(
            ["micro", "-Dcollector.port=1", "--port", "2"],
            {**MICRO, "server.port": 2},
            id="a flag goes over a property",
        ),
        pytest.param(
            ["micro", "-Dorg.slf4j.simpleLogger.log.EventLog=off"],
            {**MICRO, "log.events": False},
            id="a silent event log",
        ),
    ],
)
def test_flags(argv: list[str], expected: dict[str, object]) -> None:
    """The command line as it is written in design documents, scripts and Micro's manual."""
    assert given(parsed(*argv)) == expected


def settings_with_flag() -> list[Any]:
    return [
        pytest.param(setting, name, id=f"{name} gives {setting.key}")
        for setting in settings_by_key().values()
        if setting.flag and not setting.not_yet
        for name in setting.flag.names
    ]


VALUES = {int: "7", Path: "folder", type(None): "http://127.0.0.1/", tuple: "folder"}


@pytest.mark.parametrize(("setting", "name"), settings_with_flag())
def test_every_flag_gives_its_setting(setting: Setting, name: str) -> None:
    """A flag that is declared is accepted, and arrives at its setting and no other."""
    value = {"log.format": "json", "log.level": "error", "enrich.workers": "7"}.get(setting.key)
    value = value or VALUES.get(type(setting.default), "0.0.0.0")
    argv = [name] if isinstance(setting.default, bool) else [name, value]
    beside = ["-t"] if setting.key == "output.destination" else []
    result = parsed("serve", *argv, *beside)
    assert result.origins[setting.key] == setting.flag.names[0]  # type: ignore[union-attr]
    assert values_by_key(result.settings)[setting.key] != setting.default
    assert len(given(result)) == 1 + len(beside)


@pytest.mark.parametrize("number", ["0", "1", "64"])
def test_workers(number: str) -> None:
    """`--workers` goes over the environment; 0 is a number, and not the same as none."""
    result = parsed("serve", "--workers", number, environ={"PISTE_ENRICH_WORKERS": "2"})
    assert result.settings.enrich.workers == int(number)
    assert result.origins["enrich.workers"] == "--workers"


def test_micro_is_always_ephemeral() -> None:
    """Neither a variable nor a file makes `piste micro` keep events."""
    result = parsed("micro", environ={"PISTE_STORAGE_EPHEMERAL": "false"})
    assert result.settings.storage.ephemeral
    assert result.origins["storage.ephemeral"] == "piste micro"


def run(*argv: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """`python -m piste` in an otherwise empty environment."""
    return subprocess.run(
        [sys.executable, "-m", "piste", *argv],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), **environ},
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=False,
    )


def test_config_prints_each_setting_with_its_origin(tmp_path: Path) -> None:
    """`piste config` reads the real environment and the real piste.toml."""
    (tmp_path / "piste.toml").write_text("[server]\nport = 1\n[tls]\np12 = 'piste.toml'")
    done = run("config", "--host", "::1", cwd=tmp_path, PISTE_TLS_PASSWORD="hunter2")
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert "server.port = 1  (piste.toml)" in lines
    assert 'server.host = "::1"  (--host)' in lines
    assert 'tls.password = "***"  (PISTE_TLS_PASSWORD)' in lines
    assert "server.ssl_port = 9543  (default)" in lines


def test_config_prints_json(tmp_path: Path) -> None:
    """`piste config --json` is for machines."""
    done = run("config", "--json", cwd=tmp_path, PISTE_SERVER_PORT="1")
    shown = json.loads(done.stdout)
    assert shown["server.port"] == {"value": 1, "origin": "PISTE_SERVER_PORT"}


def test_version(tmp_path: Path) -> None:
    """`piste --version` names program and version."""
    done = run("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"piste {piste.__version__}\n")


@pytest.mark.parametrize(
    "argv",
    [
        pytest.param(["--help"], id="of the program"),
        pytest.param(["serve", "--help"], id="of serve"),
        pytest.param(["micro", "--help"], id="of micro"),
        pytest.param(["config", "--help"], id="of config"),
    ],
)
def test_help(argv: list[str], tmp_path: Path) -> None:
    """Help goes to standard output, and is no error."""
    done = run(*argv, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: piste")


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        pytest.param([], 2, "COMMAND", id="no command"),
        pytest.param(["sreve"], 2, "invalid choice: 'sreve'", id="an unknown command"),
        pytest.param(["serve", "--prot", "1"], 2, "arguments: --prot 1", id="an unknown flag"),
        pytest.param(["serve", "--por", "1"], 2, "arguments: --por 1", id="half a flag"),
        pytest.param(["serve", "--port"], 2, "expected one argument", id="a flag without value"),
        pytest.param(["micro", "--workers", "1"], 2, "--workers", id="a flag not in micro"),
        pytest.param(["micro", "--yauaa"], 2, "--yauaa: this release has no", id="YAUAA"),
        pytest.param(
            ["micro", "--storage", "storage.conf"], 2, "piste serve --data-dir", id="PostgreSQL"
        ),
        pytest.param(["serve", "--port", "x"], 1, "--port: `server.port` must", id="a wrong value"),
        pytest.param(
            ["serve", "--workers", "-1"], 1, "from 0 to 64, not '-1'", id="a negative number"
        ),
        pytest.param(
            ["serve", "--workers=many"], 1, "--workers: `enrich.workers` must be", id="no number"
        ),
        pytest.param(["serve", "--workers"], 2, "expected one argument", id="no number of workers"),
        pytest.param(["micro", "-tj"], 1, "Cannot specify both --output-tsv", id="both outputs"),
        pytest.param(["micro", "-i", "iglu.json"], 1, "iglu.json", id="a file that is missing"),
        pytest.param(["micro", "-c", "micro.conf"], 1, "micro.conf", id="no configuration file"),
    ],
)
def test_errors(argv: list[str], code: int, said: str, tmp_path: Path) -> None:
    """2 for a command line that cannot be read, 1 for settings that cannot be used."""
    done = run(*argv, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "error: " in done.stderr
    assert "Traceback" not in done.stderr


def test_warnings_go_to_standard_error(tmp_path: Path) -> None:
    """What a HOCON file has in vain is named; the command goes on."""
    (tmp_path / "micro.conf").write_text("collector { streams { sink = stdout } }")
    done = run("config", "--config", "micro.conf", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr == "warning: micro.conf: not used by Piste: streams\n"


def test_help_and_config_do_not_import_the_app() -> None:
    """The commands that only talk are quick: no server, no database, no HOCON."""
    code = "import sys, piste.cli; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert not {"piste.app", "uvicorn", "fastapi", "duckdb", "pyhocon"} & set(done.stdout.split())
