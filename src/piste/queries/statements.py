"""SQL texts, and the conditions that a question adds to them.

Each question is a file in `sql/`, in the part of SQL that DuckDB and ClickHouse share. Values are always
parameters (`:name`). `{where}`, `{order}` and `{columns}` are filled from lists that stand in our code,
never with a user's text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Protocol

Row = dict[str, object]


class Rows(Protocol):
    """All rows of one statement, by column name; `params` are exactly those that it names."""

    def __call__(self, sql: str, params: Mapping[str, object]) -> list[Row]: ...


@cache
def statement(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return (files("piste.queries") / "sql" / f"{name}.sql").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Condition:
    """A predicate, and the parameters that it names."""

    sql: str
    params: Mapping[str, object] = field(default_factory=dict)


def all_of(conditions: Iterable[Condition]) -> Condition:
    """The conjunction; without conditions everything satisfies it. Parameter names must differ."""
    sql = ["true"]
    params: dict[str, object] = {}
    for condition in conditions:
        sql.append(f"({condition.sql})")
        params.update(condition.params)
    return Condition(" and ".join(sql), params)
