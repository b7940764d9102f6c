"""The grammar of `piste schema`.

Room:   the top; imported by every command line, so it imports nothing that takes time.
"""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PURPOSE = "Check, read, publish and copy schemas."

_LINT = "Check schemas before they are published."
_GET = "Print one schema."
_PUSH = "Publish what a registry does not have yet."
_PULL = "Write what a registry has into a folder."
_MIRROR = "Make a folder that serves as a registry itself."


def add_commands(schema: ArgumentParser) -> None:
    """Give the command `schema` its own commands, named in `schema_command`."""
    commands = schema.add_subparsers(dest="schema_command", required=True, metavar="COMMAND")
    _add_lint(_command(commands, "lint", _LINT))
    _add_get(_command(commands, "get", _GET))
    _add_push(_command(commands, "push", _PUSH))
    _add_pull(_command(commands, "pull", _PULL))
    _add_mirror(_command(commands, "mirror", _MIRROR))


def _command(commands: Any, name: str, purpose: str) -> ArgumentParser:
    command: ArgumentParser = commands.add_parser(
        name, help=purpose, description=purpose, allow_abbrev=False
    )
    return command


def _add_lint(lint: ArgumentParser) -> None:
    _add_paths(lint)
    lint.add_argument(
        "--skip-checks",
        metavar="CHECKS",
        default="",
        help="checks to leave out, with commas between them, such as description,optionalNull",
    )
    lint.add_argument(
        "--warnings-as-errors", action="store_true", help="exit with 1 for warnings as well"
    )
    lint.add_argument("--json", dest="as_json", action="store_true", help="print one JSON object")


def _add_get(get: ArgumentParser) -> None:
    get.add_argument("uri", metavar="URI", help="such as iglu:com.acme/ad_click/jsonschema/1-0-0")
    _add_registry(get, is_required=False)
    get.add_argument(
        "--repr",
        dest="representation",
        choices=("canonical", "meta"),
        default="canonical",
        help="meta: with `metadata`, when the registry has it",
    )
    get.add_argument(
        "--config",
        metavar="FILE",
        type=Path,
        help="without --registry: piste.toml, as the server reads it",
    )
    get.add_argument(
        "--iglu", metavar="FILE", help="without --registry: the resolver configuration"
    )
    get.add_argument(
        "--schemas",
        metavar="DIR",
        action="append",
        default=[],
        help="without --registry: a folder of schemas; may be repeated",
    )


def _add_push(push: ArgumentParser) -> None:
    _add_paths(push)
    _add_registry(push)
    push.add_argument(
        "--public", action="store_true", help="everybody may read them, without a key"
    )
    _add_dry_run(push)


def _add_pull(pull: ArgumentParser) -> None:
    _add_copying(pull)
    _add_dry_run(pull)


def _add_mirror(mirror: ArgumentParser) -> None:
    _add_copying(mirror)
    mirror.add_argument(
        "--keys",
        metavar="PATH",
        type=Path,
        help="for a registry without a list: a file of schema URIs, or a folder of schemas",
    )
    mirror.add_argument(
        "--refresh", action="store_true", help="ask again for schemas that the folder has"
    )


def _add_copying(command: ArgumentParser) -> None:
    command.add_argument("folder", metavar="DIR", type=Path, help="schemas go to DIR/schemas")
    _add_registry(command)
    command.add_argument(
        "--vendor", metavar="PREFIX", default="", help="com.acme: com.acme and com.acme.shop"
    )


def _add_paths(command: ArgumentParser) -> None:
    command.add_argument(
        "paths",
        metavar="PATH",
        nargs="+",
        type=Path,
        help="a schema, or a folder of schemas: vendor/name/jsonschema/1-0-0",
    )


def _add_registry(command: ArgumentParser, *, is_required: bool = True) -> None:
    command.add_argument(
        "--registry",
        metavar="URL",
        type=registry_url,
        required=is_required,
        help="such as http://localhost:9090/api",
    )
    command.add_argument(
        "--api-key",
        metavar="KEY",
        help="a key of the registry, better given as PISTE_API_KEY: other users of the machine "
        "can read command lines",
    )


def _add_dry_run(command: ArgumentParser) -> None:
    command.add_argument("--dry-run", action="store_true", help="say what would be, change nothing")


def registry_url(text: str) -> str:
    """Without a slash at its end. Raises `ArgumentTypeError`; whatever is in the text, no secret is shown."""
    try:
        parts = urlsplit(text)
        is_fit = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        )  # reading the port may raise
    except ValueError:
        is_fit = False
    if not is_fit or not text.isascii() or not text.isprintable() or " " in text:
        raise ArgumentTypeError("wanted: an http or https URL")
    if "@" in parts.netloc:
        raise ArgumentTypeError("a URL with a password in it; a key goes to --api-key")
    if parts.query or parts.fragment:
        raise ArgumentTypeError("a URL with a query; wanted is that of the registry alone")
    return text.rstrip("/")
