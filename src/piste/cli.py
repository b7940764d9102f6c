"""The command line: `piste serve`, `piste micro`, `piste config`, `piste subschema`, `piste schema`,
`piste specs`.

Room:   the top. Turns arguments into `Settings` and hands them to `piste.app`; knows no HTTP, no store.
Limits: the app is imported only by the commands that run it, so that help and errors come at once.
Source: the flags of `piste micro` are Snowplow Micro's.

Exit codes: 0 all went well; 1 the settings cannot be used, as Snowplow Micro has it; 2 the command
line itself cannot be read; else what `piste.app.run`, `piste.subschema_command`,
`piste.schema_command` or `piste.specs_command` answers.
"""

import os
import sys
from argparse import SUPPRESS, Action, ArgumentParser, Namespace
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import piste
from piste.schema_command.arguments import PURPOSE as FOR_SCHEMAS
from piste.schema_command.arguments import add_commands as add_schema_commands
from piste.settings import Disk, Files, InvalidSettings, Loaded, Settings, load
from piste.settings.fields import Setting, settings_by_key
from piste.settings.kinds import text
from piste.settings.show import as_json, as_text
from piste.settings.sources import Given
from piste.specs_command.arguments import PURPOSE as FOR_SPECS
from piste.specs_command.arguments import add_commands as add_specs_commands

DEFAULTS_OF_MICRO = (
    Given("log.events", True, "piste micro"),
    # As Micro is. It listens on loopback all the same, until --host says otherwise.
    Given("inspector.open_inspector", True, "piste micro"),
)
FIXED_BY_MICRO = (Given("storage.ephemeral", True, "piste micro"),)
NOT_IN_MICRO = ("storage.data_dir", "storage.ephemeral", "enrich.workers")

COMPARES = "Tell whether every instance of one schema is an instance of another."
ABSENT = {
    "--yauaa": "this release has no YAUAA enrichment; start without the flag",
    "--storage": "piste micro keeps events in memory; for events that outlive the process "
    "use `piste serve --data-dir DIR`",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command named by the arguments, by default those of the process. Its exit code."""
    arguments = parser().parse_args(argv)
    if arguments.command == "subschema":
        return _compare(arguments)
    if arguments.command == "schema":
        return _schema(arguments)
    if arguments.command == "specs":
        return _specs(arguments)
    try:
        loaded = loaded_settings(arguments, os.environ, Disk())
    except InvalidSettings as error:
        for problem in error.problems:
            print(f"error: {problem}", file=sys.stderr)
        return 1
    for warning in loaded.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if arguments.command == "config":
        print(as_json(loaded) if arguments.as_json else as_text(loaded))
        return 0
    return _run(loaded.settings)


def loaded_settings(arguments: Namespace, environ: Mapping[str, str], files: Files) -> Loaded:
    """The settings that these arguments, variables and files ask for. Raises `InvalidSettings`."""
    given = vars(arguments)
    is_micro = arguments.command == "micro"
    return load(
        {key: given[key] for key in settings_by_key() if key in given},
        environ,
        files,
        config_file=arguments.config,
        properties=given.get("properties", ()),
        defaults=DEFAULTS_OF_MICRO if is_micro else (),
        fixed=FIXED_BY_MICRO if is_micro else (),
    )


def parser() -> ArgumentParser:
    """The grammar of the command line, its flags derived from the settings."""
    top = ArgumentParser(prog="piste", description=piste.__doc__, allow_abbrev=False)
    top.add_argument("--version", action="version", version=f"piste {piste.__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = _command(commands, "serve", "Collect events and keep them.")
    _add_settings(serve)

    config = _command(commands, "config", "Print each setting with its value and its origin.")
    config.add_argument("--json", dest="as_json", action="store_true", help="print one JSON object")
    _add_settings(config)

    micro = _command(
        commands, "micro", "Like Snowplow Micro: collect events and keep them in memory."
    )
    _add_settings(micro, without=NOT_IN_MICRO)
    micro.add_argument(
        "-D",
        dest="properties",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a Java property, such as -Dcollector.cookie.name=sp",
    )
    subschema = commands.add_parser("subschema", help=COMPARES, description=COMPARES)
    subschema.add_argument("left", type=Path, metavar="LEFT.json")
    subschema.add_argument("right", type=Path, metavar="RIGHT.json")
    subschema.add_argument(
        "--json", dest="as_json", action="store_true", help="print one JSON object"
    )
    add_schema_commands(commands.add_parser("schema", help=FOR_SCHEMAS, description=FOR_SCHEMAS))
    add_specs_commands(commands.add_parser("specs", help=FOR_SPECS, description=FOR_SPECS))
    for name, reason in ABSENT.items():
        micro.add_argument(name, action=_Absent, nargs="?", help=f"not available: {reason}")
    return top


def _command(commands: Any, name: str, purpose: str) -> ArgumentParser:
    command: ArgumentParser = commands.add_parser(
        name, help=purpose, description=purpose, allow_abbrev=False
    )
    micro_names = ("-c", "--collector-config") if name == "micro" else ()
    command.add_argument(
        *micro_names,
        "--config",
        dest="config",
        metavar="FILE",
        type=Path,
        help="piste.toml, or the HOCON of Snowplow Micro under any name not ending in .toml "
        "(./piste.toml when there is one)",
    )
    return command


def _add_settings(command: ArgumentParser, without: Collection[str] = ()) -> None:
    for key, setting in settings_by_key().items():
        if setting.flag is not None and key not in without:
            command.add_argument(
                *setting.flag.names,
                dest=key,
                default=SUPPRESS,
                help=_help(setting).replace("%", "%%"),
                **_taking(setting),
            )


def _taking(setting: Setting) -> dict[str, Any]:
    """Values stay texts here: `load` converts them as it does those of the environment."""
    if isinstance(setting.default, bool):
        return {"action": "store_const", "const": "true"}
    assert setting.flag is not None
    action = "append" if isinstance(setting.default, tuple) else "store"
    return {"action": action, "metavar": setting.flag.value}


def _help(setting: Setting) -> str:
    default = text(setting.default)
    known_default = f", {default} by default" if default not in ("", "false") else ""
    return f"{setting.meaning} [{setting.environment}{known_default}]"


class _Absent(Action):
    """A flag of Snowplow Micro that Piste knows and cannot honour: an error that says so."""

    def __call__(
        self, parser: ArgumentParser, namespace: Namespace, values: Any, option: str | None = None
    ) -> None:
        parser.error(f"{option}: {ABSENT[self.option_strings[0]]}")


def _compare(arguments: Namespace) -> int:
    from piste import subschema_command

    return subschema_command.run(arguments.left, arguments.right, as_json=arguments.as_json)


def _schema(arguments: Namespace) -> int:
    from piste.schema_command import command

    return command.run(arguments, os.environ)


def _specs(arguments: Namespace) -> int:
    from piste.specs_command import command

    return command.run(arguments, os.environ)


def _run(settings: Settings) -> int:
    from piste import app

    return app.run(settings)
