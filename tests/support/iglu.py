"""Schemas for tests: those that come with Piste, those of Iglu Central, and those that a test makes up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from piste.events.failures import IgluError
from piste.events.schema_key import Json, SchemaKey, SelfDescribing
from piste.iglu import EmbeddedRegistry, FolderRegistry, RegistryClass, Resolver, compile_schema
from piste.iglu.registry import NOT_FOUND
from piste.iglu.validator import Schema

IGLU_CENTRAL = Path(__file__).parents[3] / "shared" / "data" / "iglu-central"

needs_iglu_central = pytest.mark.skipif(
    not IGLU_CENTRAL.is_dir(), reason=f"{IGLU_CENTRAL} is absent"
)

LOOKED_UP_MS = 1_779_446_722_216
"""When every look-up of a test happens."""


@dataclass(frozen=True)
class InlineRegistry:
    """Schemas that a test wrote down, by URI."""

    schemas_by_uri: Mapping[str, Json]
    name: str = "Test"
    vendor_prefixes: tuple[str, ...] = ()
    priority: int = 0
    kind: RegistryClass = field(default=RegistryClass.IN_MEMORY)

    def lookup(self, key: SchemaKey) -> Json:
        return self.schemas_by_uri.get(key.uri, NOT_FOUND)

    def fingerprint(self, key: SchemaKey) -> object:
        return None

    def schemas(self) -> list[SchemaKey]:
        return sorted(map(SchemaKey.of, self.schemas_by_uri))


def resolver(schemas: Mapping[str, Json] | None = None) -> Resolver:
    """The embedded schemas and these; the clock stands still."""
    return Resolver(
        [InlineRegistry(schemas or {}), EmbeddedRegistry()], clock_ms=lambda: LOOKED_UP_MS
    )


def problems(uri: str, data: Json) -> list[str]:
    """What breaks the schema of that URI in Iglu Central; empty when the data is valid."""
    folder = FolderRegistry(IGLU_CENTRAL, "Iglu Central")
    schema = compile_schema(folder.lookup(SchemaKey.of(uri)))
    assert isinstance(schema, Schema), uri
    return [report.message for report in schema.reports(data)]


def accept_all(data: SelfDescribing) -> SchemaKey | IgluError:
    """A `check` that knows every schema and finds everything valid."""
    return data.key


def sdj(uri: str, data: Json) -> dict[str, Json]:
    """Self-describing JSON."""
    return {"schema": uri, "data": data}


_SNOWPLOW = "iglu:com.snowplowanalytics.snowplow"


def contexts(*entities: Json, version: str = "1-0-0") -> dict[str, Json]:
    return sdj(f"{_SNOWPLOW}/contexts/jsonschema/{version}", list(entities))


def unstruct(event: Json, version: str = "1-0-0") -> dict[str, Json]:
    return sdj(f"{_SNOWPLOW}/unstruct_event/jsonschema/{version}", event)


def payload_data(*events: Json, version: str = "1-0-4") -> dict[str, Json]:
    return sdj(f"{_SNOWPLOW}/payload_data/jsonschema/{version}", list(events))
