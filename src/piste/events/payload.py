"""What the collector records of one request, and the raw events that adapters take out of it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorPayload:
    """One recorded request. Source: Snowplow CollectorPayload 1-0-0.

    `headers` are `Name: value` texts in request order, for a POST followed by the bare lower-cased
    content type. `ip_address` is the literal `unknown` for an anonymous request. `querystring` is raw.
    `path` is the mapped path (`/vendor/version`, `/i`, `/ice.png` or `/r/...`). `body` is None for GET.
    """

    path: str
    querystring: str = ""
    body: str | None = None
    content_type: str | None = None
    collector: str
    encoding: str = "UTF-8"
    hostname: str | None = None
    timestamp_ms: int
    ip_address: str | None = None
    user_agent: str | None = None
    referer_uri: str | None = None
    headers: tuple[str, ...] = ()
    network_userid: str | None = None


@dataclass(frozen=True, slots=True)
class OversizedPayload:
    """A request that is larger than allowed; `payload.body` is only the beginning of its body."""

    payload: CollectorPayload
    actual_bytes: int
    max_bytes: int


Parameters = Mapping[str, str | None]
"""Tracker-protocol parameters of one event; a name sent without `=` has the value None."""


@dataclass(frozen=True, slots=True)
class RawEvent:
    """One event as an adapter took it out of a payload, before any conversion."""

    vendor: str
    version: str
    parameters: Parameters
    payload: CollectorPayload
