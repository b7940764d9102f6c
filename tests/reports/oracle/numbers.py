"""Rounded numbers, as a person would round them.

Room:   exact fractions to the numbers that answers print.
Source: docs of the reports, section 3 "Rounding" and the table of `change_pct`; 2.5, 2.6, 4.1.
"""

from fractions import Fraction

Number = int | float


def rounded(exact: Fraction, places: int) -> Number:
    """Half-up (halves away from zero); an integer when nothing is left behind the point."""
    scaled = abs(exact) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    value = Fraction(whole if exact >= 0 else -whole, 10**places)
    return int(value) if value.denominator == 1 else float(value)


def rate(part: int, whole: int, places: int) -> Number:
    """How many per cent a part is of a whole; 0 of nothing (2.5, 4.1)."""
    return rounded(Fraction(100 * part, whole), places) if whole else 0


def change_pct(value: Number, previous: Number) -> Number:
    """Relative change in per cent, two decimals, of the numbers as they are shown (sections 1 and 3).

    From 0 to 0 it is 0, from 0 to anything 100.
    """
    if previous == 0:
        return 0 if value == 0 else 100
    now, before = Fraction(str(value)), Fraction(str(previous))
    return rounded(100 * (now - before) / before, 2)
