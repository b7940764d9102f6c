"""A folder laid out as a static registry: `schemas/vendor/name/jsonschema/1-0-0`, and lists of versions.

Room:   the top; the only module of the command that writes.
Limits: what is written comes from strangers: nothing leaves the folder, neither by a name nor by a link
        in it. A file is there as a whole or not at all.
Source: Iglu, static registries; a list is `schemas/vendor/name/jsonschema/1`, an array of URIs, as Iglu
        Server answers it.
"""

import os
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from piste.events.schema_key import Json, SchemaKey
from piste.iglu.registry import MAX_SCHEMA_BYTES
from piste.jsontext import JsonError, decode, encode_text
from piste.registry.self_describing import schema_key
from piste.registry.structure_records import content_hash
from piste.schema_command.schema_files import FORMAT, has_plain_vendor
from piste.schema_command.texts import pretty


class Change(StrEnum):
    """What became of a file."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class Unsafe(Exception):
    """The key would lead out of the folder, or into something hidden; `str()` is for the user."""


@dataclass(frozen=True, slots=True)
class StaticFolder:
    """`root` need not be there yet."""

    root: Path

    def has(self, key: SchemaKey) -> bool:
        """Whether the file is there and holds the schema of the key."""
        json = self._json(self._folder(key) / str(key.version))
        return isinstance(json, dict) and schema_key(json) == key

    def put(self, key: SchemaKey, schema: dict[str, Json], *, dry_run: bool = False) -> Change:
        """Write it, unless the same is there in whichever form. Raises `Unsafe` or `OSError`."""
        file = self._folder(key) / str(key.version)
        before = self._json(file)
        if isinstance(before, dict) and content_hash(before) == content_hash(schema):
            return Change.UNCHANGED
        change = Change.CHANGED if os.path.lexists(file) else Change.CREATED
        if not dry_run:
            _write(file, _text(schema))
        return change

    def put_lists(self, keys: Collection[SchemaKey]) -> None:
        """Of the models of these keys, with all versions in the folder. Raises `Unsafe` or `OSError`."""
        models = {
            key._replace(version=key.version._replace(revision=0, addition=0)) for key in keys
        }
        for model in sorted(models):
            file = self._folder(model) / str(model.version.model)
            uris = [key.uri for key in self._versions(model)]
            if self._json(file) != uris:
                _write(file, pretty(uris))

    def _versions(self, model: SchemaKey) -> list[SchemaKey]:
        folder = self._folder(model)
        names = os.listdir(folder) if folder.is_dir() else ()
        keys = (SchemaKey.parse("iglu:" + "/".join((*model[:3], name))) for name in names)
        return sorted(
            key
            for key in keys
            if isinstance(key, SchemaKey) and key.version.model == model.version.model
        )

    def _folder(self, key: SchemaKey) -> Path:
        """Of its versions. Raises `Unsafe`."""
        if not has_plain_vendor(key) or key.format != FORMAT:
            raise Unsafe("not a name for a folder")
        folder = self.root / "schemas" / key.vendor / key.name / key.format
        if not folder.resolve().is_relative_to(self.root.resolve()):
            raise Unsafe("a link there leads out of the folder")
        return folder

    def _json(self, file: Path) -> Json:
        """What a file holds that we could have written; None for any other, and for none."""
        if not file.is_file() or file.is_symlink():
            return None
        with file.open("rb") as opened:
            content = opened.read(2 * MAX_SCHEMA_BYTES)
        try:
            decoded = decode(content.decode("utf-8"))
        except UnicodeDecodeError:
            return None
        return None if isinstance(decoded, JsonError) else decoded


def _text(schema: dict[str, Json]) -> str:
    """Indented, unless that makes it larger than a registry takes."""
    text = pretty(schema)
    return text if len(text.encode()) <= MAX_SCHEMA_BYTES else encode_text(schema)


def _write(file: Path, text: str) -> None:
    """As a whole or not at all, readable for whom new files are."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("x", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(temporary, file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
