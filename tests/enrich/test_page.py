"""Page and referrer columns."""

import pytest
from support.views import view

from piste.enrich import page
from piste.enrich.page import parse_page_url, parse_referrer, read_cross_domain_link
from piste.enrich.view import NOTHING, Patch
from piste.events.enriched import Value
from piste.events.failures import EnrichmentFailure, InputData

URL = "https://example.com:8443/a?b=c#d"
PARTS: dict[str, Value | None] = {
    "urlscheme": "https",
    "urlhost": "example.com",
    "urlport": 8443,
    "urlpath": "/a",
    "urlquery": "b=c",
    "urlfragment": "d",
}


def parts(prefix: str, **others: Value | None) -> dict[str, Value | None]:
    return {f"{prefix}_{name}": value for name, value in (PARTS | others).items()}


@pytest.mark.parametrize(
    ("page_url", "referer", "expected"),
    [
        pytest.param(URL, None, URL, id="the tracker's URL"),
        pytest.param(None, URL, URL, id="else the Referer header"),
        pytest.param(URL, "http://other.com/", URL, id="the tracker's beats the header"),
        pytest.param("", URL, URL, id="an empty one beats nothing"),
        pytest.param(None, f"{URL}\x00", URL, id="the header is cleaned as a text is"),
        pytest.param(f" {URL}", None, URL, id="the parsed form is written back"),
    ],
)
def test_the_page_url(page_url: str | None, referer: str | None, expected: str) -> None:
    """The page's URL is the tracker's, else the Referer; its parts fill six columns."""
    fields: dict[str, Value] = {} if page_url is None else {"page_url": page_url}
    patch = parse_page_url(view(fields, referer_uri=referer))
    assert patch == Patch({"page_url": expected, **parts("page")})


def test_the_page_url_is_written_back_encoded() -> None:
    """Illegal characters are percent-encoded in the column and in the parts."""
    patch = parse_page_url(view({"page_url": "http://x/a b|c"}))
    assert patch.fields["page_url"] == "http://x/a%20b%7Cc"
    assert patch.fields["page_urlpath"] == "/a%20b%7Cc"


def test_the_referrer_stays_as_it_was_sent() -> None:
    """Its parts fill six columns; the column itself is not rewritten."""
    patch = parse_referrer(view({"page_referrer": f" {URL}"}))
    assert patch == Patch(parts("refr"))
    assert parse_referrer(view({}, referer_uri=URL)) == NOTHING


@pytest.mark.parametrize("text", [None, "", "  ", "\u2003"], ids=repr)
def test_no_url_is_no_failure(text: str | None) -> None:
    """An event need not have a page, and white space is none."""
    fields: dict[str, Value] = {} if text is None else {"page_url": text, "page_referrer": text}
    assert parse_page_url(view(fields)) == NOTHING
    assert parse_page_url(view({}, referer_uri=text)) == NOTHING
    assert parse_referrer(view(fields)) == NOTHING


def test_long_urls_are_not_remembered() -> None:
    """What many clients send once must not stay in memory; short URLs are parsed once."""
    short, long = view({"page_url": "http://x/short"}), "http://x/" + "a" * 100_000
    assert parse_page_url(short) is parse_page_url(short)
    before = page._remembered_parts.cache_info().currsize
    for number in range(5):
        parse_page_url(view({"page_url": f"{long}{number}"}))
    assert page._remembered_parts.cache_info().currsize == before


def test_an_unparsable_url_is_an_enrichment_failure() -> None:
    """The message is the original's, which names two parsers."""
    message = (
        "Provided URI [http://x:y/] could not be parsed, neither by Java parsing (error: "
        "[malformed host or port]) nor by Scala parsing (error: [malformed host or port])."
    )
    patch = Patch(failures=(EnrichmentFailure(message),))
    assert parse_page_url(view({"page_url": "http://x:y/"})) == patch
    assert parse_page_url(view({}, referer_uri="http://x:y/")) == patch
    assert parse_referrer(view({"page_referrer": "http://x:y/"})) == patch


@pytest.mark.parametrize(
    ("query", "user", "tstamp"),
    [
        pytest.param("_sp=abc.1735734645123", "abc", 1735734645123, id="user and time"),
        pytest.param("a=b&_sp=abc.1&c=d", "abc", 1, id="among other parameters"),
        pytest.param("_sp=abc", "abc", None, id="the user only"),
        pytest.param("_sp=abc.", "abc", None, id="an empty time"),
        pytest.param("_sp=.5", None, 5, id="the time only"),
        pytest.param("_sp=abc.5.x.y.z", "abc", 5, id="further parts are ignored"),
        pytest.param("_sp=abc%2E5", "abc", 5, id="decoded, then divided"),
        pytest.param("_sp=a+b%09.5", "a b    ", 5, id="decoded and cleaned"),
        pytest.param("_sp=one.1&_sp=two.2", "one", 1, id="the first one counts"),
        pytest.param("_sp=", None, None, id="nothing in it"),
    ],
)
def test_a_decorated_link(query: str, user: str | None, tstamp: int | None) -> None:
    """`_sp` of the page's query string tells who came from another domain, and when they left it."""
    patch = read_cross_domain_link(view({"page_urlquery": query}))
    found = {name: value for name, value in patch.fields.items() if value is not None}
    expected = {"refr_domain_userid": user, "refr_dvce_tstamp": tstamp}
    assert found == {name: value for name, value in expected.items() if value is not None}
    assert patch.failures == ()


@pytest.mark.parametrize("query", [None, "a=b", "a_sp=b.1", "_spx=b.1", "x=_sp=y"], ids=repr)
def test_an_undecorated_link(query: str | None) -> None:
    """Without `_sp` there is nothing to read."""
    patch = read_cross_domain_link(view({} if query is None else {"page_urlquery": query}))
    assert not any(patch.fields.values())


@pytest.mark.parametrize(
    ("instant", "expectation"),
    [
        pytest.param("x", "Not in the expected format: ms since epoch", id="no number"),
        pytest.param(
            "253402300800000",
            "Formatting as 10000-01-01 00:00:00.000 is not Redshift-compatible",
            id="past year 9999",
        ),
    ],
)
def test_a_decorated_link_with_a_bad_time(instant: str, expectation: str) -> None:
    """The user is kept, the time is an enrichment failure."""
    patch = read_cross_domain_link(view({"page_urlquery": f"_sp=abc.{instant}"}))
    assert patch == Patch(
        {"refr_domain_userid": "abc"},
        failures=(EnrichmentFailure(InputData("sp_dtm", instant, expectation)),),
    )
