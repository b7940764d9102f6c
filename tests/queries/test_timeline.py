"""/micro/timeline, below HTTP: events counted into buckets."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from queries.rows_of import Payloads, page_view

from piste.queries.timeline import Bucket, Point, timeline
from piste.store.duckdb import EventStore

VALID_AT = [0, 1, 1, 5, 9, 10]
FAILED_AT = [1, 10, 10]


@pytest.fixture(scope="module")
def rows():
    with EventStore.open(None) as store:
        payloads = Payloads()
        for ms in VALID_AT:
            payloads.at_ms = ms
            payloads.good(page_view())
        for ms in FAILED_AT:
            payloads.at_ms = ms
            payloads.failed(page_view())
        payloads.at_ms = 1
        payloads.rejected()
        store.append([payloads.streams()], 1)
        yield store.rows


@pytest.mark.parametrize(
    ("buckets", "expected"),
    [
        pytest.param([], [], id="no bucket"),
        pytest.param([(0, 10), (10, 20)], [(5, 1), (1, 2)], id="neighbours share no event"),
        pytest.param([(10, 20), (0, 10)], [(1, 2), (5, 1)], id="in the order asked for"),
        pytest.param([(0, 2), (1, 6), (0, 11)], [(3, 1), (3, 1), (6, 3)], id="overlapping ones"),
        pytest.param([(0, 2), (0, 2)], [(3, 1), (3, 1)], id="the same one twice"),
        pytest.param([(1, 1)], [(0, 0)], id="an empty one"),
        pytest.param([(10, 0)], [(0, 0)], id="one that ends before it starts"),
        pytest.param([(2, 5)], [(0, 0)], id="one without events"),
        pytest.param([(-(10**12), 10**14)], [(6, 3)], id="a very long one"),
        pytest.param([(-5, 1), (100, 200)], [(1, 0), (0, 0)], id="far apart, with a gap"),
    ],
)
def test_buckets(rows, buckets, expected):
    """The start belongs to a bucket, the end does not; a rejected payload is no event."""
    assert timeline(rows, [Bucket(*bucket) for bucket in buckets]) == [
        Point(*point) for point in expected
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-2, 12), st.integers(-2, 12)), max_size=8))
def test_any_buckets_count_like_a_loop(rows, buckets):
    """However buckets overlap, each is counted as if it were alone."""
    expected = [
        (sum(start <= ms < end for ms in VALID_AT), sum(start <= ms < end for ms in FAILED_AT))
        for start, end in buckets
    ]
    assert timeline(rows, [Bucket(*bucket) for bucket in buckets]) == expected
