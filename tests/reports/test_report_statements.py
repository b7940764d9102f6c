"""The SQL files of the reports."""

from importlib.resources import files

import pytest

from piste.reports.statements import ALWAYS, Condition, all_of, statement

NAMES = sorted(
    file.name.removesuffix(".sql") for file in (files("piste.reports") / "sql").iterdir()
)


@pytest.mark.parametrize("name", NAMES)
def test_a_statement_says_what_it_asks_and_stays_portable(name):
    """A comment first; no `::` casts and no DuckDB parameters."""
    text = statement(name)
    assert text.startswith("-- ")
    assert "::" not in text
    assert "$" not in text


def test_conditions_put_together():
    """What always holds is left out."""
    assert all_of([ALWAYS]) == ALWAYS
    assert all_of([]) == ALWAYS
    assert all_of([Condition("a = :a", {"a": 1}), ALWAYS, Condition("b")]) == Condition(
        "(a = :a) and (b)", {"a": 1}
    )
