"""The SQL files, and conditions put together."""

from importlib.resources import files

import pytest

from piste.queries.statements import Condition, all_of, statement

NAMES = sorted(
    file.name.removesuffix(".sql") for file in (files("piste.queries") / "sql").iterdir()
)


@pytest.mark.parametrize("name", NAMES)
def test_a_statement_says_what_it_asks_and_stays_portable(name):
    """A comment first; no `::` casts and no DuckDB parameters."""
    text = statement(name)
    assert text.startswith("-- ")
    assert "::" not in text
    assert "$" not in text
    assert text.count(";") == text[: text.index("select")].count(";"), "one statement"


@pytest.mark.parametrize(
    ("conditions", "sql", "params"),
    [
        pytest.param([], "true", {}, id="none"),
        pytest.param([Condition("valid")], "true and (valid)", {}, id="one without parameters"),
        pytest.param(
            [Condition("a = :a or b", {"a": 1}), Condition("c = :c", {"c": None})],
            "true and (a = :a or b) and (c = :c)",
            {"a": 1, "c": None},
            id="two, of which one is a choice",
        ),
    ],
)
def test_all_of(conditions, sql, params):
    """A conjunction with the parameters of all."""
    assert all_of(conditions) == Condition(sql, params)
