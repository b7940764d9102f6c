"""POST /micro/events: filters, time range, sorting and pages.

Room:   a search in, the page's events and the totals out.
Limits: the two modes of the API's documentation. In memory, a filter is a substring of any column; with
        a persistent store, where nobody should scan by accident, the exact value of a listed one.
Source: Micro REST API, "/micro/events".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from piste.events.sdk_json import lossy
from piste.queries.columns import ATOMIC, TEXT, stored_columns, texts
from piste.queries.statements import Condition, Row, Rows, all_of, statement
from piste.queries.stored import CHUNK, event_of, events_at, newest_first, select

EXACT_FILTERS = (
    "event_id",
    "app_id",
    "event_name",
    "platform",
    "name_tracker",
    "user_id",
    "domain_userid",
    "v_tracker",
)
EXACT_SORTING = (*EXACT_FILTERS, "collector_tstamp")
_SCAN_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class ColumnFilter:
    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Sorting:
    column: str
    desc: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """All that is given must hold. `page` counts from 1; instants are epoch milliseconds, the start
    belonging to the range and the end not. `exact` chooses the mode."""

    page: int
    page_size: int
    filters: tuple[ColumnFilter, ...] = ()
    valid: bool | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    sorting: Sorting | None = None
    exact: bool = False


class ColumnRefused(ValueError):
    """The search uses a column that its mode does not have; `allowed` are those it has there."""

    def __init__(self, path: str, column: str, allowed: tuple[str, ...]) -> None:
        super().__init__(path, column, allowed)
        self.path, self.column, self.allowed = path, column, allowed

    def __str__(self) -> str:
        listed = ", ".join(self.allowed)
        return f"{self.path}: {self.column!r} is not possible here, only {listed}"


def check(search: Search) -> None:
    """Raise `ColumnRefused` for a filter or sorting that is not possible."""
    if search.exact:
        for number, wanted in enumerate(search.filters):
            if wanted.column not in EXACT_FILTERS:
                path = f"$.filters[{number}].column"
                raise ColumnRefused(path, wanted.column, EXACT_FILTERS)
    sortable = EXACT_SORTING if search.exact else tuple(sorted(ATOMIC))
    if search.sorting is not None and search.sorting.column not in sortable:
        raise ColumnRefused("$.sorting.column", search.sorting.column, sortable)


def search_page(rows: Rows, search: Search) -> tuple[Iterator[bytes], int]:
    """The JSON text of the page's events, in order, and how many events match on all pages.

    Without sorting the newest come first; ties go by place, nulls come last.
    """
    offset = (search.page - 1) * search.page_size
    if _scanned(search):
        places = _scan(rows, search)
        total, places = len(places), places[offset : offset + search.page_size]
    else:
        total, places = search_count(rows, search), []
        if offset < total:
            places = _page(rows, search, offset)
    return map(_lossy, events_at(rows, places)), total


def search_count(rows: Rows, search: Search) -> int:
    """How many events match on all pages."""
    if _scanned(search):
        return len(_scan(rows, search))
    where = all_of(_conditions(search))
    (found,) = rows(statement("count").format(where=where.sql), where.params)
    return cast("int", found["n"])


def all_events(rows: Rows, limit: int | None) -> Iterator[bytes]:
    """The JSON text of all events, good and failed, newest first. Source: GET /micro/events."""
    for chunk in newest_first(rows, "seq", Condition("true"), CHUNK):
        places = [cast("int", row["seq"]) for row in chunk][:limit]
        yield from map(_lossy, events_at(rows, places))
        if limit is not None:
            limit -= len(places)
            if not limit:
                return


def _lossy(row: Row) -> bytes:
    return msgspec.json.encode(lossy(event_of(row)))


def _in_sql(search: Search, wanted: ColumnFilter) -> bool:
    return search.exact or wanted.column in TEXT


def _scanned(search: Search) -> bool:
    """Whether a filter needs a column's printed text, which only Python can make."""
    return not all(_in_sql(search, wanted) for wanted in search.filters)


def _conditions(search: Search) -> Iterator[Condition]:
    if search.valid is not None:
        yield Condition("valid = :valid", {"valid": search.valid})
    for sign, name, ms in ((">=", "start_ms", search.start_ms), ("<", "end_ms", search.end_ms)):
        if ms is not None:
            yield Condition(
                f"collector_tstamp {sign} fromUnixTimestamp64Milli(:{name})", {name: ms}
            )
    for number, wanted in enumerate(search.filters):
        name, column = f"filter_{number}", wanted.column
        if search.exact:
            yield Condition(f"{column} = :{name}", {name: wanted.value})
        elif column in TEXT:
            yield Condition(
                f"position(lower(:{name}) in lower({column})) > 0", {name: wanted.value}
            )


def _page(rows: Rows, search: Search, offset: int) -> list[int]:
    order = "seq desc"
    if search.sorting is not None:
        column, way = search.sorting.column, "desc" if search.sorting.desc else "asc"
        order = f"{column} is null, {column} {way}, seq {way}"
    where = all_of(_conditions(search))
    found = rows(
        statement("page").format(where=where.sql, order=order),
        {**where.params, "limit": search.page_size, "offset": offset},
    )
    return [cast("int", row["seq"]) for row in found]


def _scan(rows: Rows, search: Search) -> list[int]:
    """The places of all matching events, in order."""
    scanned = [wanted for wanted in search.filters if not _in_sql(search, wanted)]
    needed = [stored_columns(wanted.column) for wanted in scanned]
    if not all(needed):
        return []
    by = None if search.sorting is None else search.sorting.column
    names = {name for names in needed for name in names} | ({by} if by else set())
    where = all_of(_conditions(search))
    sql = statement("oldest").format(columns=select("seq", *sorted(names)), where=where.sql)
    needles = [(wanted.column, wanted.value.lower()) for wanted in scanned]
    places: list[int] = []
    sortable: list[tuple[Any, int]] = []
    after = -1
    while found := rows(sql, {**where.params, "after": after, "limit": _SCAN_CHUNK}):
        for row in found:
            after = cast("int", row["seq"])
            if not all(_contains(row, column, needle) for column, needle in needles):
                continue
            if by is None or row[by] is None:
                places.append(after)
            else:
                sortable.append((row[by], after))
    desc = search.sorting is None or search.sorting.desc
    return [seq for _, seq in sorted(sortable, reverse=desc)] + sorted(places, reverse=desc)


def _contains(row: Row, column: str, needle: str) -> bool:
    return any(needle in text.lower() for text in texts(row, column))
