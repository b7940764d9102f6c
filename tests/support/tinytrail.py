"""TinyTrail's API on a real database, called without a server.

Room:   an administrator, a user of the same account and one of another; clock and ids are handed in.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from support.console import Answered, call
from support.identities import World

from piste.accounts.principal import Role
from piste.accounts.service import Identity, NewUser
from piste.events.schema_key import Json
from piste.store.metadata import MetadataStore
from piste.store.metadata.keyfile import open_secret
from piste.traffic.websites import Websites
from piste.web.rate_limits import RateLimit
from piste.web.tinytrail import accounts, admin, users, websites
from piste.web.tinytrail.access import Access, Limits
from piste.web.tinytrail.app import BASE, application

UNKNOWN = "00000000-0000-4000-8000-00000000ffff"


@dataclass
class Trail:
    """What the application stands on, and what it said to others."""

    world: World
    store: MetadataStore
    identity: Identity
    websites: Websites
    admin: NewUser
    ours: NewUser
    theirs: NewUser
    limit: int = 1_000_000
    changes: list[tuple[str, ...]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    """Websites whose events were."""
    broken: Exception | None = None
    """What the store of events says."""
    aggregated: list[date | None] = field(default_factory=list)
    time: float = 0.0
    """Of the clock of the rate limits, in seconds."""
    address: str = "203.0.113.7"

    def app(self) -> FastAPI:
        limits = Limits(RateLimit(self.limit, 60), RateLimit(self.limit, 60), lambda: self.time)
        access = Access(self.identity, limits, lambda scope: self.address)
        return application(
            [
                accounts.router(self.identity, access),
                users.router(self.identity, access),
                websites.router(self.websites, access),
                admin.router(self._aggregate, access),
            ]
        )

    def __post_init__(self) -> None:
        self.application = self.app()

    def _aggregate(self, day: date | None) -> date:
        self.aggregated.append(day)
        return day or self.world.time.date() - timedelta(days=1)

    @property
    def account_id(self) -> str:
        return self.ours.user.account_id

    @property
    def other_account_id(self) -> str:
        return self.theirs.user.account_id

    def ask(
        self,
        method: str,
        path: str,
        body: Json | bytes = None,
        *,
        by: NewUser | str | None = "admin",
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        """`by` is a user, the name of one, or a key."""
        user = getattr(self, by, by) if isinstance(by, str) else by
        key = user.first_key.key if isinstance(user, NewUser) else user
        sent = {**({} if key is None else {"X-API-KEY": key}), **(headers or {})}
        return call(self.application, method, f"{BASE}{path}", body, sent)

    def done(self, method: str, path: str, body: Json = None, **who: Any) -> Any:
        """The data of an answer that is a success."""
        answer = self.ask(method, path, body, **who)
        assert answer.status in (200, 201), (path, answer.body)
        assert answer.json["status"] == "success"
        return answer.json["data"]

    def website(self, domain: str = "example.com", by: str = "ours") -> str:
        """The id of a new one."""
        return str(self.done("POST", "/websites", {"domain": domain}, by=by)["id"])


def error(code: str, message: str) -> Json:
    return {"status": "error", "error": {"code": code, "message": message}}


@contextmanager
def trail(folder: Path) -> Iterator[Trail]:
    world = World()
    store = MetadataStore(folder / "metadata.db")
    told: list[Trail] = []

    def delete_events(website_id: str) -> None:
        if told[0].broken is not None:
            raise told[0].broken
        told[0].deleted.append(website_id)

    known = Websites(
        records=store.websites(),
        now=world.now,
        new_id=world.new_id,
        on_change=lambda ids: told[0].changes.append(tuple(ids)),
        delete_events=delete_events,
    )
    identity = Identity(
        store.accounts(),
        open_secret(folder / "secret.key", world.random_bytes),
        now=world.now,
        new_id=world.new_id,
        random_bytes=world.random_bytes,
        forget=known.delete_of_account,
    )
    first = identity.ensure_first(None)
    assert first is not None
    ours = identity.create_user(first.user.account_id, Role.USER)
    theirs = identity.create_user(identity.create_account("Acme Corp").id, Role.USER)
    assert ours is not None
    assert theirs is not None
    told.append(Trail(world, store, identity, known, first, ours, theirs))
    yield told[0]
    store.close()
