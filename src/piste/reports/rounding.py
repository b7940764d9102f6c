"""Numbers as answers print them: exact fractions, rounded half-up once.

Room:   pure.
Limits: whole results are integers, others the double nearest to the decimal number.
Source: TinyTrail's API, the samples of "summary" and "funnel".
"""

from decimal import Decimal
from fractions import Fraction

Number = int | float


def rounded(exact: Fraction, places: int) -> Number:
    """Halves go away from zero."""
    doubled = 2 * abs(exact.numerator) * 10**places
    digits = (doubled + exact.denominator) // (2 * exact.denominator)
    value = Decimal(digits if exact >= 0 else -digits).scaleb(-places)
    return int(value) if value == value.to_integral_value() else float(value)


def percentage(part: int, whole: int, places: int) -> Number:
    """0 of nothing: JSON knows no other number for it."""
    return rounded(Fraction(100 * part, whole), places) if whole else 0


def change_pct(value: Number, previous: Number) -> Number:
    """Relative change in per cent, two decimals, of the numbers as printed; 100 from 0 to anything."""
    if previous == 0:
        return 0 if value == 0 else 100
    now, before = Fraction(str(value)), Fraction(str(previous))
    return rounded(100 * (now - before) / before, 2)
