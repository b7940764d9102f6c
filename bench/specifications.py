"""What published event specifications cost the pipeline: events/s with them, against none in the same run.

    python bench/specifications.py [--quick] [--specifications 500]

The same recorded requests are enriched and stored again and again, in turns without and with the
specifications, as a worker and the loader do it: decode, adapt, validate, enrich, hold against the plan,
write as columns, store. CPU time of the whole process, medians of the turns.

Plans, each of so many specifications of the schema that the events have, every one of which asks for one
web_page entity too:

    texts     each lists the element, or the path, that it is about
    patterns  each has a regular expression for it
    any       each is wrapped in an anyOf, of which nothing can be told or remembered: a plan as nobody
              writes it, to show what the other figures rest on

Limits: HTTP and the log, which specifications do not change, are left out: the share of a whole server's
time is smaller.
"""

import argparse
import gc
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from _payloads import SHAPES, SNOWPLOW, Visitor, body_of, headers_of, new_id
from _processes import write_result

from piste.enriching import Preparation, clock_ms
from piste.events.payload import CollectorPayload
from piste.events.schema_key import SchemaKey
from piste.iglu import OwnRegistry
from piste.ingest.enricher import Enricher
from piste.ingest.records import encode_record
from piste.schemas import open_resolver
from piste.settings import Settings
from piste.specs.plan import Plan
from piste.specs.published import Published
from piste.specs.specification import Entities, Entity, Event, EventSpecification, Status
from piste.store.duckdb import EventStore

REQUESTS = 200
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


def recorded(shape: str, rng: random.Random) -> list[bytes]:
    now_ms = clock_ms()
    records = []
    for _ in range(REQUESTS):
        visitor = Visitor.drawn(rng, now_ms - 60_000)
        body = body_of(
            [SHAPES[shape](rng, visitor, now_ms, lambda: new_id(rng)) for _ in range(EVENTS)]
        )
        headers = [f"{name}: {value}" for name, value in headers_of(visitor).items()]
        records.append(
            encode_record(
                CollectorPayload(
                    path="/com.snowplowanalytics.snowplow/tp2",
                    collector="piste-bench",
                    timestamp_ms=now_ms,
                    body=body,
                    content_type="application/json",
                    user_agent=visitor.user_agent,
                    headers=tuple(headers),
                )
            )
        )
    return records


class Turns:
    """One enricher and one store, fed with the same requests at ever new positions."""

    def __init__(self, enricher: Enricher, folder: Path, records: list[bytes]) -> None:
        self._enricher, self._records = enricher, records
        self._store = EventStore.open(folder / "events.duckdb")
        self._position = 0

    def take(self) -> float:
        """CPU microseconds an event."""
        at = range(self._position + 1, self._position + 1 + len(self._records))
        before = time.process_time()
        enriched = self._enricher.enrich(list(zip(at, self._records, strict=True)), {})
        self._position = at[-1]
        self._store.append([enriched.streams], self._position)
        spent = time.process_time() - before
        assert enriched.counts == {"good": REQUESTS * EVENTS}, enriched.counts
        return 1e6 * spent / (REQUESTS * EVENTS)

    def close(self) -> None:
        self._store.close()


def measure(shape: str, count: int, turns: int) -> dict[str, Any]:
    records = recorded(shape, random.Random(1))
    resolver = open_resolver(Settings().iglu, clock_ms, OwnRegistry())
    preparation = Preparation.of(Settings())
    plans = {"none": Plan()} | {kind: plan_of(kind, shape, count) for kind in PLANS}
    with tempfile.TemporaryDirectory() as folder:
        running = {}
        for kind, plan in plans.items():
            Path(folder, kind).mkdir()
            running[kind] = Turns(preparation.enricher(resolver, plan), Path(folder, kind), records)
        for one in running.values():
            one.take()  # loads schemas, compiles specifications, fills caches
        spent: dict[str, list[float]] = {kind: [] for kind in plans}
        gc.collect()
        gc.freeze()
        gc.disable()  # as a worker does, which collects between batches
        for _ in range(turns):
            for kind, one in running.items():
                spent[kind].append(one.take())
            gc.collect()
        gc.enable()
        gc.unfreeze()
        for one in running.values():
            one.close()
    medians = {kind: statistics.median(found) for kind, found in spent.items()}
    return {
        "shape": shape,
        "specifications": count,
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
        one = measure(shape, given.specifications, 7 if given.quick else 25)
        results.append(one)
        print(f"{shape}, {given.specifications} specifications: CPU us an event")
        for kind, us in one["cpu_us_per_event"].items():
            lost = one["share_of_events_lost"].get(kind)
            told = "the reference" if lost is None else f"{100 * lost:5.1f} % of events/s less"
            print(f"  {kind:10}{us:8.1f}   {told}")
    write_result("specifications", {"events_per_post": EVENTS, "cases": results})


if __name__ == "__main__":
    main()
