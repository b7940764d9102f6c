"""Iglu's names for schemas: SchemaVer, schema key, criterion, self-describing data.

Room:   the bottom layer; every other room speaks in these types.
Limits: parsing returns an error code as a value, because malformed URIs are data that users send.
        A version part has at most nine digits, so that it always fits 32 bits.
Source: Iglu, "Common architecture: schema key and SchemaVer".
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple, NewType

Json = Any
"""Decoded JSON: dict, list, str, int (of any size), float, bool or None."""

MAX_PART_LENGTH = 255
"""Longest vendor, name or format, in characters; a longer one cannot be a file or a URL segment."""

_LONGEST_REMEMBERED = 1_000
"""Characters of a URI; every valid one is shorter, and others would fill the memory."""

_VERSION_PART = r"(?:0|[1-9][0-9]{0,8})"
_VERSION = re.compile(rf"([1-9][0-9]{{0,8}})-({_VERSION_PART})-({_VERSION_PART})")
_URI = re.compile(r"iglu:([a-zA-Z0-9-_.]+)/([a-zA-Z0-9-_]+)/([a-zA-Z0-9-_]+)/([^/]+)")
_VERSION_LIKE = re.compile(r"[0-9]+-[0-9]+-[0-9]+")
_CRITERION_PART = r"(\*|0|[1-9][0-9]{0,8})"
_CRITERION = re.compile(
    r"iglu:([a-zA-Z0-9-_.]+)/([a-zA-Z0-9-_]+)/([a-zA-Z0-9-_]+)/"
    rf"{_CRITERION_PART}-{_CRITERION_PART}-{_CRITERION_PART}"
)


class IgluParseError(StrEnum):
    """Why a text or a JSON is not what Iglu expects. The values are those printed in bad rows."""

    INVALID_SCHEMAVER = "INVALID_SCHEMAVER"
    INVALID_IGLUURI = "INVALID_IGLUURI"
    INVALID_DATA_PAYLOAD = "INVALID_DATA_PAYLOAD"
    INVALID_SCHEMA = "INVALID_SCHEMA"
    INVALID_METASCHEMA = "INVALID_METASCHEMA"


class SchemaVer(NamedTuple):
    """MODEL-REVISION-ADDITION; the first is 1-0-0."""

    model: int
    revision: int
    addition: int

    def __str__(self) -> str:
        return f"{self.model}-{self.revision}-{self.addition}"

    @staticmethod
    def parse(text: str) -> "SchemaVer | IgluParseError":
        match = _VERSION.fullmatch(text)
        if match is None:
            return IgluParseError.INVALID_SCHEMAVER
        return SchemaVer(int(match[1]), int(match[2]), int(match[3]))


SchemaUri = NewType("SchemaUri", str)
"""`iglu:vendor/name/format/version`, known to be well-formed."""


class SchemaKey(NamedTuple):
    """The identity of one version of one schema.

    A tuple, because every check of data hashes and compares keys.
    """

    vendor: str
    name: str
    format: str
    version: SchemaVer

    @property
    def path(self) -> str:
        """`vendor/name/format/version`, as registries lay schemas out."""
        return f"{self.vendor}/{self.name}/{self.format}/{self.version}"

    @property
    def uri(self) -> SchemaUri:
        return _remembered_uri(self)

    def __str__(self) -> str:
        return self.uri

    @staticmethod
    def parse(uri: str) -> "SchemaKey | IgluParseError":
        return _remembered_key(uri) if len(uri) <= _LONGEST_REMEMBERED else _parse_key(uri)

    @staticmethod
    def of(uri: str) -> "SchemaKey":
        """The key of a URI that is known to be right, such as a constant; else `ValueError`."""
        key = SchemaKey.parse(uri)
        if isinstance(key, IgluParseError):
            raise ValueError(f"{uri!r} is not a schema URI ({key})")
        return key


def _parse_key(uri: str) -> SchemaKey | IgluParseError:
    match = _URI.fullmatch(uri)
    if match is None or max(map(len, match.groups()[:3])) > MAX_PART_LENGTH:
        return IgluParseError.INVALID_IGLUURI
    version = SchemaVer.parse(match[4])
    if isinstance(version, IgluParseError):
        if _VERSION_LIKE.fullmatch(match[4]):
            return IgluParseError.INVALID_SCHEMAVER
        return IgluParseError.INVALID_IGLUURI
    return SchemaKey(match[1], match[2], match[3], version)


_remembered_key = lru_cache(maxsize=4096)(_parse_key)


@lru_cache(maxsize=4096)
def _remembered_uri(key: SchemaKey) -> SchemaUri:
    return SchemaUri(f"iglu:{key.path}")


@dataclass(frozen=True, slots=True)
class SchemaCriterion:
    """A schema key in which any part of the version may be open (`None`, printed `*`)."""

    vendor: str
    name: str
    format: str
    model: int | None = None
    revision: int | None = None
    addition: int | None = None

    def matches(self, key: SchemaKey) -> bool:
        vendor, name, format_, version = key
        return (
            self.name == name
            and self.vendor == vendor
            and self.format == format_
            and self.model in (None, version.model)
            and self.revision in (None, version.revision)
            and self.addition in (None, version.addition)
        )

    def __str__(self) -> str:
        parts = ("*" if p is None else str(p) for p in (self.model, self.revision, self.addition))
        return f"iglu:{self.vendor}/{self.name}/{self.format}/{'-'.join(parts)}"

    @staticmethod
    def parse(text: str) -> "SchemaCriterion | IgluParseError":
        match = _CRITERION.fullmatch(text)
        if match is None:
            return IgluParseError.INVALID_IGLUURI
        model, revision, addition = (None if p == "*" else int(p) for p in match.groups()[3:])
        return SchemaCriterion(match[1], match[2], match[3], model, revision, addition)


class SelfDescribing(NamedTuple):
    """`{"schema": …, "data": …}` with its schema key parsed."""

    key: SchemaKey
    data: Json

    def to_json(self) -> dict[str, Json]:
        return {"schema": self.key.uri, "data": self.data}

    @staticmethod
    def parse(json: Json) -> "SelfDescribing | IgluParseError":
        if not isinstance(json, dict) or "data" not in json:
            return IgluParseError.INVALID_DATA_PAYLOAD
        uri = json.get("schema")
        if not isinstance(uri, str):
            return IgluParseError.INVALID_DATA_PAYLOAD
        key = SchemaKey.parse(uri)
        return SelfDescribing(key, json["data"]) if isinstance(key, SchemaKey) else key
