"""Schemas, Iglu keys and drafts in the metadata database."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from piste.events.schema_key import SchemaKey
from piste.registry.drafts import Draft, DraftId
from piste.registry.keys import IgluKey
from piste.registry.permissions import Action
from piste.registry.records import Environment, Schemas, StoredSchema
from piste.store.metadata import MetadataStore

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)
DEV, PROD, VALIDATED = Environment.DEVELOPMENT, Environment.PRODUCTION, Environment.VALIDATED


def key_of(version: str = "1-0-0", vendor: str = "com.acme", name: str = "click") -> SchemaKey:
    return SchemaKey.of(f"iglu:{vendor}/{name}/jsonschema/{version}")


def row(key: SchemaKey | None = None, environment: Environment = DEV, **more: Any) -> StoredSchema:
    described = StoredSchema(
        key or key_of(), environment, "org-a", {"b": 1, "a": {}}, False, "ann", NOW, NOW
    )
    return replace(described, **more)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "metadata.db"


@pytest.fixture
def store(file: Path) -> Iterator[MetadataStore]:
    opened = MetadataStore(file)
    yield opened
    opened.close()


@pytest.fixture
def schemas(store: MetadataStore) -> Schemas:
    return store.schemas()


def put(schemas: Schemas, *rows: StoredSchema) -> None:
    assert schemas.change(lambda _: rows) == rows


def test_a_schema_comes_back_as_it_was(schemas: Schemas) -> None:
    there = row(
        json={"z": 2**80, "a": [1.5, None, "é🦄\x00"], "m": 1e308}, message="First", is_public=True
    )
    put(schemas, there)
    found = schemas.get(key_of())
    assert found == there
    assert found is not None
    assert list(found.json) == ["z", "a", "m"]


def test_it_outlives_the_process(file: Path) -> None:
    first = MetadataStore(file)
    put(first.schemas(), row())
    first.close()
    second = MetadataStore(file)
    assert second.schemas().get(key_of()) == row()
    second.close()


def test_times_come_back_in_utc(schemas: Schemas) -> None:
    there = NOW.astimezone(timezone(timedelta(hours=5)))
    put(schemas, row(created_at=there))
    found = schemas.get(key_of())
    assert found is not None
    assert found.created_at == NOW
    assert found.created_at.utcoffset() == timedelta(0)


def test_production_is_got_before_development(schemas: Schemas) -> None:
    assert schemas.get(key_of()) is None
    put(schemas, row(environment=VALIDATED))
    assert schemas.get(key_of()) is None
    put(schemas, row(environment=DEV, message="dev"))
    assert schemas.get(key_of()) == row(environment=DEV, message="dev")
    put(schemas, row(environment=PROD, message="prod"))
    assert schemas.get(key_of()) == row(environment=PROD, message="prod")
    assert schemas.in_environment(key_of(), DEV) == row(environment=DEV, message="dev")
    assert schemas.in_environment(key_of(), VALIDATED) == row(environment=VALIDATED)
    assert schemas.in_environment(key_of("1-0-1"), DEV) is None


def test_a_schema_is_replaced_where_it_was(schemas: Schemas) -> None:
    put(schemas, row(), row(environment=PROD))
    put(schemas, row(json={"new": True}, updated_at=NOW + timedelta(days=1)))
    assert [one.json for one in schemas.find()] == [{"new": True}, {"b": 1, "a": {}}]


def test_what_is_found(schemas: Schemas) -> None:
    rows = [
        row(key_of("1-0-2")),
        row(key_of("1-0-10"), PROD),
        row(key_of("1-0-10")),
        row(key_of("2-0-0"), organization_id="org-b"),
        row(key_of(vendor="com.beta")),
        row(key_of(name="apple")),
    ]
    put(schemas, *rows)
    everything = schemas.find()
    assert [(str(one.key.version), one.environment.value) for one in everything[1:4]] == [
        ("1-0-2", "DEV"),
        ("1-0-10", "DEV"),
        ("1-0-10", "PROD"),
    ]
    assert [one.key.vendor for one in everything] == ["com.acme"] * 5 + ["com.beta"]
    assert everything[0].key.name == "apple"
    assert len(schemas.find(vendor="com.acme")) == 5
    assert len(schemas.find(vendor="com.acme", name="click")) == 4
    assert len(schemas.find(name="click")) == 5
    assert [one.key for one in schemas.find(organization_id="org-b")] == [key_of("2-0-0")]
    assert [one.key for one in schemas.find(environment=PROD)] == [key_of("1-0-10")]
    assert schemas.find(vendor="com.acme", organization_id="org-c") == []


def test_a_key_is_deleted_from_every_environment(schemas: Schemas) -> None:
    put(schemas, row(), row(environment=PROD), row(key_of("1-0-1")))
    assert schemas.delete(key_of()) is True
    assert schemas.delete(key_of()) is False
    assert [one.key for one in schemas.find()] == [key_of("1-0-1")]


def test_what_decide_raises_is_raised_and_nothing_stored(schemas: Schemas) -> None:
    def decide(within: Schemas) -> Sequence[StoredSchema]:
        within.change(lambda _: [row()])
        within.delete(key_of("1-0-1"))
        raise LookupError("no")

    put(schemas, row(key_of("1-0-1")))
    with pytest.raises(LookupError, match="no"):
        schemas.change(decide)
    assert [one.key for one in schemas.find()] == [key_of("1-0-1")]


def test_nothing_may_be_decided(schemas: Schemas) -> None:
    put(schemas)
    assert schemas.find() == []


def test_within_a_change_its_own_are_seen(schemas: Schemas) -> None:
    def decide(within: Schemas) -> Sequence[StoredSchema]:
        assert within.get(key_of()) is None
        within.change(lambda _: [row()])
        assert within.get(key_of()) == row()
        assert len(within.find()) == 1
        return [row(key_of("1-0-1"))]

    schemas.change(decide)
    assert [one.key for one in schemas.find()] == [key_of(), key_of("1-0-1")]


def test_two_who_decide_on_what_is_there_wait_for_each_other(schemas: Schemas) -> None:
    """Each adds the next version after those that it sees: of 2 x 20 none is lost."""

    def add_next() -> None:
        for _ in range(20):
            schemas.change(lambda within: [row(key_of(f"1-0-{len(within.find())}"))])

    threads = [threading.Thread(target=add_next) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.key.version.addition for one in schemas.find()] == list(range(40))


def test_keys(store: MetadataStore) -> None:
    keys = store.iglu_keys()
    read = IgluKey("d1", "com.acme", Action.READ, "org-a", NOW)
    write = IgluKey("d2", "", Action.CREATE_VENDOR, "org-a", NOW)
    assert keys.get("d1") is None
    keys.put([read, write])
    assert keys.get("d1") == read
    assert keys.get("d2") == write
    assert keys.delete("d1") is True
    assert keys.delete("d1") is False
    assert keys.get("d1") is None
    assert keys.get("d2") == write


def test_drafts(store: MetadataStore) -> None:
    drafts = store.iglu_drafts()
    draft_id = DraftId("com.acme", "click", "jsonschema", 10)
    draft = Draft(draft_id, "org-a", {"b": 1, "a": 2}, False, "ann", NOW, NOW)
    assert drafts.get(draft_id) is None
    seen: list[Draft | None] = []

    def stored(before: Draft | None, after: Draft) -> Draft:
        seen.append(before)
        return after

    assert drafts.change(draft_id, lambda before: stored(before, draft)) == draft
    found = drafts.get(draft_id)
    assert found == draft
    assert found is not None
    assert list(found.json) == ["b", "a"]
    changed = replace(draft, json={}, is_public=True)
    drafts.change(draft_id, lambda before: stored(before, changed))
    assert seen == [None, draft]
    second = replace(draft, id=draft_id._replace(number=9))
    drafts.change(second.id, lambda _: second)
    assert drafts.find() == [second, changed]


def test_a_draft_s_refusal_stores_nothing(store: MetadataStore) -> None:
    drafts = store.iglu_drafts()

    def refuse(_: Draft | None) -> Draft:
        raise LookupError("no")

    with pytest.raises(LookupError):
        drafts.change(DraftId("a", "b", "c", 1), refuse)
    assert drafts.find() == []


def test_each_version_and_environment_is_one_row(schemas: Schemas, file: Path) -> None:
    put(schemas, row(), row(environment=PROD), row(key_of("1-0-1")))
    with sqlite3.connect(file) as database:
        [(count,)] = database.execute("SELECT count(*) FROM schemas")
    assert count == 3
