"""The width of a window, as one of six ranges.

Room:   pure.
Limits: narrower than the first range counts as the first; a fraction is cut.
Source: TinyTrail's API, report "Devices": the ranges.
"""

from bisect import bisect_right

UNKNOWN = "unknown"
BUCKETS = ("320-375", "376-768", "769-1024", "1025-1440", "1441+")
_FIRST = (376, 769, 1025, 1441)
"""Widths at which the next range begins."""

MAX_WIDTH = 20_000
"""Pixels; wider is no screen."""


def screen_bucket(width: object) -> str:
    """`width` is in pixels; what is no number from 1 to MAX_WIDTH is unknown."""
    if isinstance(width, bool) or not isinstance(width, int | float):
        return UNKNOWN
    if not 1 <= width <= MAX_WIDTH:  # NaN is neither
        return UNKNOWN
    return BUCKETS[bisect_right(_FIRST, int(width))]
