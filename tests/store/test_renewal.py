"""The store's file is opened anew now and then, so that the engine lets go of what it knows of it."""

import threading
from pathlib import Path

import duckdb
import pytest
from support.streams import event, streams

from piste.store import duckdb as store_module
from piste.store.duckdb import EventStore
from piste.store.errors import StoreUnreadable


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """After each append, and readers are not waited for."""
    monkeypatch.setattr(store_module, "RENEWAL_BYTES", 1)
    monkeypatch.setattr(store_module, "_RENEWAL_PATIENCE_SECONDS", 0.0)


def append(store: EventStore, seq: int) -> None:
    store.append([streams(events=[event(seq)])], seq)


def seqs(store: EventStore) -> list[object]:
    return [row["seq"] for row in store.rows("select seq from events order by seq", {})]


def test_events_and_position_are_there_afterwards(tmp_path: Path) -> None:
    """And the connections are others."""
    with EventStore.open(tmp_path / "events.db") as store:
        for seq in (1, 2, 3):
            before = store._readers
            append(store, seq)
            assert store._readers is not before
            assert (seqs(store), store.position()) == (list(range(1, seq + 1)), seq)


def test_a_store_in_memory_is_not_closed() -> None:
    """All would be gone."""
    with EventStore.open(None) as store:
        append(store, 1)
        append(store, 2)
        assert seqs(store) == [1, 2]


def test_a_reader_puts_it_off(tmp_path: Path) -> None:
    """Its answer is whole; the next renewal is after as much again."""
    with EventStore.open(tmp_path / "events.db") as store:
        append(store, 1)
        with store._reader() as reader:
            before = store._readers
            append(store, 2)
            assert store._readers is before
            assert reader.execute("select count(*) from events").fetchall() == [(2,)]
        append(store, 3)
        assert store._readers is not before
        assert seqs(store) == [1, 2, 3]


def test_queries_meanwhile_do_not_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From several threads."""
    monkeypatch.setattr(store_module, "_RENEWAL_PATIENCE_SECONDS", 10.0)
    faults: list[BaseException] = []
    done = threading.Event()
    with EventStore.open(tmp_path / "events.db") as store:

        def read() -> None:
            while not done.is_set():
                try:
                    found = seqs(store)
                    assert found == list(range(1, len(found) + 1))
                except BaseException as error:
                    faults.append(error)
                    return

        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for seq in range(1, 11):
            append(store, seq)
        done.set()
        for reader in readers:
            reader.join()
        assert faults == []
        assert seqs(store) == list(range(1, 11))


def test_a_file_that_cannot_be_opened_again_is_opened_when_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The append before was a success, and is not done again; what needs the store fails until then."""
    path = tmp_path / "events.db"
    with EventStore.open(path) as store:

        def fail() -> duckdb.DuckDBPyConnection:
            raise StoreUnreadable(path, "the disk is away")

        with monkeypatch.context() as patch:
            patch.setattr(store, "_connect", fail)
            append(store, 1)
            for _ in range(2):
                with pytest.raises(StoreUnreadable):
                    append(store, 2)
                with pytest.raises(StoreUnreadable):
                    seqs(store)
        append(store, 2)
        assert (seqs(store), store.position()) == ([1, 2], 2)


def test_a_lost_store_can_be_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was stored is there at the next start."""
    path = tmp_path / "events.db"
    with EventStore.open(path) as store, monkeypatch.context() as patch:

        def fail() -> duckdb.DuckDBPyConnection:
            raise StoreUnreadable(path, "the disk is away")

        patch.setattr(store, "_connect", fail)
        append(store, 1)
    with EventStore.open(path) as store:
        assert seqs(store) == [1]
