"""Every report of a period, from its definition.

Room:   summary, pages, sources, devices, flow, custom-events, timeseries; the other two are beside it.
Limits: slow on purpose: a day of a time series goes through all events again.
Source: requirement "Reports"; docs of the reports, sections 2, 3 and 4.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from .hits import Hit
from .numbers import Number, change_pct, rate, rounded
from .parameters import Parameters
from .scope import Scope
from .visits import Visit

Answer = dict[str, Any]


def bounce_rate(among: Sequence[Visit]) -> Number:
    """Bounces per 100 visits, one decimal (2.5)."""
    return rate(sum(visit.is_bounce for visit in among), len(among), 1)


def avg_duration(among: Sequence[Visit]) -> Number:
    """Seconds per visit, whole, bounces with their real durations (2.6)."""
    if not among:
        return 0
    return rounded(Fraction(sum(visit.duration_ms for visit in among), 1000 * len(among)), 0)


def unique_page_views(page_views: Iterable[tuple[Visit, Hit]]) -> int:
    """Pairs of a visit and a path that it saw (2.7)."""
    return len({(visit.hits[0].seq, hit.path) for visit, hit in page_views})


def ranked(
    counts: Counter[tuple[str | None, ...]], names: Sequence[str], metric: str
) -> list[Answer]:
    """Rows of groups and their counts: most first, then names by code point, none last (section 4)."""
    order = sorted(
        counts.items(),
        key=lambda item: (-item[1], [(name is None, name or "") for name in item[0]]),
    )
    return [{**dict(zip(names, group, strict=True)), metric: count} for group, count in order]


def paged(rows: list[Answer], parameters: Parameters) -> list[Answer]:
    """One page of rows; nothing past the last."""
    first = (parameters.page - 1) * parameters.per_page
    return rows[first : first + parameters.per_page]


def _listed(scope: Scope, parameters: Parameters, rows: list[Answer]) -> Answer:
    """The common structure of a paginated report."""
    return {
        "period": scope.period.shown,
        "page": parameters.page,
        "per_page": parameters.per_page,
        "rows": paged(rows, parameters),
    }


def _metrics(scope: Scope) -> dict[str, Number]:
    """The five of the summary. A visitor is who has a page view in the period (2.2)."""
    return {
        "visits": len(scope.visits),
        "unique_visitors": len({hit.visitor for _, hit in scope.page_views}),
        "pageviews": len(scope.page_views),
        "bounce_rate": bounce_rate(scope.visits),
        "avg_session_duration_sec": avg_duration(scope.visits),
    }


def summary(hits: list[Hit], parameters: Parameters) -> Answer:
    """The five metrics; with `compare` each also of the period before and what changed (section 3).

    What cannot be compared (`period=all`) has nulls.
    """
    values = _metrics(Scope.of(hits, parameters, parameters.period))
    metrics: dict[str, Answer] = {name: {"value": value} for name, value in values.items()}
    if parameters.compare is not None:
        before = parameters.comparison
        previous = _metrics(Scope.of(hits, parameters, before)) if before else {}
        for name, metric in metrics.items():
            metric["previous"] = previous.get(name)
            metric["change_pct"] = (
                change_pct(metric["value"], previous[name]) if name in previous else None
            )
    return {
        "period": parameters.period.shown,
        "comparison": str(parameters.comparison) if parameters.comparison else None,
        "metrics": metrics,
    }


def pages(hits: list[Hit], parameters: Parameters) -> Answer:
    """Page views of each (path, content group), and in how many visits it was seen (2.7, section 4)."""
    scope = Scope.of(hits, parameters, parameters.period)
    views: Counter[tuple[str | None, ...]] = Counter()
    seen: dict[tuple[str | None, ...], set[int]] = {}
    for visit, hit in scope.page_views:
        group = (hit.path, hit.content_group)
        views[group] += 1
        seen.setdefault(group, set()).add(visit.hits[0].seq)
    rows = ranked(views, ("path", "contentGroup"), "pageviews")
    for row in rows:
        row["uniquePageviews"] = len(seen[row["path"], row["contentGroup"]])
    return _listed(scope, parameters, rows)


def sources(hits: list[Hit], parameters: Parameters) -> Answer:
    """Visits by what their first page view says of where they came from (section 4).

    `domain` leaves out visits without a referrer, `utm` those without any of the three values.
    """
    names, group_of = GROUPED[parameters.group_by]
    scope = Scope.of(hits, parameters, parameters.period)
    groups = [group_of(visit.source) for visit in scope.visits]
    counts = Counter(group for group in groups if any(name is not None for name in group))
    return _listed(scope, parameters, ranked(counts, names, "visits"))


GROUPED: dict[str, tuple[tuple[str, ...], Callable[[Hit], tuple[str | None, ...]]]] = {
    "channel": (("channel",), lambda hit: (hit.referrer_channel,)),
    "channel_detail": (("channelDetail",), lambda hit: (hit.channel_detail,)),
    "domain": (("referrer",), lambda hit: (hit.referrer_domain,)),
    "utm": (
        ("utmSource", "utmMedium", "utmCampaign"),
        lambda hit: (hit.utm_source, hit.utm_medium, hit.utm_campaign),
    ),
}


def devices(hits: list[Hit], parameters: Parameters) -> Answer:
    """Visits by what their first page view says of the device (section 4)."""
    scope = Scope.of(hits, parameters, parameters.period)

    def by(dimension: str, name: str) -> list[Answer]:
        groups: list[tuple[str | None, ...]] = [
            (getattr(visit.source, dimension),) for visit in scope.visits
        ]
        return ranked(Counter(groups), (name,), "visits")

    return {
        "period": scope.period.shown,
        "device_types": by("device_type", "deviceType"),
        "browsers": by("browser_family", "browserFamily"),
        "os_families": by("os_family", "osFamily"),
        "screen_resolutions": by("screen_bucket", "bucket"),
    }


def flow(hits: list[Hit], parameters: Parameters) -> Answer:
    """Where visits began and ended, booked on the visit's day; both lists paged alike (2.8, section 4)."""
    scope = Scope.of(hits, parameters, parameters.period)
    landings: list[tuple[str | None, ...]] = [(visit.landing.path,) for visit in scope.visits]
    exits: list[tuple[str | None, ...]] = [(visit.exit.path,) for visit in scope.visits]
    return {
        "period": scope.period.shown,
        "landing_pages": paged(ranked(Counter(landings), ("path",), "entries"), parameters),
        "exit_pages": paged(ranked(Counter(exits), ("path",), "exits"), parameters),
    }


def custom_events(hits: list[Hit], parameters: Parameters) -> Answer:
    """How often each custom event happened; `event_name` is compared exactly (section 4)."""
    scope = Scope.of(hits, parameters, parameters.period)
    names = [hit.custom_name for hit in scope.custom_events]
    counts: Counter[tuple[str | None, ...]] = Counter(
        (name,) for name in names if parameters.event_name in (None, name)
    )
    return _listed(scope, parameters, ranked(counts, ("name",), "count"))


def timeseries(hits: list[Hit], parameters: Parameters) -> Answer:
    """One metric of each day of the period, as a report of that day alone would say it (sections 1, 3, 4)."""
    scope = Scope.of(hits, parameters, parameters.period)
    of_day = MEASURED[parameters.metric]
    return {
        "period": scope.period.shown,
        "metric": parameters.metric,
        "path": "*" if parameters.path is None else parameters.path,
        "series": [
            {"date": str(day), "value": of_day(scope.on(day), parameters.path)}
            for day in scope.period.days
        ],
    }


def _viewed(scope: Scope, path: str | None) -> list[tuple[Visit, Hit]]:
    return [(visit, hit) for visit, hit in scope.page_views if path in (None, hit.path)]


def _saw(scope: Scope, path: str | None) -> list[Visit]:
    return [visit for visit in scope.visits if path is None or scope.saw(visit, path)]


def _landed(scope: Scope, path: str | None) -> list[Visit]:
    return [visit for visit in scope.visits if path in (None, visit.landing.path)]


def _left(scope: Scope, path: str | None) -> list[Visit]:
    return [visit for visit in scope.visits if path in (None, visit.exit.path)]


MEASURED: dict[str, Callable[[Scope, str | None], Number]] = {
    "visits": lambda scope, path: len(_saw(scope, path)),
    "pageviews": lambda scope, path: len(_viewed(scope, path)),
    "unique_pageviews": lambda scope, path: unique_page_views(_viewed(scope, path)),
    "bounce_rate": lambda scope, path: bounce_rate(_landed(scope, path)),
    "avg_session_duration": lambda scope, path: avg_duration(_saw(scope, path)),
    "landing_page_entries": lambda scope, path: len(_landed(scope, path)),
    "exit_page_exits": lambda scope, path: len(_left(scope, path)),
}
"""What each metric of a time series counts, of the site or of a path (section 4)."""
