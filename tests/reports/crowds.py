"""Many visits at a word, in a real store: enough to show the numbers of the documented samples."""

from typing import Any

from piste.ingest.arrow import to_streams
from piste.ingest.rows import Row
from piste.reports.answering import answer
from piste.reports.parameters import Parameters, Report, read
from piste.store.duckdb import EventStore

from .worlds import SECOND, milliseconds

SITE = "550e8400-e29b-41d4-a716-446655440000"
NOW = milliseconds("2026-03-01T23:00:00Z")


class Crowd:
    """Rows of one website; visitors are new ones unless they are named."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.visitors = 0

    def visit(self, at_ms: int, *hits: Any, visitor: str | None = None, **traits: Any) -> None:
        """A hit a second; each is a page view of a path, or a mapping of columns with `after_ms`."""
        if visitor is None:
            self.visitors += 1
            visitor = f"visitor {self.visitors}"
        for number, hit in enumerate(hits):
            columns: dict[str, Any] = {"path": hit} if isinstance(hit, str) else dict(hit)
            ms = at_ms + columns.pop("after_ms", number * SECOND)
            row = {
                "seq": len(self.rows) + 1,
                "valid": True,
                "event_id": f"event {len(self.rows) + 1}",
                "collector_tstamp": ms,
                "derived_tstamp": ms,
                "website_id": SITE,
                "visitor_id": visitor,
                "hit_type": "page_view",
                **traits,
                **columns,
            }
            self.rows.append({name: value for name, value in row.items() if value is not None})

    def visits(self, count: int, at: str, *hits: Any, **traits: Any) -> None:
        """So many alike, of different visitors, a second apart."""
        for number in range(count):
            self.visit(milliseconds(at) + number * SECOND, *hits, **traits)

    def ask(self, report: str, *query: tuple[str, str], now_ms: int = NOW) -> dict[str, Any]:
        """The report's answer; the website was made at the epoch."""
        with EventStore.open(None) as events:
            events.append([to_streams({"events": self.rows})], 1)
            asked = read(Report(report), [("website_id", SITE), *query], now_ms)
            assert isinstance(asked, Parameters), asked
            return answer(Report(report), events.rows, asked, now_ms=now_ms, created_ms=0)
