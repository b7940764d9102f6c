"""The database of what people decide: a file of SQLite.

Room:   the only package that knows SQLAlchemy. A module for each kind of thing declares its tables in TABLES
        and answers in the types of the room that owns the rules.
Limits: tables may be added; whatever else changes raises LAYOUT, and a file with a higher one is refused.
        Writers wait for each other for `BUSY_SECONDS`, readers for nobody. A disk or a lock that is in the
        way is `StoreUnavailable`.
"""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ExceptionContext,
    Integer,
    MetaData,
    Table,
    create_engine,
    event,
    insert,
    select,
)
from sqlalchemy.exc import SQLAlchemyError

from piste.store.errors import StoreTooNew, StoreUnavailable, StoreUnreadable

BUSY_SECONDS = 4
LAYOUT = 1

TABLES = MetaData()

_READING = "piste_reading"

_layout = Table("layout", TABLES, Column("version", Integer, primary_key=True))


def open_database(file: Path) -> Engine:
    """With all its tables. Safe to use from several threads. Raises `StoreUnreadable` or `StoreTooNew`."""
    # A thread that asks while many others do must not wait for one of them to give its connection back.
    engine = create_engine(f"sqlite:///{file}", max_overflow=-1)
    _prepare(engine)
    try:
        with engine.begin() as connection:
            TABLES.create_all(connection)
            layout = connection.execute(select(_layout.c.version)).scalar()
            if layout is None:
                connection.execute(insert(_layout).values(version=LAYOUT))
    except SQLAlchemyError as error:
        engine.dispose()
        raise StoreUnreadable(file, str(error.__cause__ or error)) from error
    if layout is not None and layout > LAYOUT:
        engine.dispose()
        raise StoreTooNew(file, f"layout {layout}, this Piste knows {LAYOUT}")
    _name_what_is_in_the_way(engine, file)
    return engine


def _prepare(engine: Engine) -> None:
    """Every commit reaches the disk, and a transaction writes from its beginning, so that two wait for each
    other instead of failing."""

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver would begin transactions on its own
        for setting in (
            f"busy_timeout = {BUSY_SECONDS * 1000}",  # first: the next one may have to wait already
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        is_reading = connection.get_execution_options().get(_READING, False)
        connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


def _name_what_is_in_the_way(engine: Engine, file: Path) -> None:
    """From here on a disk or a lock that is in the way is a `StoreUnavailable`. What the rows refuse stays an
    `IntegrityError`."""

    @event.listens_for(engine, "handle_error")
    def name(context: ExceptionContext) -> None:
        error = context.original_exception
        if type(error) in (sqlite3.OperationalError, sqlite3.DatabaseError):
            raise StoreUnavailable(file, str(error)) from error


def reading(engine: Engine) -> Connection:
    """A connection that reads one state, without waiting for who writes."""
    return engine.connect().execution_options(**{_READING: True})
