"""An `Identity` on a real database, with a clock that stands still and ids and randomness that repeat."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from piste.accounts.service import Identity
from piste.store.metadata import MetadataStore
from piste.store.metadata.keyfile import open_secret

START = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)


@dataclass
class World:
    """What the program hands down: time, ids and randomness."""

    time: datetime = START
    counted: int = 0
    forgotten: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        return self.time

    def new_id(self) -> str:
        self.counted += 1
        return str(UUID(int=self.counted, version=4))

    def random_bytes(self, count: int) -> bytes:
        """Other ones at each call; 32 at most."""
        self.counted += 1
        return hashlib.sha256(str(self.counted).encode()).digest()[:count]

    def pass_time(self, by: timedelta) -> None:
        self.time += by


def identity_of(store: MetadataStore, folder: Path, world: World) -> Identity:
    """As the program makes it of a data folder."""
    return Identity(
        store.accounts(),
        open_secret(folder / "secret.key", world.random_bytes),
        now=world.now,
        new_id=world.new_id,
        random_bytes=world.random_bytes,
        forget=world.forgotten.append,
    )
