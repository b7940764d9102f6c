"""A recorded request through its adapter."""

from support.iglu import accept_all

from piste.adapters import Check, Request, adapt, parse_path, parse_querystring
from piste.adapters.base import Adapted
from piste.events.failures import PayloadFormatFailure
from piste.events.payload import CollectorPayload, RawEvent


def request_of(payload: CollectorPayload) -> Request:
    api, query = parse_path(payload.path), parse_querystring(payload.querystring)
    assert not isinstance(api, PayloadFormatFailure)
    assert not isinstance(query, PayloadFormatFailure)
    return Request(*api, query, payload)


def adapted(payload: CollectorPayload, check: Check = accept_all) -> Adapted:
    return adapt(request_of(payload), check)


def parameters_of(payload: CollectorPayload) -> list[dict[str, str | None]]:
    """The parameters of each raw event; everything else in them is the request's."""
    raw_events = adapted(payload)
    assert isinstance(raw_events, tuple), raw_events
    request = request_of(payload)
    for raw in raw_events:
        assert raw == RawEvent(request.vendor, request.version, raw.parameters, payload)
    return [dict(raw.parameters) for raw in raw_events]
