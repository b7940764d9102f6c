"""How many visits took some steps, in their order.

Room:   from steps to conditions of funnel.sql, from its rows to rates.
Limits: other hits may lie between two steps; two equal steps need two hits.
Source: TinyTrail's API, "funnel"; wildcards are ours.
"""

import re
from typing import cast

from piste.events.hit import HIT_TYPES
from piste.reports.answer import Answer
from piste.reports.parameters import Parameters
from piste.reports.periods import Period
from piste.reports.rounding import percentage
from piste.reports.scope import Scope
from piste.reports.statements import Condition, Rows

_TYPES = (*HIT_TYPES, "page_ping")
"""Types of hits that have no name of their own; a page ping comes from Snowplow's trackers only."""
_WILDCARD = re.compile(r"\*\*|\*\Z")


# Joins one after the other, because a recursive one keeps all that it has found in memory.
_FIRST = """step_0 as (
    select visitor, visit, min(place) as place
    from numbered
    where ({hit}) and (visitor, visit) in (select visitor, visit from found where is_in_period)
    group by visitor, visit
)"""
_NEXT = """step_{n} as (
    select numbered.visitor as visitor, numbered.visit as visit, min(numbered.place) as place
    from numbered
    join step_{before} as before
        on before.visitor = numbered.visitor and before.visit = numbered.visit
    where ({hit}) and numbered.place > before.place
    group by numbered.visitor, numbered.visit
)"""
_COUNT = "select {n} as step, count(*) as visits from step_{n}"


def funnel(rows: Rows, parameters: Parameters, period: Period) -> Answer:
    """Visits at each step, and per cent of those at the step before; 100 at the first, even of none."""
    hits = [_condition(step, f"text_{n}") for n, step in enumerate(parameters.steps)]
    texts = {
        "steps": ",\n".join(
            (_NEXT if n else _FIRST).format(n=n, before=n - 1, hit=hit.sql)
            for n, hit in enumerate(hits)
        ),
        "counts": "\nunion all\n".join(_COUNT.format(n=n) for n in range(len(hits))),
    }
    params = {name: value for hit in hits for name, value in hit.params.items()}
    found = Scope.of(rows, parameters, period).ask("funnel", params, texts)
    visits = {cast("int", row["step"]): cast("int", row["visits"]) for row in found}
    answer = []
    for n, step in enumerate(parameters.steps):
        rate = percentage(visits[n], visits[n - 1], 2) if n else 100
        answer.append({"step": step, "sessions": visits[n], "conversion_rate": rate})
    return {"period": period.to_json(), "funnel": answer}


def _condition(step: str, name: str) -> Condition:
    """On a hit. A path is a page view of it, `*` at its end any rest and `**` anything; a built-in type is
    a hit of it; all else names a custom event, or is its type."""
    if not step.startswith("/"):
        if step in _TYPES:
            return Condition(f"hit_type = :{name}", {name: step})
        return Condition(
            f"hit_name = :{name} or (hit_name is not null and hit_type = :{name})", {name: step}
        )
    if _WILDCARD.search(step):
        return Condition(f"is_page_view and match(path, :{name})", {name: _pattern(step)})
    return Condition(f"is_page_view and path = :{name}", {name: step})


def _pattern(step: str) -> str:
    """A regular expression as RE2 knows them, for the whole path."""
    literal = (_literal(part) for part in _WILDCARD.split(step))
    return r"(?s)\A" + ".*".join(literal) + r"\z"


def _literal(text: str) -> str:
    return "".join(
        char if char.isascii() and char.isalnum() else f"\\x{{{ord(char):x}}}" for char in text
    )
