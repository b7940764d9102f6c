"""Somebody who may ask, by an API key.

Source: TinyTrail's API, "Users".
"""

from dataclasses import dataclass
from datetime import datetime

from piste.accounts.principal import Principal, Role


@dataclass(frozen=True, slots=True)
class User:
    """Ids are UUIDs as text; `email` is a label, nobody is written to. `created_at` has a time zone."""

    id: str
    account_id: str
    email: str | None
    role: Role
    created_at: datetime

    @property
    def principal(self) -> Principal:
        return Principal(self.id, self.account_id, self.role)
