"""Click redirects, the cookie bounce, and visitors who refuse."""

from urllib.parse import quote

import pytest
from web.collector.calling import FRESH_ID, IN_A_YEAR, TP2, call

from piste.web.collector.settings import (
    CollectorSettings,
    CookieBounceSettings,
    DoNotTrackSettings,
    RedirectSettings,
)

OPEN = CollectorSettings(redirects=RedirectSettings(enable_default_redirect=True))
LISTED = CollectorSettings(
    redirects=RedirectSettings(
        enable_default_redirect=True, redirect_domains=("acme.com", "Shop.Acme.com")
    )
)
FALLBACK_ID = "00000000-0000-4000-A000-000000000000"
ANONYMOUS_ID = "00000000-0000-0000-0000-000000000000"
COOKIE = (
    "set-cookie",
    f"micro={FRESH_ID}; Expires={IN_A_YEAR}; Path=/; SameSite=None; Secure; HttpOnly",
)
COMMON = [
    COOKIE,
    ("cache-control", "no-cache, no-store, must-revalidate"),
    ("access-control-allow-origin", "*"),
    ("access-control-allow-credentials", "true"),
]


@pytest.mark.parametrize(
    ("query", "location"),
    [
        pytest.param(
            "u=https%3A%2F%2Facme.com%2F%3Fa%3Db%23c", "https://acme.com/?a=b#c", id="URL"
        ),
        pytest.param("u=https://acme.com/?a=b", "https://acme.com/?a=b", id="not escaped"),
        pytest.param("e=pv&u=http://a.b:80/", "http://a.b:80/", id="not the first parameter"),
        pytest.param("u=http://a&u=http://b", "http://a", id="the first of two"),
        pytest.param("u=http://u:p@[::1]:80//x", "http://u:p@[::1]:80//x", id="all its parts"),
        pytest.param("u=myapp://open/item", "myapp://open/item", id="an app's scheme"),
        pytest.param("u=mailto:a@b.c", "mailto:a@b.c", id="no authority"),
        pytest.param("u=/thanks", "/thanks", id="a relative reference is a URI too"),
        pytest.param("u=http://a/%2520", "http://a/%20", id="decoded once"),
        pytest.param("", None, id="no parameter"),
        pytest.param("u", None, id="a parameter without a value"),
        pytest.param("u=", None, id="an empty one"),
        pytest.param("u=http://a/b+c", None, id="a space"),
        pytest.param("u=http://a/%0D%0ASet-Cookie:x=1", None, id="a line end"),
        pytest.param("u=http://a/%00", None, id="a null character"),
        pytest.param("u=http://a/%C3%A9", None, id="not ASCII"),
        pytest.param("u=http://a/%FF", None, id="not UTF-8"),
        pytest.param("u=http://a/%25zz", None, id="an escape that is none"),
        pytest.param("u=http://a%5C@b", None, id="a backslash"),
        pytest.param("u=http://a:b:c/", None, id="a port that is no number"),
        pytest.param("u=1a://b/", None, id="a scheme that begins with a digit"),
        pytest.param("u=http://[a/", None, id="an unclosed bracket"),
        pytest.param("u=%3Cscript%3E", None, id="angle brackets"),
    ],
)
def test_a_click_goes_to_u_when_that_is_a_uri(query, location):
    """302 or 400; the click is recorded in both cases."""
    answered = call("GET", f"/r/tp2?{query}", settings=OPEN)
    assert answered.payload.path == "/r/tp2"
    assert answered.payload.querystring == query
    assert answered.body == b""
    if location is None:
        assert answered.status == 400
        assert answered.headers == [*COMMON, ("content-length", "0")]
    else:
        assert answered.status == 302
        assert answered.headers == [*COMMON, ("location", location), ("content-length", "0")]


@pytest.mark.parametrize(
    ("url", "status"),
    [
        pytest.param("https://acme.com/x", 302, id="a listed host"),
        pytest.param("https://ACME.com:8443/x", 302, id="in capitals and with a port"),
        pytest.param("//shop.acme.com/x", 302, id="without a scheme"),
        pytest.param("https://www.acme.com/", 400, id="a subdomain that is not listed"),
        pytest.param("https://evil.org/", 400, id="another host"),
        pytest.param("https://acme.com@evil.org/", 400, id="the host as a user name"),
        pytest.param("https://evil.org/acme.com", 400, id="the host in the path"),
        pytest.param("https://evil.org%23@acme.com", 302, id="a strange user of the listed host"),
        pytest.param("https:///acme.com/", 400, id="no host"),
        pytest.param("https:acme.com", 400, id="a scheme without an authority"),
        pytest.param("/relative", 400, id="a relative reference"),
        pytest.param("javascript:alert(1)", 400, id="a script"),
    ],
)
def test_redirect_domains_are_exact_hosts(url, status):
    answered = call("GET", f"/r/tp2?u={quote(url, safe='')}", settings=LISTED)
    assert (answered.status, answered.header("location")) == (
        status,
        url if status == 302 else None,
    )
    assert answered.payload.path == "/r/tp2"


def test_a_posted_click_is_redirected_too():
    """Its body is recorded; there is no pixel to keep from caches."""
    answered = call("POST", "/r/tp2?u=http://a", {"Content-Type": "a/b"}, b"x", OPEN)
    assert (answered.status, answered.payload.body) == (302, "x")
    assert answered.header("cache-control") is None


def bouncing(scheme_header: str | None = None) -> CollectorSettings:
    return CollectorSettings(
        paths={"/com.acme/click": "/r/tp2"},
        cookie_bounce=CookieBounceSettings(enabled=True, forwarded_protocol_header=scheme_header),
        do_not_track=DoNotTrackSettings(enabled=True, name="optout", value="1"),
    )


@pytest.mark.parametrize(
    ("target", "location"),
    [
        pytest.param("/i", "/i?n3pc=true", id="no query string"),
        pytest.param("/i?e=pv&p=web", "/i?e=pv&p=web&n3pc=true", id="a query string, kept as sent"),
        pytest.param(f"{TP2}?a=%20", f"{TP2}?a=%20&n3pc=true", id="vendor and version"),
        pytest.param("/a%20b/c", "/a%20b/c?n3pc=true", id="the path as sent"),
        pytest.param(b"/i?\x00\xe9\n ", "/i?%00%E9%0A%20&n3pc=true", id="odd bytes are escaped"),
    ],
)
def test_a_pixel_request_without_an_id_bounces_once(target, location):
    """The cookie is set and the browser sent back; nothing is recorded yet."""
    answered = call("GET", target, settings=bouncing())
    assert (answered.status, answered.body, answered.kept.payloads) == (302, b"", [])
    assert answered.headers == [*COMMON, ("location", location), ("content-length", "0")]


@pytest.mark.parametrize(
    ("method", "target", "headers", "recorded"),
    [
        pytest.param("GET", "/i?n3pc=true", {}, FALLBACK_ID, id="back without a cookie"),
        pytest.param("GET", "/i?n3pc", {}, FALLBACK_ID, id="any value of the mark"),
        pytest.param("GET", "/i?n3pc=true", {"Cookie": "micro=a"}, "a", id="back with the cookie"),
        pytest.param("GET", "/i", {"Cookie": "micro=a"}, "a", id="a cookie from the start"),
        pytest.param("GET", "/i?nuid=a", {}, "a", id="an id in the query string"),
        pytest.param("GET", "/i", {"SP-Anonymous": "*"}, ANONYMOUS_ID, id="anonymous"),
        pytest.param("POST", TP2, {}, FRESH_ID, id="a POST"),
        pytest.param("POST", f"{TP2}?n3pc=true", {}, FALLBACK_ID, id="a POST that bears the mark"),
        pytest.param("GET", "/com.acme/click", {}, FRESH_ID, id="a redirect"),
    ],
)
def test_what_does_not_bounce_is_recorded(method, target, headers, recorded):
    answered = call(method, target, headers, settings=bouncing())
    assert answered.payload.network_userid == recorded
    assert answered.status == (400 if "click" in target else 200)


def test_the_mark_means_nothing_while_bouncing_is_off():
    assert call("GET", "/i?n3pc=true").payload.network_userid == FRESH_ID


@pytest.mark.parametrize(
    ("headers", "start"),
    [
        pytest.param({"X-Proto": "https", "Host": "c.acme.com"}, "https://c.acme.com", id="named"),
        pytest.param({"X-Proto": "HTTP", "Host": "[::1]:80"}, "http://[::1]:80", id="in capitals"),
        pytest.param({"X-Proto": "ftp", "Host": "c.acme.com"}, "", id="a scheme that is not HTTP"),
        pytest.param({"X-Proto": "https"}, "", id="no host"),
        pytest.param({"X-Proto": "https", "Host": "a/b\\c"}, "", id="a host that is none"),
        pytest.param({"Host": "c.acme.com"}, "", id="no such header"),
    ],
)
def test_a_proxy_may_name_the_scheme_of_the_bounce(headers, start):
    """Else the location is relative, which is right behind any proxy."""
    answered = call("GET", "/i?a=b", headers, settings=bouncing("X-Proto"))
    assert answered.header("location") == f"{start}/i?a=b&n3pc=true"


@pytest.mark.parametrize(
    ("cookie", "refuses"),
    [
        pytest.param("dnt=yes", True, id="the whole value matches"),
        pytest.param("a=1; dnt=yep", True, id="among others, another match"),
        pytest.param("dnt=yes please", False, id="only the beginning matches"),
        pytest.param("dnt=no", False, id="another value"),
        pytest.param("DNT=yes", False, id="another name"),
        pytest.param(None, False, id="no cookie at all"),
    ],
)
@pytest.mark.parametrize(
    ("method", "target", "status"),
    [("GET", "/i", 200), ("POST", TP2, 200), ("GET", "/r/tp2?u=http://a", 302)],
)
def test_a_visitor_may_refuse(method, target, status, cookie, refuses):
    """Nothing is recorded and no cookie set; the answer is otherwise the same."""
    settings = CollectorSettings(
        do_not_track=DoNotTrackSettings(enabled=True, name="dnt", value="ye[sp]"),
        redirects=RedirectSettings(enable_default_redirect=True),
    )
    headers = {"Cookie": cookie} if cookie else {}
    answered = call(method, target, headers, settings=settings)
    without_rule = call(method, target, headers, settings=OPEN)
    assert (answered.status, answered.body) == (status, without_rule.body)
    assert len(answered.kept.payloads) == (0 if refuses else 1)
    assert answered.headers == without_rule.headers[1 if refuses else 0 :]


def test_the_rule_is_off_by_default():
    assert call("GET", "/i", {"Cookie": "dnt=yes"}).payload


def test_a_visitor_who_refuses_is_not_bounced():
    """There is no cookie to try."""
    answered = call("GET", "/i", {"Cookie": "optout=1"}, settings=bouncing())
    assert (answered.status, answered.kept.payloads) == (200, [])
