"""What an enrichment step sees and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from piste.events.enriched import Value
from piste.events.failures import EnrichmentFailure
from piste.events.payload import RawEvent
from piste.events.schema_key import SelfDescribing


@dataclass(slots=True)
class View:
    """An event on its way. Steps read it; only the fold in `enrich.apply` writes to it."""

    raw: RawEvent
    fields: Mapping[str, Value]
    contexts: tuple[SelfDescribing, ...] = ()
    unstruct_event: SelfDescribing | None = None
    derived_contexts: tuple[SelfDescribing, ...] = ()

    def text(self, column: str) -> str | None:
        """A text column's value."""
        value = self.fields.get(column)
        return value if isinstance(value, str) else None

    def instant_ms(self, column: str) -> int | None:
        """A timestamp column's value."""
        value = self.fields.get(column)
        return value if isinstance(value, int) else None


class Patch(NamedTuple):
    """A step's result: columns to set (None clears), entities to derive, and what went wrong."""

    fields: Mapping[str, Value | None] = MappingProxyType({})
    entities: tuple[SelfDescribing, ...] = ()
    failures: tuple[EnrichmentFailure, ...] = ()


NOTHING = Patch()
