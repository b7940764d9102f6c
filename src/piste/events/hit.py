"""What is recorded of a request of the cookie-less tracker: one hit of a website.

Room:   between who answers the request and who enriches; kept in the log as it is here.
Limits: whoever asked is in it as `visitor_id` only: neither an address nor a user agent nor a cookie is
        recorded, and of URLs no query. Fields that are columns of `tables.TRAFFIC` bear their names.
Source: TinyTrail's API, `POST /api/v1/collect`.
"""

from dataclasses import dataclass

COLLECT_PATH = "/api/v1/collect"
PAGE_VIEW = "page_view"
CUSTOM = "custom"
HIT_TYPES = (
    PAGE_VIEW,
    "close_tab",
    "scroll_25",
    "scroll_50",
    "scroll_75",
    "outbound_link",
    CUSTOM,
)
"""TinyTrail's default event types. A hit of another type is a custom event, as one of `custom` is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """`received_ms` is by the collector's clock. `url` and `referrer` are without user, query and fragment,
    None when they name no host. `screen_width` and `screen_height` are in pixels. `properties` is the text of
    a JSON object. `hit_name` is set for custom events only."""

    received_ms: int
    collector: str
    website_id: str
    visitor_id: str
    hit_type: str
    hit_name: str | None
    path: str
    content_group: str | None
    url: str | None
    referrer: str | None
    referrer_domain: str | None
    referrer_channel: str
    channel_detail: str
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    utm_term: str | None
    utm_content: str | None
    device_type: str
    browser: str
    operating_system: str
    screen_bucket: str
    screen_width: int | None
    screen_height: int | None
    properties: str | None
    is_bot: bool
    bot_reason: str | None
    is_excluded: bool
