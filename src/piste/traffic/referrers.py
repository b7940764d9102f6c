"""Where a visit came from: one of six channels, a finer one, and the referrer's host.

Room:   pure.
Limits: a referrer is a host here; its path and query are not looked at and not kept.
Source: TinyTrail's API, report "Sources": the six channels and their rules, in the order of `_channel`. The
        finer ones follow the order of Google Analytics 4, with AI assistants, and e-mail first.
"""

from dataclasses import dataclass
from enum import StrEnum

from piste.traffic.campaigns import NO_CAMPAIGN, Campaign
from piste.traffic.hosts import Origin, is_below, is_local, origin_of, without_www
from piste.traffic.sources import Kind, Source, Sources


class Channel(StrEnum):
    """`referrer_channel`."""

    ORGANIC_SEARCH = "Organic Search"
    PAID_SEARCH = "Paid Search"
    SOCIAL = "Social"
    EMAIL = "Email"
    REFERRAL = "Referral"
    DIRECT = "Direct"


class Detail(StrEnum):
    """`channel_detail`."""

    EMAIL = "Email"
    CROSS_NETWORK = "Cross-network"
    PAID_SHOPPING = "Paid Shopping"
    PAID_SEARCH = "Paid Search"
    PAID_SOCIAL = "Paid Social"
    PAID_VIDEO = "Paid Video"
    DISPLAY = "Display"
    PAID_OTHER = "Paid Other"
    AFFILIATE = "Affiliate"
    AUDIO = "Audio"
    SMS = "SMS"
    MOBILE_PUSH = "Mobile Push"
    AI_ASSISTANT = "AI Assistant"
    SHOPPING = "Shopping"
    SOCIAL = "Social"
    VIDEO = "Video"
    ORGANIC_SEARCH = "Organic Search"
    REFERRAL = "Referral"
    DIRECT = "Direct"


_EMAIL = frozenset({"email", "e-mail", "newsletter"})
_SOCIAL = frozenset({"social", "social-network", "social-media", "sm"})
_PAID_SEARCH = ("cpc", "ppc", "paid")
_DISPLAY = frozenset({"display", "banner", "expandable", "interstitial", "cpm"})
_REFERRAL = frozenset({"referral", "app", "link"})
_AFFILIATE = frozenset({"affiliate", "affiliates"})
_SEARCH_CLICKS = {"Google": ("gclid", "gbraid", "wbraid"), "Bing": ("msclkid",)}
_DETAIL_OF = {
    Kind.ASSISTANT: Detail.AI_ASSISTANT,
    Kind.SHOPPING: Detail.SHOPPING,
    Kind.SOCIAL: Detail.SOCIAL,
    Kind.VIDEO: Detail.VIDEO,
    Kind.SEARCH: Detail.ORGANIC_SEARCH,
}
_PAID_DETAIL_OF = {
    Kind.SOCIAL: Detail.PAID_SOCIAL,
    Kind.VIDEO: Detail.PAID_VIDEO,
}


@dataclass(frozen=True, slots=True)
class Referral:
    """`domain` is the referrer's host without `www.`, or the app's id; None without a referrer."""

    channel: Channel
    detail: Detail
    domain: str | None


def referral_of(
    referrer: str | None, url: str | None, domain: str, campaign: Campaign, sources: Sources
) -> Referral:
    """`domain` is the website's; a referrer of the site itself, or of the page's own host, is none."""
    origin = origin_of(referrer)
    by_host = None if origin is None else sources.of_referrer(origin)
    if origin is not None and _is_own(origin, by_host, url, domain):
        origin, by_host = None, None
    by_name = sources.of_name(campaign.utm_source) if campaign.utm_source else None
    if origin is None and campaign == NO_CAMPAIGN:
        return _DIRECT
    return Referral(
        _channel(origin, by_host, by_name, campaign),
        _detail(origin, by_host, by_name, campaign),
        None if origin is None else without_www(origin.host),
    )


_DIRECT = Referral(Channel.DIRECT, Detail.DIRECT, None)


def _is_own(origin: Origin, source: Source | None, url: str | None, domain: str) -> bool:
    if origin.is_app:
        return False
    host = without_www(origin.host)
    if is_local(host):
        return True
    page = origin_of(url)
    own = {without_www(domain.lower())}
    if page is not None:
        own.add(without_www(page.host))
    if any(is_below(host, one) for one in own):
        return True
    # A host above the site is its own as well, but a site at `name.tumblr.com` is not all of Tumblr.
    return source is None and any(is_below(one, host) for one in own)


def _channel(
    origin: Origin | None, by_host: Source | None, by_name: Source | None, campaign: Campaign
) -> Channel:
    medium = _comparable(campaign.utm_medium)
    if medium in _EMAIL or _is(by_host, Kind.EMAIL):
        return Channel.EMAIL
    engine = next((one for one in (by_host, by_name) if _is(one, Kind.SEARCH)), None)
    if engine is not None and _is_paid_search(medium, campaign, by_host, by_name):
        return Channel.PAID_SEARCH
    if _is(by_host, Kind.SEARCH):
        return Channel.ORGANIC_SEARCH
    if medium in _SOCIAL or _is(by_host, Kind.SOCIAL, Kind.VIDEO):
        return Channel.SOCIAL
    return Channel.DIRECT if origin is None else Channel.REFERRAL


def _is_paid_search(
    medium: str, campaign: Campaign, by_host: Source | None, by_name: Source | None
) -> bool:
    if any(word in medium for word in _PAID_SEARCH):
        return True
    engines = {one.name for one in (by_host, by_name) if one is not None}
    return any(
        name in campaign.click_ids for engine in engines for name in _SEARCH_CLICKS.get(engine, ())
    )


def _detail(
    origin: Origin | None, by_host: Source | None, by_name: Source | None, campaign: Campaign
) -> Detail:
    medium, name = _comparable(campaign.utm_medium), _comparable(campaign.utm_campaign)
    source = by_name or by_host
    kind = None if source is None else source.kind
    if medium in _EMAIL or kind is Kind.EMAIL or _is(by_host, Kind.EMAIL):
        return Detail.EMAIL
    paid = _paid_detail(kind, medium, name, by_host, by_name, campaign)
    if paid is not None:
        return paid
    told = _told_detail(medium, _comparable(campaign.utm_source))
    if told is not None:
        return told
    if kind in _DETAIL_OF:
        return _DETAIL_OF[kind]
    if medium in _SOCIAL:
        return Detail.SOCIAL
    if "video" in medium:
        return Detail.VIDEO
    if medium == "organic":
        return Detail.ORGANIC_SEARCH
    return Detail.DIRECT if origin is None and medium not in _REFERRAL else Detail.REFERRAL


def _paid_detail(
    kind: Kind | None,
    medium: str,
    campaign_name: str,
    by_host: Source | None,
    by_name: Source | None,
    campaign: Campaign,
) -> Detail | None:
    if "cross-network" in campaign_name:
        return Detail.CROSS_NETWORK
    is_paid = "cp" in medium or medium in ("ppc", "retargeting") or "paid" in medium
    if is_paid and (kind is Kind.SHOPPING or "shopping" in campaign_name):
        return Detail.PAID_SHOPPING
    if kind is Kind.SEARCH and _is_paid_search(medium, campaign, by_host, by_name):
        return Detail.PAID_SEARCH
    if is_paid and kind in _PAID_DETAIL_OF:
        return _PAID_DETAIL_OF[kind]
    if is_paid and "social" in medium:
        return Detail.PAID_SOCIAL
    if medium in _DISPLAY:
        return Detail.DISPLAY
    return Detail.PAID_OTHER if is_paid else None


def _told_detail(medium: str, source: str) -> Detail | None:
    """What only a campaign can tell."""
    if medium in _AFFILIATE:
        return Detail.AFFILIATE
    if medium == "audio":
        return Detail.AUDIO
    if "sms" in (medium, source):
        return Detail.SMS
    if medium.endswith("push") or "notification" in medium or source == "firebase":
        return Detail.MOBILE_PUSH
    return None


def _comparable(value: str | None) -> str:
    return (value or "").lower().replace(" ", "-").replace("_", "-")


def _is(source: Source | None, *kinds: Kind) -> bool:
    return source is not None and source.kind in kinds
