"""What happens on a website now.

Limits: the last 30 minutes up to the given moment, both ends inside, without bots; no other parameter than
        the website is looked at.
Source: TinyTrail's API, "realtime".
"""

from piste.reports.answer import Answer
from piste.reports.parameters import Parameters
from piste.reports.statements import Rows, statement

WINDOW_MS = 30 * 60 * 1000
MAX_PAGES = 10


def realtime(rows: Rows, parameters: Parameters, now_ms: int) -> Answer:
    """Visitors by any hit, the pages that most visitors viewed, and hits by type."""
    params = {
        "website_id": parameters.website_id,
        "since": now_ms - WINDOW_MS,
        "now": now_ms,
        "most_pages": MAX_PAGES,
    }
    found = rows(statement("realtime"), params)

    def of(kind: str, name: str, metric: str) -> list[Answer]:
        return [{name: row["name"], metric: row["n"]} for row in found if row["kind"] == kind]

    (visitors,) = (row["n"] for row in found if row["kind"] == "visitors")
    return {
        "active_visitors": visitors,
        "top_pages": of("pages", "path", "visitors"),
        "events_by_type": of("types", "eventType", "count"),
    }
