"""Visits by where they came from, and by country: dimensions of a visit's first page view.

Source: TinyTrail's API, "sources"; `channel_detail` and countries are ours.
"""

from collections.abc import Mapping

from piste.reports.answer import Answer, listed
from piste.reports.parameters import Parameters
from piste.reports.periods import Period
from piste.reports.scope import Scope
from piste.reports.statements import Rows

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "channel": {"channel": "referrer_channel"},
    "domain": {"referrer": "referrer_domain"},
    "utm": {"utmSource": "utm_source", "utmMedium": "utm_medium", "utmCampaign": "utm_campaign"},
    "channel_detail": {"channelDetail": "channel_detail"},
}
"""Of each grouping: keys of the answer's rows, and columns of visits.sql."""


def sources(rows: Rows, parameters: Parameters, period: Period) -> Answer:
    """Most visits first. Visits without any value of the grouping are left out: direct ones have no
    domain."""
    columns = COLUMNS[parameters.group_by]
    kept = " or ".join(f"{column} <> ''" for column in columns.values())
    return _breakdown(rows, parameters, period, columns, kept)


def countries(rows: Rows, parameters: Parameters, period: Period) -> Answer:
    """Most visits first; null is an unknown country."""
    return _breakdown(rows, parameters, period, {"country": "country"}, "true")


def _breakdown(
    rows: Rows, parameters: Parameters, period: Period, columns: Mapping[str, str], kept: str
) -> Answer:
    scope = Scope.of(rows, parameters, period)
    texts = {
        "columns": ", ".join(columns.values()),
        "order": ", ".join(f"{column} = '', {column}" for column in columns.values()),
        "kept": kept,
    }
    found = [
        {
            **{key: row[column] or None for key, column in columns.items()},
            "visits": row["visits"],
        }
        for row in scope.ask("breakdown", scope.page(), texts)
    ]
    return listed(parameters, period, found)
