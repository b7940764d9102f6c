"""`piste schema get`: one schema, from a registry or from wherever a server here would find it.

Room:   the top.
Limits: what was published to a Piste that runs is found with --registry only: its database is its own.
"""

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

from piste.events.failures import ResolutionError
from piste.events.schema_key import Json, SchemaKey
from piste.iglu import ConfigError, OwnRegistry
from piste.jsontext import JsonError
from piste.schema_command.client import RegistryClient
from piste.schema_command.exits import FINE, REFUSED, USAGE
from piste.schema_command.texts import pretty, printable
from piste.schemas import open_resolver
from piste.settings import Disk, InvalidSettings, load


def from_registry(client: RegistryClient, key: SchemaKey, *, with_metadata: bool) -> int:
    """Print the schema; the exit code. Raises `NoAnswer`."""
    answer = client.get(f"/schemas/{key.path}{'?repr=meta' if with_metadata else ''}")
    if answer.status != HTTPStatus.OK:
        return _refuse(f"{key}: {answer.message}")
    json = answer.json
    if isinstance(json, JsonError):
        return _refuse(f"{key}: {json.message}")
    return _print(json)


def from_resolver(
    key: SchemaKey,
    environ: Mapping[str, str],
    *,
    config: Path | None,
    resolver: str | None,
    folders: Sequence[str],
) -> int:
    """Print the schema that the settings of these flags, variables and files lead to; the exit code."""
    flags: dict[str, str | Sequence[str]] = {}
    if resolver is not None:
        flags["iglu.resolver"] = resolver
    if folders:
        flags["iglu.schemas"] = folders
    try:
        settings = load(flags, environ, Disk(), config_file=config).settings
        found = open_resolver(settings.iglu, _clock_ms, OwnRegistry()).lookup(key)
    except InvalidSettings as error:
        return _cannot(map(str, error.problems))
    except ConfigError as error:
        return _cannot(error.problems)
    except OSError as error:
        return _cannot([f"{error.filename}: {error.strerror}"])
    if isinstance(found, ResolutionError):
        return _refuse(f"{key}: not found", _asked_in_vain(found))
    return _print(found.json)


def _clock_ms() -> int:
    return time.time_ns() // 1_000_000


def _asked_in_vain(error: ResolutionError) -> list[str]:
    """A line for each registry."""
    return [
        f"  {history.repository}: "
        + "; ".join(one.message or one.kind.value for one in history.errors)
        for history in error.lookup_history
    ]


def _print(json: Json) -> int:
    print(pretty(json), end="")
    return FINE


def _refuse(message: str, details: Sequence[str] = ()) -> int:
    print(f"error: {printable(message)}", *map(printable, details), sep="\n", file=sys.stderr)
    return REFUSED


def _cannot(problems: Iterable[str]) -> int:
    for problem in problems:
        print(f"error: {printable(problem)}", file=sys.stderr)
    return USAGE
