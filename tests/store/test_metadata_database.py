"""The metadata database: who waits for whom, and what is said when it does not answer."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from piste.accounts.account import Account
from piste.accounts.principal import Role
from piste.accounts.user import User
from piste.events.schema_key import SchemaKey
from piste.registry.records import Environment, StoredSchema
from piste.specs.records import Query
from piste.store.errors import StoreUnavailable
from piste.store.metadata import MetadataStore
from piste.store.metadata.database import BUSY_SECONDS

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEY = SchemaKey.of("iglu:com.acme/click/jsonschema/1-0-0")
ID = "5a203ef8-939b-4fd1-914e-f12a3dd1a869"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "metadata.db"


@pytest.fixture
def store(file: Path) -> Iterator[MetadataStore]:
    opened = MetadataStore(file)
    yield opened
    opened.close()


@contextmanager
def writing(file: Path) -> Iterator[sqlite3.Connection]:
    """Another one who writes, and does not end."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def put(store: MetadataStore, name: str = "click") -> None:
    row = StoredSchema(
        KEY._replace(name=name), Environment.DEVELOPMENT, "org", {}, False, "ann", NOW, NOW
    )
    store.schemas().change(lambda _: [row])


def test_no_read_waits_for_who_writes(store: MetadataStore, file: Path) -> None:
    """Each of them, of every kind of thing, answers what was there before."""
    put(store)
    specifications, products = store.specifications("org"), store.products("org")
    structures = store.structures("org")
    with writing(file) as other:
        other.execute("DELETE FROM schemas")
        started = time.monotonic()
        assert len(store.schemas().find()) == 1
        assert store.schemas().get(KEY) is not None
        assert store.schemas().in_environment(KEY, Environment.DEVELOPMENT) is not None
        assert store.iglu_keys().get("") is None
        assert store.iglu_drafts().find() == []
        assert (specifications.get(ID), specifications.find(Query())) == (None, [])
        assert specifications.names_of(KEY) == {}
        assert store.specification_revisions() == {}
        assert list(store.specifications_of([ID])) == []
        assert (products.get(ID), products.find(), products.subscriptions(ID)) == (None, [], [])
        assert store.applications("org").find() == []
        assert (structures.metas(), structures.all_deployments()) == ({}, {})
        assert structures.drafts() == []
        with store.accounts().reading() as accounts:
            assert accounts.accounts() == []
        assert time.monotonic() - started < BUSY_SECONDS / 2


def test_who_writes_waits_for_another_and_not_for_ever(store: MetadataStore, file: Path) -> None:
    with writing(file) as other:
        started = time.monotonic()
        with pytest.raises(
            StoreUnavailable, match=r"metadata\.db does not answer: database is locked"
        ):
            put(store)
        assert BUSY_SECONDS - 1 < time.monotonic() - started < BUSY_SECONDS + 2
        other.execute("ROLLBACK")
        put(store)
    assert len(store.schemas().find()) == 1


def test_a_database_that_cannot_be_written_is_named(store: MetadataStore, file: Path) -> None:
    """And why, in the words of the engine."""
    with closing(sqlite3.connect(file)) as other:
        other.execute("DROP TABLE accounts")
    with (
        pytest.raises(StoreUnavailable, match="no such table: accounts"),
        store.accounts().transaction() as accounts,
    ):
        accounts.add_account(Account("id", "name", NOW))


def test_many_read_at_a_time(store: MetadataStore) -> None:
    """More than the database library would keep connections for, each in the middle of its reading."""
    count = 40
    together = threading.Barrier(count)
    found: list[int] = []

    def read() -> None:
        with store.accounts().reading() as accounts:
            accounts.accounts()
            together.wait(10)
            found.append(len(accounts.users()))

    threads = [threading.Thread(target=read) for _ in range(count)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == [0] * count


def test_what_the_rows_refuse_is_not_the_disk_s(store: MetadataStore) -> None:
    """A user of no account breaks a rule of the tables, and is nothing to try again."""
    user = User("an id", "no account", None, Role.USER, NOW)
    with pytest.raises(IntegrityError), store.accounts().transaction() as accounts:
        accounts.add_user(user)
