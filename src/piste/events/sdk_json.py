"""The Analytics SDK's two JSON forms of an event.

Non-lossy: all 131 canonical keys, self-describing parts in their envelopes (`event` of /micro/good).
Lossy:     the atomic keys, plus a key per entity schema and event schema (/micro/events, output).

Limits: `_schema_version` is the full schema URI, as Micro's REST documentation shows it; the SDKs for
        warehouses put the bare MODEL-REVISION-ADDITION there.
Source: Snowplow Analytics SDK; Micro REST API, "/micro/events" and "/micro/good".
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache

from piste.events.columns import COLUMNS, ColumnType
from piste.events.enriched import EnrichedEvent, Value, contexts_json, unstruct_json
from piste.events.schema_key import Json, SchemaKey, SelfDescribing
from piste.events.times import to_instant

_CAMEL = re.compile(r"([^A-Z_])([A-Z])")


@lru_cache(maxsize=4096)
def shredded_key(prefix: str, key: SchemaKey) -> str:
    """`contexts_com_acme_foo_bar_2` for iglu:com.acme/FooBar/jsonschema/2-1-0."""
    vendor = re.sub(r"[.-]", "_", key.vendor).lower()
    name = _CAMEL.sub(r"\1_\2", re.sub(r"[.-]", "_", key.name)).lower()
    return f"{prefix}_{vendor}_{name}_{key.version.model}"


_JSON_COLUMNS = {column.name for column in COLUMNS if column.type is ColumnType.JSON}
_TIMESTAMPS = {column.name for column in COLUMNS if column.type is ColumnType.TIMESTAMP}
# Copied and filled: an event sets about a third of its columns.
_ALL_NULL: dict[str, Json] = dict.fromkeys(column.name for column in COLUMNS)
_ATOMIC_NULL = {name: None for name in _ALL_NULL if name not in _JSON_COLUMNS}


def _fill(result: dict[str, Json], fields: Mapping[str, Value]) -> None:
    for name, value in fields.items():
        if name in _TIMESTAMPS and isinstance(value, int):
            result[name] = to_instant(value)
        else:
            result[name] = float(value) if isinstance(value, Decimal) else value


def non_lossy(event: EnrichedEvent) -> dict[str, Json]:
    """All canonical keys in TSV order."""
    result = _ALL_NULL.copy()
    _fill(result, event.fields)
    result["contexts"] = contexts_json(event.contexts)
    result["unstruct_event"] = unstruct_json(event.unstruct_event)
    result["derived_contexts"] = contexts_json(event.derived_contexts)
    return result


def _entity(entity: SelfDescribing) -> Json:
    """An entity's data with its schema; data that is no object has no place for it."""
    if not isinstance(entity.data, dict):
        return entity.data
    return entity.data | {"_schema_version": entity.key.uri}


def _group(entities: Iterable[SelfDescribing]) -> dict[str, Json]:
    groups: dict[str, Json] = {}
    for entity in entities:
        groups.setdefault(shredded_key("contexts", entity.key), []).append(_entity(entity))
    return groups


def lossy(event: EnrichedEvent) -> dict[str, Json]:
    """Atomic keys (with nulls), then the shredded ones; a derived entity's key replaces a tracked one's."""
    result: dict[str, Json] = _ATOMIC_NULL.copy()
    _fill(result, event.fields)
    latitude, longitude = event.fields.get("geo_latitude"), event.fields.get("geo_longitude")
    if latitude is not None and longitude is not None:
        result["geo_location"] = f"{latitude},{longitude}"
    result |= _group(event.contexts) | _group(event.derived_contexts)
    if event.unstruct_event is not None:
        key = shredded_key("unstruct_event", event.unstruct_event.key)
        result[key] = event.unstruct_event.data
    return result
