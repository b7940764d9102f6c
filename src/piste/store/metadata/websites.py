"""Websites in the metadata database.

Limits: a website goes with its account. Content groups and excluded addresses are JSON. The ids of deleted
        websites stay until their events are deleted too.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    delete,
    insert,
    select,
    true,
    update,
)

from piste.store.metadata.accounts import AccountRecords
from piste.store.metadata.database import TABLES, reading
from piste.traffic.website_forms import PathGroup
from piste.traffic.websites import DomainTaken, UnknownAccount, Website

_websites = Table(
    "websites",
    TABLES,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("domain", Text, nullable=False),
    Column("content_groups", Text, nullable=False),
    Column("excluded_ips", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    UniqueConstraint("account_id", "domain"),
)

_forgotten = Table(
    "forgotten_websites",
    TABLES,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
)


class WebsiteRecords:
    """`piste.traffic.websites.Records` on a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, account_id: str | None = None) -> list[Website]:
        columns = _websites.c
        with reading(self._engine) as connection:
            return _find(
                connection, true() if account_id is None else columns.account_id == account_id
            )

    def get(self, website_id: str) -> Website | None:
        with reading(self._engine) as connection:
            return _get(connection, website_id)

    def add(self, website: Website) -> None:
        with self._engine.begin() as connection:
            if AccountRecords(connection).account(website.account_id) is None:
                raise UnknownAccount(website.account_id)
            _check_domain(connection, website)
            connection.execute(insert(_websites).values(_values(website)))

    def change(self, website_id: str, change: Callable[[Website], Website]) -> Website | None:
        with self._engine.begin() as connection:
            found = _get(connection, website_id)
            if found is None:
                return None
            changed = change(found)
            _check_domain(connection, changed)
            statement = update(_websites).where(_websites.c.id == website_id)
            connection.execute(statement.values(_values(changed)))
            return changed

    def delete(self, website_id: str) -> None:
        with self._engine.begin() as connection:
            found = connection.execute(delete(_websites).where(_websites.c.id == website_id))
            if found.rowcount:
                connection.execute(insert(_forgotten).values(id=website_id))

    def forgotten(self) -> list[str]:
        wanted = select(_forgotten.c.id).order_by(_forgotten.c.number)
        with reading(self._engine) as connection:
            return list(connection.execute(wanted).scalars())

    def settle(self, website_id: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(_forgotten).where(_forgotten.c.id == website_id))


def _find(connection: Connection, which: ColumnElement[bool]) -> list[Website]:
    rows = connection.execute(select(_websites).where(which).order_by(_websites.c.number))
    return [
        Website(
            id=row.id,
            account_id=row.account_id,
            domain=row.domain,
            content_groups=tuple(PathGroup(**one) for one in json.loads(row.content_groups)),
            excluded_ips=tuple(json.loads(row.excluded_ips)),
            created_at=datetime.fromisoformat(row.created_at),
        )
        for row in rows
    ]


def _get(connection: Connection, website_id: str) -> Website | None:
    return next(iter(_find(connection, _websites.c.id == website_id)), None)


def _check_domain(connection: Connection, website: Website) -> None:
    """Raises `DomainTaken`. Nobody writes before this transaction ends."""
    columns = _websites.c
    others = (
        columns.account_id == website.account_id,
        columns.domain == website.domain,
        columns.id != website.id,
    )
    if connection.execute(select(columns.id).where(*others)).first() is not None:
        raise DomainTaken(website.domain)


def _values(website: Website) -> dict[str, Any]:
    return {
        "id": website.id,
        "account_id": website.account_id,
        "domain": website.domain,
        "content_groups": json.dumps([asdict(one) for one in website.content_groups]),
        "excluded_ips": json.dumps(website.excluded_ips),
        "created_at": website.created_at.isoformat(),
    }
