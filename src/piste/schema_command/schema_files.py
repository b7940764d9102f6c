"""Schemas in files: which files are meant, what is in them, and which schema each is.

Room:   the top; the only module of the command that reads schemas from disk.
Limits: a file has at most MAX_SCHEMA_BYTES and 40 levels. Hidden files, lists of versions and other
        formats than JSON Schema are passed by, and outside of the layout what is no schema at all.
Source: Iglu, static registries: `vendor/name/jsonschema/1-0-0`, with `.json` or without; Snowplow's
        command line, data structures in YAML or JSON.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from piste.events.schema_key import IgluParseError, Json, SchemaKey
from piste.iglu.registry import MAX_SCHEMA_BYTES
from piste.jsontext import MAX_DEPTH, JsonError, decode
from piste.registry.self_describing import META_SCHEMA, Candidate, read_schema

FORMAT = "jsonschema"

Family = tuple[str, str, str]
"""Vendor, name and format."""

_WHY = {
    IgluParseError.INVALID_SCHEMA: "`self` must have a vendor, name, format and version",
    IgluParseError.INVALID_SCHEMAVER: "a version is MODEL-REVISION-ADDITION, such as 1-0-0",
    IgluParseError.INVALID_METASCHEMA: f"`$schema` must be {META_SCHEMA}",
}
_YAML = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """`path` as the user gave it."""

    path: Path
    candidate: Candidate

    @property
    def key(self) -> SchemaKey:
        return self.candidate.key


@dataclass(frozen=True, slots=True)
class FileProblem:
    """Why a file cannot be taken as a schema."""

    path: Path
    message: str


@dataclass(slots=True)
class SchemaFiles:
    """In the order of their paths; each key once."""

    schemas: list[SchemaFile] = field(default_factory=list)
    problems: list[FileProblem] = field(default_factory=list)

    @property
    def families(self) -> dict[Family, list[SchemaFile]]:
        """Ordered by name; versions in their order."""
        found: dict[Family, list[SchemaFile]] = {}
        for file in sorted(self.schemas, key=lambda one: one.key):
            found.setdefault(file.key[:3], []).append(file)
        return found


def has_plain_vendor(key: SchemaKey) -> bool:
    """Whether the vendor can be a folder and a part of a URL: `..` is a legal one, and no place."""
    return not key.vendor.startswith(".")


class Unreadable(Exception):
    """A path that was asked for is not there; `str()` is for the user."""


def read_files(paths: Sequence[Path]) -> SchemaFiles:
    """Of files and folders. Raises `Unreadable`."""
    found = SchemaFiles()
    by_key: dict[SchemaKey, SchemaFile] = {}
    seen: set[str] = set()
    for path, is_asked in _files(paths):
        absolute = os.path.abspath(path)
        if absolute in seen:
            continue
        seen.add(absolute)
        one = _read(path, is_asked=is_asked)
        if isinstance(one, FileProblem):
            found.problems.append(one)
        elif one is not None:
            before = by_key.setdefault(one.key, one)
            if before is one:
                found.schemas.append(one)
            elif before.candidate != one.candidate:
                message = f"{one.key} is also in {before.path}, with another content"
                found.problems.append(FileProblem(path, message))
    return found


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """What may be a schema; True for what was asked for by name."""
    for path in paths:
        try:
            is_folder = path.is_dir()
            path.stat()
        except (OSError, ValueError) as error:
            raise Unreadable(f"{path}: {_reason(error)}") from error
        if not is_folder:
            yield path, True
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(one for one in folders if not one.startswith("."))
            for name in sorted(names):
                file = Path(folder, name)
                is_list = name.isdigit()
                if not name.startswith(".") and not is_list and (_in_layout(file) or file.suffix):
                    yield file, False


def _in_layout(file: Path) -> bool:
    return Path(os.path.abspath(file)).parent.name == FORMAT


def _read(file: Path, *, is_asked: bool) -> SchemaFile | FileProblem | None:
    """None for a file that is no schema and was not said to be one."""
    is_asked = is_asked or _in_layout(file)
    if not is_asked and file.suffix not in (".json", *_YAML):
        return None
    try:
        text = _text(file)
        decoded = _from_yaml(text) if file.suffix in _YAML else decode(text)
    except (OSError, ValueError) as error:
        return FileProblem(file, _reason(error))
    if isinstance(decoded, JsonError):
        return FileProblem(file, decoded.message)
    is_structure = isinstance(decoded, dict) and decoded.get("resourceType") == "data-structure"
    if is_structure:
        decoded = decoded.get("data")
    elif not is_asked and not (isinstance(decoded, dict) and "self" in decoded):
        return None
    candidate = read_schema(decoded)
    if isinstance(candidate, IgluParseError):
        return FileProblem(file, f"no self-describing schema: {_WHY[candidate]}")
    if not has_plain_vendor(candidate.key):
        return FileProblem(file, f"{candidate.key.vendor} is no name for a vendor")
    if candidate.key.format != FORMAT:
        return FileProblem(file, f"the format is {candidate.key.format}, not {FORMAT}")
    if _in_layout(file) and not is_structure:
        place = "/".join(Path(os.path.abspath(file)).parts[-4:]).removesuffix(".json")
        if place != candidate.key.path:
            return FileProblem(file, f"`self` says {candidate.key}, the path says iglu:{place}")
    return SchemaFile(file, candidate)


def _text(file: Path) -> str:
    """Raises `OSError`, or `ValueError` for what is no text or too much of it."""
    if not file.is_file():  # a pipe would never end
        raise ValueError("no regular file")
    with file.open("rb") as opened:
        content = opened.read(MAX_SCHEMA_BYTES + 1)
    if len(content) > MAX_SCHEMA_BYTES:
        raise ValueError(f"larger than {MAX_SCHEMA_BYTES} bytes")
    return content.decode("utf-8-sig")


def _from_yaml(text: str) -> Json | JsonError:
    """The YAML that is JSON in another form: no anchors, which could stand for any amount of text."""
    from ruamel.yaml import YAML  # only for who has such files
    from ruamel.yaml.error import YAMLError

    # The parser raises the last ones for numbers and truth values that it cannot read.
    errors = (YAMLError, RecursionError, TypeError, ValueError, LookupError, ArithmeticError)
    yaml: Any = YAML(typ="safe", pure=True)
    try:
        problem = _problem_of(yaml.parse(text))
        return decode(json.dumps(yaml.load(text))) if problem is None else problem
    except errors as error:
        return JsonError(f"no YAML that JSON could say: {' '.join(str(error).split())}")


def _problem_of(events: Iterator[Any]) -> JsonError | None:
    """Looked for before anything is built: the parser takes long for what is deep."""
    from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent

    depth = 0
    for event in events:
        if getattr(event, "anchor", None) is not None:
            return JsonError("YAML with anchors, which no schema needs")
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MAX_DEPTH:
            return JsonError("YAML that is nested too deeply")
    return None


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
