"""The embedded event store: what is appended is there, once, and survives."""

import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest
from support.streams import event, streams

from piste.events.tables import EVENT_BITS, ROW_GROUP_ROWS, TABLES
from piste.ingest.rows import Row
from piste.store import layout
from piste.store.duckdb import EventStore
from piste.store.errors import StoreTooNew, StoreUnreadable

COUNT = "select count(*) as n from events"


def batch(*seqs: int) -> dict[str, bytes]:
    return streams(events=[event(seq) for seq in seqs])


def count(store: EventStore) -> object:
    return store.rows(COUNT, {})[0]["n"]


@pytest.fixture(params=["memory", "file"])
def store(request, tmp_path):
    with EventStore.open(None if request.param == "memory" else tmp_path / "events.db") as store:
        yield store


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("app_id", "shop", id="a text"),
        pytest.param("app_id", "", id="an empty text is not null"),
        pytest.param(
            "page_title", 'a\'b "c" :d $e \U0001f3bf é', id="a text with quotes, colons and emoji"
        ),
        pytest.param("page_title", "a\x00b", id="a text with a NUL"),
        pytest.param("txn_id", -(2**31), id="the smallest 32-bit integer"),
        pytest.param("se_value", 1.7976931348623157e308, id="the largest number"),
        pytest.param("br_cookies", False, id="false"),
        pytest.param("contexts", '{"data":[]}' * 300, id="a long text"),
        pytest.param("geo_city", None, id="null"),
    ],
)
def test_a_value_comes_back_as_it_went_in(store, name, value):
    """The store changes no value."""
    store.append([streams(events=[event(1, **{name: value})])], 1)
    assert store.rows(f'select "{name}" as value from events', {}) == [{"value": value}]


@pytest.mark.parametrize(
    "ms",
    [
        pytest.param(0, id="the epoch"),
        pytest.param(1735734645123, id="with milliseconds"),
        pytest.param(-62_167_219_200_000, id="the first instant of year 0"),
        pytest.param(253_402_300_799_999, id="the last one of year 9999"),
    ],
)
def test_instants_travel_as_epoch_milliseconds(store, ms):
    """Timestamps go in and come out as integers, over the protocol's whole range."""
    store.append([streams(events=[event(1, derived_tstamp=ms)])], 1)
    found = store.rows(
        "select toUnixTimestamp64Milli(derived_tstamp) as ms from events"
        " where derived_tstamp = fromUnixTimestamp64Milli(:ms)",
        {"ms": ms},
    )
    assert found == [{"ms": ms}]


def test_any_bytes_come_back_as_they_went_in(store):
    """An origin is bytes."""
    origin = bytes(range(256))
    store.append([streams(origins=[{"seq": 0, "collector_tstamp": 0, "origin": origin}])], 1)
    assert store.rows("select origin from origins", {}) == [{"origin": origin}]


def test_a_batch_fills_all_tables_and_moves_the_position(store):
    """Events, payloads, origins and position become visible together."""
    assert store.position() == 0
    payload = {
        "seq": 0,
        "collector_tstamp": 5,
        "rejected": True,
        "vendor": "com.acme",
        "version": "v1",
    }
    origin = {"seq": 0, "collector_tstamp": 5, "origin": b"x"}
    store.append([streams(events=[event(1), event(2)], payloads=[payload], origins=[origin])], 77)
    assert count(store) == 2
    assert store.rows("select vendor, rejected from payloads", {}) == [
        {"vendor": "com.acme", "rejected": True}
    ]
    assert store.rows("select seq from origins", {}) == [{"seq": 0}]
    assert store.position() == 77


def test_rows_that_set_different_columns_make_one_batch(store):
    """What a row does not set is null, whatever its neighbours set."""
    store.append([streams(events=[event(1, app_id="shop"), event(2, platform="web")])], 2)
    assert store.rows("select app_id, platform, txn_id from events order by seq", {}) == [
        {"app_id": "shop", "platform": None, "txn_id": None},
        {"app_id": None, "platform": "web", "txn_id": None},
    ]


def test_several_batches_are_one_transaction(store):
    """In order; each has the columns that it sets, and a fault in the last takes all back."""
    one = streams(events=[event(1, app_id="shop")], origins=[{"seq": 0, "origin": b"x"}])
    two, three = streams(events=[event(2, platform="web")]), streams()
    store.append([one, two, three], 3)
    assert store.rows("select seq, app_id, platform from events order by seq", {}) == [
        {"seq": 1, "app_id": "shop", "platform": None},
        {"seq": 2, "app_id": None, "platform": "web"},
    ]
    assert store.rows("select seq, origin from origins", {}) == [{"seq": 0, "origin": b"x"}]
    with pytest.raises(Exception, match="Io error"):
        store.append([batch(3), batch(4), {"events": b"no Arrow stream"}], 4)
    store.append([], 5)
    assert (count(store), store.position()) == (2, 5)


def test_whole_row_groups_are_stored_as_they_are(store):
    """More rows than a row group has go another way into the file."""
    rows = 2 * ROW_GROUP_ROWS + 100
    parts = [batch(*range(start, min(start + 3_000, rows))) for start in range(0, rows, 3_000)]
    store.append(parts, 1)
    assert store.rows("select seq from events", {}) == [{"seq": seq} for seq in range(rows)]


def test_what_does_not_fit_into_memory_goes_beside_the_file(tmp_path, monkeypatch):
    """Not into the folder that the process happens to be in; what a killed process left there goes."""
    (elsewhere := tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(elsewhere)
    (spilled := tmp_path / "events.db.tmp").mkdir()
    (spilled / "left").write_text("by a process that was killed")
    with EventStore.open(tmp_path / "events.db", memory_mb=30, threads=1) as store:
        assert not (spilled / "left").exists()
        with store._reader() as reader:
            reader.execute(
                "create temp table large as select i, i::text || repeat('x', 50) as t "
                "from range(1000000) r(i) order by hash(i)"
            )
            assert list(spilled.iterdir())
    assert list(elsewhere.iterdir()) == []


def test_an_empty_batch_moves_the_position(store):
    """A batch of which nothing is kept (dropped events) is still done with."""
    store.append([streams()], 5)
    assert (count(store), store.position()) == (0, 5)


def test_a_failed_append_leaves_nothing(store):
    """One transaction: an error in a later table takes the events and the position back."""
    store.append([batch(1)], 1)
    with pytest.raises(Exception, match="Io error"):
        store.append([{**batch(2), "origins": b"no Arrow stream"}], 2)
    with pytest.raises(duckdb.Error):
        store.append([batch(3)], 2**70)
    assert (count(store), store.position()) == (1, 1)
    store.append([batch(2)], 2)
    assert (count(store), store.position()) == (2, 2)


def test_clear_keeps_the_position(store):
    """A reset forgets all tables; nothing already stored is loaded again."""
    store.append([everything(1)], 9)
    store.clear()
    assert sizes(store) == {"events": 0, "payloads": 0, "origins": 0}
    assert store.position() == 9


def everything(*instants_ms: int) -> dict[str, bytes]:
    """A row in each table for each instant."""
    rows: list[Row] = [{"seq": ms, "collector_tstamp": ms} for ms in instants_ms]
    return streams(
        events=[event(ms, collector_tstamp=ms) for ms in instants_ms],
        payloads=rows,
        origins=[{**row, "origin": b"x"} for row in rows],
    )


def sizes(store: EventStore) -> dict[str, object]:
    return {table: store.rows(f"select count(*) as n from {table}", {})[0]["n"] for table in TABLES}


def test_deleting_before_an_instant_deletes_in_all_tables(store):
    """What was collected at the instant itself stays, and so does the position."""
    store.append([everything(10, 20, 30)], 5)
    assert store.delete_before(20) == 1
    assert sizes(store) == {"events": 2, "payloads": 2, "origins": 2}
    assert store.delete_before(20) == 0
    assert store.position() == 5


def test_deleting_a_website_deletes_its_events_and_their_requests(store):
    """A request that it shared with others goes too; their events stay."""
    ours, theirs, shared = (place << EVENT_BITS for place in (1, 2, 3))
    events = [
        {**event(ours), "website_id": "a"},
        {**event(theirs), "website_id": "b"},
        {**event(shared), "website_id": "a"},
        {**event(shared + 1), "website_id": "b"},
        event(shared + 2),
    ]
    origins = [{"seq": seq, "origin": b"x"} for seq in (ours, theirs, shared)]
    store.append([streams(events=events, origins=origins)], 3)
    assert store.delete_website("a") == 2
    assert store.delete_website("a") == 0
    left = store.rows("select seq from events order by seq", {})
    assert [row["seq"] for row in left] == [theirs, shared + 1, shared + 2]
    assert [row["seq"] for row in store.rows("select seq from origins", {})] == [theirs]
    assert store.position() == 3


def test_deleting_origins_keeps_their_events(store):
    """Raw requests are forgotten earlier than what was made of them."""
    store.append([everything(10, 20, 30)], 5)
    assert store.delete_origins_before(30) == 2
    assert sizes(store) == {"events": 3, "payloads": 3, "origins": 1}


@pytest.mark.parametrize(
    "sql",
    [
        "delete from events",
        "drop table events",
        "create table x (a int)",
        "update state set position = 3",
    ],
)
def test_queries_only_read(store, sql):
    """`rows` cannot change the store."""
    with pytest.raises(duckdb.Error):
        store.rows(sql, {})


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('/etc/passwd')",
        "install httpfs",
        "copy events to '/tmp/stolen.csv'",
    ],
)
def test_queries_reach_no_other_file(store, sql):
    """The engine's doors to files and to the network are shut."""
    with pytest.raises(duckdb.Error):
        store.rows(sql, {})


def test_a_file_keeps_what_was_stored(tmp_path):
    """Closing and opening again changes nothing."""
    path = tmp_path / "events.db"
    with EventStore.open(path) as store:
        store.append([batch(1, 2)], 40)
    assert [file.name for file in tmp_path.iterdir()] == ["events.db"]
    with EventStore.open(path) as store:
        assert (count(store), store.position()) == (2, 40)


def test_a_killed_process_loses_nothing_acknowledged(tmp_path):
    """What `append` returned from is in the file, whatever happens to the process."""
    script = """
import os, sys
from pathlib import Path
from test_event_store import EventStore, batch
store = EventStore.open(Path(sys.argv[1]))
for n in range(1, 11):
    store.append([batch(n)], n)
os._exit(9)
"""
    path = tmp_path / "events.db"
    run_beside(script, path)
    with EventStore.open(path) as store:
        assert (count(store), store.position()) == (10, 10)


def run_beside(script: str, path: Path) -> None:
    folders = [str(Path(__file__).parent), *sys.path]
    subprocess.run(
        [sys.executable, "-c", script, str(path)],
        env={"PYTHONPATH": ":".join(folders)},
        check=False,
    )


def test_an_older_file_gets_the_columns_it_lacks(tmp_path, monkeypatch):
    """New columns are added to an existing file; its rows have null there."""
    path = tmp_path / "events.db"
    older = tuple(column for column in TABLES["events"] if column.name != "app_id")
    with monkeypatch.context() as patch:
        patch.setitem(layout.TABLES, "events", older)
        with EventStore.open(path) as store:
            assert len(store.rows("describe events", {})) == len(older)
    with duckdb.connect(path) as connection:
        connection.execute("insert into events (seq, platform) values (1, 'web')")
        connection.execute("update state set layout = 0")
    with EventStore.open(path) as store:
        store.append([streams(events=[event(2, app_id="shop", platform="mob")])], 2)
        assert store.rows("select app_id, platform from events order by seq", {}) == [
            {"app_id": None, "platform": "web"},
            {"app_id": "shop", "platform": "mob"},
        ]
        assert store.rows("select layout from state", {}) == [{"layout": layout.LAYOUT}]


def test_a_file_of_layout_1_keeps_its_events_and_loses_its_origins(tmp_path):
    """Layout 1 kept the raw requests in the two other tables, which have no such column any more."""
    path = tmp_path / "events.db"
    with EventStore.open(path) as store:
        store.append([batch(1, 2)], 2)
    with duckdb.connect(path) as connection:
        connection.execute("drop table origins")
        for table in ("events", "payloads"):
            connection.execute(f"alter table {table} add column origin blob")
        connection.execute("update events set origin = 'x'::blob")
        connection.execute("update state set layout = 1")
    with EventStore.open(path) as store:
        store.append([everything(3)], 3)
        assert sizes(store) == {"events": 3, "payloads": 1, "origins": 1}
        for table, columns in TABLES.items():
            found = store.rows(f"describe {table}", {})
            assert {row["column_name"] for row in found} == {column.name for column in columns}


def test_a_newer_file_is_refused(tmp_path):
    """A layout that this version does not know is left alone."""
    path = tmp_path / "events.db"
    EventStore.open(path).close()
    with duckdb.connect(path) as connection:
        connection.execute("update state set layout = 999")
    with pytest.raises(StoreTooNew, match=r"events\.db was written by a newer version .* 999"):
        EventStore.open(path)
    with duckdb.connect(path) as connection:
        assert connection.execute("select layout from state").fetchall() == [(999,)]


def test_a_file_in_use_is_refused(tmp_path):
    """Two processes on one file: the second one is told which process holds it."""
    script = """
import sys
from pathlib import Path
from piste.store.duckdb import EventStore
from piste.store.errors import StoreInUse
try:
    EventStore.open(Path(sys.argv[1]))
except StoreInUse as error:
    Path(sys.argv[1] + ".said").write_text(str(error))
"""
    path = tmp_path / "events.db"
    with EventStore.open(path):
        run_beside(script, path)
    said = (tmp_path / "events.db.said").read_text()
    assert "events.db is in use by another process" in said
    assert "PID" in said


def test_a_file_that_is_no_store_is_refused(tmp_path):
    """Some other file is neither read nor overwritten."""
    path = tmp_path / "notes.txt"
    path.write_text("dear diary " * 1000)
    with pytest.raises(StoreUnreadable, match=r"notes\.txt cannot be read as an event store"):
        EventStore.open(path)
    assert path.read_text().startswith("dear diary")


def test_a_missing_folder_is_a_clear_error(tmp_path):
    """The store makes its file, not the folders above it."""
    with pytest.raises(StoreUnreadable, match="absent"):
        EventStore.open(tmp_path / "absent" / "events.db")


def test_readers_beside_a_writer_never_see_half_a_batch(store):
    """Many threads: each count is a whole number of batches and never falls."""
    seen: list[list[int]] = [[] for _ in range(4)]
    done = threading.Event()

    def read(counts: list[int]) -> None:
        while not done.is_set():
            counts.append(store.rows(COUNT, {})[0]["n"])

    threads = [threading.Thread(target=read, args=(counts,)) for counts in seen]
    for thread in threads:
        thread.start()
    for n in range(30):
        store.append([batch(*range(n * 10, n * 10 + 10))], n)
    done.set()
    for thread in threads:
        thread.join()
    assert count(store) == 300
    for counts in seen:
        assert counts
        assert counts == sorted(counts)
        assert {n % 10 for n in counts} == {0}
