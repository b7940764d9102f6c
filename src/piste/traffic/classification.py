"""A request of a page, classified: the main path of this room.

Room:   pure; what it remembers are user agents, in memory.
Limits: whatever a request says, there is an answer. Neither the address nor the user agent is in it.
Source: TinyTrail's API, "Server-side processing pipeline", steps 3 to 9.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from piste.traffic.bots import Bot, Layer, bot_by_user_agent, is_in_app
from piste.traffic.campaigns import UTM, campaign_of
from piste.traffic.client_ip import client_ip
from piste.traffic.content_groups import NO_GROUPS, ContentGroups
from piste.traffic.excluded_ips import NOTHING_EXCLUDED, ExcludedIps
from piste.traffic.hosts import MAX_URL, origin_of
from piste.traffic.paths import normalised_path
from piste.traffic.referrers import Channel, Detail, referral_of
from piste.traffic.screens import screen_bucket
from piste.traffic.signals import bot_by_signals, is_prefetch
from piste.traffic.sources import Sources, own_sources
from piste.traffic.spam import Spam, own_spam
from piste.traffic.texts import clean
from piste.traffic.user_agents import MAX_USER_AGENT, client_of


class Exclusion(StrEnum):
    """Why a request is in no report."""

    ADDRESS = "excluded_ip"
    PREFETCH = "prefetch"


@dataclass(frozen=True, slots=True)
class Rules:
    """Of a website, compiled; `sources` and `spam` are the deployment's."""

    domain: str
    content_groups: ContentGroups = NO_GROUPS
    excluded_ips: ExcludedIps = NOTHING_EXCLUDED
    drops_trailing_slash: bool = False
    sources: Sources = field(default_factory=own_sources)
    spam: Spam = field(default_factory=own_spam)


@dataclass(frozen=True, slots=True)
class Request:
    """As it came. `headers` have lower-case names, and None when they are not those of a page's own request:
    then they give no signals. `screen_width` is in pixels, of any type."""

    user_agent: str | None = None
    address: str | None = None
    url: str | None = None
    path: str | None = None
    referrer: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    utm_term: str | None = None
    utm_content: str | None = None
    screen_width: object = None
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Classification:
    """`path` is the one that is counted; `bot_reason` and `exclusion` are None unless the flag is set."""

    path: str
    content_group: str | None
    browser_family: str
    os_family: str
    device_type: str
    screen_bucket: str
    referrer_channel: Channel
    channel_detail: Detail
    referrer_domain: str | None
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    utm_term: str | None
    utm_content: str | None
    click_ids: Mapping[str, str]
    is_bot: bool
    bot_reason: str | None
    is_excluded: bool
    exclusion: Exclusion | None


def classified(request: Request, rules: Rules) -> Classification:
    """Always an answer."""
    client = client_of(request.user_agent)
    path = normalised_path(request.path, drops_trailing_slash=rules.drops_trailing_slash)
    campaign = campaign_of(request.url, {name: getattr(request, name) for name in UTM})
    referral = referral_of(request.referrer, request.url, rules.domain, campaign, rules.sources)
    bot = _bot(request, rules.spam)
    exclusion = _exclusion(request, rules.excluded_ips)
    return Classification(
        path=path,
        content_group=rules.content_groups.of(path),
        browser_family=client.browser_family,
        os_family=client.os_family,
        device_type=client.device_type,
        screen_bucket=screen_bucket(request.screen_width),
        referrer_channel=referral.channel,
        channel_detail=referral.detail,
        referrer_domain=referral.domain,
        utm_source=campaign.utm_source,
        utm_medium=campaign.utm_medium,
        utm_campaign=campaign.utm_campaign,
        utm_term=campaign.utm_term,
        utm_content=campaign.utm_content,
        click_ids=campaign.click_ids,
        is_bot=bot is not None,
        bot_reason=None if bot is None else str(bot),
        is_excluded=exclusion is not None,
        exclusion=exclusion,
    )


def _bot(request: Request, spam: Spam) -> Bot | None:
    bot = bot_by_user_agent(request.user_agent)
    if bot is not None:
        return bot
    origin = origin_of(request.referrer)
    if origin is not None and spam.has(origin.host):
        return Bot(Layer.REFERRER_SPAM, origin.host)
    if request.headers is None or is_in_app(request.user_agent):
        return None
    return bot_by_signals(
        clean(request.user_agent, MAX_USER_AGENT),
        request.headers,
        url=clean(request.url, MAX_URL),
        referrer=clean(request.referrer, MAX_URL),
    )


def _exclusion(request: Request, excluded: ExcludedIps) -> Exclusion | None:
    if excluded.has(client_ip(request.address)):
        return Exclusion.ADDRESS
    if request.headers is not None and is_prefetch(request.headers):
        return Exclusion.PREFETCH
    return None
