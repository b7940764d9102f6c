"""Random questions about a world, which a report answers with 200.

Room:   a world and a source of randomness to a query.
Limits: reproducible; one value per parameter but `steps[]`.
Source: requirement "Common Query Parameters"; docs of the reports, sections 3 and 4.
"""

from datetime import timedelta
from random import Random

from .oracle.parameters import DIMENSIONS, GROUPINGS, METRICS
from .oracle.periods import COMPARISONS, NAMES, day_of
from .worlds import DAY, PAGES, ZONES, World

STEPS = (
    "/",
    "/pricing",
    "/signup",
    "/blog/*",
    "/**a",
    "/a*b",
    "page_view",
    "scroll_50",
    "outbound_link",
    "signup_complete",
    "add_to_cart",
    "custom",
)


def query(
    report: str, world: World, random: Random, *, extensions: bool = True
) -> dict[str, str | list[str]]:
    """A query that a report of this world answers with 200.

    `extensions`: also what the requirement does not have: time zones, filters, `channel_detail`.
    """
    asked: dict[str, str | list[str]] = {
        "website_id": random.choices(world.websites, weights=(5, 5, 1))[0]
    }
    if report == "realtime":
        return asked
    asked |= _days(random, world)
    if random.random() < 0.6:
        asked["compare"] = random.choice(COMPARISONS)
    if random.random() < 0.5:
        asked["include_bots"] = random.choice(("true", "false"))
    if random.random() < 0.3:
        asked["content_group"] = random.choice(("Blog", "Sales", "-Odd", "No such group"))
    if random.random() < 0.5:
        asked["page"] = random.choice(("1", "2", "3", "1000"))
        asked["per_page"] = random.choice(("1", "2", "3", "50", "500"))
    if extensions:
        if random.random() < 0.4:
            asked["timezone"] = random.choice(("UTC", *ZONES))
        if random.random() < 0.3:
            asked |= _filters(random, world)
    match report:
        case "sources":
            asked["group_by"] = random.choice(GROUPINGS if extensions else GROUPINGS[:3])
        case "timeseries":
            asked["metric"] = random.choice(METRICS)
            if random.random() < 0.5:
                asked["path"] = random.choice((*PAGES, ("/nowhere", None)))[0]
        case "funnel":
            asked["steps[]"] = random.choices(STEPS, k=random.randint(2, 5))
        case "custom-events" if random.random() < 0.3:
            asked["event_name"] = random.choice(("video_play", "custom", "add_to_cart", "nothing"))
    return asked


def _days(random: Random, world: World) -> dict[str, str]:
    """A named period, dates, or neither; dates begin where there is an event, or anywhere."""
    how = random.random()
    if how < 0.1:
        return {}
    if how < 0.6:
        return {"period": random.choice(NAMES)}
    some = random.choice(world.hits).time_ms if world.hits else world.now_ms
    first = day_of(random.choice((some, world.now_ms - random.randrange(430) * DAY)))
    # In every time zone a day before UTC's is not in the future.
    first = min(first, day_of(world.now_ms - DAY))
    if how < 0.7:
        return {"start_date": str(first)}
    last = first + timedelta(days=random.choice((0, 0, 1, 6, 27, 28, 60)))
    return {"start_date": str(first), "end_date": str(last), "period": "today"}


def _filters(random: Random, world: World) -> dict[str, str]:
    """One filter or two, with what some event has."""
    filters = {}
    for _ in range(random.choice((1, 1, 2))):
        dimension = random.choice(DIMENSIONS)
        if not world.hits:
            value = "x"
        elif dimension == "event_name":
            value = random.choice(("video_play", "custom", "", "nothing"))
        else:
            known = "path" if dimension in ("landing_page", "exit_page") else dimension
            value = getattr(random.choice(world.hits), known) or ""
        filters[f"filter[{dimension}]"] = value
    return filters
