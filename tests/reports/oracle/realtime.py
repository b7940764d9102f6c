"""What happens on a website now.

Room:   the realtime report.
Limits: knows no parameter but the website.
Source: requirement "realtime"; docs of the reports, section 4.
"""

from collections import Counter

from .hits import Hit, counted
from .reports import Answer, ranked
from .visits import GAP_MS

MOST_PAGES = 10


def realtime(hits: list[Hit], website_id: str, now_ms: int) -> Answer:
    """The last 30 minutes up to now, both ends inside, without bots and excluded traffic.

    Visitors by any event, top pages by the visitors who viewed them.
    """
    recent = [
        hit
        for hit in counted(hits, include_bots=False)
        if hit.website_id == website_id and now_ms - GAP_MS <= hit.time_ms <= now_ms
    ]
    viewers = {(hit.path, hit.visitor) for hit in recent if hit.is_page_view}
    pages: Counter[tuple[str | None, ...]] = Counter((path,) for path, _ in viewers)
    types: Counter[tuple[str | None, ...]] = Counter((hit.event_type,) for hit in recent)
    return {
        "active_visitors": len({hit.visitor for hit in recent}),
        "top_pages": ranked(pages, ("path",), "visitors")[:MOST_PAGES],
        "events_by_type": ranked(types, ("eventType",), "count"),
    }
