"""`filter[dimension]=value`: which hits and which visits a report is about.

Room:   pure; from wanted values to conditions of visits.sql.
Limits: values are compared exactly; an empty one asks for what has none.
Source: TinyTrail's API, `content_group`; the other dimensions are ours, docs/reports.md tells them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from piste.reports.statements import Condition, all_of

HIT_DIMENSIONS = ("path", "content_group")
"""What each hit has for itself: a visit counts when one of its page views satisfies all of these."""
SOURCE_DIMENSIONS = (
    "referrer_channel",
    "channel_detail",
    "referrer_domain",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "device_type",
    "browser_family",
    "os_family",
    "screen_bucket",
    "country",
)
"""What a visit has from its first page view."""
VISIT_DIMENSIONS = ("landing_page", "exit_page", "event_name")
"""What a visit has from where it began and ended, and from any of its custom events."""
DIMENSIONS = (*HIT_DIMENSIONS, *SOURCE_DIMENSIONS, *VISIT_DIMENSIONS)

_OF_EVENT = "(visitor, visit) {among} (select visitor, visit from numbered where {which})"


@dataclass(frozen=True, slots=True)
class Filter:
    """`value` is empty for what has none."""

    dimension: str
    value: str


def wanted_hits(filters: Iterable[Filter]) -> Condition:
    """On a hit, of HIT_DIMENSIONS."""
    return all_of(
        Condition(f"{one.dimension} = :{name}", {name: one.value})
        if one.value
        else Condition(f"{one.dimension} is null")
        for name, one in _numbered(filters)
        if one.dimension in HIT_DIMENSIONS
    )


def wanted_visits(filters: Iterable[Filter]) -> Condition:
    """On a visit, of all other dimensions."""
    return all_of(
        _on_visit(name, one)
        for name, one in _numbered(filters)
        if one.dimension not in HIT_DIMENSIONS
    )


def _on_visit(name: str, wanted: Filter) -> Condition:
    if wanted.dimension != "event_name":
        # Columns of visits.sql have the dimensions' names; no value is an empty text there.
        return Condition(f"{wanted.dimension} = :{name}", {name: wanted.value})
    if not wanted.value:
        return Condition(_OF_EVENT.format(among="not in", which="hit_name is not null"))
    named = _OF_EVENT.format(among="in", which=f"hit_name = :{name}")
    return Condition(named, {name: wanted.value})


def _numbered(filters: Iterable[Filter]) -> Iterator[tuple[str, Filter]]:
    return ((f"filter_{number}", one) for number, one in enumerate(filters))
