"""Giving disk space back: the file shrinks, and at every moment it is a complete store."""

import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from support.pipelines import wait_until
from support.streams import event, streams

from piste.store import compaction
from piste.store.duckdb import EventStore

EVENTS, LATER = 4_000, 1_000
RANDOM_ALIKE = random.Random(7)


@pytest.fixture
def small_files_are_worth_it(monkeypatch):
    """So that the tests need no files of many megabytes."""
    monkeypatch.setattr(compaction, "WORTH_BYTES", 1 << 20)


def origin(seq: int) -> dict[str, object]:
    return {"seq": seq, "collector_tstamp": seq, "origin": RANDOM_ALIKE.randbytes(2_000)}


def filled(path: Path) -> EventStore:
    """A store most of which is deleted, but not what stands last in its file."""
    seqs = range(EVENTS)
    with EventStore.open(path) as store:
        store.append(
            [streams(events=[event(seq) for seq in seqs], origins=[origin(seq) for seq in seqs])],
            EVENTS,
        )
    with EventStore.open(path) as store:
        later = [origin(seq) for seq in range(EVENTS, EVENTS + LATER)]
        store.append([streams(origins=later)], EVENTS + 1)
    store = EventStore.open(path)
    store.delete_origins_before(EVENTS)
    return store


def holds_everything(store: EventStore) -> bool:
    (found,) = store.rows(
        "select (select count(*) from events) as events, (select count(*) from origins) as origins",
        {},
    )
    return found == {"events": EVENTS, "origins": LATER} and store.position() == EVENTS + 1


@pytest.mark.usefixtures("small_files_are_worth_it")
def test_the_file_shrinks_and_nothing_else_changes(tmp_path):
    """Rows, position and columns' compression are the same; the store goes on writing and reading."""
    with filled(tmp_path / "events.db") as store:
        before_bytes = store.size_bytes()
        assert store.compact()
        assert store.size_bytes() < before_bytes / 2
        assert holds_everything(store)
        (events,) = store.rows("select sql from duckdb_tables() where table_name = 'events'", {})
        assert "USING COMPRESSION ZSTD" in str(events["sql"])
        store.append([streams(events=[event(-1)])], EVENTS + 2)
        assert not store.compact()
        (found,) = store.rows(
            "select toUnixTimestamp64Milli(collector_tstamp) as ms from events where seq = -1", {}
        )
        assert found == {"ms": 0}
    assert [file.name for file in tmp_path.iterdir()] == ["events.db"]
    with EventStore.open(tmp_path / "events.db") as store:
        assert store.position() == EVENTS + 2


def test_a_small_file_is_left_alone(tmp_path):
    """Under 64 MB the work is worth more than the space."""
    with filled(tmp_path / "events.db") as store:
        before_bytes = store.size_bytes()
        assert not store.compact()
        assert store.size_bytes() <= before_bytes


def test_a_store_in_memory_has_no_file_to_shrink():
    """It has no size on disk either."""
    with EventStore.open(None) as store:
        assert not store.compact()
        assert store.size_bytes() == 0


@pytest.mark.usefixtures("small_files_are_worth_it")
def test_readers_and_writers_do_not_notice(tmp_path):
    """Queries go on in other threads while the file is written again, and none fails."""
    with filled(tmp_path / "events.db") as store:
        faults: list[BaseException] = []
        answers = [0]
        done = threading.Event()

        def read() -> None:
            while not done.is_set():
                try:
                    assert holds_everything(store)
                    answers[0] += 1
                except BaseException as error:
                    faults.append(error)

        readers = [threading.Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        try:
            assert store.compact()
            after = answers[0]
            wait_until(lambda: answers[0] >= after + 10)
        finally:
            done.set()
            for reader in readers:
                reader.join()
        assert faults == []


@pytest.mark.usefixtures("small_files_are_worth_it")
def test_a_reader_that_does_not_end_puts_it_off(tmp_path, monkeypatch):
    """The old file stays, the draft goes, and the next attempt succeeds."""
    monkeypatch.setattr("piste.store.duckdb._COMPACTION_PATIENCE_SECONDS", 0.05)
    with filled(tmp_path / "events.db") as store:
        store._writer.execute("checkpoint store")
        with store._reader():
            assert not store.compact()
        assert {file.name for file in tmp_path.iterdir()} <= {"events.db", "events.db.wal"}
        assert holds_everything(store)
        assert store.compact()
        assert holds_everything(store)


@pytest.mark.usefixtures("small_files_are_worth_it")
def test_one_under_way_is_left_for_another_time(tmp_path, monkeypatch):
    """Who stops Piste does not wait for gigabytes to be copied."""
    with filled(tmp_path / "events.db") as store:

        def copy_for_ever(connection, path):
            threading.Timer(0.2, store.stop_compacting).start()
            connection.execute("select count(*) from range(1000000) a, range(1000000) b")

        with monkeypatch.context() as patch:
            patch.setattr("piste.store.duckdb.write_draft", copy_for_ever)
            assert not store.compact()
        store.append([streams(events=[event(-1)])], EVENTS + 2)
        assert store.compact()


COMPACT = """
import sys
from pathlib import Path
from piste.store import compaction
from piste.store.duckdb import EventStore
compaction.WORTH_BYTES = 1 << 20
store = EventStore.open(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
store.compact()
print("done", flush=True)
"""


def test_kill_at_any_moment_leaves_a_complete_store(tmp_path):
    """kill -9 from the first to the last moment of it: the file is the old one or the new one."""
    rounds, moments = 6, random.Random(11)
    seconds = 0.3
    for number in range(rounds):
        path = tmp_path / f"{number}.db"
        filled(path).close()
        with subprocess.Popen(
            [sys.executable, "-c", COMPACT, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdin
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            started = time.monotonic()
            process.stdin.write("\n")
            process.stdin.flush()
            if number == 0:  # how long it takes here, so that the others are killed before its end
                assert process.stdout.readline() == "done\n"
                seconds = time.monotonic() - started
            else:
                time.sleep(moments.uniform(0, seconds))
                process.kill()
        with EventStore.open(path) as store:
            assert holds_everything(store)
        assert not compaction.draft_folder(path).exists()
