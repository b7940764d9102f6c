"""Query strings and content types.

Source: tracker protocol, "From request to parameter maps".
"""

import re

from ..table import (
    ENRICHMENT,
    NOT_ADAPTED,
    PROTOCOL,
    UNREADABLE,
    Recorded,
    failed,
    good,
    input_data,
    rejected,
    row,
)
from ..wire import TP2, get, post
from .bodies import ENVELOPE

ILLEGAL = "Illegal character in query at index {}"
MALFORMED = "Malformed escape pair at index {}"
EXPECTED = (
    "expected one of application/json, application/json; charset=utf-8, "
    "application/json; charset=UTF-8"
)


def unreadable(querystring: str, what: str) -> Recorded:
    expectation = f"could not extract name-value pairs from querystring with encoding UTF-8: {what}"
    return rejected(
        UNREADABLE,
        {"payloadField": "querystring", "value": querystring, "expectation": expectation},
    )


def nameless() -> Recorded:
    """An event that does not say what it is."""
    message = input_data("event", None, re.compile("^no schema can be derived"))
    return failed(ENRICHMENT, {"message": message}, because="EnrichmentError: ")


NO_EVENT = rejected(
    NOT_ADAPTED, input_data("querystring", None, "empty querystring: not a valid URI redirect")
)

QUERY_STRINGS = (
    row("a pixel without a query string", get("/i"), NO_EVENT),
    row("a pixel with an empty query string", get("/i?"), NO_EVENT),
    row("a query string of ampersands", get("/i?&&&"), NO_EVENT),
    row("a query string that is only a value", get("/i?=pv"), NO_EVENT),
    *(
        row(
            f"a query string with {character}",
            get(f"/i?e=pv&page={character}"),
            unreadable(f"e=pv&page={character}", ILLEGAL.format(10)),
        )
        for character in '{}|\\^`"<>'
    ),
    row(
        "a query string with half an escape",
        get("/i?e=%2"),
        unreadable("e=%2", MALFORMED.format(2)),
    ),
    row(
        "a query string with a lone percent", get("/i?e=%"), unreadable("e=%", MALFORMED.format(2))
    ),
    row(
        "a query string with an escape that is no number",
        get("/i?e=pv&page=%zz"),
        unreadable("e=pv&page=%zz", MALFORMED.format(10)),
    ),
    row("an escape that is no UTF-8", get("/i?e=pv&page=%ff%C3"), good(page_title="\ufffd\ufffd")),
    row("an escaped NUL", get("/i?e=pv&page=a%00b"), good(page_title="ab")),
    row("escaped line ends", get("/i?e=pv&page=a%0D%0Ab"), good(page_title="ab")),
    row("an escaped ampersand", get("/i?e=pv&page=a%26b%3Dc"), good(page_title="a&b=c")),
    row("a plus is a space", get("/i?e=pv&page=a+b%2B"), good(page_title="a b+")),
    row("an equals sign in a value", get("/i?e=pv&page=a=b=c"), good(page_title="a=b=c")),
    row("a question mark in a value", get("/i?e=pv&page=a?b"), good(page_title="a?b")),
    row("an escaped name", get("/i?%65=pv&p%61ge=a"), good(page_title="a")),
    row("of repeated names the last counts", get("/i?e=xx&aid=1&e=pv&aid=2"), good(app_id="2")),
    row("a name without a value", get("/i?e=pv&aid&page="), good(app_id=None, page_title=None)),
    row("the kind of event without a value", get("/i?e&p=web"), nameless()),
    row("no kind of event at all", get("/i?p=web"), nameless()),
    row("the kind of event in a name in capitals", get("/i?E=pv"), nameless()),
    row("a value without a name", get("/i?=x&e=pv&=y"), good(event="page_view")),
    row(
        "names that nobody knows", get("/i?e=pv&x=1&%C3%A9=2&__proto__=3"), good(event="page_view")
    ),
    row("5,000 parameters", get("/i?e=pv" + "&a=" * 5_000), good(event="page_view")),
    row(
        "a request line of just the limit",
        get("/i?e=pv&x=" + "a" * (20_480 - len("GET /i?e=pv&x= HTTP/1.1"))),
        good(event="page_view"),
    ),
    row(
        "a request line over the limit",
        get("/i?e=pv&x=" + "a" * (20_481 - len("GET /i?e=pv&x= HTTP/1.1"))),
        answered=400,
    ),
)


def typed(content_type: str) -> bytes:
    return post(TP2, ENVELOPE, f"Content-Type: {content_type}")


def unexpected(normal: str | None) -> Recorded:
    return rejected(PROTOCOL, input_data("contentType", normal, EXPECTED))


CONTENT_TYPES = (
    *(
        row(f"the content type {content_type}", typed(content_type), good(event="page_view"))
        for content_type in (
            "APPLICATION/JSON",
            "application/json;charset=utf-8",
            "application/json ;  Charset=UTF-8",
            'application/json; charset="utf-8"',
            "application/json; charset=utf8",
            "application/json;",
        )
    ),
    *(
        row(f"the content type {sent or 'without a text'}", typed(sent), unexpected(normal))
        for sent, normal in (
            ("text/plain", "text/plain"),
            ("text/plain;charset=UTF-8", "text/plain; charset=utf-8"),
            ("application/json; charset=ISO-8859-1", "application/json; charset=iso-8859-1"),
            ("application/json; v=1", 'application/json; v="1"'),
            ("multipart/form-data; boundary=x", 'multipart/form-data; boundary="x"'),
            ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded"),
            ("application/vnd.api+json", "application/vnd.api+json"),
            ("*/*", "*/*"),
            ("json", None),
            ("application/", None),
            ("application/json, application/json", None),
            ("application/json; charset", None),
            ("application/json; charset=\xe9", None),
            ("", None),
        )
    ),
    row("no content type", post(TP2, ENVELOPE), unexpected(None)),
    row(
        "of two content types the first counts",
        post(TP2, ENVELOPE, "Content-Type: text/plain", "Content-Type: application/json"),
        unexpected("text/plain"),
    ),
    row(
        "a content type of 10,000 letters",
        typed(f"application/{'j' * 10_000}"),
        unexpected(f"application/{'j' * 10_000}"),
    ),
)

ROWS = (*QUERY_STRINGS, *CONTENT_TYPES)
