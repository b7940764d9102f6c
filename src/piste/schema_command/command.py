"""`piste schema`: from the arguments to one of its commands.

Room:   the top; imported when the command runs.

Exit codes: those of `exits`.
"""

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path

from piste.events.schema_key import IgluParseError, SchemaKey
from piste.schema_command import copying, getting, linting, pushing
from piste.schema_command.client import NoAnswer, RegistryClient, UnfitKey
from piste.schema_command.exits import BROKEN, REFUSED, USAGE
from piste.schema_command.schema_files import Unreadable, has_plain_vendor, read_files
from piste.schema_command.texts import printable
from piste.settings import clients

INTERRUPTED = 130


def run(arguments: Namespace, environ: Mapping[str, str]) -> int:
    """Do what the arguments say; the exit code."""
    try:
        return _run(arguments, environ)
    except (UnfitKey, Unreadable, copying.UnfitKeys) as error:
        _say(error)
        return USAGE
    except NoAnswer as error:
        _say(error)
        return BROKEN
    except OSError as error:
        what = error.strerror or error
        _say(f"{error.filename}: {what}" if error.filename else what)
        return BROKEN
    except KeyboardInterrupt:
        _say("stopped; run it again to go on")
        return INTERRUPTED


def _run(arguments: Namespace, environ: Mapping[str, str]) -> int:
    match arguments.schema_command:
        case "lint":
            return linting.run(
                arguments.paths,
                skip_checks=arguments.skip_checks,
                warnings_as_errors=arguments.warnings_as_errors,
                as_json=arguments.as_json,
            )
        case "get":
            return _get(arguments, environ)
        case "push":
            return _push(_client(arguments, environ), arguments)
        case "pull":
            client = _client(arguments, environ)
            listed = copying.listed_by(client).below(arguments.vendor)
            return copying.pull(client, arguments.folder, listed, dry_run=arguments.dry_run)
        case _:
            client = _client(arguments, environ)
            keys = arguments.keys
            listed = copying.listed_by(client) if keys is None else copying.keys_in(keys)
            listed = listed.below(arguments.vendor)
            return copying.mirror(client, arguments.folder, listed, refresh=arguments.refresh)


def _get(arguments: Namespace, environ: Mapping[str, str]) -> int:
    key = SchemaKey.parse(arguments.uri)
    if isinstance(key, IgluParseError) or not has_plain_vendor(key):
        _say(f"{arguments.uri}: no schema URI; wanted is iglu:vendor/name/jsonschema/1-0-0")
        return USAGE
    with_metadata = arguments.representation == "meta"
    if arguments.registry is not None:
        client = _client(arguments, environ)
        return getting.from_registry(client, key, with_metadata=with_metadata)
    if with_metadata or arguments.api_key is not None:
        _say("--repr meta and --api-key are for a --registry")
        return USAGE
    return getting.from_resolver(
        key,
        environ,
        config=arguments.config,
        resolver=arguments.iglu,
        folders=arguments.schemas,
    )


def _push(client: RegistryClient, arguments: Namespace) -> int:
    """Nothing is sent unless all files are schemas."""
    paths: Sequence[Path] = arguments.paths
    files = read_files(paths)
    for problem in files.problems:
        _say(f"{problem.path}: {problem.message}")
    if files.problems:
        _say("nothing was pushed")
        return REFUSED
    if not files.schemas:
        raise Unreadable(f"no schemas in {', '.join(map(str, paths))}")
    return pushing.push(client, files, is_public=arguments.public, dry_run=arguments.dry_run)


def _client(arguments: Namespace, environ: Mapping[str, str]) -> RegistryClient:
    key = arguments.api_key if arguments.api_key is not None else environ.get(clients.API_KEY)
    return RegistryClient(arguments.registry, key or None)


def _say(error: object) -> None:
    print(f"error: {printable(error)}", file=sys.stderr)
