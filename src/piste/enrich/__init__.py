"""Raw events to enriched events.

Room:   rules; pure. Clock, ids, schema validation and every fetch are handed in.
Limits: a step never stops the ones after it; what goes wrong is collected.

`STEPS` is the order in which an event is enriched; adding a step is one line.
"""

from collections.abc import Callable, Sequence

from piste.enrich.event import derive_tstamp, name_event, require_v_collector
from piste.enrich.page import parse_page_url, parse_referrer, read_cross_domain_link
from piste.enrich.view import Patch, View
from piste.events.failures import EnrichmentFailure

Step = Callable[[View], Patch]

STEPS: tuple[Step, ...] = (
    parse_page_url,
    derive_tstamp,
    parse_referrer,
    read_cross_domain_link,
    name_event,
    require_v_collector,
)


def apply(steps: Sequence[Step], view: View) -> list[EnrichmentFailure]:
    """Fold the steps' patches into the view; new entities stand before older ones."""
    fields = dict(view.fields)
    failures: list[EnrichmentFailure] = []
    view.fields = fields
    for step in steps:
        patch = step(view)
        for name, value in patch.fields.items():
            if value is not None:
                fields[name] = value
            else:
                fields.pop(name, None)
        if patch.entities:
            view.derived_contexts = patch.entities + view.derived_contexts
        failures += patch.failures
    return failures


__all__ = ["STEPS", "Patch", "Step", "View", "apply"]
