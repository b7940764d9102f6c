"""Widths and their ranges."""

import pytest

from piste.traffic.screens import BUCKETS, screen_bucket


@pytest.mark.parametrize(
    ("width", "bucket"),
    [
        *[(1, "320-375"), (319, "320-375"), (320, "320-375"), (375, "320-375"), (375.9, "320-375")],
        *[(376, "376-768"), (768, "376-768"), (768.99, "376-768")],
        *[(769, "769-1024"), (1024, "769-1024"), (1025, "1025-1440"), (1440, "1025-1440")],
        *[(1441, "1441+"), (1920, "1441+"), (20_000, "1441+")],
    ],
)
def test_a_width_has_a_range(width, bucket):
    assert screen_bucket(width) == bucket


@pytest.mark.parametrize(
    "width",
    [
        *(None, 0, -1, 0.5, 20_001, 10**400, float("nan"), float("inf"), float("-inf")),
        *(True, "1920", [1920], {}),
    ],
)
def test_all_else_is_unknown(width):
    assert screen_bucket(width) == "unknown"


def test_the_ranges_are_the_documented_ones():
    assert BUCKETS == ("320-375", "376-768", "769-1024", "1025-1440", "1441+")
