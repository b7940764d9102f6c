"""What holds for every request, however odd."""

import asyncio
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from web.collector.calling import Kept, chunks, collector, scope_of

from piste.web.collector.accept import Overloaded
from piste.web.collector.grammar import URI_REFERENCE
from piste.web.collector.settings import (
    ClientCookieSettings,
    CollectorSettings,
    CookieBounceSettings,
    CookieSettings,
    CrossDomainSettings,
    DoNotTrackSettings,
    NetworkingSettings,
    RedirectSettings,
    RootResponseSettings,
)

REDIRECTING = CollectorSettings(redirects=RedirectSettings(enable_default_redirect=True))
SETTINGS = (
    CollectorSettings(),
    REDIRECTING,
    CollectorSettings(
        paths={"/com.acme/click": "/r/tp2"},
        record_hostname=True,
        cookie=CookieSettings(
            domains=("acme.com",), client_cookie=ClientCookieSettings(enabled=True)
        ),
        do_not_track=DoNotTrackSettings(enabled=True, name="dnt", value="1"),
        cookie_bounce=CookieBounceSettings(
            enabled=True, forwarded_protocol_header="X-Forwarded-Proto"
        ),
        redirects=RedirectSettings(enable_default_redirect=True),
        root_response=RootResponseSettings(enabled=True),
        cross_domain=CrossDomainSettings(enabled=True),
        networking=NetworkingSettings(
            max_request_line_bytes=200,
            max_headers_bytes=500,
            max_payload_bytes=300,
            drop_payload_bytes=400,
        ),
    ),
)
STATUSES = {200, 302, 400, 404, 413, 503}
UNSAFE = frozenset(b"\0\r\n")

odd_text = st.one_of(
    st.text(max_size=20),
    st.text(alphabet='%2Ff/?#:@[]\\;,="\r\n\t \x00é', max_size=20),
    st.sampled_from(
        ["", "r", "i", "tp2", "micro=a", "dnt=1", "null", "https://acme.com", "%0d%0a"]
    ),
).map(lambda text: text.encode("utf-8", "surrogatepass"))
odd_bytes = st.one_of(odd_text, st.binary(max_size=20))
paths = st.one_of(
    odd_bytes,
    st.lists(odd_bytes, max_size=4).map(lambda segments: b"/" + b"/".join(segments)),
    st.sampled_from([b"/i", b"/com.acme/click", b"/r/tp2", b"/", b"/a/b", b"/crossdomain.xml"]),
)
queries = st.one_of(
    odd_bytes,
    st.lists(st.tuples(st.sampled_from([b"u", b"nuid", b"n3pc", b"e"]), odd_bytes), max_size=4).map(
        lambda pairs: b"&".join(b"=".join(pair) for pair in pairs)
    ),
)
header_names = st.one_of(
    st.sampled_from(
        [
            b"cookie",
            b"origin",
            b"host",
            b"content-type",
            b"content-length",
            b"x-forwarded-for",
            b"x-forwarded-proto",
            b"sp-anonymous",
            b"user-agent",
            b"referer",
        ]
    ),
    odd_bytes,
)
headers = st.lists(st.tuples(header_names, odd_bytes), max_size=6)
bodies = st.lists(st.one_of(odd_bytes, st.just(b"a" * 300)), min_size=1, max_size=3)
methods = st.sampled_from(["GET", "HEAD", "POST", "OPTIONS", "PUT"])
errors = st.sampled_from([None, None, None, Overloaded(1), OSError("disk full")])


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(SETTINGS), methods, paths, queries, headers, bodies, errors)
def test_every_request_has_a_known_answer(chosen, method, path, query, pairs, body, error):
    """Never an exception, never a header that a server would refuse, always the right length."""
    start, answer, recorded = ask(chosen, method, path, query, pairs, body, error)
    assert start["status"] in STATUSES
    for name, value in start["headers"]:
        assert name == name.lower()
        assert not UNSAFE & set(value), (name, value)
    length = int(dict(start["headers"])[b"content-length"])
    assert len(answer["body"]) == (0 if method == "HEAD" else length)
    assert len(recorded) <= 1
    for payload in recorded:
        assert payload.network_userid
        assert payload.ip_address


@settings(max_examples=400, deadline=None)
@given(methods, paths, queries, headers, bodies, errors)
def test_what_is_recorded_is_exactly_what_is_acknowledged(method, path, query, pairs, body, error):
    """A pixel, `ok`, or a redirect's 302 or empty 400."""
    start, _, recorded = ask(REDIRECTING, method, path, query, pairs, body, error)
    fields = dict(start["headers"])
    is_acknowledged = {
        200: fields.get(b"content-type") in (b"image/gif", b"text/plain"),
        302: True,
        400: b"content-type" not in fields,
    }
    assert bool(recorded) == is_acknowledged.get(start["status"], False)


def ask(chosen, method, path, query, pairs, body, error):
    """The answer's two messages, and what was recorded."""
    kept = Kept(error)
    sent = []

    async def send(message):
        sent.append(message)

    scope = scope_of(method, b"")
    scope |= {"raw_path": path, "query_string": query, "headers": pairs}
    asyncio.run(collector(chosen, kept)(scope, chunks(body), send))
    start, answer = sent
    return start, answer, kept.payloads + [payload for payload, _, _ in kept.oversized]


# RFC 3986, appendix B.
SPLIT = re.compile(r"(?:[^:/?#]+:)?(?://(?P<authority>[^/?#]*))?[^?#]*(?:\?[^#]*)?(?:#.*)?", re.S)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(["a", "%41", "%", ":", "/", "//", "?", "#", "@", "[", "]", "\\"])))
def test_the_host_of_a_uri_is_that_of_the_standards_own_split(pieces):
    """So an allow-list of hosts looks at the host that a browser goes to."""
    text = "".join(pieces)
    match = URI_REFERENCE.fullmatch(text)
    if match:
        authority = SPLIT.fullmatch(text)["authority"] or ""
        host = authority.rpartition("@")[2]
        assert (match["host"] or "") == re.sub(":[0-9]*$", "", host)
        assert "\\" not in text
