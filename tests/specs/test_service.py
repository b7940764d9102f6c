"""The service on a real store: the documented requests, each validation, versions, and two writers."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from piste.events.schema_key import Json, SchemaKey
from piste.registry.structure_records import structure_hash
from piste.specs.records import Query
from piste.specs.service import (
    EVENT_SPECIFICATIONS,
    TRACKING_SCENARIOS,
    Answer,
    Names,
    Specifications,
)
from piste.specs.specification import Status
from piste.store.metadata import MetadataStore

ID = "5a203ef8-939b-4fd1-914e-f12a3dd1a869"
AUTHOR = "39b81015-1bd5-4b37-96c7-3296cabaa36f"
PRODUCT = "11111111-1111-4111-8111-111111111111"
ORGANIZATION = "2c1c5b5c-3b6e-4b0e-9d0f-0d7a3b8a5f10"
DATE = datetime(2023, 4, 26, 14, 41, 48, 708191, UTC)
ACTION = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/1-0-0")
NARROW = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/1-0-1")
OTHER = SchemaKey.of("iglu:com.example/other/jsonschema/1-0-0")
SEARCH = {
    "name": "Search",
    "description": "Tracking the use of the search box",
    "event": {"source": ACTION.uri},
}
SCHEMA = {
    "type": "object",
    "required": ["label", "action"],
    "properties": {"action": {"enum": ["click"]}, "label": {"enum": ["Search"]}},
    "additionalProperties": False,
}
UNFIT = {**SCHEMA, "properties": {"action": {"enum": ["click"]}, "label": {"enum": [5]}}}


def labelled(**label: Any) -> Json:
    return {"type": "object", "properties": {"label": {"type": "string", **label}}}


@dataclass
class Structures:
    """Data structures of which a newer version may come."""

    schemas: dict[SchemaKey, Json] = field(
        default_factory=lambda: {ACTION: labelled(), OTHER: labelled()}
    )

    def schema(self, key: SchemaKey) -> Json | None:
        return self.schemas.get(key)

    def latest(self, key: SchemaKey) -> SchemaKey:
        return max((one for one in self.schemas if one[:3] == key[:3]), default=key)

    def is_in_production(self, key: SchemaKey) -> bool:
        return key in self.schemas

    def has_data_product(self, product_id: str) -> bool:
        return product_id == PRODUCT


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MetadataStore]:
    store = MetadataStore(tmp_path / "metadata.db")
    yield store
    store.close()


@pytest.fixture
def structures() -> Structures:
    return Structures()


@pytest.fixture
def service(store: MetadataStore, structures: Structures) -> Specifications:
    return service_of(store, structures)


def service_of(
    store: MetadataStore,
    structures: Structures,
    names: Names = EVENT_SPECIFICATIONS,
    organization: str = ORGANIZATION,
) -> Specifications:
    return Specifications(
        records=store.specifications(organization),
        structures=structures,
        names=names,
        author=AUTHOR,
        now=lambda: DATE,
        new_id=lambda: str(uuid4()),
    )


def created(service: Specifications, **spec: Any) -> str:
    answer = service.create({"spec": {**SEARCH, **spec}})
    assert answer.status == 201, answer.to_json()
    return answer.data[0].id


def said(answer: Answer) -> list[tuple[str, str, str]]:
    return [(one.severity.value, one.code.value, one.source) for one in answer.findings]


@pytest.mark.parametrize("names", [EVENT_SPECIFICATIONS, TRACKING_SCENARIOS])
def test_the_documented_creation(
    names: Names, store: MetadataStore, structures: Structures
) -> None:
    """Requirements 001 and 002: request and answer to the letter, but for the id, which is given here."""
    service = service_of(store, structures, names)
    answer = service.create({names.spec: {"id": ID, **SEARCH}, "message": "initial draft"})
    assert answer.status == 201
    assert answer.to_json() == {
        "data": [{"id": ID, "version": 0, "status": "draft", **SEARCH}],
        "includes": [
            {
                "author": AUTHOR,
                "message": "initial draft",
                "date": "2023-04-26T14:41:48.708191Z",
                names.id: ID,
                "version": 0,
                "status": "draft",
                "type": "History",
            }
        ],
        "errors": [],
    }
    assert service.get(ID).to_json() == {**answer.to_json(), "includes": []}


@pytest.mark.parametrize(
    ("spec", "finding"),
    [
        ({"name": ""}, ("Error", "InvalidField", "name")),
        ({"version": -1}, ("Error", "InvalidField", "version")),
        ({"status": "live"}, ("Error", "InvalidField", "status")),
        ({"event": {"source": "iglu:x"}}, ("Error", "InvalidField", "event.source")),
        (
            {"event": {"source": NARROW.uri}, "name": "New"},
            ("Error", "UnknownSchema", "event.source"),
        ),
        ({"event": SEARCH["event"]}, ("Error", "DuplicateName", "name")),
        ({"dataProductId": ID}, ("Error", "UnknownDataProduct", "dataProductId")),
        (
            {
                "entities": {
                    "tracked": [{"source": ACTION.uri}],
                    "enriched": [{"source": ACTION.uri}],
                }
            },
            ("Error", "DuplicateEntity", "entities.enriched[0].source"),
        ),
        (
            {"entities": {"tracked": [{"source": NARROW.uri}], "enriched": []}},
            ("Error", "UnknownSchema", "entities.tracked[0].source"),
        ),
        (
            {"event": {"source": ACTION.uri, "schema": UNFIT}, "name": "Unfit"},
            ("Error", "SchemaIncompatible", "event.schema"),
        ),
    ],
)
def test_what_is_wrong_is_422_and_nothing_is_stored(
    service: Specifications, spec: dict[str, Any], finding: tuple[str, str, str]
) -> None:
    """On creation and on editing."""
    first = created(service)
    second = created(service, name="Other", event={"source": OTHER.uri})
    before = service.list(Query(), with_latest_history=True)
    asked = {"name": "Search", "event": {"source": OTHER.uri}, **spec}
    for answer in (service.create({"spec": asked}), service.edit(second, {"spec": asked})):
        assert answer.status == 422
        assert answer.data == ()
        assert said(answer) == [finding]
    assert service.list(Query(), with_latest_history=True) == before
    assert [one.id for one in before.data] == [first, second]


def test_a_latest_version_that_does_not_fit_is_a_warning(
    service: Specifications, structures: Structures
) -> None:
    """Nobody is kept from storing; reading says so, too, and of the current version as well."""
    id_ = created(service, event={"source": ACTION.uri, "schema": SCHEMA})
    assert service.get(id_).findings == ()
    structures.schemas[NARROW] = labelled(maxLength=3)
    edited = service.edit(
        id_, {"spec": {**SEARCH, "event": {"source": ACTION.uri, "schema": SCHEMA}}}
    )
    assert edited.status == 200
    for answer in (edited, service.get(id_)):
        assert said(answer) == [("Warning", "SchemaIncompatible", "event.schema")]
        assert answer.findings[0].title == (
            f"Event specification with id: {id_}, event schema is INCOMPATIBLE with schema with "
            "name: ui_actions, vendor: com.example, version: 1-0-1"
        )
    structures.schemas[ACTION] = labelled(maxLength=3)
    assert said(service.get(id_)) == 2 * [("Warning", "SchemaIncompatible", "event.schema")]


def test_a_life(service: Specifications) -> None:
    """Published 1, drafts 2 to 4, published 5: versions 2 to 4 are gone. Then deprecated, and deleted."""
    id_ = created(service)
    for version, status in (
        *((1, "published"), (2, "draft"), (3, "draft"), (4, "draft"), (5, "published")),
        (6, "deprecated"),
    ):
        body = {
            "spec": {**SEARCH, "version": version, "status": status, "description": f"{version}"}
        }
        answer = service.edit(id_, body)
        assert (answer.status, answer.data[0].version, len(answer.includes)) == (200, version, 1)
    got = service.get(id_, with_history=True)
    assert [(one["version"], one["status"]) for one in got.includes] == [
        *((0, "draft"), (1, "published"), (5, "published"), (6, "deprecated")),
    ]
    assert got.data[0].description == "6"
    assert service.get(id_, status=Status.PUBLISHED).data[0].description == "5"
    for version in (6, 5, 3):
        refused = service.edit(id_, {"spec": {**SEARCH, "version": version}})
        assert (refused.status, said(refused)) == (422, [("Error", "InvalidVersion", "version")])
    assert service.delete(id_).status == 204
    for gone in (service.get(id_), service.delete(id_), service.edit(id_, {"spec": SEARCH})):
        assert (gone.status, said(gone)) == (404, [("Error", "NotFound", "id")])


def test_filters(service: Specifications) -> None:
    """Alone and together."""
    first = created(service)
    second = created(service, name="Menu", dataProductId=PRODUCT, status="published", version=3)
    third = created(service, event={"source": OTHER.uri})
    fourth = created(service, event=None)
    structure = structure_hash(ORGANIZATION, ACTION)
    for query, expected in (
        (Query(), [first, second, third, fourth]),
        (Query(data_product_id=PRODUCT), [second]),
        (Query(source_id=structure), [first, second]),
        (Query(source_id=structure, source_version="1-0-0"), [first, second]),
        (Query(source_id=structure, source_version="1-0-1"), []),
        (Query(source_version="1-0-1"), [first, second, third, fourth]),
        (Query(status=Status.DRAFT), [first, third, fourth]),
        (Query(source_id=structure, status=Status.PUBLISHED), [second]),
    ):
        answer = service.list(query, with_latest_history=True)
        assert [one.id for one in answer.data] == expected
        assert [one["eventSpecId"] for one in answer.includes] == expected
    assert service.list(Query()).includes == ()


def test_other_organizations_are_not_there(
    service: Specifications, store: MetadataStore, structures: Structures
) -> None:
    """Not to read, not to write, and not in the way."""
    id_ = created(service)
    stranger = service_of(store, structures, organization=PRODUCT)
    assert stranger.list(Query()).data == ()
    assert {stranger.get(id_).status, stranger.delete(id_).status} == {404}
    assert stranger.edit(id_, {"spec": SEARCH}).status == 404
    assert created(stranger) != id_
    assert service.get(id_).status == 200


@pytest.mark.parametrize("is_creation", [True, False])
def test_two_writers(
    is_creation: bool, service: Specifications, store: MetadataStore, structures: Structures
) -> None:
    """Twenty rounds: each is told that it is stored, or 409 (422, had it read later) and the current state.
    No version is there twice, and none that was stored is lost."""
    id_ = str(uuid4())
    if not is_creation:
        created(service, id=id_)
    for turn in range(1, 21):
        if is_creation:
            id_ = str(uuid4())
        answers: list[Answer] = []
        barrier = threading.Barrier(2)

        def write(
            who: str,
            id_: str = id_,
            turn: int = turn,
            answers: list[Answer] = answers,
            barrier: threading.Barrier = barrier,
        ) -> None:
            mine = service_of(store, structures)
            spec = {**SEARCH, "name": f"{who} {turn}", "version": turn}
            barrier.wait()
            if is_creation:
                answers.append(mine.create({"spec": {**spec, "id": id_}}))
            else:
                answers.append(mine.edit(id_, {"spec": spec}))

        threads = [threading.Thread(target=write, args=(who,)) for who in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        won, lost = sorted(answers, key=lambda answer: answer.status)
        assert won.status == (201 if is_creation else 200)
        assert lost.status in (409, 422)
        got = service.get(id_, with_history=True)
        assert got.data == won.data
        if lost.status == 409:
            assert lost.data == won.data
        versions = [one["version"] for one in got.includes]
        assert versions == ([turn] if is_creation else list(range(turn + 1)))


def test_a_store_is_opened_again(tmp_path: Path, structures: Structures) -> None:
    """With all that was in it."""
    file = tmp_path / "metadata.db"
    for turn in range(3):
        store = MetadataStore(file)
        service = service_of(store, structures)
        assert len(service.list(Query()).data) == turn
        created(service, name=f"Turn {turn}", triggers=[{"description": "é"}])
        store.close()
