"""The Console APIs and the registry as the program puts them together, on a data folder, without a server.

Room:   `piste.governance` and `piste.consoles` themselves; schemas are those that come with Piste and those
        that a test makes up.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.console import BASE, Answered, call
from support.iglu import LOOKED_UP_MS, InlineRegistry

from piste.accounts.principal import Role
from piste.consoles import console_of
from piste.events.schema_key import Json
from piste.governance import Governance
from piste.iglu import EmbeddedRegistry, OwnRegistry, Registry, Resolver
from piste.ingest.decisions import Decision, Decisions
from piste.queries.statements import Rows
from piste.settings import Settings
from piste.settings.model import StorageSettings

ADMIN_KEY = "a-key-of-the-operator"


@dataclass
class Governed:
    """A running governance side. The keys `admin` and `ours` are of the first organization, `theirs` is of
    another."""

    governance: Governance
    told: list[Decision]
    rows: Rows | None
    pending: int = 0
    """How many events a query is told that it does not see yet."""

    def __post_init__(self) -> None:
        self.governance.start()
        identity = self.governance.identity
        first, *_ = identity.accounts()
        other = identity.create_account("theirs")
        self.organization_id, self.other_organization_id = first.id, other.id
        self.keys = {"admin": ADMIN_KEY}
        for name, account in (("ours", first), ("theirs", other)):
            created = identity.create_user(account.id, Role.USER)
            assert created is not None
            self.keys[name] = created.first_key.key
        self.application: Any = console_of(self.governance, self.rows, self._catch_up)

    async def _catch_up(self) -> int:
        return self.pending

    def ask(
        self,
        method: str,
        address: str,
        body: Json | bytes = None,
        *,
        token: str | None = "ours",
        organization_id: str | None = None,
    ) -> Answered:
        """`address` is behind the organization's, which is the first one unless it is named."""
        headers = (
            {} if token is None else {"authorization": f"Bearer {self.keys.get(token, token)}"}
        )
        organization = f"{BASE}/organizations/{organization_id or self.organization_id}"
        return call(self.application, method, f"{organization}/{address}", body, headers)

    def done(self, method: str, address: str, body: Json = None) -> Any:
        """The JSON of an answer that is a success."""
        answer = self.ask(method, address, body)
        assert answer.status in (200, 201, 202), (address, answer.body)
        return answer.json


@contextmanager
def governed(
    folder: Path, schemas: Mapping[str, Json] | None = None, rows: Rows | None = None
) -> Iterator[Governed]:
    """`schemas` are published elsewhere, by URI; `rows` is None when no events are kept."""
    governance, told = governance_in(folder, schemas)
    try:
        yield Governed(governance, told, rows)
    finally:
        governance.close()


def governance_in(
    folder: Path,
    schemas: Mapping[str, Json] | None = None,
    *,
    admin_key: str | None = ADMIN_KEY,
    ephemeral: bool = False,
    no_storage: bool = False,
) -> tuple[Governance, list[Decision]]:
    """Not started yet, and what it will have told the pipeline, in order."""
    told: list[Decision] = []
    registries: list[Registry] = [OwnRegistry(), InlineRegistry(schemas or {}), EmbeddedRegistry()]
    resolver = Resolver(registries, clock_ms=lambda: LOOKED_UP_MS)
    storage = StorageSettings(data_dir=folder, ephemeral=ephemeral, no_storage=no_storage)
    settings = Settings(admin_key=admin_key, storage=storage)
    decisions = Decisions(told.extend)
    return Governance(settings, resolver, decisions), told
