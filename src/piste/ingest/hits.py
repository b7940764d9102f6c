"""A hit of the cookie-less tracker as an event of the canonical model.

Room:   pure. A page view is the page view that Snowplow's trackers send; every other hit is an event of our
        own schema. What web analytics ask of it stands in the columns of `tables.TRAFFIC`.
Limits: always a good event: its texts are short, and its data is valid by how it is made. Nothing is kept of
        the request itself.
Source: our own; the schemas lie in `iglu/embedded/schemas/io.piste`.
"""

import json

from piste.enrich.urls import parse_url
from piste.events.columns import MAX_LENGTHS
from piste.events.enriched import EnrichedEvent, Value
from piste.events.hit import COLLECT_PATH, PAGE_VIEW, Hit
from piste.events.outcome import GoodEvent, Processed, Traffic
from piste.events.payload import CollectorPayload, RawEvent
from piste.events.schema_key import SchemaKey, SelfDescribing
from piste.events.tables import TRAFFIC
from piste.ingest.rules import Rules

VENDOR = "io.piste"
HIT = SchemaKey.of(f"iglu:{VENDOR}/hit/jsonschema/1-0-0")
PROPERTIES = SchemaKey.of(f"iglu:{VENDOR}/properties/jsonschema/1-0-0")
_PAGE_VIEW = SchemaKey.of("iglu:com.snowplowanalytics.snowplow/page_view/jsonschema/1-0-0")

_TRAFFIC = tuple(column.name for column in TRAFFIC)
_FROM_HIT = {
    "mkt_source": "utm_source",
    "mkt_medium": "utm_medium",
    "mkt_campaign": "utm_campaign",
    "mkt_term": "utm_term",
    "mkt_content": "utm_content",
    "br_viewwidth": "screen_width",
    "br_viewheight": "screen_height",
}
"""Canonical columns, and the hit's fields that they are."""
_PARTS = ("scheme", "host", "port", "path")


def process_hit(hit: Hit, rules: Rules) -> Processed:
    """One good event."""
    payload = payload_of(hit)
    key, tracked, own = _parts(hit)
    fields: dict[str, Value] = {
        "app_id": hit.website_id,
        "platform": "web",
        "etl_tstamp": rules.clock_ms(),
        "collector_tstamp": hit.received_ms,
        "derived_tstamp": hit.received_ms,
        "event": "unstruct" if own else PAGE_VIEW,
        "event_id": rules.new_uuid(),
        "v_collector": hit.collector,
        "v_etl": rules.v_etl,
        "event_vendor": key.vendor,
        "event_name": key.name,
        "event_format": key.format,
        "event_version": str(key.version),
    }
    for column, name in _FROM_HIT.items():
        value = getattr(hit, name)
        if value is not None:
            fields[column] = value
    _add_url(fields, hit.url, "page_url", "page_url")
    _add_url(fields, hit.referrer, "page_referrer", "refr_url")
    event = EnrichedEvent(fields, contexts=tracked, unstruct_event=own)
    conformance = rules.plan.held_against(event, is_good=True)
    if conformance.entities:
        event = EnrichedEvent(fields, tracked, own, conformance.entities)
    raw = RawEvent(VENDOR, "v1", {}, payload)
    good = GoodEvent(raw, event, conformance.matches, _traffic(hit))
    return Processed(payload, (good,), keeps_origin=False)


def payload_of(hit: Hit) -> CollectorPayload:
    """What may be known of its request."""
    return CollectorPayload(
        path=COLLECT_PATH, collector=hit.collector, timestamp_ms=hit.received_ms
    )


def _parts(hit: Hit) -> tuple[SchemaKey, tuple[SelfDescribing, ...], SelfDescribing | None]:
    """The event's schema, its tracked entities, and its own data unless it is a page view."""
    properties = None if hit.properties is None else json.loads(hit.properties)
    if hit.hit_type == PAGE_VIEW:
        entities = () if properties is None else (SelfDescribing(PROPERTIES, properties),)
        return _PAGE_VIEW, entities, None
    data = {"type": hit.hit_type, "name": hit.hit_name, "properties": properties}
    given = {name: value for name, value in data.items() if value is not None}
    return HIT, (), SelfDescribing(HIT, given)


def _add_url(fields: dict[str, Value], text: str | None, whole: str, prefix: str) -> None:
    """The URL and its parts, as far as it is one."""
    url = None if text is None else parse_url(text)
    if url is None or isinstance(url, str):
        return
    parts = {whole: url.text, **{f"{prefix}{part}": getattr(url, part) for part in _PARTS}}
    for name, value in parts.items():
        if value is not None:
            fields[name] = value[: MAX_LENGTHS[name]] if isinstance(value, str) else value


def _traffic(hit: Hit) -> Traffic:
    found = ((name, getattr(hit, name)) for name in _TRAFFIC)
    return {name: value for name, value in found if value is not None}
