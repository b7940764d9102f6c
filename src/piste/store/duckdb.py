"""The embedded event store: DuckDB, in one file or in memory.

Room:   rows and the log position in; rows of any portable SQL out. What a query means is its caller's
        affair.
Limits: one process opens a file at a time. One writer at a time, any number of readers beside it, each
        seeing the last commit.
Source: DuckDB, "Concurrency" and "Configuration".
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from types import TracebackType

import duckdb
from arro3.io import read_ipc_stream

from piste.events.tables import TABLES
from piste.store.compaction import (
    adopt_draft,
    discard_draft,
    draft_folder,
    is_worth_it,
    write_draft,
)
from piste.store.dialect import to_duckdb
from piste.store.errors import StoreInUse, StoreTooNew, StoreUnreadable
from piste.store.layout import LAYOUT, lay_out, layout_of

# By name, because a column that an older file lacked stands last in its table, and a stream has only the
# columns that are set.
_INSERTS = {
    table: f"insert into {table} by name select * from batch"  # noqa: S608 (our own names)
    for table in TABLES
}


_COMPACTION_PATIENCE_SECONDS = 10.0
"""How long readers may keep the store from changing its file; then it is left for another time."""

ROW_GROUP_ROWS = 20_480
CHECKPOINT_BYTES = "64MB"
"""Each checkpoint writes the last, unfilled row group again: with the engine's own 122,880 rows and 16 MB of
log, events are written several times."""
_USE = "use store"

Connection = duckdb.DuckDBPyConnection


class EventStore:
    """Keeps events and payloads, and the log position up to which they are complete.

    Every method may be called from any thread.
    """

    def __init__(self, path: Path | None, connect: Callable[[], Connection]) -> None:
        """Use `open`."""
        self._path, self._connect = path, connect
        self._reconnect()
        self._writing = threading.Lock()
        self._turn = threading.Condition()
        self._reading, self._is_moving, self._is_compacting = 0, False, False

    @classmethod
    def open(
        cls, path: Path | None, *, memory_mb: int | None = None, threads: int = 2
    ) -> "EventStore":
        """Open the store in the file `path`, made when absent; None keeps everything in memory.

        `memory_mb` bounds what DuckDB keeps in memory. A file is read in pieces, and 256 MB (the default
        for it) serve any size; in memory it bounds the events themselves, by default to 80 % of the
        machine's. Raises `StoreInUse`, `StoreTooNew` or `StoreUnreadable`.
        """
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": threads,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "checkpoint_threshold": CHECKPOINT_BYTES,
        }
        if path is None:
            config["temp_directory"] = ""
        if memory_mb is not None or path is not None:
            config["memory_limit"] = f"{memory_mb or 256}MB"
        return cls(path, lambda: _connect(path, config))

    def append(self, streams: Mapping[str, bytes], position: int) -> None:
        """Store a batch, an Arrow IPC stream by table, and the log position that follows it: both or
        neither. Columns that a stream lacks are null."""
        with self._writing, _transaction(self._writer):
            for table, stream in streams.items():
                self._writer.register("batch", read_ipc_stream(BytesIO(stream)))
                self._writer.execute(_INSERTS[table])
                self._writer.unregister("batch")
            self._writer.execute("update state set position = ?", [position])

    def position(self) -> int:
        """The log position up to which everything is stored; 0 in a new store."""
        position = self.rows("select position from state", {})[0]["position"]
        assert isinstance(position, int)
        return position

    def rows(self, sql: str, params: Mapping[str, object]) -> list[dict[str, object]]:
        """The rows of one portable statement that only reads; `params` by name, as many as it has."""
        with self._reader() as cursor:
            cursor.execute("begin transaction read only")
            cursor.execute(to_duckdb(sql), dict(params))
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def clear(self) -> None:
        """Forget all events and payloads; the log position stays."""
        with self._writing, _transaction(self._writer):
            for table in TABLES:
                self._writer.execute(f"delete from {table}")  # noqa: S608 (our own names)

    def delete_before(self, instant_ms: int) -> int:
        """Forget what was collected before; how many events that were."""
        with self._writing, _transaction(self._writer):
            return {table: self._delete_before(table, instant_ms) for table in TABLES}["events"]

    def delete_origins_before(self, instant_ms: int) -> int:
        """Forget what payloads collected before were made of; how many that were."""
        with self._writing, _transaction(self._writer):
            return self._delete_before("origins", instant_ms)

    def _delete_before(self, table: str, instant_ms: int) -> int:
        found = self._writer.execute(
            f"delete from {table} where collector_tstamp < make_timestamp_ms(?)",  # noqa: S608
            [instant_ms],
        ).fetchone()
        assert found is not None
        return int(found[0])

    def compact(self) -> bool:
        """Write the file again without what was deleted, when that gives much space back.

        Whether it did. Writers wait until it is done, readers while the files change places. Raises
        `OSError` or `duckdb.Error` when there is no room for a second file.
        """
        if self._path is None:
            return False
        with self._writing:
            self._writer.execute("checkpoint store")
            if not is_worth_it(self._writer):
                return False
            self._is_compacting = True
            try:
                write_draft(self._writer, self._path)
                return self._move(self._path)
            except duckdb.InterruptException:
                return False
            finally:
                self._is_compacting = False
                discard_draft(self._path)

    def stop_compacting(self) -> None:
        """Leave a running compaction for another time: somebody waits for the store to be closed."""
        if self._is_compacting:
            self._writer.interrupt()

    def _move(self, path: Path) -> bool:
        """Go over to the draft, unless readers do not let the old file go."""
        with self._turn:
            self._is_moving = True
            try:
                if not self._turn.wait_for(lambda: not self._reading, _COMPACTION_PATIENCE_SECONDS):
                    return False
                self._disconnect()
                try:
                    adopt_draft(path)
                finally:
                    self._reconnect()
                return True
            finally:
                self._is_moving = False
                self._turn.notify_all()

    def size_bytes(self) -> int:
        """What the store takes on disk, with the log beside its file."""
        if self._path is None:
            return 0
        files = (self._path, self._path.with_name(self._path.name + ".wal"))
        return sum(_size_bytes(file) for file in files)

    def close(self) -> None:
        """Finish the running write and close; a file is left complete, without a log beside it."""
        with self._writing, self._turn:
            self._disconnect()

    def _reconnect(self) -> None:
        self._readers = self._connect()
        self._writer = self._cursor()

    def _cursor(self) -> Connection:
        cursor = self._readers.cursor()
        cursor.execute(_USE)
        return cursor

    def _disconnect(self) -> None:
        self._writer.close()
        self._readers.close()

    @contextmanager
    def _reader(self) -> Iterator[Connection]:
        with self._turn:
            self._turn.wait_for(lambda: not self._is_moving)
            cursor = self._cursor()
            self._reading += 1
        try:
            yield cursor
        finally:
            cursor.close()
            with self._turn:
                self._reading -= 1
                self._turn.notify_all()

    def __enter__(self) -> "EventStore":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _size_bytes(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def _connect(
    path: Path | None, config: dict[str, str | bool | int | float | list[str]]
) -> Connection:
    """Raises `StoreInUse`, `StoreTooNew` or `StoreUnreadable`."""
    connection = duckdb.connect(":memory:", config=config)
    file = "" if path is None else str(path).replace("'", "''")
    try:
        connection.execute(
            f"attach '{file or ':memory:'}' as store (row_group_size {ROW_GROUP_ROWS})"
        )
        connection.execute(_USE)
    except duckdb.Error as error:
        connection.close()
        if path is None:
            raise
        if "Could not set lock" in str(error):
            raise StoreInUse(path, str(error)) from error
        raise StoreUnreadable(path, str(error)) from error
    layout = layout_of(connection) or LAYOUT
    if path is not None and layout > LAYOUT:
        connection.close()
        raise StoreTooNew(path, f"layout {layout}, this version knows {LAYOUT}")
    if path is not None:
        discard_draft(path)  # what a process left that was killed while compacting
        connection.execute("set allowed_directories = [?]", [str(draft_folder(path))])
    # From now on it reads and writes its own file only, and never fetches extensions.
    connection.execute("set enable_external_access = false")
    try:
        with _transaction(connection):
            lay_out(connection)
    except duckdb.Error as error:  # the disk is full, say
        connection.close()
        if path is None:
            raise
        raise StoreUnreadable(path, str(error)) from error
    return connection


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit at the end of the block, or roll back when it raises."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
