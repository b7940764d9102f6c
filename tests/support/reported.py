"""The reports over HTTP: TinyTrail's API on a real database, and a real store with the traffic of websites.

Room:   websites are made with the ids that rows have; the clock stands still at NOW.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI
from reports.crowds import NOW, Crowd
from support.console import Answered
from support.tinytrail import Trail, trail

from piste.ingest.arrow import to_streams
from piste.reports.statements import Rows
from piste.store.duckdb import EventStore
from piste.traffic.websites import Website
from piste.web.rate_limits import RateLimit
from piste.web.tinytrail import accounts, admin, reports, users, websites
from piste.web.tinytrail.access import Access, Limits
from piste.web.tinytrail.app import application

CREATED = datetime(2026, 1, 15, 10, 30, 0, 123456, tzinfo=UTC)


@dataclass
class Reported:
    """`pending` is what is not stored yet when a report has waited; `waits` counts how often one did."""

    trail: Trail
    rows: Rows | None
    now_ms: int = NOW
    pending: int = 0
    waits: int = 0
    asked: int = 0
    """Statements of the store."""

    def __post_init__(self) -> None:
        self.trail.application = self.app()

    def app(self) -> FastAPI:
        """All of TinyTrail's API that a key opens."""
        limit = self.trail.limit
        limits = Limits(RateLimit(limit, 60), RateLimit(limit, 60), lambda: self.trail.time)
        access = Access(self.trail.identity, limits, lambda scope: self.trail.address)
        known = self.trail.websites
        traffic = reports.Traffic(
            None if self.rows is None else self._rows, self._catch_up, lambda: self.now_ms
        )
        return application(
            [
                accounts.router(self.trail.identity, access),
                users.router(self.trail.identity, access),
                websites.router(known, access),
                admin.router(self.trail._aggregate, access),
                reports.router(known, access, traffic),
            ]
        )

    def add(self, website_id: str, account_id: str | None = None) -> str:
        """A website of our account, or another, with this id."""
        self.trail.store.websites().add(
            Website(
                id=website_id,
                account_id=account_id or self.trail.account_id,
                domain=f"{website_id}.example",
                content_groups=(),
                excluded_ips=(),
                created_at=CREATED,
            )
        )
        return website_id

    def get(self, report: str, query: Any = "", *, by: Any = "ours", **headers: str) -> Answered:
        """`query` is as the address has it, or names and values."""
        text = query if isinstance(query, str) else urlencode(query)
        return self.trail.ask("GET", f"/reports/{report}?{text}", by=by, headers=headers)

    def data(self, report: str, query: Any, **who: Any) -> Any:
        """Of an answer that is a success."""
        answer = self.get(report, query, **who)
        assert answer.status == 200, answer.body
        assert json.loads(answer.body).keys() == {"status", "data"}
        assert answer.json["status"] == "success"
        return answer.json["data"]

    def _rows(self, sql: str, params: Any) -> Any:
        assert self.rows is not None
        self.asked += 1
        return self.rows(sql, params)

    async def _catch_up(self) -> int:
        self.waits += 1
        return self.pending


@contextmanager
def reported(folder: Path, crowd: Crowd) -> Iterator[Reported]:
    with trail(folder) as opened, EventStore.open(None) as events:
        events.append([to_streams({"events": crowd.rows})], 1)
        crowd.rows.clear()  # what is kept here slows down every collection of garbage
        yield Reported(opened, events.rows)
