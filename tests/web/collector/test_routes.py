"""Which paths are events, and what the other paths answer."""

import pytest
from web.collector.calling import TP2, call

from piste.web.collector.settings import (
    CollectorSettings,
    CrossDomainSettings,
    RedirectSettings,
    RootResponseSettings,
)

PLAIN = "text/plain; charset=UTF-8"


@pytest.mark.parametrize(
    ("method", "path", "recorded"),
    [
        pytest.param("POST", TP2, TP2, id="POST tp2"),
        pytest.param("GET", TP2, TP2, id="GET tp2"),
        pytest.param("HEAD", TP2, TP2, id="HEAD tp2"),
        pytest.param("GET", "/i", "/i", id="the old pixel"),
        pytest.param("HEAD", "/i", "/i", id="HEAD of the old pixel"),
        pytest.param("GET", "/ice.png", "/ice.png", id="the pixel that calls itself PNG"),
        pytest.param("GET", "/%69", "/i", id="the pixel, needlessly escaped"),
        pytest.param("POST", "/nobody/v9", "/nobody/v9", id="any vendor and version"),
        pytest.param("GET", "/a.b/c%20d", "/a.b/c d", id="escaped characters are decoded"),
        pytest.param("GET", "/caf%C3%A9/v1", "/café/v1", id="as UTF-8"),
        pytest.param("GET", "/caf%E9/v1", "/caf\ufffd/v1", id="bytes that are not UTF-8"),
        pytest.param("GET", b"/caf\xe9/v1", "/caf\ufffd/v1", id="unescaped bytes, not UTF-8"),
        pytest.param("GET", "/a%/%zz", "/a%/%zz", id="a percent sign that escapes nothing"),
        pytest.param("GET", "/a%00/%0D%0A", "/a\0/\r\n", id="control characters"),
        pytest.param("GET", "/../..", "/../..", id="dots mean nothing here"),
        pytest.param("GET", "/health/x", "/health/x", id="two segments are an event always"),
        pytest.param("GET", "/R/tp2", "/R/tp2", id="a redirect path is lower-case"),
    ],
)
def test_an_event_is_recorded_with_its_path(method, path, recorded):
    """Exactly two segments are vendor and version; `/i` and `/ice.png` are pixels."""
    answered = call(method, path)
    assert (answered.status, answered.payload.path) == (200, recorded)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("GET", "/", id="the root"),
        pytest.param("GET", "", id="no path"),
        pytest.param("GET", "*", id="an asterisk"),
        pytest.param("GET", "i", id="no leading slash"),
        pytest.param("GET", "http://host/i", id="an absolute URL"),
        pytest.param("GET", "/sp.js", id="the tracker library is not served"),
        pytest.param("GET", "/crossdomain.xml", id="the Flash policy, when off"),
        pytest.param("GET", "/a/b/c", id="three segments"),
        pytest.param("POST", f"{TP2}/", id="a trailing slash makes a third segment"),
        pytest.param("GET", f"/{TP2}", id="a double slash in front too"),
        pytest.param("GET", "/com.acme//v1", id="a double slash between"),
        pytest.param("GET", "/com.acme/", id="an empty version"),
        pytest.param("GET", "//", id="two empty segments"),
        pytest.param("GET", "//v1", id="an empty vendor"),
        pytest.param("GET", "/i/", id="the pixel with a trailing slash"),
        pytest.param("GET", "/com.acme%2Fv1", id="an escaped slash makes no segment"),
        pytest.param("GET", "/com.acme/v%2F1", id="nor belongs into one"),
        pytest.param("GET", "/r%2Ftp2/x", id="so none can look like a redirect"),
        pytest.param("POST", "/i", id="POST of a pixel"),
        pytest.param("PUT", TP2, id="PUT of an event"),
        pytest.param("DELETE", TP2, id="DELETE of an event"),
        pytest.param("post", TP2, id="methods are case-sensitive"),
        pytest.param("HEAD", "/robots.txt", id="HEAD of a page"),
        pytest.param("POST", "/sink-health", id="POST of a page"),
        pytest.param("GET", "/robots.txt/", id="a page with a trailing slash"),
        pytest.param("GET", "/health", id="the health is not the collector's to tell"),
    ],
)
def test_what_is_no_event_is_not_found(method, path):
    answered = call(method, path, body=b"{}")
    assert (answered.status, answered.header("content-type")) == (404, PLAIN)
    assert answered.body == (b"" if method == "HEAD" else b"Not found")
    assert answered.header("content-length") == "9"
    assert answered.kept.payloads == []


@pytest.mark.parametrize(
    ("path", "healthy", "status", "body"),
    [
        pytest.param("/sink-health", True, 200, b"ok", id="the sink is healthy"),
        pytest.param("/sink-health", False, 503, b"Service Unavailable", id="the sink is not"),
        pytest.param(
            "/robots.txt",
            True,
            200,
            b"User-agent: *\nDisallow: /\n\n"
            b"User-agent: Googlebot\nDisallow: /\n\n"
            b"User-agent: AdsBot-Google\nDisallow: /",
            id="robots are sent away",
        ),
    ],
)
def test_pages(path, healthy, status, body):
    answered = call("GET", path, healthy=lambda: healthy)
    assert (answered.status, answered.body) == (status, body)
    assert answered.headers == [("content-type", PLAIN), ("content-length", str(len(body)))]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT"])
@pytest.mark.parametrize("path", ["/r/tp2", "/r/", "/r/x", "/%72/tp2"])
def test_redirects_are_off_by_default(method, path):
    """Any method; nothing is recorded."""
    answered = call(method, f"{path}?u=https%3A%2F%2Facme.com", body=b"{}")
    assert (answered.status, answered.kept.payloads) == (404, [])
    assert answered.body == (b"" if method == "HEAD" else b"redirects disabled")
    assert answered.header("content-type") == PLAIN


@pytest.mark.parametrize(
    ("method", "path", "status", "recorded"),
    [
        pytest.param("POST", "/com.acme/track", 200, TP2, id="the mapped path is recorded"),
        pytest.param("GET", "/com.acme/track", 200, TP2, id="for pixels too"),
        pytest.param("GET", "/com.acme/tr%61ck", 200, TP2, id="after decoding"),
        pytest.param("GET", "/com.acme/Track", 200, "/com.acme/Track", id="case counts"),
        pytest.param("GET", "/com.acme/click?u=x:y", 302, "/r/tp2", id="a mapped redirect works"),
        pytest.param("GET", TP2, 200, TP2, id="the original stays"),
    ],
)
def test_custom_paths(method, path, status, recorded):
    """Even with default redirects off: the mapped path decides what a redirect is."""
    settings = CollectorSettings(
        paths={"/com.acme/track": TP2, "/com.acme/click": "/r/tp2"},
    )
    answered = call(method, path, settings=settings)
    assert (answered.status, answered.payload.path) == (status, recorded)


def test_a_root_answer_when_there_is_one():
    settings = CollectorSettings(
        root_response=RootResponseSettings(
            enabled=True, headers={"Location": "https://acme.com/"}, body="moved"
        )
    )
    answered = call("GET", "/", settings=settings)
    assert (answered.status, answered.body) == (302, b"moved")
    assert answered.headers == [("location", "https://acme.com/"), ("content-length", "5")]
    assert call("POST", "/", settings=settings).status == 404


def test_a_root_answer_without_a_body_has_no_length_where_http_forbids_it():
    settings = CollectorSettings(root_response=RootResponseSettings(enabled=True, status_code=204))
    assert call("GET", "/", settings=settings).headers == []


def test_the_cross_domain_policy_has_a_line_for_each_domain():
    settings = CollectorSettings(
        cross_domain=CrossDomainSettings(enabled=True, domains=("*.acme.com", 'a"&b'), secure=False)
    )
    answered = call("GET", "/crossdomain.xml", settings=settings)
    assert (answered.status, answered.header("content-type")) == (200, "text/xml")
    assert answered.body.decode() == (
        '<?xml version="1.0"?>\n'
        "<cross-domain-policy>\n"
        '<allow-access-from domain="*.acme.com" secure="false" />\n'
        '<allow-access-from domain=\'a"&amp;b\' secure="false" />\n'
        "</cross-domain-policy>"
    )


def test_default_redirects_can_be_turned_on():
    settings = CollectorSettings(redirects=RedirectSettings(enable_default_redirect=True))
    assert call("GET", "/r/tp2?u=https%3A%2F%2Facme.com", settings=settings).status == 302
    assert call("PUT", "/r/tp2", settings=settings).body == b"Not found"
