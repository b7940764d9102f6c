"""Published specifications, as events are held against them."""

from typing import Any

from piste.events.schema_key import SchemaKey
from piste.specs.plan import Plan
from piste.specs.published import Published
from piste.specs.specification import Entities, Entity, Event, EventSpecification, Status

CLICK = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/1-0-0")
SEARCH: dict[str, Any] = {
    "type": "object",
    "properties": {"label": {"enum": ["Search"]}},
    "required": ["label"],
}


def specification(
    id_: str = "search",
    version: int = 1,
    *,
    source: SchemaKey = CLICK,
    schema: dict[str, Any] | None = SEARCH,
    tracked: tuple[Entity, ...] = (),
    enriched: tuple[Entity, ...] = (),
) -> EventSpecification:
    return EventSpecification(
        id=id_,
        version=version,
        status=Status.PUBLISHED,
        name=id_.title(),
        event=Event(source, schema),
        entities=Entities(tracked, enriched),
    )


def published(*versions: EventSpecification, is_live: bool = True) -> Published:
    return Published(versions, is_live)


def plan_of(*specifications: EventSpecification) -> Plan:
    """Each id in the versions given, all live."""
    plan = Plan()
    ids = dict.fromkeys(one.id for one in specifications)
    for id_ in ids:
        plan.put(published(*(one for one in specifications if one.id == id_)))
    return plan
