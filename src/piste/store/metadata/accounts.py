"""Accounts, users and API keys in the metadata database.

Limits: of a key there are its SHA-256 and the sealed key, never the key. What else belongs to an account may
        refer to `accounts.id` and go with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Engine,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    delete,
    insert,
    select,
    true,
)

from piste.accounts.account import Account
from piste.accounts.keys import ApiKey, StoredKey
from piste.accounts.principal import Role
from piste.accounts.user import User
from piste.store.metadata.database import TABLES, reading

_accounts = Table(
    "accounts",
    TABLES,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)

_users = Table(
    "users",
    TABLES,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("email", Text),
    Column("role", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)

_keys = Table(
    "api_keys",
    TABLES,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("description", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("is_given", Boolean, nullable=False),
    Column("sha256", Text, nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
)


class AccountDatabase:
    """`piste.accounts.records.AccountStore` on a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def reading(self) -> Iterator["AccountRecords"]:
        with reading(self._engine) as connection:
            yield AccountRecords(connection)

    @contextmanager
    def transaction(self) -> Iterator["AccountRecords"]:
        with self._engine.begin() as connection:
            yield AccountRecords(connection)


class AccountRecords:
    """`piste.accounts.records.Accounts` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def accounts(self) -> list[Account]:
        return self._accounts(true())

    def account(self, account_id: str) -> Account | None:
        return next(iter(self._accounts(_accounts.c.id == account_id)), None)

    def add_account(self, account: Account) -> None:
        created_at = account.created_at.isoformat()
        values = {"id": account.id, "name": account.name, "created_at": created_at}
        self._connection.execute(insert(_accounts).values(values))

    def delete_account(self, account_id: str) -> None:
        self._connection.execute(delete(_accounts).where(_accounts.c.id == account_id))

    def users(self) -> list[User]:
        return self._users(true())

    def user(self, user_id: str) -> User | None:
        return next(iter(self._users(_users.c.id == user_id)), None)

    def add_user(self, user: User) -> None:
        values = {
            "id": user.id,
            "account_id": user.account_id,
            "email": user.email,
            "role": user.role.value,
            "created_at": user.created_at.isoformat(),
        }
        self._connection.execute(insert(_users).values(values))

    def delete_user(self, user_id: str) -> None:
        self._connection.execute(delete(_users).where(_users.c.id == user_id))

    def keys(self, user_id: str) -> list[StoredKey]:
        return self._keys(_keys.c.user_id == user_id)

    def given_keys(self) -> list[StoredKey]:
        return self._keys(_keys.c.is_given)

    def key(self, key_id: str) -> StoredKey | None:
        return next(iter(self._keys(_keys.c.id == key_id)), None)

    def key_by_sha256(self, sha256: str) -> StoredKey | None:
        return next(iter(self._keys(_keys.c.sha256 == sha256)), None)

    def add_key(self, key: StoredKey) -> None:
        values = {
            "id": key.api_key.id,
            "user_id": key.api_key.user_id,
            "description": key.api_key.description,
            "created_at": key.api_key.created_at.isoformat(),
            "is_given": key.api_key.is_given,
            "sha256": key.sha256,
            "sealed": key.sealed,
        }
        self._connection.execute(insert(_keys).values(values))

    def delete_key(self, key_id: str) -> None:
        self._connection.execute(delete(_keys).where(_keys.c.id == key_id))

    def _accounts(self, which: ColumnElement[bool]) -> list[Account]:
        rows = self._connection.execute(select(_accounts).where(which).order_by(_accounts.c.number))
        return [Account(row.id, row.name, datetime.fromisoformat(row.created_at)) for row in rows]

    def _users(self, which: ColumnElement[bool]) -> list[User]:
        rows = self._connection.execute(select(_users).where(which).order_by(_users.c.number))
        return [
            User(
                row.id,
                row.account_id,
                row.email,
                Role(row.role),
                datetime.fromisoformat(row.created_at),
            )
            for row in rows
        ]

    def _keys(self, which: ColumnElement[bool]) -> list[StoredKey]:
        rows = self._connection.execute(select(_keys).where(which).order_by(_keys.c.number))
        return [
            StoredKey(
                ApiKey(
                    row.id,
                    row.user_id,
                    row.description,
                    datetime.fromisoformat(row.created_at),
                    row.is_given,
                ),
                row.sha256,
                row.sealed,
            )
            for row in rows
        ]
