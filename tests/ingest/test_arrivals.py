"""Which batches go into the store together, and when."""

import pytest

from piste.events.tables import ROW_GROUP_ROWS
from piste.ingest.arrivals import BUSY_EVENTS, FULL_EVENTS, GROUP_SECONDS, Arrivals, Arrived, due_at
from piste.ingest.enricher import Enriched
from piste.ingest.intake import MOST_TOGETHER, Batch

TAKEN = 1_000.0


def arrived(number: int, events: int = 0, last: int | None = None) -> Arrived:
    """`events` half of them good; `last` is the position of its only record, its number by default."""
    counts = {"good": events // 2, "failed/schema_violations": events - events // 2}
    records = [(number if last is None else last, b"a record")]
    return Batch(number, records, TAKEN + number), Enriched({}, [], [], counts, {}, 0.0)


def numbers(group: list[Arrived]) -> list[int]:
    return [batch.number for batch, _ in group]


def test_groups_are_in_order_and_without_gaps() -> None:
    """What comes behind a missing batch waits for it."""
    arrivals = Arrivals()
    assert arrivals.group(()) == []
    for number in (1, 3, 4):
        arrivals.add(*arrived(number))
    assert arrivals.group(()) == []
    arrivals.add(*arrived(0))
    assert numbers(arrivals.group(())) == [0, 1]
    arrivals.drop_first()
    assert numbers(arrivals.group(())) == [1]
    arrivals.add(*arrived(2))
    assert numbers(arrivals.group(())) == [1, 2, 3, 4]


def test_a_group_is_bounded() -> None:
    """The rest is the next one."""
    arrivals = Arrivals()
    for number in range(2 * MOST_TOGETHER + 1):
        arrivals.add(*arrived(number))
    assert len(arrivals.group(())) == MOST_TOGETHER


def test_a_group_ends_at_a_reset() -> None:
    """What was acknowledged after it must not be forgotten with what was before."""
    arrivals = Arrivals()
    for number in range(4):
        arrivals.add(*arrived(number, last=10 * number))
    assert numbers(arrivals.group([10])) == [0, 1]
    assert numbers(arrivals.group([0, 10])) == [0]
    assert numbers(arrivals.group([5])) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("events", "due"),
    [
        pytest.param([1], 0.0, id="few events wait for nobody"),
        pytest.param([BUSY_EVENTS - 1], 0.0, id="not many are few"),
        pytest.param([BUSY_EVENTS], TAKEN + GROUP_SECONDS, id="after many, more are sure to come"),
        pytest.param([BUSY_EVENTS, 5], 0.0, id="after many and a few, they are not"),
        pytest.param([FULL_EVENTS - 1], TAKEN + GROUP_SECONDS, id="nearly full"),
        pytest.param([FULL_EVENTS], 0.0, id="full"),
        pytest.param([FULL_EVENTS - BUSY_EVENTS, BUSY_EVENTS], 0.0, id="full together"),
        pytest.param([BUSY_EVENTS] * (MOST_TOGETHER - 1), TAKEN + GROUP_SECONDS, id="not all yet"),
        pytest.param([BUSY_EVENTS] * MOST_TOGETHER, 0.0, id="as many batches as may be"),
    ],
)
def test_when_a_group_is_stored(events: list[int], due: float) -> None:
    """At once, or so long after its first batch was taken."""
    group = [arrived(number, each) for number, each in enumerate(events)]
    assert due_at(group) == due


def test_the_rest_behind_a_row_group_is_large_enough() -> None:
    """Of a group that is just full, more than half a row group, or the engine would write it again."""
    assert FULL_EVENTS - ROW_GROUP_ROWS > ROW_GROUP_ROWS / 2
