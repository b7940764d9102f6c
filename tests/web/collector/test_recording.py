"""What is recorded of a request."""

import pytest
from web.collector.calling import FRESH_ID, NOW_MS, TP2, call

from piste.events.payload import CollectorPayload
from piste.web.collector.settings import CollectorSettings

ID = "3734601f-5c3d-47c5-b367-0883e1ed74e6"


def test_a_posted_event():
    """Micro's documented example, without the pseudo headers of its old HTTP server."""
    answered = call(
        "POST",
        f"{TP2}?aid=shop",
        [
            ("Connection", "keep-alive"),
            ("Host", "0.0.0.0:9090"),
            ("User-Agent", "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:91.0) Firefox/91.0"),
            ("Accept", "*/*"),
            ("Content-Type", "application/json; charset=UTF-8"),
            ("Referer", "http://localhost:8000/"),
            ("Origin", "http://localhost:8000"),
            ("Cookie", f"micro={ID}; other=1"),
        ],
        '{"schema":"é"}'.encode(),
        peer="172.17.0.1",
    )
    assert answered.payload == CollectorPayload(
        path=TP2,
        querystring="aid=shop",
        body='{"schema":"é"}',
        content_type="application/json; charset=utf-8",
        collector="piste-test",
        encoding="UTF-8",
        hostname=None,
        timestamp_ms=NOW_MS,
        ip_address="172.17.0.1",
        user_agent="Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:91.0) Firefox/91.0",
        referer_uri="http://localhost:8000/",
        headers=(
            "Connection: keep-alive",
            "Host: 0.0.0.0:9090",
            "User-Agent: Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:91.0) Firefox/91.0",
            "Accept: */*",
            "Content-Type: application/json; charset=UTF-8",
            "Referer: http://localhost:8000/",
            "Origin: http://localhost:8000",
            f"Cookie: micro={ID};other=1",
            "application/json; charset=utf-8",
        ),
        network_userid=ID,
    )


def test_a_pixel_event():
    """No body and no content type, even when the request has both."""
    answered = call("GET", "/i?e=pv&url=a%20b", {"Content-Type": "text/plain"}, b"x", peer="::1")
    assert answered.payload == CollectorPayload(
        path="/i",
        querystring="e=pv&url=a%20b",
        collector="piste-test",
        timestamp_ms=NOW_MS,
        ip_address="::1",
        headers=("Content-Type: text/plain",),
        network_userid=FRESH_ID,
    )


@pytest.mark.parametrize(
    ("body", "recorded"),
    [
        pytest.param(b"", "", id="an empty body is a body"),
        pytest.param("é".encode(), "é", id="UTF-8"),
        pytest.param(b"caf\xe9", "caf\ufffd", id="bytes that are not UTF-8 are replaced"),
        pytest.param(b"\xef\xbb\xbf{}", "{}", id="a byte order mark is no text"),
        pytest.param([b"a", b"", b"bc"], "abc", id="in chunks"),
        pytest.param(["é".encode()[:1], "é".encode()[1:]], "é", id="a character in two chunks"),
        pytest.param(b"\x1f\x8b\x08", "\x1f\ufffd\x08", id="gzip is not undone"),
        pytest.param(b"a\0b", "a\0b", id="a null character"),
    ],
)
def test_the_body_is_recorded_as_text(body, recorded):
    answered = call("POST", TP2, {"Content-Encoding": "gzip"}, body)
    assert answered.payload.body == recorded


@pytest.mark.parametrize(
    ("sent", "recorded"),
    [
        pytest.param("application/json", "application/json", id="bare"),
        pytest.param("Application/JSON", "application/json", id="in capitals"),
        pytest.param(
            "application/json;charset=UTF-8", "application/json; charset=utf-8", id="no space"
        ),
        pytest.param(
            "application/json \t;  charset=utf-8", "application/json; charset=utf-8", id="spaces"
        ),
        pytest.param(
            'application/json; charset="UTF-8"', "application/json; charset=utf-8", id="in quotes"
        ),
        pytest.param(
            "application/json; charset=utf8", "application/json; charset=utf-8", id="utf8 is utf-8"
        ),
        pytest.param(
            "application/json; Charset=latin1", "application/json; charset=latin1", id="another"
        ),
        pytest.param("application/json;", "application/json", id="a semicolon at the end"),
        pytest.param(
            "text/plain; charset=utf-8; Format=Flowed",
            'text/plain; format="flowed"; charset=utf-8',
            id="the charset goes last",
        ),
        pytest.param('a/b; c="; charset=x\\""', 'a/b; c="; charset=x\\""', id="a quoted semicolon"),
        pytest.param("application/json; charset=", None, id="a parameter without a value"),
        pytest.param("application/json; charset = utf-8", None, id="spaces around the equals sign"),
        pytest.param("application/json, text/plain", None, id="a list"),
        pytest.param("json", None, id="no slash"),
        pytest.param("a/b c", None, id="a space"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="absent"),
    ],
)
def test_the_content_type_is_recorded_in_one_spelling(sent, recorded):
    """Also as the last, bare element of the headers; what does not parse counts as none."""
    headers = {"Accept": "*/*"} if sent is None else {"Content-Type": sent}
    payload = call("POST", TP2, headers, b"{}").payload
    first = "Accept: */*" if sent is None else f"Content-Type: {sent}"
    assert payload.content_type == recorded
    assert payload.headers == ((first,) if recorded is None else (first, recorded))


@pytest.mark.parametrize(
    ("headers", "peer", "recorded"),
    [
        pytest.param({}, "203.0.113.9", "203.0.113.9", id="the peer"),
        pytest.param({}, "2001:db8::1", "2001:db8::1", id="an IPv6 peer"),
        pytest.param({}, "::ffff:192.0.2.1", "192.0.2.1", id="an IPv4 peer in IPv6 clothes"),
        pytest.param({}, "::ffff:0:c000:201", "::ffff:0:c000:201", id="not every such prefix"),
        pytest.param({}, None, "unknown", id="no peer, as on a Unix socket"),
        pytest.param({"X-Forwarded-For": "1.2.3.4"}, "::1", "1.2.3.4", id="the forwarded one"),
        pytest.param({"X-Forwarded-For": "1.2.3.4, 5.6.7.8"}, "::1", "1.2.3.4", id="the first"),
        pytest.param({"X-Forwarded-For": " 1.2.3.4 ,x"}, "::1", "1.2.3.4", id="spaces around"),
        pytest.param({"X-Forwarded-For": "1.2.3.4:56"}, "::1", "1.2.3.4", id="with a port"),
        pytest.param({"X-Forwarded-For": "2001:DB8::1"}, "::1", "2001:DB8::1", id="IPv6, as sent"),
        pytest.param({"X-Forwarded-For": '"[2001:db8::1]:5"'}, "::1", "2001:db8::1", id="wrapped"),
        pytest.param({"X-Forwarded-For": "unknown, 1.2.3.4"}, "::1", "::1", id="not an address"),
        pytest.param({"X-Forwarded-For": "1.2.3"}, "::1", "::1", id="too short"),
        pytest.param({"X-Forwarded-For": "1.2.3.456"}, "::1", "::1", id="too large"),
        pytest.param({"X-Forwarded-For": "1::2::3"}, "::1", "::1", id="malformed IPv6"),
        pytest.param({"X-Forwarded-For": ""}, "::1", "::1", id="empty"),
        pytest.param({"X-Real-Ip": "1.2.3.4"}, "::1", "::1", id="X-Real-Ip is not asked"),
        pytest.param({"SP-Anonymous": "*"}, "::1", "unknown", id="anonymous"),
        pytest.param(
            {"SP-Anonymous": "*", "X-Forwarded-For": "1.2.3.4"},
            "::1",
            "unknown",
            id="anonymous behind a proxy",
        ),
    ],
)
def test_the_address(headers, peer, recorded):
    assert call("GET", "/i", headers, peer=peer).payload.ip_address == recorded


@pytest.mark.parametrize(
    ("headers", "recorded"),
    [
        pytest.param([("b", "2"), ("a", "1")], ["B: 2", "A: 1"], id="in request order"),
        pytest.param([("a", "1"), ("A", "2")], ["A: 1", "A: 2"], id="repeated ones stay"),
        pytest.param([("user-agent", "x")], ["User-Agent: x"], id="names in their usual spelling"),
        pytest.param([("dnt", "1"), ("te", "x")], ["DNT: 1", "TE: x"], id="abbreviations too"),
        pytest.param([("sec-ch-ua-mobile", "?0")], ["sec-ch-ua-mobile: ?0"], id="as Chrome does"),
        pytest.param([("x", "")], ["X: "], id="an empty value"),
        pytest.param([("x", "cafÃ©")], ["X: café"], id="UTF-8"),
        pytest.param([("x", "café")], ["X: café"], id="Latin-1 where it is not UTF-8"),
        pytest.param([("cookie", "a=1; b=2")], ["Cookie: a=1;b=2"], id="cookies without spaces"),
        pytest.param([("cookie", "a=1; b=é; c=3")], ["Cookie: a=1;c=3"], id="odd cookies go"),
        pytest.param([("cookie", 'a="1"; b=1,2; c\\')], [], id="and the header if none is left"),
        pytest.param([("cookie", ";; a=1;")], ["Cookie: a=1"], id="empty cookies go too"),
        pytest.param([("cookie", "a")], ["Cookie: a"], id="a cookie without a value"),
        pytest.param(
            [("cookie", "a=1"), ("x", "y"), ("cookie", "b=2")],
            ["Cookie: a=1", "X: y", "Cookie: b=2"],
            id="each cookie header by itself",
        ),
        pytest.param(
            [("x-forwarded-for", "1.2.3.4"), ("x-real-ip", "1.2.3.4")],
            ["X-Forwarded-For: 1.2.3.4", "X-Real-Ip: 1.2.3.4"],
            id="addresses as sent",
        ),
        pytest.param(
            [
                ("x-forwarded-for", "1.2.3.4"),
                ("cookie", "a=1"),
                ("sp-anonymous", "*"),
                ("x-real-ip", "1.2.3.4"),
                ("forwarded", "for=1.2.3.4"),
                ("x", "y"),
            ],
            ["SP-Anonymous: *", "X: y"],
            id="anonymous: neither cookies nor addresses",
        ),
    ],
)
def test_headers_are_recorded_as_texts(headers, recorded):
    assert list(call("GET", "/i", headers).payload.headers) == recorded


@pytest.mark.parametrize(
    ("host", "recorded"),
    [
        ("c.acme.com", "c.acme.com"),
        ("0.0.0.0:9090", "0.0.0.0"),
        ("[::1]:80", "[::1]"),
        ("a/b", None),
        ("", None),
    ],
)
def test_the_host_name_is_recorded_only_when_asked_for(host, recorded):
    settings = CollectorSettings(record_hostname=True)
    assert call("GET", "/i", {"Host": host}, settings=settings).payload.hostname == recorded
    assert call("GET", "/i", {"Host": host}).payload.hostname is None


def test_without_a_host_header_there_is_no_host_name():
    assert call("GET", "/i", settings=CollectorSettings(record_hostname=True)).payload


@pytest.mark.parametrize(
    ("query", "recorded"),
    [
        pytest.param(b"a=%20&&=+", "a=%20&&=+", id="raw"),
        pytest.param("a=é".encode(), "a=é", id="unescaped UTF-8"),
        pytest.param(b"a=\xe9", "a=é", id="or Latin-1"),
        pytest.param(b"?a?b", "?a?b", id="question marks"),
    ],
)
def test_the_query_string_is_recorded_raw(query, recorded):
    assert call("GET", b"/i?" + query).payload.querystring == recorded


def test_of_repeated_headers_the_first_counts():
    headers = [("User-Agent", "a"), ("User-Agent", "b"), ("Referer", "c"), ("Referer", "d")]
    payload = call("GET", "/i", headers).payload
    assert (payload.user_agent, payload.referer_uri) == ("a", "c")
