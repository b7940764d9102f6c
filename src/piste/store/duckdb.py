"""The embedded event store: DuckDB, in one file or in memory.

Room:   rows and the log position in; rows of any portable SQL out. What a query means is its caller's
        affair.
Limits: one process opens a file at a time. One writer at a time, any number of readers beside it, each
        seeing the last commit.
Source: DuckDB, "Concurrency" and "Configuration".
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from types import TracebackType

import duckdb
from arro3.io import read_ipc_stream

from piste.events.tables import EVENT_BITS, TABLES
from piste.store.compaction import adopt_draft, discard_draft, is_worth_it, write_draft
from piste.store.connection import USE, Connection, connect, transaction
from piste.store.dialect import to_duckdb

_logger = logging.getLogger(__name__)

_COMPACTION_PATIENCE_SECONDS = 10.0
"""How long readers may keep the store from changing its file; then it is left for another time."""

RENEWAL_BYTES = 1 << 28
"""Of streams, about 800,000 events. The engine never lets go of what it knows of each row group that it
has written, until its file is opened anew."""
_RENEWAL_PATIENCE_SECONDS = 1.0
_INVALIDATED = "has been invalidated"
"""What the engine says of a database after a checkpoint failed, for want of space, say: only opening it anew
helps. A transaction that it followed may be committed all the same."""


class EventStore:
    """Keeps events and payloads, and the log position up to which they are complete.

    Every method may be called from any thread.
    """

    def __init__(self, path: Path | None, connect: Callable[[], Connection]) -> None:
        """Use `open`."""
        self._path, self._connect = path, connect
        self._is_lost = self._is_in_doubt = False
        self._reconnect()
        self._writing = threading.Lock()
        self._turn = threading.Condition()
        self._reading, self._is_moving, self._is_compacting = 0, False, False
        self._appended_bytes = 0

    @classmethod
    def open(
        cls, path: Path | None, *, memory_mb: int | None = None, threads: int = 2
    ) -> "EventStore":
        """Open the store in the file `path`, made when absent; None keeps everything in memory.

        `memory_mb` bounds what DuckDB keeps in memory. A file is read in pieces, and 256 MB (the default
        for it) serve any size; in memory it bounds the events themselves, by default to 80 % of the
        machine's. Raises `StoreInUse`, `StoreTooNew` or `StoreUnreadable`.
        """
        return cls(path, lambda: connect(path, memory_mb=memory_mb, threads=threads))

    def append(self, batches: Sequence[Mapping[str, bytes]], position: int) -> None:
        """Store batches, each an Arrow IPC stream by table, and the log position that follows them: all or
        nothing. Columns that a stream lacks are null."""
        if self._is_in_doubt and position <= self.position():
            return  # it was stored, and only what came after failed
        self._is_in_doubt = True
        with self._transaction():
            for table in TABLES:
                self._insert(table, [batch[table] for batch in batches if table in batch])
            self._writer.execute("update state set position = ?", [position])
        self._is_in_doubt = False
        self._appended_bytes += sum(len(s) for batch in batches for s in batch.values())
        if self._path is not None and self._appended_bytes >= RENEWAL_BYTES:
            self._renew()

    def _insert(self, table: str, streams: Sequence[bytes]) -> None:
        """In one statement, so that many rows can be written as whole row groups."""
        if not streams:
            return
        names = [f"batch_{number}" for number in range(len(streams))]
        for name, stream in zip(names, streams, strict=True):
            self._writer.register(name, read_ipc_stream(BytesIO(stream)))
        # By name, because a column that an older file lacked stands last in its table, and a stream has only
        # the columns that are set.
        rows = " union all by name ".join(f"select * from {name}" for name in names)  # noqa: S608
        self._writer.execute(f"insert into {table} by name {rows}")
        for name in names:
            self._writer.unregister(name)

    def _renew(self) -> None:
        """Raises nothing: what was appended before is safe, and must not be appended again."""
        self._appended_bytes = 0
        try:
            with self._writing:
                self._swap(_RENEWAL_PATIENCE_SECONDS)
        except Exception:
            _logger.exception("the store could not be opened anew; trying again when it is needed")

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
        with self._transaction():
            for table in TABLES:
                self._writer.execute(f"delete from {table}")  # noqa: S608 (our own names)

    def delete_before(self, instant_ms: int) -> int:
        """Forget what was collected before; how many events that were."""
        with self._transaction():
            return {table: self._delete_before(table, instant_ms) for table in TABLES}["events"]

    def delete_origins_before(self, instant_ms: int) -> int:
        """Forget what payloads collected before were made of; how many that were."""
        with self._transaction():
            return self._delete_before("origins", instant_ms)

    def delete_website(self, website_id: str) -> int:
        """Forget the events of a website, and the requests that they came in; how many events that were."""
        requests = f"select distinct seq >> {EVENT_BITS} from events where website_id = ?"  # noqa: S608
        with self._transaction():
            self._writer.execute(
                f"delete from origins where seq >> {EVENT_BITS} in ({requests})",  # noqa: S608
                [website_id],
            )
            found = self._writer.execute(
                "delete from events where website_id = ?", [website_id]
            ).fetchone()
        assert found is not None
        return int(found[0])

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
            with self._turn:
                self._find()
            with self._alone(_COMPACTION_PATIENCE_SECONDS) as is_alone:
                if (
                    is_alone
                ):  # else what readers may still see is not freed, nor by a later checkpoint
                    self._writer.execute("checkpoint store")
            if not is_worth_it(self._writer):
                return False
            self._is_compacting = True
            try:
                write_draft(self._writer, self._path)
                path = self._path
                return self._swap(_COMPACTION_PATIENCE_SECONDS, lambda: adopt_draft(path))
            except duckdb.InterruptException:
                return False
            finally:
                self._is_compacting = False
                discard_draft(self._path)

    def stop_compacting(self) -> None:
        """Leave a running compaction for another time: somebody waits for the store to be closed."""
        if self._is_compacting:
            self._writer.interrupt()

    def _swap(self, patience_s: float, while_closed: Callable[[], None] = lambda: None) -> bool:
        """Close the file and open it anew, unless readers do not let it go; whether it did."""
        with self._alone(patience_s) as is_alone:
            if is_alone:
                self._disconnect()
                self._is_lost = True
                try:
                    while_closed()
                finally:
                    self._reconnect()
            return is_alone

    @contextmanager
    def _alone(self, patience_s: float) -> Iterator[bool]:
        """Whether all readers have gone in time; no new one comes within the block."""
        with self._turn:
            self._is_moving = True
            try:
                yield self._turn.wait_for(lambda: not self._reading, patience_s)
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
        self._is_lost = False

    def _cursor(self) -> Connection:
        cursor = self._readers.cursor()
        cursor.execute(USE)
        return cursor

    def _disconnect(self) -> None:
        self._writer.close()
        self._readers.close()

    def _find(self) -> None:
        """Open the file again that could not be opened after it was closed."""
        if self._is_lost:
            self._reconnect()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._writing:
            with self._turn:
                self._find()
            try:
                with transaction(self._writer):
                    yield
            except duckdb.Error as error:
                if _INVALIDATED in str(error):
                    with self._alone(_RENEWAL_PATIENCE_SECONDS):
                        self._is_lost = True
                        self._disconnect()
                raise

    @contextmanager
    def _reader(self) -> Iterator[Connection]:
        with self._turn:
            self._turn.wait_for(lambda: not self._is_moving)
            self._find()
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
