"""A request of the cookie-less tracker to the hit that is recorded of it.

Room:   pure. What a request says goes in, together with what the headers say; what comes out has neither
        the address nor the user agent any more.
Source: TinyTrail's API, "Server-side processing pipeline"; the four places of a custom event's name are ours.
"""

from collections.abc import Mapping

from piste.events.hit import CUSTOM, HIT_TYPES, Hit
from piste.events.schema_key import Json
from piste.jsontext import encode_text
from piste.traffic.bare_urls import bare_url
from piste.traffic.classification import Classification, Request
from piste.traffic.hit_forms import MAX_NAME, HitForm
from piste.traffic.screens import MAX_WIDTH
from piste.traffic.texts import clean


def request_of(
    form: HitForm, *, address: str, user_agent: str, headers: Mapping[str, str]
) -> Request:
    """What is to be classified; `headers` have lower-case names."""
    return Request(
        user_agent=user_agent,
        address=address,
        url=form.url,
        path=form.path,
        referrer=form.referrer,
        screen_width=form.screen_width,
        headers=headers,
        **form.utm,
    )


def hit_of(
    form: HitForm,
    found: Classification,
    *,
    website_id: str,
    visitor_id: str,
    received_ms: int,
    collector: str,
) -> Hit:
    """`found` is what the request was classified as."""
    return Hit(
        received_ms=received_ms,
        collector=collector,
        website_id=website_id,
        visitor_id=visitor_id,
        hit_type=form.event_type,
        hit_name=hit_name(form),
        path=found.path,
        content_group=found.content_group,
        url=bare_url(form.url),
        referrer=bare_url(form.referrer),
        referrer_domain=found.referrer_domain,
        referrer_channel=found.referrer_channel.value,
        channel_detail=found.channel_detail.value,
        utm_source=found.utm_source,
        utm_medium=found.utm_medium,
        utm_campaign=found.utm_campaign,
        utm_term=found.utm_term,
        utm_content=found.utm_content,
        device_type=found.device_type,
        browser=found.browser_family,
        operating_system=found.os_family,
        screen_bucket=found.screen_bucket,
        screen_width=_pixels(form.screen_width),
        screen_height=_pixels(form.screen_height),
        properties=encode_text(_without_nul(form.properties)) if form.properties else None,
        is_bot=found.is_bot,
        bot_reason=found.bot_reason,
        is_excluded=found.is_excluded,
    )


def hit_name(form: HitForm) -> str | None:
    """Of a custom event: the first of four places that says one, else `custom`. None of other hits."""
    if form.event_type in HIT_TYPES and form.event_type != CUSTOM:
        return None
    properties = form.properties or {}
    for said in (form.event_name, properties.get("event_name"), properties.get("name")):
        name = clean(said, MAX_NAME) if isinstance(said, str) else ""
        if name:
            return name
    return form.event_type


def _pixels(number: float | None) -> int | None:
    """What can be a window's."""
    return int(number) if number is not None and 1 <= number <= MAX_WIDTH else None


def _without_nul(value: Json) -> Json:
    """No database takes it in a text."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_without_nul(one) for one in value]
    if isinstance(value, dict):
        return {name.replace("\0", ""): _without_nul(one) for name, one in value.items()}
    return value
