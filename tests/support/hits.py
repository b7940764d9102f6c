"""Recorded hits of the cookie-less tracker."""

from typing import Any

from support.requests import ARRIVED_MS

from piste.events.hit import Hit

WEBSITE_ID = "550e8400-e29b-41d4-a716-446655440000"
VISITOR = "PebU-E7b8-YpYalTpD-z3Tn1NopWGIjkdY5Q5ED7bQ4"

_KNOWN: dict[str, Any] = {
    "received_ms": ARRIVED_MS,
    "collector": "test-1.0.0",
    "website_id": WEBSITE_ID,
    "visitor_id": VISITOR,
    "hit_type": "page_view",
    "hit_name": None,
    "path": "/blog/post-1",
    "content_group": "Blog",
    "url": "https://example.com/blog/post-1",
    "referrer": "https://t.co/abc123",
    "referrer_domain": "t.co",
    "referrer_channel": "Social",
    "channel_detail": "Social",
    "utm_source": "twitter",
    "utm_medium": None,
    "utm_campaign": None,
    "utm_term": None,
    "utm_content": None,
    "device_type": "desktop",
    "browser": "Chrome",
    "operating_system": "Windows",
    "screen_bucket": "1441+",
    "screen_width": 1920,
    "screen_height": 1080,
    "properties": None,
    "is_bot": False,
    "bot_reason": None,
    "is_excluded": False,
}


def hit(**fields: Any) -> Hit:
    """The documented example, but for what is given."""
    return Hit(**_KNOWN | fields)


def custom(name: str = "signup", **fields: Any) -> Hit:
    return hit(**{"hit_type": "custom", "hit_name": name} | fields)
