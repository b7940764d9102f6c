"""Why a store cannot be opened, or does not answer.

StoreError
├── StoreInUse       another process has it open
├── StoreTooNew      a newer Piste wrote it
├── StoreUnreadable  it is not a store, or it is damaged
└── StoreUnavailable it was opened, and something is in the way now
"""

from pathlib import Path


class StoreError(Exception):
    """The store at `path` cannot be opened or used."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(path, detail)
        self.path, self.detail = path, detail


class StoreInUse(StoreError):
    """Another process has the file open; `detail` is what the engine knows about that process."""

    def __str__(self) -> str:
        return f"{self.path} is in use by another process, and only one can open it: {self.detail}"


class StoreTooNew(StoreError):
    """The file has a layout that this version does not know."""

    def __str__(self) -> str:
        return f"{self.path} was written by a newer version of Piste: {self.detail}"


class StoreUnreadable(StoreError):
    """The file is no DuckDB database, or it is damaged."""

    def __str__(self) -> str:
        return f"{self.path} cannot be read as an event store: {self.detail}"


class StoreUnavailable(StoreError):
    """The disk is full, read-only or broken, or another writer does not end; what was asked is not done."""

    def __str__(self) -> str:
        return f"{self.path} does not answer: {self.detail}"
