"""`piste specs`: from the arguments to one of its commands.

Room:   the top; imported when the command runs.

Exit codes: 0 all went well; 1 the files have flaws, the server refuses, or the check has failed; 2 the
command cannot be carried out: usage, files, or the server.
"""

import sys
from argparse import Namespace
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from piste.jsontext import encode_text
from piste.settings.clients import API_KEY, URL
from piste.specs_command import check as checking
from piste.specs_command.client import DEFAULT_URL, Client, Failed, Refused, connected
from piste.specs_command.folder import FOLDERS, File, Outside, Problem, read_folder
from piste.specs_command.pull import pull
from piste.specs_command.push import push
from piste.specs_command.reading import MAX_PROBLEMS, read_plan
from piste.specs_command.remote import read_remote
from piste.specs_command.showing import printable, refusal_lines
from piste.specs_command.steps import steps

DONE, REFUSED, BROKEN, INTERRUPTED = 0, 1, 2, 130


def run(arguments: Namespace, environ: Mapping[str, str]) -> int:
    """Do what the arguments say; the exit code."""
    try:
        match arguments.specs_command:
            case "pull":
                return _pull(arguments, environ)
            case "push":
                return _push(arguments, environ)
            case _:
                return _check(arguments, environ)
    except Failed as error:
        _say(error)
    except Outside as error:
        _say(f"{error}: is outside of the folder; nothing more was written")
    except Refused as refused:
        _say("; ".join(refusal_lines(refused)))
    except OSError as error:
        _say(f"{error.filename}: {error.strerror}" if error.filename else error)
    except KeyboardInterrupt:
        _say("stopped; run it again to go on")
        return INTERRUPTED
    return BROKEN


def _pull(arguments: Namespace, environ: Mapping[str, str]) -> int:
    files = _files(arguments.folder)
    if files is None:
        return REFUSED
    remote = read_remote(_client(arguments, environ))
    pull(remote, files, arguments.folder, dry_run=arguments.dry_run)
    return DONE


def _push(arguments: Namespace, environ: Mapping[str, str]) -> int:
    """Nothing is asked unless all files are right."""
    files = _files(arguments.folder)
    if files is None:
        return REFUSED
    plan, _ = read_plan(files)
    if plan.is_empty:
        # To prune after a mistyped folder would delete everything.
        raise Failed(f"{arguments.folder}: no resources in {' or '.join(FOLDERS)}")
    client = _client(arguments, environ)
    todo = steps(plan, read_remote(client), publish=arguments.publish, prune=arguments.prune)
    return push(client, list(todo), dry_run=arguments.dry_run)


def _check(arguments: Namespace, environ: Mapping[str, str]) -> int:
    try:
        given = arguments.since
        start = None if given is None else checking.since(given, datetime.now(UTC))
    except ValueError as error:
        raise Failed(f"--since: {error}") from None
    rules = checking.Rules(
        fails_on_never_seen=not arguments.allow_never_seen,
        fails_on_unmatched=arguments.fail_on_unmatched,
    )
    reports = checking.reports(_client(arguments, environ), arguments.plans, start)
    if arguments.junit is not None:
        arguments.junit.write_text(checking.junit(reports, rules), encoding="utf-8")
    if arguments.as_json:
        print(encode_text(checking.as_json(reports, rules)))
    else:
        tables = ["\n".join(checking.table(report, rules)) for report in reports]
        print("\n\n".join(tables))
    return DONE if all(report.is_passed(rules) for report in reports) else REFUSED


def _files(folder: Path) -> list[File] | None:
    """None when something is wrong with them, which is said."""
    if folder.exists() and not folder.is_dir():
        raise Failed(f"{folder}: is no folder")
    files, problems = read_folder(folder)
    found: list[Problem] = [*problems, *read_plan(files)[1]]
    for problem in found[:MAX_PROBLEMS]:
        _say(problem)
    if len(found) > MAX_PROBLEMS:
        _say(f"and {len(found) - MAX_PROBLEMS} more")
    return None if found else files


def _client(arguments: Namespace, environ: Mapping[str, str]) -> Client:
    key = arguments.api_key or environ.get(API_KEY)
    if not key:
        raise Failed(f"no API key: give --api-key, or set {API_KEY}")
    return connected(
        arguments.url or environ.get(URL) or DEFAULT_URL,
        key,
        arguments.api_key_id,
        arguments.organization,
    )


def _say(error: object) -> None:
    print(f"error: {printable(error)}", file=sys.stderr)
