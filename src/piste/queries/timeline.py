"""/micro/timeline: events counted into time buckets. Source: Micro REST API, "/micro/timeline"."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple, cast

from piste.queries.statements import Rows, statement


class Bucket(NamedTuple):
    """Epoch milliseconds; `start_ms` belongs to the bucket, `end_ms` does not."""

    start_ms: int
    end_ms: int


class Point(NamedTuple):
    valid_events: int
    failed_events: int


def timeline(rows: Rows, buckets: Sequence[Bucket]) -> list[Point]:
    """A point for each bucket, in order, by `collector_tstamp`; rejected payloads have no event to count.

    Buckets may overlap, leave gaps or be empty. One query counts between neighbouring bounds; a bucket
    is the difference of two running totals.
    """
    bounds = sorted({bound for bucket in buckets for bound in bucket})
    if not bounds:
        return []
    params = {"bounds": bounds, "first": bounds[0], "last": bounds[-1]}
    found = {row["bound"]: row for row in rows(statement("timeline"), params)}
    none = {"valid_events": 0, "failed_events": 0}

    def before(column: str) -> list[int]:
        """For each bound, the events since the first bound and before this one."""
        counted = (cast("int", found.get(bound, none)[column]) for bound in bounds)
        return [0, *accumulate(counted)]

    valid, failed = before("valid_events"), before("failed_events")

    def between(totals: list[int], bucket: Bucket) -> int:
        start, end = (bisect_left(bounds, bound) for bound in bucket)
        return max(0, totals[end] - totals[start])

    return [Point(between(valid, bucket), between(failed, bucket)) for bucket in buckets]
