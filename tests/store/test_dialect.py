"""Portable SQL to DuckDB's."""

import pytest

from piste.store.dialect import to_duckdb


@pytest.mark.parametrize(
    ("portable", "expected"),
    [
        pytest.param("select :a + :a_1", "select $a + $a_1", id="parameters"),
        pytest.param("x>=:a and(:b)", "x>=$a and($b)", id="without spaces around"),
        pytest.param("select 'iglu:com' || ':a'", "select 'iglu:com' || ':a'", id="not in texts"),
        pytest.param(
            "select 'it''s :a', :b", "select 'it''s :a', $b", id="nor after a quote in one"
        ),
        pytest.param("-- why :a\nselect :a", "-- why :a\nselect $a", id="nor in comments"),
        pytest.param("select 1 -- it's :a\n, :b", "select 1 -- it's :a\n, $b", id="with a quote"),
        pytest.param("select a[1 : 2]", "select a[1 : 2]", id="a colon alone"),
    ],
)
def test_parameters_are_renamed(portable, expected):
    """`:name` becomes `$name`, and nothing else changes."""
    assert to_duckdb(portable) == expected
