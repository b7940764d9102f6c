"""The enriched event: the canonical columns that are set, and its self-describing parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from piste.events.schema_key import SchemaKey, SelfDescribing

Value = str | int | float | bool | Decimal
"""What a canonical column may hold; `columns.ColumnType` says which, and null is absence."""

ATOMIC = SchemaKey.of("iglu:com.snowplowanalytics.snowplow/atomic/jsonschema/1-0-0")
CONTEXTS = SchemaKey.of("iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0")
UNSTRUCT_EVENT = SchemaKey.of("iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0")
FAILURE = SchemaKey.of("iglu:com.snowplowanalytics.snowplow/failure/jsonschema/1-0-0")


@dataclass(frozen=True, slots=True)
class EnrichedEvent:
    """One event in the canonical model.

    `fields` holds the set atomic columns only, by canonical name and in no particular order; the three
    JSON columns are the other attributes. `derived_contexts` come newest first.
    """

    fields: Mapping[str, Value]
    contexts: tuple[SelfDescribing, ...] = ()
    unstruct_event: SelfDescribing | None = None
    derived_contexts: tuple[SelfDescribing, ...] = ()

    @property
    def schema(self) -> str | None:
        """The event's own schema URI, None unless all four `event_*` columns are set."""
        parts = [
            self.fields.get(f"event_{part}") for part in ("vendor", "name", "format", "version")
        ]
        return None if None in parts else "iglu:" + "/".join(map(str, parts))


@dataclass(frozen=True, slots=True)
class PartialEvent:
    """An event at the moment it failed, its JSON parts still as text. Source: bad rows, `enriched`."""

    fields: Mapping[str, Value]
    contexts: str | None = None
    unstruct_event: str | None = None
    derived_contexts: str | None = None


def contexts_json(entities: tuple[SelfDescribing, ...]) -> dict[str, object]:
    """The `contexts` envelope; `{}` when there are no entities."""
    if not entities:
        return {}
    return {"schema": CONTEXTS.uri, "data": [entity.to_json() for entity in entities]}


def unstruct_json(event: SelfDescribing | None) -> dict[str, object] | None:
    return None if event is None else {"schema": UNSTRUCT_EVENT.uri, "data": event.to_json()}
