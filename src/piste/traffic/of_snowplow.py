"""What web analytics ask of an event of a Snowplow tracker, as of a hit of our own.

Room:   pure; websites and salts are handed in.
Limits: only of page views, page pings, structured and self-describing events, and only of websites: the one
        whose id is the app's, else the one of the page's host. A visit that runs over midnight gets another
        hash: which visitors were there is known to the collector alone. Properties that are too large for a
        hit are left out.
Source: our own; the hash is that of `traffic.identity`.
"""

from collections.abc import Callable, Iterator, Mapping

from piste.events.enriched import EnrichedEvent
from piste.events.hit import CUSTOM, PAGE_VIEW
from piste.events.outcome import Traffic
from piste.events.schema_key import Json
from piste.jsontext import encode_text
from piste.traffic.classification import Classification, Request, classified
from piste.traffic.client_ip import canonical_ip
from piste.traffic.compiled import CompiledWebsite, CompiledWebsites
from piste.traffic.hit_forms import MAX_NAME, MAX_PROPERTIES_BYTES
from piste.traffic.identity import DAY_MS, visitor_id
from piste.traffic.texts import clean
from piste.traffic.website_forms import uuid_of

OUTBOUND_LINK = "outbound_link"
PAGE_PING = "page_ping"

_LINK_CLICK = ("com.snowplowanalytics.snowplow", "link_click")
_STRUCT = {"category": "se_category", "label": "se_label", "property": "se_property"}
_CAMPAIGN = ("source", "medium", "campaign", "term", "content")

Text = Callable[[str], str | None]
"""A text column of the event."""


def traffic_of(
    event: EnrichedEvent, websites: CompiledWebsites, salts: Mapping[int, bytes]
) -> Traffic:
    """Nothing when the event is of no website, or of a kind that is not measured.

    `salts` are by day; without that of the day on which it arrived, the event has no visitor.
    """

    def text(name: str) -> str | None:
        value = event.fields.get(name)
        return value if isinstance(value, str) else None

    website = _website(text, websites)
    kind = None if website is None else _kind(event, text)
    if website is None or kind is None:
        return {}
    address, user_agent = canonical_ip(text("user_ipaddress")), text("useragent") or ""
    request = Request(
        user_agent=user_agent,
        address=address,
        url=text("page_url"),
        path=text("page_urlpath"),
        referrer=text("page_referrer"),
        screen_width=event.fields.get("br_viewwidth"),
        utm_source=text("mkt_source"),
        utm_medium=text("mkt_medium"),
        utm_campaign=text("mkt_campaign"),
        utm_term=text("mkt_term"),
        utm_content=text("mkt_content"),
    )
    found = classified(request, website.rules)
    hit_type, hit_name = kind
    properties = _properties(event, text) if hit_name is not None else None
    arrived_ms = event.fields.get("collector_tstamp")
    salt = salts.get(arrived_ms // DAY_MS) if isinstance(arrived_ms, int) else None
    columns: dict[str, str | bool | None] = {
        "website_id": website.id,
        "visitor_id": None if salt is None else visitor_id(salt, address, user_agent, website.id),
        "hit_type": hit_type,
        "hit_name": hit_name,
        "path": None if text("page_url") is None else found.path,
        "content_group": found.content_group,
        "referrer_domain": found.referrer_domain,
        "referrer_channel": found.referrer_channel.value,
        "channel_detail": found.channel_detail.value,
        "device_type": found.device_type,
        "browser": found.browser_family,
        "operating_system": found.os_family,
        "screen_bucket": found.screen_bucket,
        "properties": properties,
        "is_bot": found.is_bot,
        "bot_reason": found.bot_reason,
        "is_excluded": found.is_excluded,
    }
    columns.update(_campaign(found, text))
    return {name: value for name, value in columns.items() if value is not None}


def _website(text: Text, websites: CompiledWebsites) -> CompiledWebsite | None:
    website_id = uuid_of(text("app_id"))
    found = None if website_id is None else websites.of_id(website_id)
    if found is None and (host := text("page_urlhost")):
        found = websites.of_host(host)
    return found


def _kind(event: EnrichedEvent, text: Text) -> tuple[str, str | None] | None:
    """Type and name of the hit that it is; None when it is none."""
    kind = text("event")
    if kind in (PAGE_VIEW, PAGE_PING):
        return kind, None
    if kind == "struct":
        return CUSTOM, clean(text("se_action") or text("event_name"), MAX_NAME) or CUSTOM
    own = event.unstruct_event
    if kind != "unstruct" or own is None:
        return None
    if (own.key.vendor, own.key.name) == _LINK_CLICK:
        return OUTBOUND_LINK, None
    return CUSTOM, own.key.name


def _properties(event: EnrichedEvent, text: Text) -> str | None:
    own = event.unstruct_event
    if own is not None:
        data = own.data
    else:
        said: Iterator[tuple[str, Json]] = (
            (name, text(column)) for name, column in _STRUCT.items()
        )
        data = {name: value for name, value in said if value is not None}
        value = event.fields.get("se_value")
        if value is not None:
            data["value"] = float(value)
    if not isinstance(data, dict) or not data:
        return None
    json = encode_text(data)
    return json if len(json) <= MAX_PROPERTIES_BYTES else None


def _campaign(found: Classification, text: Text) -> Iterator[tuple[str, str | None]]:
    """The campaign's columns, where no enrichment has filled them."""
    for name in _CAMPAIGN:
        if text(f"mkt_{name}") is None:
            yield f"mkt_{name}", getattr(found, f"utm_{name}")
