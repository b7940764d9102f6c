"""Page and referrer: the URL columns and what a decorated link tells.

Source: canonical event; Snowplow enrichments "page URL parts", "referrer parts", "cross-domain".
"""

from urllib.parse import unquote_plus

from piste.enrich.conversions import clean_text, epoch_ms
from piste.enrich.urls import Url, parse_url
from piste.enrich.view import NOTHING, Patch, View
from piste.events.enriched import Value
from piste.events.failures import EnrichmentFailure, InputData


# Both written out, because putting the names together anew would cost every event time.
def _page_parts(url: Url) -> dict[str, Value | None]:
    return {
        "page_urlscheme": url.scheme,
        "page_urlhost": url.host,
        "page_urlport": url.port,
        "page_urlpath": url.path,
        "page_urlquery": url.query,
        "page_urlfragment": url.fragment,
    }


def _refr_parts(url: Url) -> dict[str, Value | None]:
    return {
        "refr_urlscheme": url.scheme,
        "refr_urlhost": url.host,
        "refr_urlport": url.port,
        "refr_urlpath": url.path,
        "refr_urlquery": url.query,
        "refr_urlfragment": url.fragment,
    }


def _unparsable(uri: str, why: str) -> Patch:
    message = (
        f"Provided URI [{uri}] could not be parsed, neither by Java parsing (error: [{why}]) "
        f"nor by Scala parsing (error: [{why}])."
    )
    return Patch(failures=(EnrichmentFailure(message),))


def parse_page_url(view: View) -> Patch:
    """`page_url` is the tracker's, else the Referer header's; its parsed form is written back."""
    text = view.text("page_url") or clean_text(view.raw.payload.referer_uri or "")
    if not text or text.isspace():
        return NOTHING
    url = parse_url(text)
    if isinstance(url, str):
        return _unparsable(text, url)
    return Patch({"page_url": url.text, **_page_parts(url)})


def parse_referrer(view: View) -> Patch:
    """The referrer itself stays as sent."""
    text = view.text("page_referrer")
    if not text or text.isspace():
        return NOTHING
    url = parse_url(text)
    return _unparsable(text, url) if isinstance(url, str) else Patch(_refr_parts(url))


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
