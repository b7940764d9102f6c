"""Page and referrer: the URL columns and what a decorated link tells.

Source: canonical event; Snowplow enrichments "page URL parts", "referrer parts", "cross-domain".
"""

from functools import lru_cache
from urllib.parse import unquote_plus

from piste.enrich.conversions import clean_text, epoch_ms
from piste.enrich.urls import parse_url
from piste.enrich.view import NOTHING, Patch, View
from piste.events.enriched import Value
from piste.events.failures import EnrichmentFailure, InputData

_LONGEST_REMEMBERED = 2_000
"""Characters; many long URLs remembered would fill the memory."""


def _parts(text: str, prefix: str, whole: str | None) -> Patch:
    """The columns of a URL's parts, and its parsed form as the column `whole`."""
    url = parse_url(text)
    if isinstance(url, str):
        message = (
            f"Provided URI [{text}] could not be parsed, neither by Java parsing (error: [{url}]) "
            f"nor by Scala parsing (error: [{url}])."
        )
        return Patch(failures=(EnrichmentFailure(message),))
    parts: dict[str, Value | None] = {} if whole is None else {whole: url.text}
    for part in ("scheme", "host", "port", "path", "query", "fragment"):
        parts[f"{prefix}{part}"] = getattr(url, part)
    return Patch(parts)


_remembered_parts = lru_cache(maxsize=4096)(_parts)


def _parts_of(text: str | None, prefix: str, whole: str | None = None) -> Patch:
    if not text or text.isspace():
        return NOTHING
    take = _remembered_parts if len(text) <= _LONGEST_REMEMBERED else _parts
    return take(text, prefix, whole)


def parse_page_url(view: View) -> Patch:
    """`page_url` is the tracker's, else the Referer header's; its parsed form is written back."""
    text = view.text("page_url") or clean_text(view.raw.payload.referer_uri or "")
    return _parts_of(text, "page_url", whole="page_url")


def parse_referrer(view: View) -> Patch:
    """The referrer itself stays as sent."""
    return _parts_of(view.text("page_referrer"), "refr_url")


def read_cross_domain_link(view: View) -> Patch:
    """`_sp=<domain_userid>.<epoch ms>…` in the page's query string; the first `_sp` counts."""
    query = view.text("page_urlquery")
    if not query or "_sp=" not in query:
        return NOTHING
    value = next((pair[4:] for pair in query.split("&") if pair.startswith("_sp=")), "")
    user, _, rest = unquote_plus(value).partition(".")
    fields: dict[str, Value | None] = {"refr_domain_userid": clean_text(user)}
    instant = rest.partition(".")[0]
    if not instant:
        return Patch(fields)
    try:
        return Patch(fields | {"refr_dvce_tstamp": epoch_ms(instant)})
    except ValueError as error:
        failure = EnrichmentFailure(InputData("sp_dtm", instant, str(error)))
        return Patch(fields, failures=(failure,))
