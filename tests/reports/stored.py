"""Hits of the oracle as rows of a real store."""

from collections.abc import Sequence

from piste.ingest.arrow import to_streams
from piste.ingest.rows import Row
from piste.jsontext import encode_text
from piste.store.duckdb import EventStore

from .oracle import Hit


def store(into: EventStore, hits: Sequence[Hit], position: int = 1) -> None:
    """Append them in one batch, the last one first: no report may rely on the order of rows."""
    rows = [row_of(hit) for hit in reversed(hits)]
    into.append([to_streams({"events": rows})], position)


def row_of(hit: Hit) -> Row:
    """As the ingest writes it."""
    row: Row = {
        "seq": hit.seq,
        "event_id": f"{hit.website_id}.{hit.seq}",
        "valid": True,
        "collector_tstamp": hit.time_ms,
        "derived_tstamp": hit.time_ms,
        "website_id": hit.website_id,
        "visitor_id": hit.visitor,
        "hit_type": hit.event_type,
        "path": hit.path,
        "content_group": hit.content_group,
        "referrer_domain": hit.referrer_domain,
        "referrer_channel": hit.referrer_channel,
        "channel_detail": hit.channel_detail,
        "mkt_source": hit.utm_source,
        "mkt_medium": hit.utm_medium,
        "mkt_campaign": hit.utm_campaign,
        "device_type": hit.device_type,
        "browser": hit.browser_family,
        "operating_system": hit.os_family,
        "screen_bucket": hit.screen_bucket,
        "geo_country": hit.country,
        "is_bot": hit.is_bot,
        "is_excluded": hit.is_excluded,
    }
    if hit.is_custom:
        row["hit_name"] = hit.custom_name
    if hit.properties:
        row["properties"] = encode_text(dict(hit.properties))
    return {name: value for name, value in row.items() if value is not None}
