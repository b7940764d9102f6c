"""What processing needs and does not fetch itself."""

from collections.abc import Callable
from dataclasses import dataclass, field

from piste.enrich import STEPS, Step
from piste.events.badrows import Processor
from piste.events.enriched import EnrichedEvent
from piste.events.failures import IgluError
from piste.events.outcome import Traffic
from piste.events.schema_key import SchemaKey, SelfDescribing
from piste.specs.plan import Plan

Check = Callable[[SelfDescribing], SchemaKey | IgluError]


def not_measured(event: EnrichedEvent) -> Traffic:
    """Where there are no websites."""
    return {}


@dataclass(frozen=True, slots=True)
class Rules:
    """`new_check` gives the schema validator for one payload, so that it can bound its look-ups; `plan` may
    change while events are processed. `traffic` tells what web analytics ask of a good event."""

    new_check: Callable[[], Check]
    processor: Processor
    clock_ms: Callable[[], int]
    new_uuid: Callable[[], str]
    steps: tuple[Step, ...] = STEPS
    plan: Plan = field(default_factory=Plan)
    traffic: Callable[[EnrichedEvent], Traffic] = not_measured

    @property
    def v_etl(self) -> str:
        return f"{self.processor.artifact}-{self.processor.version}"
