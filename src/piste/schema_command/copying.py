"""`piste schema pull` and `mirror`: schemas of a registry into a folder.

Room:   the top; between `client` and `static_folder`.
Limits: CONCURRENCY requests at once. What a registry answers is believed only if it is the schema that was
        asked for. A schema that cannot be taken is named, and the others are taken all the same.
Source: Iglu Server, GET /api/schemas; static registries have no list, so their keys come from a file.
"""

import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from piste.events.schema_key import IgluParseError, Json, SchemaKey
from piste.iglu import FolderRegistry
from piste.jsontext import JsonError, decode
from piste.registry.permissions import covers
from piste.registry.self_describing import schema_key
from piste.schema_command.client import CONCURRENCY, MAX_LIST_BYTES, NoAnswer, RegistryClient
from piste.schema_command.exits import FINE, REFUSED
from piste.schema_command.schema_files import FORMAT, has_plain_vendor
from piste.schema_command.static_folder import Change, StaticFolder, Unsafe
from piste.schema_command.texts import counted, printable

MAX_KEYS = 100_000


class UnfitKeys(Exception):
    """The file of keys cannot be used; `str()` is for the user."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Schemas to ask for, in order; `unfit` is what the list holds besides, and `others` counts schemas of
    other formats."""

    keys: tuple[SchemaKey, ...]
    unfit: tuple[str, ...] = ()
    others: int = 0

    def below(self, vendor_prefix: str) -> "Listed":
        keys = tuple(key for key in self.keys if covers(vendor_prefix, key.vendor))
        return Listed(keys, self.unfit, self.others)


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of one schema; `change` is None when it was refused."""

    key: SchemaKey
    change: Change | None
    message: str = ""


def listed_by(client: RegistryClient) -> Listed:
    """What the registry says it has. Raises `NoAnswer` also when it has no list."""
    answer = client.get("/schemas", limit=MAX_LIST_BYTES)
    json = answer.json
    if answer.status != HTTPStatus.OK:
        why = printable(answer.message)
    elif isinstance(json, JsonError):
        why = printable(json.message)
    elif not isinstance(json, list) or len(json) > MAX_KEYS:
        why = f"wanted is an array of at most {MAX_KEYS} schema URIs"
    else:
        return _listed(json)
    raise NoAnswer(
        f"{client.url}/schemas is no list of schemas ({why}). The URL of an Iglu Server ends in /api; "
        "a static registry without a list can be mirrored with --keys"
    )


def keys_in(path: Path) -> Listed:
    """Of a folder of schemas, or of a file of URIs: a JSON array, or one on each line. Raises `UnfitKeys`."""
    try:
        if path.is_dir():
            return _listed([key.uri for key in FolderRegistry(path, "").schemas()])
        with path.open("rb") as opened:
            text = opened.read(MAX_LIST_BYTES).decode("utf-8")
    except (OSError, ValueError) as error:
        raise UnfitKeys(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    json = decode(text) if text.lstrip().startswith("[") else text.split()
    if not isinstance(json, list):
        raise UnfitKeys(f"{path}: {json.message}")
    listed = _listed(json)
    if listed.unfit:
        raise UnfitKeys(f"{path}: no schema URI: {listed.unfit[0]}")
    return listed


def _listed(json: list[Json]) -> Listed:
    keys: set[SchemaKey] = set()
    unfit: list[str] = []
    others = 0
    for uri in json:
        key = SchemaKey.parse(uri) if isinstance(uri, str) else IgluParseError.INVALID_IGLUURI
        if isinstance(key, IgluParseError):
            unfit.append(printable(uri))
        elif key.format == FORMAT:
            keys.add(key)
        else:
            others += 1
    return Listed(tuple(sorted(keys)), tuple(unfit), others)


def pull(client: RegistryClient, root: Path, listed: Listed, *, dry_run: bool) -> int:
    """Make the folder have what is listed; the exit code. Raises `NoAnswer` or `OSError`."""
    folder = StaticFolder(root)

    def copied(key: SchemaKey) -> Copied:
        return _copied(client, key, lambda schema: folder.put(key, schema, dry_run=dry_run))

    return _tell(_at_once(copied, listed.keys), listed, dry_run=dry_run)


def mirror(client: RegistryClient, root: Path, listed: Listed, *, refresh: bool) -> int:
    """As `pull`, with lists of versions; asks for what the folder has not only, unless told to `refresh`."""
    folder = StaticFolder(root)

    def copied(key: SchemaKey) -> Copied:
        try:
            if not refresh and folder.has(key):
                return Copied(key, Change.UNCHANGED)
        except Unsafe as error:
            return Copied(key, None, str(error))
        return _copied(client, key, lambda schema: folder.put(key, schema))

    done: list[SchemaKey] = []
    code = _tell(_at_once(copied, listed.keys, done), listed)
    folder.put_lists(done)
    return code


def _copied(
    client: RegistryClient, key: SchemaKey, put: Callable[[dict[str, Json]], Change]
) -> Copied:
    if not has_plain_vendor(key):  # not even asked for: it would be another address
        return Copied(key, None, "not a name for a folder")
    answer = client.get(f"/schemas/{key.path}")
    if answer.status != HTTPStatus.OK:
        return Copied(key, None, answer.message)
    json = answer.json
    if isinstance(json, JsonError):
        return Copied(key, None, json.message)
    if not isinstance(json, dict) or schema_key(json) != key:
        return Copied(key, None, "the answer is not the schema of that name")
    try:
        return Copied(key, put(json))
    except Unsafe as error:
        return Copied(key, None, str(error))


def _at_once(
    copied: Callable[[SchemaKey], Copied],
    keys: Collection[SchemaKey],
    done: list[SchemaKey] | None = None,
) -> Iterator[Copied]:
    """In the order of the keys. When one raises, those that have not begun never do."""
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        for one in pool.map(copied, keys):
            if done is not None and one.change is not None:
                done.append(one.key)
            yield one


def _tell(copies: Iterator[Copied], listed: Listed, *, dry_run: bool = False) -> int:
    """A line for each that is not as it was, and how many there are; the exit code."""
    counts: Counter[Change] = Counter()
    refused = len(listed.unfit)
    for uri in listed.unfit:
        print(f"error: {uri}: refused: no schema URI", file=sys.stderr)
    for copy in copies:
        if copy.change is None:
            refused += 1
            print(f"error: {copy.key}: refused: {printable(copy.message)}", file=sys.stderr)
            continue
        counts[copy.change] += 1
        if copy.change is not Change.UNCHANGED:
            print(f"{copy.key}: {'would be ' * dry_run}{copy.change}", flush=True)
    parts = [f"{counts[change]} {change}" for change in Change]
    if refused:
        parts.append(f"{refused} refused")
    if listed.others:
        parts.append(f"{listed.others} of other formats left out")
    print(f"{counted(counts.total() + refused, 'schema')}: {', '.join(parts)}")
    return REFUSED if refused else FINE
