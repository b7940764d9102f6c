"""Custom events by name, and the properties of one.

Limits: of the properties, the MAX_COMBINATIONS most frequent combinations are counted. Values are texts,
        numbers and booleans as JSON prints them; objects and arrays count as one value each.
Source: TinyTrail's API, "custom-events"; the properties are ours.
"""

from collections import Counter
from typing import cast

from piste.events.schema_key import Json
from piste.jsontext import decode, encode_text
from piste.reports.answer import Answer, listed
from piste.reports.parameters import Parameters
from piste.reports.periods import Period
from piste.reports.scope import Scope
from piste.reports.statements import Rows

MAX_COMBINATIONS = 10_000


def custom_events(rows: Rows, parameters: Parameters, period: Period) -> Answer:
    """Most frequent first; `event_name` is compared exactly."""
    scope = Scope.of(rows, parameters, period)
    events = scope.ask("custom_events", {"event_name": parameters.event_name, **scope.page()})
    found = [{"name": row["name"], "count": row["n"]} for row in events]
    return listed(parameters, period, found)


def event_properties(rows: Rows, parameters: Parameters, period: Period) -> Answer:
    """How often one custom event had each value of each property, or of one; most frequent first."""
    scope = Scope.of(rows, parameters, period)
    params = {"event_name": parameters.event_name, "limit": MAX_COMBINATIONS}
    counts: Counter[tuple[str, str]] = Counter()
    for row in scope.ask("event_properties", params):
        properties = decode(cast("str", row["properties"]))
        for name, value in properties.items() if isinstance(properties, dict) else ():
            if parameters.property_name in (None, name):
                counts[name, _printed(value)] += cast("int", row["n"])
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    page = ordered[parameters.offset : parameters.offset + parameters.per_page]
    found = [{"property": name, "value": value, "count": count} for (name, value), count in page]
    return listed(parameters, period, found)


def _printed(value: Json) -> str:
    return value if isinstance(value, str) else encode_text(value)
