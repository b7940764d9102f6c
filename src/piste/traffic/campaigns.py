"""Campaign parameters and click ids of a page's URL.

Room:   pure.
Limits: reads the first MAX_QUERY characters of the query; a value has at most MAX_VALUE. `+` and `%20` are
        spaces, a semicolon separates nothing; of a repeated parameter the first counts, even when it is
        empty. Values keep their case.
Source: TinyTrail's API, `POST /api/v1/collect`; the parameters' names are those of the advertisers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from piste.traffic.texts import clean

MAX_QUERY = 16_384
MAX_VALUE = 255

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
CLICK_IDS = (
    *("gclid", "gbraid", "wbraid", "dclid", "msclkid", "yclid", "fbclid", "ttclid", "twclid"),
    *("li_fat_id", "igshid", "epik", "rdt_cid", "ScCid"),
)
_WANTED = frozenset({*UTM, *CLICK_IDS})


@dataclass(frozen=True, slots=True)
class Campaign:
    """An absent or empty parameter is None. `click_ids` has those of CLICK_IDS that are set."""

    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    utm_term: str | None = None
    utm_content: str | None = None
    click_ids: Mapping[str, str] = field(default_factory=dict)


NO_CAMPAIGN = Campaign()


def campaign_of(url: str | None, said: Mapping[str, str | None] | None = None) -> Campaign:
    """`said` are the `utm_*` of the request's body: one that is not empty counts instead of the URL's."""
    found = _parameters(url or "")
    for name in UTM:
        value = clean(said.get(name), MAX_VALUE) if said else ""
        if value:
            found[name] = value
    if not found:
        return NO_CAMPAIGN
    click_ids = {name: found[name] for name in CLICK_IDS if found.get(name)}
    return Campaign(
        utm_source=found.get("utm_source") or None,
        utm_medium=found.get("utm_medium") or None,
        utm_campaign=found.get("utm_campaign") or None,
        utm_term=found.get("utm_term") or None,
        utm_content=found.get("utm_content") or None,
        click_ids=click_ids,
    )


def _parameters(url: str) -> dict[str, str]:
    start = url.find("?") + 1
    if not start:
        return {}
    # Not a copy of a long URL: the fragment may be looked for in what will be read.
    query = url[start : start + MAX_QUERY].partition("#")[0]
    if "#" in url[:start]:
        return {}
    found: dict[str, str] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name in _WANTED and name not in found:
            # Decoded first: an escape must not be cut in two. Nine bytes may stand for one character.
            found[name] = clean(unquote_plus(value[: 12 * MAX_VALUE]), MAX_VALUE)
    return found
