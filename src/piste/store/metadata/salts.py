"""The salts of visitors' hashes in the metadata database.

Limits: a salt that is deleted is overwritten in the file, and the write-ahead log is emptied, as far as
        nobody reads meanwhile; then the next deletion does it.
Source: SQLite, `secure_delete` and `wal_checkpoint`.
"""

from collections.abc import Mapping

from sqlalchemy import Column, Engine, Integer, LargeBinary, Table, delete, select
from sqlalchemy.dialects.sqlite import insert

from piste.store.metadata.database import TABLES, reading

_salts = Table(
    "salts",
    TABLES,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary, nullable=False),
)


class SaltRecords:
    """`piste.traffic.identity.Salts` on a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, day: int, fresh: bytes) -> Mapping[int, bytes]:
        days = (day - 1, day)
        wanted = select(_salts.c.day, _salts.c.salt).where(_salts.c.day.in_(days))
        with self._engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
            gone = connection.execute(delete(_salts).where(_salts.c.day < day - 1)).rowcount
            ours = insert(_salts).values(day=day, salt=fresh)
            connection.execute(ours.on_conflict_do_nothing())
            found = {row.day: row.salt for row in connection.execute(wanted)}
        if gone:
            self._empty_log()
        return found

    def _empty_log(self) -> None:
        with reading(self._engine) as connection:
            connection.connection.dbapi_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
