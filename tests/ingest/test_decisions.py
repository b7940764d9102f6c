"""What was decided, and who was told of it."""

from collections.abc import Iterator
from json import dumps

import pytest
from support.iglu import sdj, unstruct
from support.requests import tp2
from support.specifications import CLICK, published, specification
from support.streams import rows_of
from support.working import PrepareLearning

from piste.events.schema_key import Json
from piste.ingest.decisions import Decision, Decisions, Subject
from piste.ingest.enricher import Enriched
from piste.ingest.records import encode_record
from piste.ingest.workers import InProcess, Worker, WorkerProcess
from piste.jsontext import encode


def schema(id_: str, json: bytes | None = b"{}") -> Decision:
    return Decision(Subject.SCHEMA, id_, json)


def test_who_knows_nothing_is_told_what_holds() -> None:
    """The last decision on each subject, in the order in which they were made."""
    decisions = Decisions()
    assert decisions.since(0) == (0, [])
    decisions.tell([schema("a"), schema("b"), schema("a", b"[]")])
    specification = Decision(Subject.SPECIFICATION, "a", b"1")
    decisions.tell([specification, schema("b", None)])
    told, news = decisions.since(0)
    assert news == [schema("a", b"[]"), specification, schema("b", None)]
    assert decisions.since(told) == (told, [])


def test_who_knows_something_is_told_the_rest() -> None:
    decisions = Decisions()
    decisions.tell([schema("a"), schema("b")])
    told, _ = decisions.since(0)
    decisions.tell([schema("a", None)])
    assert decisions.since(told)[1] == [schema("a", None)]


def test_this_process_is_told_at_once() -> None:
    heard: list[Decision] = []
    decisions = Decisions(heard.extend)
    decisions.tell([schema("a")])
    assert heard == [schema("a")]


# what an enricher makes of it


SEARCH_ID = "5a203ef8-939b-4fd1-914e-f12a3dd1a869"
STRICT = {"type": "object", "properties": {"label": {"type": "string"}}, "required": ["label"]}
LOOSE = {"type": "object"}


def published_schema(json: Json) -> Decision:
    return Decision(Subject.SCHEMA, CLICK.uri, None if json is None else encode(json))


SEARCH_IS_LIVE = Decision(
    Subject.SPECIFICATION, SEARCH_ID, encode(published(specification(SEARCH_ID)).to_json())
)
SEARCH_IS_GONE = Decision(Subject.SPECIFICATION, SEARCH_ID, None)


def click(label: Json) -> bytes:
    return encode_record(
        tp2({"e": "ue", "ue_pr": dumps(unstruct(sdj(CLICK.uri, {"label": label})))})
    )


def specifications_of(enriched: Enriched) -> list[object]:
    """Of each event: false when it is failed, else its matches."""
    rows = rows_of(enriched.streams)["events"]
    return [row["valid"] and row.get("specifications") for row in rows]


@pytest.fixture(params=[False, True], ids=["in this process", "in a worker"])
def worker(request: pytest.FixtureRequest) -> Iterator[tuple[Worker, Decisions]]:
    if request.param:
        decisions = Decisions()
        process = WorkerProcess(PrepareLearning(), decisions)
        process.start()
        yield process, decisions
        process.stop()
    else:
        enricher = PrepareLearning()()
        yield InProcess(enricher), Decisions(enricher.learn)


def test_an_event_is_enriched_by_what_was_decided_before_it(
    worker: tuple[Worker, Decisions],
) -> None:
    """Schemas and specifications, published, replaced and deleted."""
    enricher, decisions = worker

    def enriched(label: Json) -> object:
        (found,) = specifications_of(enricher.enrich([(1, click(label))], {}, False))
        return found

    assert enriched("Search") is False
    decisions.tell([published_schema(STRICT)])
    assert enriched("Search") is None
    assert enriched(5) is False
    decisions.tell([SEARCH_IS_LIVE])
    assert enriched("Search") == f"{SEARCH_ID}@1"
    assert enriched("Menu") is None
    decisions.tell([published_schema(LOOSE), SEARCH_IS_GONE])
    assert enriched("Search") is None
    assert enriched(5) is None
    decisions.tell([published_schema(None)])
    assert enriched("Search") is False


def test_a_worker_that_starts_anew_is_told_again() -> None:
    decisions = Decisions()
    worker = WorkerProcess(PrepareLearning(), decisions)
    decisions.tell([published_schema(STRICT), SEARCH_IS_LIVE])
    try:
        for _ in range(2):
            worker.start()
            enriched = worker.enrich([(1, click("Search"))], {}, False)
            assert specifications_of(enriched) == [f"{SEARCH_ID}@1"]
    finally:
        worker.stop()
