"""POST /micro/events: filters, time range, sorting and pages.

Room:   a search in, the page's events and the totals out.
Limits: the two modes of the API's documentation. In memory, a filter is a substring of any column; with
        a persistent store, where nobody should scan by accident, the exact value of a listed one.
Source: Micro REST API, "/micro/events".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

import msgspec

from piste.events.sdk_json import lossy
from piste.queries.columns import ATOMIC, TEXT, stored_columns, texts
from piste.queries.statements import Condition, Row, Rows, all_of, statement
from piste.queries.stored import WHOLE, chunks, event_of, events_at, places, scan, select

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
    """The search uses, at the JSON path `path`, a column that is not possible there."""

    def __init__(self, path: str, column: str, possible: str) -> None:
        super().__init__(path, column, possible)
        self.path, self.column, self.possible = path, column, possible

    def __str__(self) -> str:
        return f"{self.path}: {self.column!r} is not possible here, only {self.possible}"


def check(search: Search) -> None:
    """Raise `ColumnRefused` for a filter or sorting that is not possible."""
    if search.exact:
        for number, wanted in enumerate(search.filters):
            if wanted.column not in EXACT_FILTERS:
                path = f"$.filters[{number}].column"
                raise ColumnRefused(path, wanted.column, ", ".join(EXACT_FILTERS))
    sorting = search.sorting
    if sorting is not None and sorting.column not in (EXACT_SORTING if search.exact else ATOMIC):
        possible = ", ".join(EXACT_SORTING) if search.exact else "atomic columns"
        raise ColumnRefused("$.sorting.column", sorting.column, possible)


def search_page(rows: Rows, search: Search) -> tuple[Iterator[bytes], int]:
    """The JSON text of the page's events, in order, and how many events match on all pages.

    Without sorting the newest come first; ties go by place, nulls come last.
    """
    offset = (search.page - 1) * search.page_size
    if _needs_scan(search):
        found = _scanned_places(rows, search)
        total, seqs = len(found), found[offset : offset + search.page_size]
    else:
        total = search_count(rows, search)
        seqs = _page(rows, search, offset) if offset < total else []
    return _printed(rows, iter(seqs)), total


def search_count(rows: Rows, search: Search) -> int:
    """How many events match on all pages."""
    if _needs_scan(search):
        return len(_scanned_places(rows, search))
    where = all_of(_conditions(search))
    (found,) = rows(statement("count").format(where=where.sql), where.params)
    return cast("int", found["n"])


def all_events(rows: Rows, limit: int | None) -> Iterator[bytes]:
    """The JSON text of all events, good and failed, newest first. Source: GET /micro/events."""
    return _printed(rows, islice(places(rows, Condition("true")), limit))


def _printed(rows: Rows, seqs: Iterator[int]) -> Iterator[bytes]:
    for chunk in chunks(seqs):
        for row in events_at(rows, WHOLE, chunk):
            yield msgspec.json.encode(lossy(event_of(row)))


def _in_sql(search: Search, wanted: ColumnFilter) -> bool:
    return search.exact or wanted.column in TEXT


def _needs_scan(search: Search) -> bool:
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


def _scanned_places(rows: Rows, search: Search) -> list[int]:
    """The places of all matching events, in order."""
    scanned = [wanted for wanted in search.filters if not _in_sql(search, wanted)]
    needed = [stored_columns(wanted.column) for wanted in scanned]
    if not all(needed):
        return []
    by = None if search.sorting is None else search.sorting.column
    names = {name for names in needed for name in names} | ({by} if by else set())
    present = [Condition(" or ".join(f"{name} is not null" for name in each)) for each in needed]
    where = all_of([*_conditions(search), *present])
    columns = select("seq", *sorted(names))
    needles = [(wanted.column, wanted.value.lower()) for wanted in scanned]
    unsortable: list[int] = []
    sortable: list[tuple[Any, int]] = []
    for row in scan(rows, columns, where):
        if all(_contains(row, column, needle) for column, needle in needles):
            seq = cast("int", row["seq"])
            if by is None or row[by] is None:
                unsortable.append(seq)
            else:
                sortable.append((row[by], seq))
    desc = search.sorting is None or search.sorting.desc
    return [seq for _, seq in sorted(sortable, reverse=desc)] + sorted(unsortable, reverse=desc)


def _contains(row: Row, column: str, needle: str) -> bool:
    return any(needle in text.lower() for text in texts(row, column))
