"""The questions about events: /all, /good, /bad, /events, /timeline and /reset.

Room:   request body -> question -> answer; `queries` knows what they mean.
Limits: queries run in threads, a few at a time. Before a query the loader catches up, for a bounded time;
        what is then still missing is told in X-Piste-Pending.
Source: Micro REST API; `wait` and the X-Piste headers are ours.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from piste.queries.bad import BadFilter, bad_count, bad_items
from piste.queries.counts import counts
from piste.queries.good import GoodFilter, good_count, good_items
from piste.queries.search import (
    ColumnFilter,
    ColumnRefused,
    Search,
    Sorting,
    all_events,
    check,
    search_count,
    search_page,
)
from piste.queries.statements import Rows
from piste.queries.timeline import timeline
from piste.web.micro.answers import Answer, JsonArray, json_answer, json_parts, number_header
from piste.web.micro.loader import Loader, wait_for
from piste.web.micro.requests import (
    BadBody,
    EventsBody,
    GoodBody,
    TimelineBody,
    Wait,
    bucket_of,
    instant_ms,
    invalid,
    read_body,
)

MAX_PAGE_SIZE = 10_000
MAX_PAGE_SIZE_PERSISTENT = 100
MAX_ITEMS_PERSISTENT = 1_000
"""Items of /good, /bad and GET /events in a persistent store when no limit is asked for."""
QUERY_THREADS = 4

T = TypeVar("T")
Items = Callable[[int | None], Iterator[bytes]]
"""The items, newest first, at most as many as asked for."""
Count = Callable[[], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """`wait_ms` is waited unasked before each query, `max_wait_ms` when a client asks for it;
    `answer_bytes` bounds a list of items."""

    wait_ms: int = 2_000
    max_wait_ms: int = 60_000
    answer_bytes: int = 256 << 20


class EventEndpoints:
    """Answers everything below /micro that is about events."""

    def __init__(self, rows: Rows, loader: Loader, *, ephemeral: bool, bounds: Bounds) -> None:
        self._rows, self._loader = rows, loader
        self._ephemeral, self._bounds = ephemeral, bounds
        self._threads = ThreadPoolExecutor(QUERY_THREADS, "micro-query")

    async def answer(self, name: str, method: str, body: bytes) -> Answer:
        """`name` is the path's first segment after /micro/, `body` the body of a POST. Raises
        `BodyRefused`."""
        match name, method:
            case "all", _:
                return await self._query(lambda: json_answer(counts(self._rows)))
            case "good", _:
                return await self._good(body)
            case "bad", _:
                return await self._bad(body)
            case "events", "POST":
                return await self._search(body)
            case "events", _:
                return await self._events()
            case "timeline", _:
                return await self._timeline(body)
            case "reset", _:
                await self._loader.reset()
                return json_answer({"total": 0, "good": 0, "bad": 0})
        raise ValueError(f"there is no /micro/{name}")

    async def _good(self, body: bytes) -> Answer:
        asked = read_body(body, GoodBody) if body else GoodBody()
        wanted = GoodFilter(
            event_type=asked.event_type, schema=asked.schema, contexts=tuple(asked.contexts or ())
        )
        items = partial(good_items, self._rows, wanted)
        count = partial(good_count, self._rows, wanted)
        return await self._query(lambda: self._list(items, count, asked.limit), asked.wait, count)

    async def _bad(self, body: bytes) -> Answer:
        asked = read_body(body, BadBody) if body else BadBody()
        wanted = BadFilter(vendor=asked.vendor, version=asked.version)
        items = partial(bad_items, self._rows, wanted)
        count = partial(bad_count, self._rows, wanted)
        return await self._query(lambda: self._list(items, count, asked.limit), asked.wait, count)

    async def _events(self) -> Answer:
        """GET: all events, good and failed, newest first."""
        items = partial(all_events, self._rows)
        count = partial(search_count, self._rows, Search(page=1, page_size=1))
        return await self._query(lambda: self._list(items, count, None))

    async def _search(self, body: bytes) -> Answer:
        """POST /micro/events."""
        asked = read_body(body, EventsBody)
        search = self._search_of(asked)
        count = partial(search_count, self._rows, search)
        return await self._query(lambda: self._page(search), asked.wait, count)

    async def _timeline(self, body: bytes) -> Answer:
        asked = read_body(body, TimelineBody).buckets
        buckets = [bucket_of(bucket, number) for number, bucket in enumerate(asked)]

        def answer() -> Answer:
            points = timeline(self._rows, buckets)
            return json_answer(
                {
                    "points": [
                        {
                            "validEvents": point.valid_events,
                            "failedEvents": point.failed_events,
                            "bucket": bucket,
                        }
                        for point, bucket in zip(points, asked, strict=True)
                    ]
                }
            )

        return await self._query(answer)

    async def _query(
        self, answer: Callable[[], Answer], wait: Wait | None = None, count: Count | None = None
    ) -> Answer:
        """Run `answer` on what is acknowledged now, or once `count` is as high as `wait` wants."""
        pending = await self._loader.catch_up(self._bounds.wait_ms / 1000)
        if wait is not None and count is not None:
            counting = partial(self._in_thread, count)
            await wait_for(self._loader, wait, self._bounds.max_wait_ms, counting)
            pending = await self._loader.catch_up(0.0)
        found = await self._in_thread(answer)
        return found.with_headers(number_header(b"x-piste-pending", pending))

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def _list(self, items: Items, count: Count, limit: int | None) -> Answer:
        """As many items as asked for, else as the mode allows, within the budget."""
        allowed = None if self._ephemeral else MAX_ITEMS_PERSISTENT
        if limit is not None:
            allowed = min(limit, sys.maxsize)
        array = JsonArray.of(items(allowed), self._bounds.answer_bytes)
        left_off = 0
        if array.is_cut or (limit is None and array.count == allowed):
            total = count() if limit is None else min(count(), limit)
            left_off = max(0, total - array.count)
        return json_parts(array.parts, headers=number_header(b"x-piste-truncated", left_off))

    def _search_of(self, asked: EventsBody) -> Search:
        """Raises `BodyRefused`."""
        time_range, sorting = asked.timeRange, asked.sorting
        search = Search(
            page=asked.page,
            page_size=min(
                asked.pageSize, MAX_PAGE_SIZE if self._ephemeral else MAX_PAGE_SIZE_PERSISTENT
            ),
            filters=tuple(ColumnFilter(each.column, each.value) for each in asked.filters),
            valid=asked.validEvents,
            sorting=None if sorting is None else Sorting(sorting.column, sorting.desc),
            exact=not self._ephemeral,
        )
        if time_range is not None:
            search = replace(
                search,
                start_ms=instant_ms(time_range.start, "$.timeRange.start"),
                end_ms=instant_ms(time_range.end, "$.timeRange.end"),
            )
        try:
            check(search)
        except ColumnRefused as error:
            raise invalid(str(error)) from None
        return search

    def _page(self, search: Search) -> Answer:
        events, total_items = search_page(self._rows, search)
        array = JsonArray.of(events, self._bounds.answer_bytes)
        total_pages = -(-total_items // search.page_size)
        left_off = 0
        if array.is_cut:
            offset = (search.page - 1) * search.page_size
            left_off = min(search.page_size, total_items - offset) - array.count
        totals = b',"totalPages":%d,"totalItems":%d}' % (total_pages, total_items)
        return json_parts(
            (b'{"events":', *array.parts, totals),
            headers=number_header(b"x-piste-truncated", left_off),
        )
