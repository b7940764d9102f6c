"""What published event specifications cost the pipeline: events/s with them, against none in the same run.

    python bench/specifications.py [--quick] [--specifications 500]

The same requests go through all stages of `stages.py` again and again, from HTTP to the store, in turns
without and with the specifications. CPU time of the whole process, medians of the turns.

Plans, each of so many specifications of the schema that the events have, every one of which asks for one
web_page entity too:

    texts     each lists the element, or the path, that it is about
    patterns  each has a regular expression for it
    any       each is wrapped in an anyOf, of which nothing can be told or remembered: a plan as nobody
              writes it, to show what the other figures rest on

Limits: one more specification is satisfied by every event, so that each gets an entity and a match; on a
site of which the plan covers a part it costs less.
"""

import argparse
import gc
import random
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import uvloop
from _payloads import SNOWPLOW
from _processes import Case, write_result
from stages import ROUND_EVENTS, Stages

from piste.events.schema_key import SchemaKey
from piste.specs.plan import Plan
from piste.specs.published import Published
from piste.specs.specification import Entities, Entity, Event, EventSpecification, Status

EVENTS = 10
WEB_PAGE = SchemaKey.of(f"{SNOWPLOW}/web_page/jsonschema/1-0-0")
SOURCES = {
    "page view, 3 entities": (f"{SNOWPLOW}/page_view/jsonschema/1-0-0", "page_urlpath"),
    "self-describing, 4 entities": (f"{SNOWPLOW}/link_click/jsonschema/1-0-1", "targetUrl"),
}
SECTIONS = ("hats", "gloves", "scarves", "boots", "coats", "blog", "docs", "help")


def _texts(number: int) -> dict[str, Any]:
    section = SECTIONS[number % len(SECTIONS)]
    paths = [f"/{section}/item-{number}", f"/{section}/item-{number}.html"]
    return {"type": "string", "enum": paths}


def _patterns(number: int) -> dict[str, Any]:
    return {"type": "string", "pattern": f"/{SECTIONS[number % len(SECTIONS)]}/[a-z-]+{number}$"}


PLANS: dict[str, Callable[[int], dict[str, Any]]] = {
    "texts": _texts,
    "patterns": _patterns,
    "any": _patterns,
}


def plan_of(kind: str, shape: str, count: int) -> Plan:
    source, name = SOURCES[shape]
    plan = Plan()
    for number in range(count):
        schema: dict[str, Any] = {"properties": {name: PLANS[kind](number)}, "required": [name]}
        if kind == "any":
            schema = {"anyOf": [schema]}
        one = EventSpecification(
            id=str(UUID(int=number)),
            version=1,
            status=Status.PUBLISHED,
            name=f"Specification {number}",
            event=Event(SchemaKey.of(source), schema),
            entities=Entities(tracked=(Entity(WEB_PAGE, 1, 1),)),
        )
        plan.put(Published((one,), is_live=True))
    # One that everything is an instance of, so that entities are written too.
    everything = EventSpecification(
        id=str(UUID(int=count)),
        version=1,
        status=Status.PUBLISHED,
        name="Everything",
        event=Event(SchemaKey.of(source), {"required": [name]}),
    )
    plan.put(Published((everything,), is_live=True))
    return plan


async def measure(
    shape: str, plans: dict[str, Plan], folders: dict[str, Path], turns: int
) -> dict[str, Any]:
    """By kind of plan, each with a folder of its own."""
    spent: dict[str, list[float]] = {kind: [] for kind in plans}
    running = {
        kind: Stages(Case(shape, EVENTS), random.Random(1), folders[kind], plan)
        for kind, plan in plans.items()
    }
    for stages in running.values():
        await stages.round()  # loads schemas, compiles specifications, fills caches
    gc.collect()
    gc.freeze()
    gc.disable()  # as a worker does, which collects between batches
    for _ in range(turns):
        for kind, stages in running.items():
            seconds = await stages.round()
            del seconds["json"]  # the reference of `stages`, which no server does
            spent[kind].append(1e6 * sum(seconds.values()) / ROUND_EVENTS)
        gc.collect()
    gc.enable()
    gc.unfreeze()
    for stages in running.values():
        stages.close()
    medians = {kind: statistics.median(found) for kind, found in spent.items()}
    return {
        "shape": shape,
        "cpu_us_per_event": {kind: round(us, 1) for kind, us in medians.items()},
        "events_per_second_of_cpu": {kind: round(1e6 / us) for kind, us in medians.items()},
        "share_of_events_lost": {
            kind: round(1 - medians["none"] / medians[kind], 3) for kind in PLANS
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--specifications", type=int, default=500)
    given = parser.parse_args()
    results = []
    for shape in SOURCES:
        count = given.specifications
        plans = {"none": Plan()} | {kind: plan_of(kind, shape, count) for kind in PLANS}
        with tempfile.TemporaryDirectory() as folder:
            folders = {kind: Path(folder, kind) for kind in plans}
            for own in folders.values():
                own.mkdir()
            one = uvloop.run(measure(shape, plans, folders, 7 if given.quick else 25))
        results.append({"specifications": count, **one})
        print(f"{shape}, {given.specifications} specifications: CPU us an event")
        for kind, us in one["cpu_us_per_event"].items():
            lost = one["share_of_events_lost"].get(kind)
            told = "the reference" if lost is None else f"{100 * lost:5.1f} % of events/s less"
            print(f"  {kind:10}{us:8.1f}   {told}")
    write_result("specifications", {"events_per_post": EVENTS, "cases": results})


if __name__ == "__main__":
    main()
