"""Rounded numbers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.reports.rounding import change_pct, percentage, rounded

from .oracle.numbers import change_pct as expected_change
from .oracle.numbers import rate as expected_rate


@pytest.mark.parametrize(
    ("exact", "places", "expected"),
    [
        (Fraction(1, 2), 0, 1),
        (Fraction(-1, 2), 0, -1),
        (Fraction(5, 2), 0, 3),
        (Fraction(1, 8), 2, 0.13),
        (Fraction(1005, 1000), 2, 1.01),
        (Fraction(2675, 1000), 2, 2.68),
        (Fraction(1, 3), 1, 0.3),
        (Fraction(24), 2, 24),
    ],
)
def test_halves_go_away_from_zero(exact, places, expected):
    """As people round; binary fractions and bankers do otherwise."""
    found = rounded(exact, places)
    assert found == expected
    assert isinstance(found, type(expected))


@pytest.mark.parametrize(
    ("value", "previous", "expected"),
    [
        (12450, 11200, 11.16),
        (42.3, 44.1, -4.08),
        (185, 172, 7.56),
        (0, 0, 0),
        (5, 0, 100),
        (0, 5, -100),
        (0.1, 0.3, -66.67),
    ],
)
def test_changes(value, previous, expected):
    assert change_pct(value, previous) == expected


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 3))
def test_percentages_of_any_numbers(part, whole, places):
    """As the oracle says; 0 of nothing."""
    assert percentage(part, whole, places) == expected_rate(part, whole, places)
    assert change_pct(part, whole) == expected_change(part, whole)
