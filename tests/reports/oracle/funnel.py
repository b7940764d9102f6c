"""How many visits took some steps, in their order.

Room:   the funnel report.
Source: requirement "funnel"; docs of the reports, section 4.1.
"""

import re
from itertools import pairwise

from .hits import BUILT_IN_TYPES, Hit
from .numbers import rate
from .parameters import Parameters
from .reports import Answer
from .scope import Scope
from .visits import Visit


def is_step(hit: Hit, step: str) -> bool:
    """Whether an event satisfies a step.

    A path is a page view of it: exact, but `*` at the end stands for any rest and `**` for anything
    anywhere. Else a built-in type is an event of that type; all other text is a custom event's name
    or type.
    """
    if step.startswith("/"):
        pattern = re.sub(r"\\\*\\\*|\\\*\Z", ".*", re.escape(step))
        return hit.is_page_view and re.fullmatch(pattern, hit.path, re.DOTALL) is not None
    if step in BUILT_IN_TYPES:
        return hit.event_type == step
    return hit.is_custom and step in (hit.custom_name, hit.event_type)


def reached(visit: Visit, steps: tuple[str, ...]) -> int:
    """How many steps a visit took: each the first event that satisfies it after the one before."""
    left = list(steps)
    for hit in visit.hits:
        if left and is_step(hit, left[0]):
            del left[0]
    return len(steps) - len(left)


def funnel(hits: list[Hit], parameters: Parameters) -> Answer:
    """Visits at each step, and per cent of those at the step before; 100 at the first, even of none."""
    scope = Scope.of(hits, parameters, parameters.period)
    depths = [reached(visit, parameters.steps) for visit in scope.visits]
    sessions = [
        sum(depth >= number for depth in depths) for number in range(1, len(parameters.steps) + 1)
    ]
    rates = [
        100,
        *(rate(now, before, 2) for before, now in pairwise(sessions)),
    ]
    return {
        "period": scope.period.shown,
        "funnel": [
            {"step": step, "sessions": count, "conversion_rate": share}
            for step, count, share in zip(parameters.steps, sessions, rates, strict=True)
        ],
    }
