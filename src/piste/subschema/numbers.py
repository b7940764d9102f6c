"""Numbers: one in an interval, multiple of some numbers and not of others.

Room:   pure, exact.
Limits: when multiples of one number must miss those of others, as many are tried as `steps` allows.
Source: draft-04 validation 5.1.
"""

from collections.abc import Container, Hashable, Iterable, Iterator
from fractions import Fraction
from itertools import islice
from math import ceil, floor, lcm

from piste.subschema.branches import Branch
from piste.subschema.budget import Counter
from piste.subschema.nodes import Bound
from piste.subschema.values import Kind


def a_number(branch: Branch, steps: Counter) -> Fraction | None:
    """The nearest to zero that is easily found; None when there is none. Raises `Spent`."""
    if _is_void(branch.low, branch.high):
        return None
    if branch.multiples:
        unit = common_multiple(branch.multiples)
        if any((unit / other).denominator == 1 for other in branch.no_multiples):
            return None
        found = _multiples(unit, branch.low, branch.high)
    else:
        found = _dense(branch.low, branch.high)
    for number in found:
        steps.spend(1 + len(branch.no_multiples))
        if _is_free(number, branch.no_multiples, branch.excluded):
            return number
    return None


def common_multiple(numbers: Iterable[Fraction]) -> Fraction:
    """The least one."""
    result = Fraction(0)
    for number in numbers:
        if result == 0:
            result = number
        else:
            result = Fraction(
                lcm(result.numerator * number.denominator, number.numerator * result.denominator),
                result.denominator * number.denominator,
            )
    return result


def _is_void(low: Bound | None, high: Bound | None) -> bool:
    if low is None or high is None:
        return False
    is_open = low.is_exclusive or high.is_exclusive
    return low.value > high.value or (low.value == high.value and is_open)


def _is_free(
    number: Fraction, no_multiples: Iterable[Fraction], excluded: Container[Hashable]
) -> bool:
    return (Kind.NUMBER, number) not in excluded and not any(
        (number / other).denominator == 1 for other in no_multiples
    )


def _multiples(unit: Fraction, low: Bound | None, high: Bound | None) -> Iterator[Fraction]:
    """All of them in the interval, from the one that is nearest to zero."""
    first = None if low is None else ceil(low.value / unit)
    if first is not None and low is not None and low.is_exclusive and first * unit == low.value:
        first += 1
    last = None if high is None else floor(high.value / unit)
    if last is not None and high is not None and high.is_exclusive and last * unit == high.value:
        last -= 1
    if first is not None and last is not None and first > last:
        return
    up = max(0, first) if first is not None else 0
    if last is not None and last < up:
        up = last
    down = up - 1
    while True:
        is_up = last is None or up <= last
        is_down = first is None or down >= first
        if is_up:
            yield up * unit
        if is_down:
            yield down * unit
        if not (is_up or is_down):
            return
        up, down = up + 1, down - 1


def _dense(low: Bound | None, high: Bound | None) -> Iterator[Fraction]:
    """Numbers of the interval with few digits; without end, unless it is one number."""
    if low is not None and high is not None and low.value == high.value:
        yield low.value
        return
    for digits in range(1_000_000):
        unit = Fraction(1, 10**digits)
        yield from islice(_multiples(unit, low, high), 24)
