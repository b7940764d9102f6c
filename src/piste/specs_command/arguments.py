"""The grammar of `piste specs`.

Room:   the top; imported by every command line, so it imports nothing that takes time.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

PURPOSE = "Tracking plans as files, and whether events fulfil them."

_PULL = "Write the tracking plans of a Piste into a folder."
_PUSH = "Bring the tracking plans of a folder to a Piste."
_CHECK = "Check whether every event specification of a plan was seen, and none violated."


def add_commands(specs: ArgumentParser) -> None:
    """Give the command `specs` its own commands, named in `specs_command`."""
    commands = specs.add_subparsers(dest="specs_command", required=True, metavar="COMMAND")

    pull = _command(commands, "pull", _PULL)
    _add_folder(pull)

    push = _command(commands, "push", _PUSH)
    _add_folder(push)
    push.add_argument(
        "--publish",
        action="store_true",
        help="data structures to production as well, and event specifications published",
    )
    push.add_argument(
        "--prune",
        action="store_true",
        help="delete what is in no file: event specifications, data products, source applications",
    )

    check = _command(commands, "check", _CHECK)
    check.add_argument(
        "--plan",
        dest="plans",
        metavar="ID",
        action="append",
        required=True,
        help="the id or the name of a data product; may be repeated",
    )
    check.add_argument(
        "--since", metavar="TIME", help="events since then: ISO 8601, or 90m, 24h, 7d ago"
    )
    check.add_argument(
        "--junit", metavar="FILE", type=Path, help="write JUnit's XML for a CI server"
    )
    check.add_argument(
        "--fail-on-unmatched",
        action="store_true",
        help="fail when events match no event specification",
    )
    check.add_argument(
        "--allow-never-seen", action="store_true", help="do not fail for what was never seen"
    )
    check.add_argument("--json", dest="as_json", action="store_true", help="print one JSON object")


def _command(commands: Any, name: str, purpose: str) -> ArgumentParser:
    command: ArgumentParser = commands.add_parser(
        name, help=purpose, description=purpose, allow_abbrev=False
    )
    command.add_argument(
        "--url", metavar="URL", help="of the Piste [PISTE_URL, http://127.0.0.1:9090 by default]"
    )
    command.add_argument(
        "--api-key",
        metavar="KEY",
        help="better given as PISTE_API_KEY: other users of the machine can read command lines",
    )
    command.add_argument(
        "--api-key-id", metavar="ID", help="with it, a token is asked for as v3 has it"
    )
    command.add_argument(
        "--organization", metavar="ID", help="needed when the key is good for more than one"
    )
    return command


def _add_folder(command: ArgumentParser) -> None:
    command.add_argument(
        "folder", metavar="DIR", type=Path, help="with data-structures/ and data-products/ in it"
    )
    command.add_argument("--dry-run", action="store_true", help="say what would be, change nothing")
