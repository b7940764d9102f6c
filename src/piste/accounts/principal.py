"""Who makes a request, once their key or token was checked.

Source: TinyTrail's API, "Authentication" (the two roles).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """An admin acts for every account, a user for their own."""

    ADMIN = "admin"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Principal:
    """A user. `account_id` is the organization's id of the Console APIs; ids are UUIDs as text."""

    user_id: str
    account_id: str
    role: Role

    def acts_for(self, account_id: str) -> bool:
        return self.role is Role.ADMIN or self.account_id == account_id


Authenticate = Callable[[str], Principal | None]
"""Of a key or a token; None when it is none of ours, or not valid any more."""
