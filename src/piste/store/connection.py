"""Connections to the engine, in which the store is attached and its tables are complete.

Room:   everything that is set on the engine.
Limits: it reads and writes the store's file, and the draft and the spilled data beside it, nothing else.
Source: DuckDB, "Configuration" and "Securing DuckDB".
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from piste.events.tables import ROW_GROUP_ROWS
from piste.store.compaction import discard_draft, draft_folder
from piste.store.errors import StoreInUse, StoreTooNew, StoreUnreadable
from piste.store.layout import LAYOUT, lay_out, layout_of

CHECKPOINT_BYTES = "64MB"
"""Each checkpoint writes the last, unfilled row group again; rarely, that is little."""
USE = "use store"

Connection = duckdb.DuckDBPyConnection
Config = dict[str, str | bool | int | float | list[str]]


def connect(path: Path | None, *, memory_mb: int | None, threads: int) -> Connection:
    """To the store in the file `path`, made when absent, or in memory; as `EventStore.open`."""
    config: Config = {
        "threads": threads,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "checkpoint_threshold": CHECKPOINT_BYTES,
    }
    config["temp_directory"] = "" if path is None else str(spill_folder(path))
    if memory_mb is not None or path is not None:
        config["memory_limit"] = f"{memory_mb or 256}MB"
    connection = duckdb.connect(":memory:", config=config)
    file = "" if path is None else str(path).replace("'", "''")
    try:
        connection.execute(
            f"attach '{file or ':memory:'}' as store (row_group_size {ROW_GROUP_ROWS})"
        )
        connection.execute(USE)
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
        # What a process left that was killed.
        discard_draft(path)
        _discard_spilled(path)
        connection.execute("set allowed_directories = [?]", [str(draft_folder(path))])
    # From now on it reads and writes its own file only, and never fetches extensions.
    connection.execute("set enable_external_access = false")
    try:
        with transaction(connection):
            lay_out(connection)
    except duckdb.Error as error:  # the disk is full, say
        connection.close()
        if path is None:
            raise
        raise StoreUnreadable(path, str(error)) from error
    return connection


def spill_folder(path: Path) -> Path:
    """Where the engine puts what does not fit into its memory; by itself, it would take the folder that the
    process happens to be in."""
    return path.with_name(path.name + ".tmp").resolve()


def _discard_spilled(path: Path) -> None:
    """What others left. Opening may have spilled already, into files that bear this process' number."""
    ours = f"_{os.getpid()}_"
    for file in spill_folder(path).glob("*"):
        if ours not in file.name:
            with suppress(OSError):
                file.unlink()


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Commit at the end of the block, or roll back when it raises."""
    connection.begin()
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # what went wrong before is the reason
            connection.rollback()
        raise
    connection.commit()
