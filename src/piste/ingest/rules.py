"""What processing needs and does not fetch itself."""

from collections.abc import Callable
from dataclasses import dataclass

from piste.enrich import STEPS, Step
from piste.events.badrows import Processor
from piste.events.failures import IgluError
from piste.events.schema_key import SchemaKey, SelfDescribing

Check = Callable[[SelfDescribing], SchemaKey | IgluError]


@dataclass(frozen=True, slots=True)
class Rules:
    """`new_check` gives the schema validator for one payload, so that it can bound its look-ups."""

    new_check: Callable[[], Check]
    processor: Processor
    clock_ms: Callable[[], int]
    new_uuid: Callable[[], str]
    steps: tuple[Step, ...] = STEPS

    @property
    def v_etl(self) -> str:
        return f"{self.processor.artifact}-{self.processor.version}"
