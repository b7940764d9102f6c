"""Parameters that cannot become columns: conversions, lengths, kinds of events, URLs, times.

Source: tracker protocol, "Conversions"; canonical event, "Max length".
"""

import re

from ..table import (
    ENRICHMENT,
    SCHEMA,
    Fact,
    Recorded,
    atomic,
    failed,
    good,
    input_data,
    invalid,
    row,
)
from .common import pixel, tp2

INT32 = "Cannot be converted to java.lang.Integer"
DECIMAL = re.compile("^Cannot be converted to java.math.BigDecimal. Error : ")
BIT = "Cannot be converted to Boolean-like java.lang.Byte"
EPOCH_MS = "Not in the expected format: ms since epoch"
YEAR = re.compile("^Formatting as .* is not Redshift-compatible$")
DIMENSIONS = r"Does not conform to regex (\d+)x(\d+)"
PAIR = "Could not be converted to java.lang.Integer s"
UUID = "Not a valid UUID"
SKI = "\U0001f3bf"
"""One character, two UTF-16 code units."""

CONVERSIONS: tuple[tuple[str, str, str, Fact], ...] = (
    ("tid", "one", "txn_id", INT32),
    ("tid", "2147483648", "txn_id", INT32),
    ("vid", "1.5", "domain_sessionidx", INT32),
    ("vid", "1e3", "domain_sessionidx", INT32),
    ("vid", " 1", "domain_sessionidx", INT32),
    ("vid", "9" * 5000, "domain_sessionidx", INT32),
    ("ti_qu", "many", "ti_quantity", INT32),
    ("pp_mix", "-2147483649", "pp_xoffset_min", INT32),
    ("pp_max", "0x10", "pp_xoffset_max", INT32),
    ("pp_miy", "1_000", "pp_yoffset_min", INT32),
    ("pp_may", "-", "pp_yoffset_max", INT32),
    ("se_va", "much", "se_value", DECIMAL),
    ("se_va", "1,5", "se_value", DECIMAL),
    ("se_va", "NaN", "se_value", DECIMAL),
    ("se_va", "1e400", "se_value", DECIMAL),
    ("se_va", "1e999999999999", "se_value", DECIMAL),
    ("se_va", "9" * 5000, "se_value", DECIMAL),
    ("tr_tt", "$5", "tr_total", DECIMAL),
    ("tr_tx", "5 EUR", "tr_tax", DECIMAL),
    ("tr_sh", "--1", "tr_shipping", DECIMAL),
    ("ti_pr", ".", "ti_price", DECIMAL),
    ("f_pdf", "2", "br_features_pdf", BIT),
    ("f_java", "true", "br_features_java", BIT),
    ("cookie", "yes", "br_cookies", BIT),
    ("dtm", "now", "dvce_created_tstamp", EPOCH_MS),
    ("dtm", "1.5", "dvce_created_tstamp", EPOCH_MS),
    ("dtm", "2025-01-01T00:00:00Z", "dvce_created_tstamp", EPOCH_MS),
    ("dtm", "9223372036854775808", "dvce_created_tstamp", EPOCH_MS),
    ("dtm", "253402300800000", "dvce_created_tstamp", YEAR),
    ("dtm", "9223372036854775807", "dvce_created_tstamp", YEAR),
    ("stm", "-62167219200001", "dvce_sent_tstamp", YEAR),
    ("ttm", "-9223372036854775808", "true_tstamp", YEAR),
    ("res", "1024", "dvce_screenwidth", DIMENSIONS),
    ("res", "1024X768", "dvce_screenwidth", DIMENSIONS),
    ("ds", "-1x5", "doc_width", DIMENSIONS),
    ("vp", "1x2x3", "br_viewwidth", DIMENSIONS),
    ("vp", "5x2147483648", "br_viewwidth", PAIR),
    ("eid", "1", "event_id", UUID),
    ("eid", "{bee0a6d7-fc17-4392-b2bc-2208e8e944f3}", "event_id", UUID),
    ("sid", "bee0a6d7fc174392b2bc2208e8e944f3", "domain_sessionid", UUID),
    ("p", "desktop", "platform", "Not a valid platform"),
    ("p", "WEB", "platform", "Not a valid platform"),
)

LENGTHS = (
    ("aid", "app_id", 255),
    ("tna", "name_tracker", 128),
    ("tv", "v_tracker", 100),
    ("uid", "user_id", 255),
    ("fp", "user_fingerprint", 128),
    ("duid", "domain_userid", 128),
    ("tnuid", "network_userid", 128),
    ("page", "page_title", 2000),
    ("ua", "useragent", 1000),
    ("lang", "br_lang", 255),
    ("cd", "br_colordepth", 12),
    ("cs", "doc_charset", 128),
    ("se_ca", "se_category", 1000),
    ("se_la", "se_label", 4096),
    ("tr_id", "tr_orderid", 255),
    ("ti_nm", "ti_name", 255),
)


def too_long(column: str, limit: int) -> Recorded:
    message = f"Field is longer than maximum allowed size {limit}"
    return atomic(column, message, "atomic_field_length_exceeded")


def no_event(found: str | None, *others: Fact, because: tuple[str, ...] = ()) -> Recorded:
    """No schema can be told from the kind of event."""
    failure = {"message": input_data("event", found, re.compile("^no schema can be derived"))}
    messages, kind = (others, SCHEMA) if others else ((failure,), ENRICHMENT)
    return failed(kind, *messages, because=(*because, "EnrichmentError: "))


def no_url(text: str) -> Recorded:
    start = f"Provided URI [{text}] could not be parsed, neither by Java parsing (error: ["
    return enrichment({"error": re.compile(f"^{re.escape(start)}")})


def enrichment(message: Fact) -> Recorded:
    return failed(ENRICHMENT, {"message": message}, because="EnrichmentError: ")


NO_EVENT_TYPE = invalid(
    "iglu:com.snowplowanalytics.snowplow/atomic/jsonschema/1-0-0",
    {"message": "Not a valid event type", "path": "event"},
)

COLUMNS = (
    *(
        row(
            f"{name}={text[:40]} in the column {column}",
            tp2({name: text}),
            atomic(column, error),
        )
        for name, text, column, error in CONVERSIONS
    ),
    row(
        "faults in three columns make one violation, and the rest is kept",
        tp2({"tid": "x", "cookie": "x", "res": "x", "aid": "shop"}),
        failed(
            SCHEMA,
            invalid(
                "iglu:com.snowplowanalytics.snowplow/atomic/jsonschema/1-0-0",
                {"path": "txn_id"},
                {"path": "br_cookies"},
                {"path": "dvce_screenwidth"},
            ),
            because="ValidationError",
            app_id="shop",
            txn_id=None,
            br_cookies=None,
            dvce_screenheight=None,
        ),
    ),
    row("a number that is null", tp2({"tid": "null", "se_va": "NULL"}), good(txn_id=None)),
    row(
        "a number with a sign",
        tp2({"tid": "+5", "pp_mix": "-5"}),
        good(txn_id=5, pp_xoffset_min=-5),
    ),
    row("a decimal with an exponent", tp2({"se_va": "-1.5e-3"}), good(se_value=-0.0015)),
    row("the last instant", tp2({"dtm": "253402300799999"}), good()),
    row("several addresses", tp2({"ip": "1.2.3.4, 5.6.7.8"}), good(user_ipaddress="1.2.3.4")),
    row("an address that is none", tp2({"ip": "nowhere"}), good(user_ipaddress="nowhere")),
    row("a UUID in capitals", tp2({"sid": "A" * 8 + "-AAAA" * 3 + "-" + "A" * 12}), good()),
    *(
        row(
            f"{name} of {limit + 1} letters in the column {column}",
            tp2({name: "a" * (limit + 1)}),
            too_long(column, limit),
        )
        for name, column, limit in LENGTHS
    ),
    row("a text of just the limit", tp2({"aid": "a" * 255}), good(app_id="a" * 255)),
    row("an emoji counts twice", tp2({"aid": SKI * 128}), too_long("app_id", 255)),
    row("emoji up to the limit", tp2({"aid": SKI * 127 + "a"}), good(app_id=SKI * 127 + "a")),
    row(
        "a URL of 10,001 letters",
        tp2({"url": f"http://a/{'b' * 2_900}?{'c' * 5_900}#{'d' * 1_191}"}),
        too_long("page_url", 10_000),
    ),
    row(
        "a URL with a path of 3,001 letters",
        tp2({"url": f"http://a/{'b' * 3_000}"}),
        too_long("page_urlpath", 3_000),
    ),
    row(
        "a URL with a scheme of 17 letters",
        tp2({"url": f"{'s' * 17}://a/"}),
        too_long("page_urlscheme", 16),
    ),
)

EVENTS = (
    row(
        "no kind of event", pixel(e=""), no_event(None, NO_EVENT_TYPE, because=("ValidationError",))
    ),
    row(
        "a kind of event that nobody knows",
        tp2({"e": "xx"}),
        no_event(None, NO_EVENT_TYPE, because=("ValidationError",)),
    ),
    row(
        "a kind of event by its long name",
        tp2({"e": "page_view"}),
        no_event(None, NO_EVENT_TYPE, because=("ValidationError",)),
    ),
    row(
        "a kind of event in capitals",
        tp2({"e": "PV"}),
        no_event(None, NO_EVENT_TYPE, because=("ValidationError",)),
    ),
    row("an ad impression", tp2({"e": "ad"}), no_event("ad_impression")),
    row("a struct event by its old code", tp2({"e": "ev", "se_ca": "a"}), good(event="struct")),
)

URLS = (
    *(
        row(f"the page {url}", tp2({"url": url}), no_url(url))
        for url in (
            "http://[::1",
            "http://host:port/",
            "http://host:99999999999/",
            "http://a]b/",
            "://a",
            "1http://a",
            "ht tp://a",
            "http://",
        )
    ),
    row("the referrer http://[::1", tp2({"refr": "http://[::1"}), no_url("http://[::1")),
    row(
        "page and referrer that are no URLs",
        tp2({"url": "http://[", "refr": "http://]"}),
        failed(
            ENRICHMENT,
            {"message": {"error": re.compile(r"\[http://\[\]")}},
            {"message": {"error": re.compile(r"\[http://\]\]")}},
            because=("EnrichmentError: ",) * 2,
        ),
    ),
    row(
        "a page with spaces and braces",
        tp2({"url": "http://a/b c?d={e}"}),
        good(page_url="http://a/b%20c?d=%7Be%7D", page_urlpath="/b%20c"),
    ),
    row("a page of one word", tp2({"url": "hello"}), good(page_url="hello", page_urlhost=None)),
    row("a page outside ASCII", tp2({"url": "http://bücher.de/ä"}), good(page_urlhost="bücher.de")),
    row("a page without slashes", tp2({"url": "about:blank"}), good(page_urlscheme="about")),
    row(
        "a decorated link whose time is none",
        tp2({"url": "http://a/?_sp=user.yesterday"}),
        enrichment(input_data("sp_dtm", "yesterday", EPOCH_MS)),
    ),
)

TIMES = (
    row(
        "an event that was sent 8,000 years after it happened",
        tp2({"dtm": "0", "stm": "253402300799999"}),
        enrichment(input_data("derived_tstamp", re.compile("^-"), YEAR)),
    ),
    row(
        "an event that was sent before it happened",
        tp2({"dtm": "2000000000000", "stm": "1000000000000"}),
        good(dvce_created_tstamp="2033-05-18T03:33:20Z"),
    ),
)

ROWS = (*COLUMNS, *EVENTS, *URLS, *TIMES)
