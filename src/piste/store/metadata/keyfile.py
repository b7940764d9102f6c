"""The installation's secret, in a file beside the database.

Room:   from it come the keys that seal API keys and sign access tokens (`piste.accounts.sealing`).
Limits: whoever reads it and the database has all keys: it is made for its owner only, and never changed.
"""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from piste.accounts.sealing import SECRET_BYTES
from piste.store.errors import StoreError


class KeyFileUnreadable(StoreError):
    """The file is none that Piste has written."""

    def __str__(self) -> str:
        return f"{self.path} cannot be read as Piste's key file: {self.detail}"


def open_secret(file: Path, random_bytes: Callable[[int], bytes]) -> bytes:
    """SECRET_BYTES bytes; made from `random_bytes` when there is no file. Many may do it at the same time.

    Raises `KeyFileUnreadable` or `OSError`.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        secret = os.read(descriptor, SECRET_BYTES + 1)
        # An empty file is one whose maker was stopped before anything was sealed with its secret.
        if not secret:
            secret = random_bytes(SECRET_BYTES)
            os.write(descriptor, secret)
            os.fsync(descriptor)
            _sync_folder(file.parent)
    finally:
        os.close(descriptor)
    if len(secret) != SECRET_BYTES:
        size = f"{len(secret)} bytes" if len(secret) < SECRET_BYTES else "more"
        raise KeyFileUnreadable(file, f"it should have {SECRET_BYTES} bytes, and has {size}")
    return secret


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
