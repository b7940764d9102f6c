"""The folder that has the files of tracking plans.

Room:   reads and writes files; what they mean is for `reading`.
Limits: only files of SUFFIXES below FOLDERS count; hidden ones do not. Nothing outside the folder is read or
        written, whatever links and names say. A file is written as a whole or not at all.
Source: the layout is that of Snowplow's command line tool.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from piste.events.schema_key import Json
from piste.specs_command.texts import MAX_BYTES, Unreadable, read_text

STRUCTURES = "data-structures"
PRODUCTS = "data-products"
APPLICATIONS = f"{PRODUCTS}/source-apps"
FOLDERS = (STRUCTURES, PRODUCTS)
SUFFIXES = (".yaml", ".yml", ".json")
MAX_FILES = 20_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file, at a path in it if that is known."""

    path: str
    message: str
    at: str = ""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.path, self.at, self.message) if part)


@dataclass(frozen=True, slots=True)
class File:
    """`path` is relative to the folder, with slashes."""

    path: str
    text: str
    json: Json

    @property
    def is_json(self) -> bool:
        return self.path.endswith(".json")


class Outside(Exception):
    """A file would be written outside of the folder; `str()` is its path."""


def read_folder(root: Path) -> tuple[list[File], list[Problem]]:
    """By path; of a folder that is not there, nothing."""
    files: list[File] = []
    problems: list[Problem] = []
    for path in _paths(root):
        name = path.relative_to(root).as_posix()
        if not path.resolve().is_relative_to(root.resolve()):
            problems.append(Problem(name, "is a link that leads out of the folder"))
            continue
        if len(files) == MAX_FILES:
            problems.append(Problem(name, f"there are more than {MAX_FILES} files"))
            break
        try:
            text = _text(path)
            files.append(File(name, text, read_text(text, is_json=name.endswith(".json"))))
        except Unreadable as error:
            problems.append(Problem(name, str(error)))
    return files, problems


def _paths(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        if (root / folder).is_symlink():
            yield root / folder
            continue
        for place, folders, names in os.walk(root / folder):
            folders[:] = sorted(one for one in folders if not one.startswith("."))
            # A link to a folder is not followed; one that leads out is told.
            links = [one for one in folders if (Path(place) / one).is_symlink()]
            for name in sorted(names):
                if name.endswith(SUFFIXES) and not name.startswith("."):
                    yield Path(place) / name
            for name in links:
                if not (Path(place) / name).resolve().is_relative_to(root.resolve()):
                    yield Path(place) / name


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise Unreadable("is no file")
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise Unreadable(f"has more than {MAX_BYTES} bytes")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from error
    except UnicodeDecodeError:
        raise Unreadable("is not UTF-8") from None


def write_file(root: Path, name: str, text: str) -> None:
    """Raises `Outside`, `OSError`."""
    path = root / name
    if not path.parent.resolve().is_relative_to(root.resolve()):
        raise Outside(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path = path.parent.resolve() / path.name
    if not path.is_relative_to(root.resolve()):
        raise Outside(name)
    new = path.with_name(f".{uuid4().hex}.new")
    try:
        with new.open("x", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
