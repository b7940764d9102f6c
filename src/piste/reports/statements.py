"""SQL texts of the reports, and the conditions that a request adds to them.

Each report is a file in `sql/`, in the part of SQL that DuckDB and ClickHouse share. `{visits}` is the text
of visits.sql. Values are always parameters (`:name`); other braces are filled from lists that stand in our
code, never with a user's text.
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
    return (files("piste.reports") / "sql" / f"{name}.sql").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Condition:
    """A predicate, and the parameters that it names."""

    sql: str
    params: Mapping[str, object] = field(default_factory=dict)


ALWAYS = Condition("true")


def all_of(conditions: Iterable[Condition]) -> Condition:
    """The conjunction; without conditions everything satisfies it. Parameter names must differ."""
    found = [condition for condition in conditions if condition != ALWAYS]
    if not found:
        return ALWAYS
    return Condition(
        " and ".join(f"({condition.sql})" for condition in found),
        {name: value for condition in found for name, value in condition.params.items()},
    )
