"""Places that hold schemas: published to Piste, in its package, in a folder, on a server that speaks Iglu.

Room:   one look-up of one schema key in one place. Order, caching and retries are `resolver`'s;
        how HTTP is spoken is the handed-in `fetch`'s.
Limits: a key comes from the wire, so it is never trusted as a path: `..` is a legal vendor, and a
        link that leads out of a folder is refused. A schema has at most `MAX_SCHEMA_BYTES`.
Source: Iglu, "Lookup" and "Resolver configuration".
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from importlib import resources
from pathlib import Path
from typing import Protocol

import orjson

from piste.events.failures import RegistryError, RegistryErrorKind
from piste.events.schema_key import IgluParseError, Json, SchemaKey

MAX_SCHEMA_BYTES = 1024 * 1024

NOT_FOUND = RegistryError(RegistryErrorKind.NOT_FOUND)

EMBEDDED_NAME = "Iglu Client Embedded"
OWN_NAME = "Piste"


class RegistryClass(IntEnum):
    """How dear a look-up is; the value is the place in the order of asking."""

    IN_MEMORY = 1
    EMBEDDED = 2
    HTTP = 100


class Unreachable(RegistryError):
    """The registry as a whole did not answer: asking it for another schema would fail as well."""

    __slots__ = ()

    def plain(self) -> RegistryError:
        return RegistryError(self.kind, self.message)


class Registry(Protocol):
    """Where schemas are looked up. `name` is unique in a resolver, and users read it."""

    @property
    def name(self) -> str: ...
    @property
    def vendor_prefixes(self) -> tuple[str, ...]: ...
    @property
    def priority(self) -> int: ...
    @property
    def kind(self) -> RegistryClass: ...

    def lookup(self, key: SchemaKey) -> Json | RegistryError:
        """The schema as decoded JSON, or why there is none."""

    def fingerprint(self, key: SchemaKey) -> object:
        """Something that differs whenever `lookup(key)` may; constant where nobody can know."""

    def schemas(self) -> list[SchemaKey]:
        """What the registry holds, ordered; empty where listing is not cheap."""


@dataclass(frozen=True, slots=True)
class FolderRegistry:
    """A folder of schemas: `<vendor>/<name>/<format>/<version>`, with or without `.json`.

    The layout may also start below `schemas/` or `iglu-client-embedded/schemas/`. Files are read at
    each look-up and `fingerprint` tells when one has changed, appeared or gone.
    """

    path: Path
    name: str
    priority: int = 0
    vendor_prefixes: tuple[str, ...] = ()

    @property
    def kind(self) -> RegistryClass:
        return RegistryClass.EMBEDDED

    def lookup(self, key: SchemaKey) -> Json | RegistryError:
        if not _is_safe(key):
            return NOT_FOUND
        for root in self._roots():
            for suffix in _SUFFIXES:
                try:
                    return _decoded(_read(self.path, Path(root, *_parts(key, suffix))))
                except OSError as error:
                    if error.errno not in _ABSENT:
                        return _repo_failure(f"{error.strerror}: {key.path}")
                except _Refused as error:
                    return _repo_failure(f"{error}: {key.path}")
        return NOT_FOUND

    def fingerprint(self, key: SchemaKey) -> object:
        if not _is_safe(key):
            return None
        return tuple(
            _stat(os.path.join(root, *_parts(key, suffix)))
            for root in self._roots()
            for suffix in _SUFFIXES
        )

    def schemas(self) -> list[SchemaKey]:
        found: set[SchemaKey] = set()
        for root in self._roots():
            for file in Path(root).glob("*/*/*/*"):
                key = SchemaKey.parse("iglu:" + "/".join(file.parts[-4:]).removesuffix(".json"))
                if not isinstance(key, IgluParseError) and _lies_in(self.path, file):
                    found.add(key)
        return sorted(found)

    def _roots(self) -> Iterator[str]:
        for below in ("", "schemas", "iglu-client-embedded/schemas"):
            yield os.path.join(self.path, below)


class EmbeddedRegistry:
    """The schemas that come with Piste; always there, never changing."""

    name = EMBEDDED_NAME
    vendor_prefixes: tuple[str, ...] = ()
    priority = 0
    kind = RegistryClass.EMBEDDED

    def __init__(self) -> None:
        self._root = resources.files("piste.iglu") / "embedded" / "schemas"

    def lookup(self, key: SchemaKey) -> Json | RegistryError:
        if not _is_safe(key):
            return NOT_FOUND
        try:
            return _decoded(self._root.joinpath(*_parts(key)).read_bytes())
        except OSError:
            return NOT_FOUND

    def fingerprint(self, key: SchemaKey) -> object:
        return None

    def schemas(self) -> list[SchemaKey]:
        return sorted(
            SchemaKey.of(f"iglu:{vendor.name}/{name.name}/{format_.name}/{version.name}")
            for vendor in self._root.iterdir()
            for name in vendor.iterdir()
            for format_ in name.iterdir()
            for version in format_.iterdir()
        )


class OwnRegistry:
    """The schemas that were published to Piste, as this process was told of them. Asked before all others.

    Whoever changes it tells the resolver to forget the keys; a change shows in no fingerprint.
    """

    name = OWN_NAME
    vendor_prefixes: tuple[str, ...] = ("",)
    """Of every vendor: a registry with a more fitting prefix would be asked first."""
    priority = 0
    kind = RegistryClass.IN_MEMORY

    def __init__(self) -> None:
        self._schemas: dict[SchemaKey, Json] = {}

    @property
    def is_empty(self) -> bool:
        return not self._schemas

    def put(self, key: SchemaKey, schema: Json) -> None:
        self._schemas[key] = schema

    def remove(self, key: SchemaKey) -> None:
        self._schemas.pop(key, None)

    def lookup(self, key: SchemaKey) -> Json | RegistryError:
        return self._schemas.get(key, NOT_FOUND)

    def fingerprint(self, key: SchemaKey) -> object:
        return None

    def schemas(self) -> list[SchemaKey]:
        return sorted(self._schemas)


@dataclass(frozen=True, slots=True)
class FetchedResponse:
    status: int
    body: bytes


class FetchError(Exception):
    """No answer came: `message` is the client's own, `unknown_host` that the name has no address."""

    def __init__(self, message: str, *, unknown_host: bool = False) -> None:
        super().__init__(message)
        self.message, self.unknown_host = message, unknown_host


Fetch = Callable[[str, Mapping[str, str]], FetchedResponse]
"""`fetch(url, headers)`: one GET, bounded in time and size. Raises `FetchError`."""


@dataclass(frozen=True, slots=True)
class HttpRegistry:
    """An Iglu server or a static registry. `uri` has no `/schemas`; Iglu Server's ends in `/api`."""

    name: str
    uri: str
    apikey: str | None = field(repr=False)  # a secret has no place in logs
    vendor_prefixes: tuple[str, ...]
    priority: int
    fetch: Fetch

    @property
    def kind(self) -> RegistryClass:
        return RegistryClass.HTTP

    def lookup(self, key: SchemaKey) -> Json | RegistryError:
        if not _is_safe(key):
            return NOT_FOUND
        return self._get(key.path)

    def versions(self, key: SchemaKey) -> Json | RegistryError:
        """The list of its model, as a server has it: an array of URIs."""
        if not _is_safe(key):
            return NOT_FOUND
        return self._get(f"{key.vendor}/{key.name}/{key.format}/{key.version.model}")

    def _get(self, path: str) -> Json | RegistryError:
        headers = {"apikey": self.apikey} if self.apikey else {}
        try:
            response = self.fetch(f"{self.uri.rstrip('/')}/schemas/{path}", headers)
        except FetchError as error:
            what = "Unknown host issue" if error.unknown_host else "Unexpected exception"
            message = f"{what} fetching: {error.message}"
            return Unreachable(RegistryErrorKind.REPO_FAILURE, message)
        if not 200 <= response.status < 300:
            return NOT_FOUND
        return _decoded(response.body)

    def fingerprint(self, key: SchemaKey) -> object:
        return None

    def schemas(self) -> list[SchemaKey]:
        return []


_SUFFIXES = ("", ".json")
_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)


class _Refused(Exception):
    """There is a file, and it must not be read."""


def _is_safe(key: SchemaKey) -> bool:
    """Whether the key stays below the folder or URL it is looked up in; only a vendor has dots."""
    return key.vendor not in (".", "..")


def _parts(key: SchemaKey, suffix: str = "") -> tuple[str, str, str, str]:
    return key.vendor, key.name, key.format, f"{key.version}{suffix}"


def _read(folder: Path, file: Path) -> bytes:
    """The content of a file that lies in `folder`. Raises `OSError` or `_Refused`."""
    found = file.stat()
    if not stat.S_ISREG(found.st_mode):
        raise _Refused("Not a regular file")
    if not _lies_in(folder, file):
        raise _Refused("A link that leads out of the registry's folder")
    with file.open("rb") as opened:
        return opened.read(MAX_SCHEMA_BYTES + 1)


def _lies_in(folder: Path, file: Path) -> bool:
    return file.is_file() and file.resolve().is_relative_to(folder.resolve())


def _stat(file: str) -> tuple[int, ...] | None:
    """What an edit, a replacement or a change of permissions changes; None without a file."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def _decoded(body: bytes) -> Json | RegistryError:
    if len(body) > MAX_SCHEMA_BYTES:
        return _repo_failure(f"Larger than {MAX_SCHEMA_BYTES} bytes")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return _repo_failure(f"Invalid JSON: {error}")


def _repo_failure(message: str) -> RegistryError:
    return RegistryError(RegistryErrorKind.REPO_FAILURE, message)
