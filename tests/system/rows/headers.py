"""Headers, cookies and network user ids that are odd.

Source: snowplow.md 1.2 to 1.5; RFC 6265 and RFC 9110 for what a header may hold.
"""

import re

from ..table import NOTHING, UNREADABLE, Answered, Recorded, Row, good, rejected, row
from ..wire import get, post
from .bodies import ENVELOPE

UUID = "3734601f-5c3d-47c5-b367-0883e1ed74e6"
NOBODY = "00000000-0000-0000-0000-000000000000"
FRESH = re.compile("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
PIXEL = "/i?e=pv"


def sent(sentence: str, *headers: str, **columns: object) -> Row:
    """A pixel with these headers, which is a good event all the same."""
    return row(sentence, get(PIXEL, *headers), good(**columns))


def no_uuid(user: str) -> Recorded:
    message = {"payloadField": "networkUserId", "value": user, "expectation": "not valid UUID"}
    return rejected(UNREADABLE, message)


def cookie(value: str | None) -> Answered:
    """The answer sets this cookie, or none."""
    fact = None if value is None else re.compile(f"^micro={re.escape(value)}; Expires=")
    return Answered(200, headers={"set-cookie": fact})


USERS = (
    row(
        "a cookie that is no UUID",
        get(PIXEL, "Cookie: micro=somebody"),
        no_uuid("somebody"),
        cookie("somebody"),
    ),
    row("a nuid that is no UUID", get(PIXEL + "&nuid=me"), no_uuid("me"), cookie("me")),
    row(
        "a nuid that a cookie could not hold",
        get(PIXEL + "&nuid=a%3B%20Domain%3Devil.example"),
        no_uuid("a; Domain=evil.example"),
        cookie(None),
    ),
    row(
        "a nuid with a line end",
        get(PIXEL + "&nuid=a%0D%0ASet-Cookie:%20b=c"),
        no_uuid("a\r\nSet-Cookie: b=c"),
        cookie(None),
    ),
    row("a nuid of 10,000 letters", get(f"{PIXEL}&nuid={'a' * 10_000}"), no_uuid("a" * 10_000)),
    row("a nuid outside ASCII", get(PIXEL + "&nuid=%C3%A9"), no_uuid("é"), cookie(None)),
    row("a UUID with braces", get(PIXEL, f"Cookie: micro={{{UUID}}}"), no_uuid(f"{{{UUID}}}")),
    row(
        "neither a UUID nor a query string, which makes two bad rows of one request",
        get("/i?e=%", "Cookie: micro=x"),
        rejected(
            UNREADABLE,
            {"payloadField": "networkUserId", "value": "x"},
            {"payloadField": "querystring", "value": "e=%"},
        ),
    ),
    row("an empty nuid", get(PIXEL + "&nuid="), good(network_userid=FRESH)),
    row("an empty cookie", get(PIXEL, "Cookie: micro="), good(network_userid=FRESH)),
    row(
        "a nuid beats the cookie",
        get(f"{PIXEL}&nuid={UUID}", "Cookie: micro=x"),
        good(network_userid=UUID),
        cookie(UUID),
    ),
    row("a cookie with a UUID in capitals", get(PIXEL, f"Cookie: micro={UUID.upper()}"), good()),
    row("a tnuid that is no UUID", get(PIXEL + "&tnuid=me"), good(network_userid="me")),
    row(
        "an anonymous request with a cookie that is no UUID",
        get(PIXEL, "SP-Anonymous: *", "Cookie: micro=x"),
        good(network_userid=NOBODY, user_ipaddress="unknown"),
        Answered(200, headers={"set-cookie": re.compile("^micro=; Expires=")}),
    ),
    row(
        "an anonymous request with an empty header",
        get(PIXEL, "SP-Anonymous:", "X-Forwarded-For: 1.2.3.4"),
        good(network_userid=NOBODY, user_ipaddress="unknown"),
        cookie(None),
    ),
)

COOKIES = (
    sent("a cookie header without a cookie", "Cookie: ", network_userid=FRESH),
    sent("a cookie header of separators", "Cookie: ;;;=;=;", network_userid=FRESH),
    sent("a cookie without a value", "Cookie: micro", network_userid=FRESH),
    sent("a cookie of another name", f"Cookie: Micro={UUID}", network_userid=FRESH),
    sent("a cookie in quotes", f'Cookie: micro="{UUID}"', network_userid=UUID),
    sent("a cookie after broken ones", f"Cookie: a=\xff; {{; micro={UUID}", network_userid=UUID),
    sent("two cookie headers", "Cookie: a=b", f"Cookie: micro={UUID}", network_userid=UUID),
    sent(
        "of two cookies the first counts",
        f"Cookie: micro={UUID}; micro={NOBODY}",
        network_userid=UUID,
    ),
    sent("5,000 cookies", "Cookie: " + "a=b;" * 5_000 + f"micro={UUID}", network_userid=UUID),
)

ADDRESSES = (
    sent("no address in X-Forwarded-For", "X-Forwarded-For: me", user_ipaddress="127.0.0.1"),
    sent("an empty X-Forwarded-For", "X-Forwarded-For:", user_ipaddress="127.0.0.1"),
    sent("commas in X-Forwarded-For", "X-Forwarded-For: ,,,", user_ipaddress="127.0.0.1"),
    sent(
        "an address and a port in X-Forwarded-For",
        "X-Forwarded-For: 1.2.3.4:5678, 5.6.7.8",
        user_ipaddress="1.2.3.4",
    ),
    sent(
        "an address in brackets and quotes",
        'X-Forwarded-For: "[2001:db8::1]:80"',
        user_ipaddress="2001:db8::1",
    ),
    sent(
        "the first of two X-Forwarded-For",
        "X-Forwarded-For: 1.2.3.4",
        "X-Forwarded-For: 5.6.7.8",
        user_ipaddress="1.2.3.4",
    ),
    sent(
        "a second X-Forwarded-For when the first is no address",
        "X-Forwarded-For: unknown",
        "X-Forwarded-For: 5.6.7.8",
        user_ipaddress="5.6.7.8",
    ),
    sent("10,000 letters in X-Forwarded-For", f"X-Forwarded-For: {'1' * 10_000}"),
    sent("a Forwarded that is broken", 'Forwarded: for="', user_ipaddress="127.0.0.1"),
)


def allowed(sentence: str, header: str, origin: str) -> Row:
    answered = Answered(
        200,
        headers={
            "access-control-allow-origin": origin,
            "access-control-allow-credentials": "true",
        },
    )
    return row(sentence, get(PIXEL, *([f"Origin: {header}"] if header else [])), good(), answered)


ORIGINS = (
    allowed("no Origin", "", "*"),
    allowed("the Origin null", "null", "*"),
    allowed("an Origin that is none", "hello", "*"),
    allowed("an Origin without a host", "https://", "*"),
    allowed("an Origin with a path", "https://a.example/b", "*"),
    allowed("an Origin with a port that is none", "https://a.example:port", "*"),
    allowed("an Origin outside ASCII", "https://\xe9.example", "*"),
    allowed("several Origins", "null https://a.example http://b.example:80", "https://a.example"),
    allowed("an Origin of an extension", "moz-extension://abc-def", "moz-extension://abc-def"),
)

OTHERS = (
    row(
        "a browser's name outside ASCII, in UTF-8",
        get(PIXEL, "User-Agent: caf\xc3\xa9"),
        good(useragent="café"),
    ),
    row(
        "a browser's name outside ASCII, in Latin-1",
        get(PIXEL, "User-Agent: caf\xe9"),
        good(useragent="café"),
    ),
    sent("an empty User-Agent", "User-Agent:", useragent=None),
    sent("two User-Agents", "User-Agent: one", "User-Agent: two", useragent="one"),
    sent("a User-Agent with a tab", "User-Agent: a\tb", useragent="a    b"),
    sent(
        "a Referer that is the page", "Referer: https://a.example/b", page_url="https://a.example/b"
    ),
    sent("headers that nobody knows", "X: 1", "x-" + "y" * 5_000 + ": 2", "!#$%&'*+.^_`|~: 3"),
    sent("500 headers", *(f"X-{n}: {n}" for n in range(500))),
    sent("headers of just under 40 kB", "X: " + "a" * 40_900),
    row("headers over 40 kB", get(PIXEL, "X: " + "a" * 40_960), answered=400),
    row("headers of 60 kB", get(PIXEL, "X: " + "a" * 60_000), answered=400),
    row("9,000 headers", get(PIXEL, *["X: a"] * 9_000), NOTHING, 400),
    sent("a Date that is none", "Date: yesterday", "If-Modified-Since: x", "Range: bytes=9-"),
    sent("a wish for another language", "Accept: x", "Accept-Encoding: nothing;q=9"),
    row(
        "a Host that is none, to a collector",
        b"GET /i?e=pv HTTP/1.1\r\nHost: /\\ []\r\n\r\n",
        good(),
    ),
    row(
        "a POST with a content type in several headers and cases",
        post("/com.snowplowanalytics.snowplow/tp2", ENVELOPE, "CONTENT-TYPE:  Application/Json  "),
        good(),
    ),
)

ROWS = (*USERS, *COOKIES, *ADDRESSES, *ORIGINS, *OTHERS)
