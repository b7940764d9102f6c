"""Schemas that say which schema they are: `$schema`, `self`, and what they supersede.

Room:   between JSON as somebody sent it and a `Candidate` that may be published.
Limits: whether the rest of it is a valid schema is the linter's question.
Source: Iglu, "Self-describing JSON Schemas"; Iglu Server, `$supersedes`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from piste.events.schema_key import IgluParseError, Json, SchemaKey, SchemaVer

META_SCHEMA = (
    "http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0#"
)

_SELF = ("vendor", "name", "format", "version")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A self-describing schema. `json` has its keys in the author's order, and no `$supersededBy`: which
    schema is superseded, the registry knows."""

    key: SchemaKey
    json: Mapping[str, Json]
    supersedes: tuple[SchemaVer, ...] = ()


def read_schema(json: Json) -> Candidate | IgluParseError:
    """The schema, or what keeps it from being a self-describing one."""
    if not isinstance(json, dict):
        return IgluParseError.INVALID_SCHEMA
    key = schema_key(json)
    if isinstance(key, IgluParseError):
        return key
    if json.get("$schema") != META_SCHEMA:
        return IgluParseError.INVALID_METASCHEMA
    supersedes = superseded_versions(json)
    if supersedes is None:
        return IgluParseError.INVALID_SCHEMAVER
    kept = {name: value for name, value in json.items() if name != "$supersededBy"}
    return Candidate(key, kept, supersedes)


def schema_key(json: Mapping[str, Json]) -> SchemaKey | IgluParseError:
    """What the `self` of a schema says."""
    described = json.get("self")
    if not isinstance(described, dict) or set(described) != set(_SELF):
        return IgluParseError.INVALID_SCHEMA
    parts = [described[part] for part in _SELF]
    if not all(isinstance(part, str) for part in parts):
        return IgluParseError.INVALID_SCHEMA
    key = SchemaKey.parse(f"iglu:{'/'.join(parts)}")
    return IgluParseError.INVALID_SCHEMA if key is IgluParseError.INVALID_IGLUURI else key


def superseded_versions(json: Mapping[str, Json]) -> tuple[SchemaVer, ...] | None:
    """Of `$supersedes`; None when that is no list of versions."""
    texts = json.get("$supersedes", [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        return None
    parsed = [SchemaVer.parse(text) for text in texts]
    versions = tuple(version for version in parsed if isinstance(version, SchemaVer))
    return versions if len(versions) == len(parsed) else None


def with_self(json: Mapping[str, Json], key: SchemaKey) -> dict[str, Any]:
    """A schema that did not say which it is, now that its address did: `$schema` and `self` come first."""
    described = dict(zip(_SELF, (*key[:3], str(key.version)), strict=True))
    beginning = {"$schema": json.get("$schema", META_SCHEMA), "self": described}
    return beginning | {name: value for name, value in json.items() if name not in beginning}
