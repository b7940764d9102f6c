"""The embedded event store: DuckDB, in one file or in memory.

Room:   rows and the log position in; rows of any portable SQL out. What a query means is its caller's
        affair.
Limits: one process opens a file at a time. One writer at a time, any number of readers beside it, each
        seeing the last commit. After big deletes the file does not shrink.
Source: DuckDB, "Concurrency" and "Configuration".
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import duckdb

from piste.events.tables import EVENTS, PAYLOADS, RowBatch
from piste.store.arrow import arrow_table
from piste.store.dialect import to_duckdb
from piste.store.errors import StoreInUse, StoreTooNew, StoreUnreadable
from piste.store.layout import LAYOUT, lay_out, layout_of

# By name, because a column that an older file lacked stands last in its table.
_INSERT_EVENTS = "insert into events by name select * from batch"
_INSERT_PAYLOADS = "insert into payloads by name select * from batch"


class EventStore:
    """Keeps events and payloads, and the log position up to which they are complete.

    Every method may be called from any thread.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._readers, self._writer = connection, connection.cursor()
        self._reading, self._writing = threading.Lock(), threading.Lock()

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
            # The store reads and writes its own file only, and never fetches extensions.
            "enable_external_access": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if path is None:
            config["temp_directory"] = ""
        if memory_mb is not None or path is not None:
            config["memory_limit"] = f"{memory_mb or 256}MB"
        try:
            connection = duckdb.connect(path or ":memory:", config=config)
        except duckdb.Error as error:
            if path is None:
                raise
            if "Could not set lock" in str(error):
                raise StoreInUse(path, str(error)) from error
            raise StoreUnreadable(path, str(error)) from error
        layout = layout_of(connection) or LAYOUT
        if path is not None and layout > LAYOUT:
            connection.close()
            raise StoreTooNew(path, f"layout {layout}, this version knows {LAYOUT}")
        with _transaction(connection):
            lay_out(connection)
        return cls(connection)

    def append(self, batch: RowBatch, position: int) -> None:
        """Store a batch and the log position that follows it, in one transaction."""
        tables = [
            (insert, arrow_table(columns, rows))
            for insert, columns, rows in (
                (_INSERT_EVENTS, EVENTS, batch.events),
                (_INSERT_PAYLOADS, PAYLOADS, batch.payloads),
            )
            if rows
        ]
        with self._writing, _transaction(self._writer):
            for insert, table in tables:
                self._writer.register("batch", table)
                self._writer.execute(insert)
                self._writer.unregister("batch")
            self._writer.execute("update state set position = ?", [position])

    def position(self) -> int:
        """The log position up to which everything is stored; 0 in a new store."""
        position = self.rows("select position from state", {})[0]["position"]
        assert isinstance(position, int)
        return position

    def rows(self, sql: str, params: Mapping[str, object]) -> list[dict[str, object]]:
        """The rows of one portable statement that only reads; `params` by name, as many as it has."""
        with self._reading:
            cursor = self._readers.cursor()
        try:
            cursor.execute("begin transaction read only")
            cursor.execute(to_duckdb(sql), dict(params))
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def clear(self) -> None:
        """Forget all events and payloads; the log position stays."""
        with self._writing, _transaction(self._writer):
            self._writer.execute("delete from events")
            self._writer.execute("delete from payloads")

    def close(self) -> None:
        """Finish the running write and close; a file is left complete, without a log beside it."""
        with self._writing, self._reading:
            self._writer.close()
            self._readers.close()

    def __enter__(self) -> "EventStore":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


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
