"""Gives disk space back: a store's file is written again without what was deleted.

Limits: whatever happens meanwhile, the file at its path is a complete store, the old one or the new one.
        DuckDB itself frees what was deleted and uses it again; a file shrinks by itself only at its end.
"""

import os
import shutil
from pathlib import Path

import duckdb

WORTH_BYTES = 64 << 20
"""A smaller file is left as it is."""
WORTH_SHARE = 0.5
"""So much of the file must be free."""


def draft_folder(path: Path) -> Path:
    """Where the new file of the store at `path` is written: a folder of its own, the only one that the
    engine may write in."""
    return path.with_name(path.name + ".new").resolve()


def _draft(path: Path) -> Path:
    return draft_folder(path) / path.name


def is_worth_it(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether at least half of a large file is free."""
    row = connection.execute(
        "select total_blocks * block_size, free_blocks * block_size from pragma_database_size()"
        " where database_name = current_database()"
    ).fetchone()
    assert row is not None
    total_bytes, free_bytes = row
    return bool(total_bytes > WORTH_BYTES and free_bytes >= WORTH_SHARE * total_bytes)


def write_draft(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write all that `connection` sees of the store at `path` into its draft, safely on disk."""
    discard_draft(path)
    draft_folder(path).mkdir(mode=0o700)
    draft = _draft(path)
    connection.execute(f"attach '{_quoted(draft)}' as draft")
    try:
        row = connection.execute("select current_database()").fetchone()
        assert row is not None
        connection.execute(f'copy from database "{row[0]}" to draft')
    finally:
        connection.execute("detach draft")
    _sync(draft)


def adopt_draft(path: Path) -> None:
    """Put the draft in the store's place. Nobody may have the store open."""
    os.replace(_draft(path), path)
    _sync(path.parent)


def discard_draft(path: Path) -> None:
    """Remove what a broken attempt left."""
    folder = draft_folder(path)
    if folder.exists():
        shutil.rmtree(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
