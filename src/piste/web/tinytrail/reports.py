"""`/reports`: how a website is doing, for users of its account and for administrators.

Room:   HTTP to `piste.reports` and back; who may see a website is decided by `Websites`.
Limits: waits for acknowledged events as the Micro API does; past that, `X-Piste-Pending` says how many are
        missing. Whether there is the website is told before what else is wrong with a query.
Source: TinyTrail's API, "Reports".
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from piste.accounts.principal import Principal
from piste.reports.answering import answer, csv_name, csv_of
from piste.reports.parameters import Format, Parameters, Query, Report, read
from piste.reports.statements import Rows
from piste.reports.wrong import Wrong
from piste.traffic.websites import Websites
from piste.web.console.refusals import Refused, not_found
from piste.web.tinytrail.access import Access
from piste.web.tinytrail.answers import success
from piste.web.tinytrail.report_documents import CSV, PENDING, documented
from piste.web.tinytrail.requests import invalid

NO_EVENTS = "This Piste keeps no events, so it has no reports"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Traffic:
    """What reports are made of.

    `rows` is None when no events are kept. `catch_up` waits until what was acknowledged before is stored, and
    answers how much is not. `now_ms` is the clock that events get their time from, in epoch milliseconds.
    """

    rows: Rows | None
    catch_up: Callable[[], Awaitable[int]]
    now_ms: Callable[[], int]


@dataclass(frozen=True, slots=True)
class _Question:
    """A request that can be answered; instants are epoch milliseconds."""

    parameters: Parameters
    now_ms: int
    created_ms: int


def router(websites: Websites, access: Access, traffic: Traffic) -> APIRouter:
    """An address for each report."""
    routes = APIRouter(tags=["Reports"])
    for report in Report:
        routes.add_api_route(
            f"/reports/{report}",
            _endpoint(report, websites, access, traffic),
            methods=["GET"],
            **documented(report),
        )
    return routes


def _endpoint(
    report: Report, websites: Websites, access: Access, traffic: Traffic
) -> Callable[..., Response]:
    def asked(request: Request, principal: Annotated[Principal, Depends(access.user)]) -> _Question:
        query, now_ms = _pairs(request.scope["query_string"]), traffic.now_ms()
        named = [(name, value) for name, value in query if name == "website_id"]
        website = websites.get(principal, _read(Report.SUMMARY, named, now_ms).website_id)
        if website is None:
            raise not_found("website")
        created_ms = (website.created_at - _EPOCH) // _MILLISECOND
        return _Question(_read(report, query, now_ms), now_ms, created_ms)

    async def caught_up(_: Annotated[_Question, Depends(asked)], response: Response) -> Rows:
        # The question comes first: who may not ask it does not make Piste wait.
        if traffic.rows is None:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, NO_EVENTS)
        if pending := await traffic.catch_up():
            response.headers[PENDING] = str(pending)
        return traffic.rows

    def answered(
        question: Annotated[_Question, Depends(asked)],
        rows: Annotated[Rows, Depends(caught_up)],
        response: Response,
    ) -> Response:
        parameters = question.parameters
        data = answer(
            report, rows, parameters, now_ms=question.now_ms, created_ms=question.created_ms
        )
        if parameters.format is Format.JSON:
            return success(data, headers=response.headers)
        response.headers["Content-Disposition"] = f'attachment; filename="{csv_name(report, data)}"'
        text = csv_of(report, parameters, data)
        return Response(text, HTTPStatus.OK, dict(response.headers), CSV)

    return answered


def _pairs(query: bytes) -> Query:
    """Names and values of an address's query, as sent; what is no UTF-8 becomes no valid text."""
    text = query.decode("utf-8", "surrogateescape")
    return parse_qsl(text, keep_blank_values=True, errors="surrogateescape")


def _read(report: Report, query: Query, now_ms: int) -> Parameters:
    """Raises `Refused`."""
    found = read(report, query, now_ms)
    if isinstance(found, Wrong):
        raise invalid(found.message)
    return found
