"""One thing that somebody did on a website, with everything that reports look at.

Room:   what the oracle is given, and what kinds of events there are.
Limits: identity, classification and event time are already decided; `visitor` is the carried-over one.
Source: requirement "Event Collection"; docs of the reports, sections 2.1 to 2.4 and 5.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Protocol = Literal["tinytrail", "snowplow"]

PAGE_VIEW = "page_view"
CUSTOM = "custom"
OUTBOUND_LINK = "outbound_link"
DEFAULT_TYPES = (
    PAGE_VIEW,
    "close_tab",
    "scroll_25",
    "scroll_50",
    "scroll_75",
    OUTBOUND_LINK,
    CUSTOM,
)
BUILT_IN_TYPES = (*DEFAULT_TYPES, "page_ping")
"""The requirement's list, and the one that only Snowplow trackers send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An accepted event. Its place in time is `time_ms` (UTC epoch milliseconds), then its unique `seq`."""

    seq: int
    website_id: str
    visitor: str
    time_ms: int
    event_type: str = PAGE_VIEW
    event_name: str | None = None
    path: str = "/"
    content_group: str | None = None
    referrer_domain: str | None = None
    referrer_channel: str = "Direct"
    channel_detail: str = "Direct"
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    device_type: str = "desktop"
    browser_family: str = "Firefox"
    os_family: str = "Linux"
    screen_bucket: str = "unknown"
    country: str | None = None
    properties: Mapping[str, object] = field(default_factory=dict)
    is_bot: bool = False
    is_excluded: bool = False
    protocol: Protocol = "tinytrail"

    @property
    def is_page_view(self) -> bool:
        return self.event_type == PAGE_VIEW

    @property
    def is_custom(self) -> bool:
        """`custom`, or a type that is not built in: such a type is a custom event's name (section 4)."""
        return self.event_type == CUSTOM or self.event_type not in BUILT_IN_TYPES

    @property
    def custom_name(self) -> str:
        """What a custom event is called: the first of four places that says it, the type itself at last."""
        for named in (
            self.event_name,
            self.properties.get("event_name"),
            self.properties.get("name"),
        ):
            if isinstance(named, str) and named:
                return named
        return self.event_type


def in_order(hit: Hit) -> tuple[int, int]:
    """Event time, ties by arrival (2.4)."""
    return hit.time_ms, hit.seq


def counted(hits: list[Hit], *, include_bots: bool) -> list[Hit]:
    """Those that reports may count, in order: excluded ones never, bots when asked for (4)."""
    return sorted(
        (hit for hit in hits if not hit.is_excluded and (include_bots or not hit.is_bot)),
        key=in_order,
    )
