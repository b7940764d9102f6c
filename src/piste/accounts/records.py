"""Accounts, users and keys as they are kept.

Room:   the small interface that `Identity` needs of a store.
Limits: all that happens in one transaction is stored together or not at all, and nobody writes in between.
        Lists have the oldest first.
"""

from contextlib import AbstractContextManager
from typing import Protocol

from piste.accounts.account import Account
from piste.accounts.keys import StoredKey
from piste.accounts.user import User


class Accounts(Protocol):
    """Within a transaction. Ids and the hashes of keys are unique."""

    def accounts(self) -> list[Account]: ...

    def account(self, account_id: str) -> Account | None: ...

    def add_account(self, account: Account) -> None: ...

    def delete_account(self, account_id: str) -> None:
        """With its users and their keys."""
        ...

    def users(self) -> list[User]: ...

    def user(self, user_id: str) -> User | None: ...

    def add_user(self, user: User) -> None: ...

    def delete_user(self, user_id: str) -> None:
        """With their keys."""
        ...

    def keys(self, user_id: str) -> list[StoredKey]: ...

    def given_keys(self) -> list[StoredKey]:
        """The operator's."""
        ...

    def key(self, key_id: str) -> StoredKey | None: ...

    def key_by_sha256(self, sha256: str) -> StoredKey | None: ...

    def add_key(self, key: StoredKey) -> None: ...

    def delete_key(self, key_id: str) -> None: ...


class AccountStore(Protocol):
    """Safe to use from several threads and processes."""

    def reading(self) -> AbstractContextManager[Accounts]:
        """One state, in which nothing may be changed."""
        ...

    def transaction(self) -> AbstractContextManager[Accounts]:
        """Committed at its end, undone when an exception leaves it."""
        ...
