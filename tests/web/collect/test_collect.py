"""`/api/v1/collect` as TinyTrail documents it: requests, answers, their order, and what is recorded."""

import json

import pytest

from piste.web.collector.accept import Overloaded

from .collecting import (
    BROWSER,
    CHROME,
    EXAMPLE,
    IP,
    NOON_MS,
    WEBSITE,
    WEBSITE_ID,
    World,
    at,
)

GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
BOT = BROWSER | {"User-Agent": GOOGLEBOT}
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def world():
    return World()


def error(code, message):
    return {"status": "error", "error": {"code": code, "message": message}}


def without(name):
    return {key: value for key, value in EXAMPLE.items() if key != name}


# The documented request and its answers.


def test_the_documented_example(world):
    answer = world.collect()
    assert answer.status == 202
    assert answer.body == b'{"status":"accepted"}'
    hit = world.hit
    assert (hit.website_id, hit.hit_type, hit.hit_name) == (WEBSITE_ID, "page_view", None)
    assert (hit.path, hit.content_group) == ("/blog/post-1", "Blog")
    assert hit.url == "https://example.com/blog/post-1"
    assert (hit.utm_source, hit.utm_medium, hit.utm_campaign) == ("twitter", None, None)
    assert hit.referrer == "https://t.co/abc123"
    assert (hit.referrer_domain, hit.referrer_channel) == ("t.co", "Social")
    assert (hit.browser, hit.operating_system, hit.device_type) == ("Chrome", "Windows", "desktop")
    assert (hit.screen_width, hit.screen_height, hit.screen_bucket) == (1920, 1080, "1441+")
    assert (hit.is_bot, hit.bot_reason, hit.is_excluded) == (False, None, False)
    assert (hit.received_ms, hit.collector) == (NOON_MS, "piste-test")


def test_nothing_of_the_hit_is_the_address_or_the_user_agent(world):
    world.view()
    assert IP not in repr(world.hit)
    assert CHROME not in repr(world.hit)


def test_the_preflight_request(world):
    answer = world.collect(b"", {"Origin": "https://example.com"}, method="OPTIONS")
    assert answer.status == 204
    assert answer.body == b""
    assert answer.header("access-control-allow-origin") == "https://example.com"
    assert answer.header("access-control-allow-methods") == "POST, OPTIONS"
    assert answer.header("access-control-allow-headers") == "Content-Type"
    assert answer.header("access-control-allow-credentials") == "true"
    assert answer.header("access-control-max-age") == "86400"
    assert answer.header("vary") == "Origin"
    assert world.hits == []


def test_preflight_requests_are_not_limited():
    world = World(requests=1)
    for _ in range(3):
        assert world.collect(b"", method="OPTIONS").status == 204


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_other_methods(world, method):
    answer = world.collect(method=method)
    assert answer.status == 405
    assert answer.header("allow") == "POST, OPTIONS"
    if method != "HEAD":
        assert answer.json == error("METHOD_NOT_ALLOWED", "Wanted: POST or OPTIONS")
    assert world.hits == []


# CORS.

ANSWERS = {
    202: {},
    204: {"body": EXAMPLE | {"website_id": UNKNOWN_ID}},
    400: {"body": {}},
    413: {"body": b" " * 70_000},
    405: {"method": "GET"},
}


@pytest.mark.parametrize("status", ANSWERS)
def test_every_answer_may_be_read_by_the_page(world, status):
    answer = world.collect(**ANSWERS[status])
    assert answer.status == status
    assert_readable(answer)


def assert_readable(answer):
    assert answer.header("access-control-allow-origin") == "https://example.com"
    assert answer.header("access-control-allow-credentials") == "true"
    assert answer.header("access-control-expose-headers") == "Retry-After, X-Piste-Reason"
    assert answer.header("vary") == "Origin"
    assert answer.header("set-cookie") is None


@pytest.mark.parametrize(
    ("origin", "allowed", "credentials"),
    [
        (None, "*", "true"),
        ("null", "*", None),
        ("https://a.example:8443", "https://a.example:8443", "true"),
        ("http://[::1]:3000", "http://[::1]:3000", "true"),
        ("https://evil.example\x01", "*", None),
        ("https://a.example, https://b.example", "*", None),
        ("é", "*", None),
    ],
)
def test_which_origins_are_named(world, origin, allowed, credentials):
    headers = {name: value for name, value in BROWSER.items() if name != "Origin"}
    answer = world.collect(headers=headers | ({} if origin is None else {"Origin": origin}))
    assert answer.status == 202
    assert answer.header("access-control-allow-origin") == allowed
    assert answer.header("access-control-allow-credentials") == credentials
    assert answer.header("vary") == "Origin"


@pytest.mark.parametrize(
    "content_type",
    [None, "application/json", "application/json; charset=utf-8", "text/plain;charset=UTF-8"],
)
def test_json_of_these_content_types(world, content_type):
    headers = BROWSER | {"Content-Type": content_type or ""}
    if content_type is None:
        del headers["Content-Type"]
    assert world.collect(headers=headers).status == 202


# 429: before all else.


def test_the_eleventh_request_in_ten_seconds_is_refused():
    world = World(requests=10)
    assert [world.collect().status for _ in range(11)] == [202] * 10 + [429]
    answer = world.collect()
    assert answer.json == error("RATE_LIMITED", "Too many requests; try again in 10 s")
    assert answer.header("retry-after") == "10"
    assert_readable(answer)
    assert len(world.hits) == 10
    world.time_ms += 10_000
    assert world.collect().status == 202


def test_the_limit_is_by_address():
    world = World(requests=1)
    assert world.collect().status == 202
    assert world.collect(peer="198.51.100.24").status == 202
    assert world.collect(peer="::ffff:198.51.100.23").status == 429


def test_requests_that_are_wrong_count_too():
    world = World(requests=2)
    assert world.collect(b"{").status == 400
    assert world.collect(EXAMPLE | {"website_id": UNKNOWN_ID}).status == 204
    assert world.collect(b"{").status == 429


def test_a_forged_header_is_no_way_around_the_limit():
    world = World(requests=1)
    assert world.collect().status == 202
    assert world.collect(headers=BROWSER | {"X-Forwarded-For": "192.0.2.1"}).status == 429


# 400: what is wrong is named.


@pytest.mark.parametrize("name", ["website_id", "event_type", "url", "path"])
def test_a_required_field_that_is_missing(world, name):
    for body in (without(name), EXAMPLE | {name: None}):
        answer = world.collect(body)
        assert answer.status == 400
        assert answer.json == error("INVALID_PAYLOAD", f"`{name}` is missing")
    assert world.hits == []


@pytest.mark.parametrize("value", [1, True, [], {}, 1.5])
@pytest.mark.parametrize(
    "name",
    [
        *("website_id", "event_type", "url", "path", "referrer", "event_name"),
        *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"),
    ],
)
def test_a_text_that_is_none(world, name, value):
    answer = world.collect(EXAMPLE | {name: value})
    assert answer.status == 400
    assert answer.message == f"`{name}` must be a text"


@pytest.mark.parametrize("name", ["website_id", "event_type", "url"])
@pytest.mark.parametrize("value", ["", "   ", "\0"])
def test_a_required_text_that_is_empty(world, name, value):
    assert world.collect(EXAMPLE | {name: value}).message == f"`{name}` must not be empty"


@pytest.mark.parametrize("name", ["screen_width", "screen_height"])
@pytest.mark.parametrize("value", ["1920", True, -1, -0.5, [], {}, -(10**30)])
def test_a_number_that_is_none(world, name, value):
    answer = world.collect(EXAMPLE | {name: value})
    assert answer.status == 400
    assert answer.message == f"`{name}` must be a number of 0 or more"


@pytest.mark.parametrize("value", ["{}", [], 1, False])
def test_properties_that_are_no_object(world, value):
    assert (
        world.collect(EXAMPLE | {"properties": value}).message == "`properties` must be an object"
    )


def test_properties_at_their_limits(world):
    assert world.collect(EXAMPLE | {"properties": {"a": {"b": {"c": 1}}}}).status == 202
    assert world.collect(EXAMPLE | {"properties": {"a": [{"c": 1}]}}).status == 202
    for deep in ({"a": {"b": {"c": {}}}}, {"a": [[[]]]}):
        answer = world.collect(EXAMPLE | {"properties": deep})
        assert answer.message == "`properties` is nested more than 3 levels deep"
    overhead = len('{"a":""}')
    assert world.collect(EXAMPLE | {"properties": {"a": "x" * (8192 - overhead)}}).status == 202
    answer = world.collect(EXAMPLE | {"properties": {"a": "x" * (8193 - overhead)}})
    assert answer.message == "`properties` is larger than 8192 bytes of JSON"


def test_all_that_is_wrong_is_said(world):
    answer = world.collect({"path": 1, "screen_width": "wide"})
    assert answer.message == (
        "`website_id` is missing; `event_type` is missing; `url` is missing; `path` must be a text; "
        "`screen_width` must be a number of 0 or more"
    )


def test_at_most_ten_flaws_are_named(world):
    texts = ("referrer", "event_name", "utm_source", "utm_medium", "utm_campaign", "utm_term")
    body = dict.fromkeys((*texts, "screen_width", "screen_height", "properties"), True)
    assert world.collect(body).message.endswith("`utm_term` must be a text; and 3 more")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The body is not JSON: invalid json: exhausted input"),
        (b"[]", "The body must be an object"),
        (b"null", "The body must be an object"),
        (b'"text"', "The body must be an object"),
        (b"\xff{}", "The body is not UTF-8: invalid start byte at byte 0"),
    ],
)
def test_a_body_that_is_no_object(world, body, message):
    answer = world.collect(body)
    assert answer.status == 400
    assert answer.json == error("INVALID_PAYLOAD", message)


@pytest.mark.parametrize(
    "body", [b"{", b"{'a': 1}", b'{"a": NaN}', b'{"a": "\\ud800"}', b"[" * 999]
)
def test_a_body_that_is_no_json(world, body):
    answer = world.collect(body)
    assert answer.status == 400
    assert answer.message.startswith("The body is not JSON: invalid json: ")


def test_a_byte_order_mark_is_no_harm(world):
    assert world.collect(b"\xef\xbb\xbf" + json.dumps(EXAMPLE).encode()).status == 202


def test_a_body_of_64_kib_and_one_that_is_larger(world):
    body = json.dumps(EXAMPLE | {"other": ""})[:-2]
    padded = body + "x" * (65_536 - len(body) - 2) + '"}'
    assert world.collect(padded.encode()).status == 202
    answer = world.collect((padded + " ").encode())
    assert answer.status == 413
    assert answer.json == error("PAYLOAD_TOO_LARGE", "The body has more than 65536 bytes")


# 204: nobody is told why.


@pytest.mark.parametrize(
    "website_id", [UNKNOWN_ID, "none", WEBSITE_ID[:-1], "x" * 10_000, "' or 1=1"]
)
def test_an_unknown_website(world, website_id):
    answer = world.collect(EXAMPLE | {"website_id": website_id})
    assert (answer.status, answer.body) == (204, b"")
    assert answer.header("content-type") is None
    assert answer.header("x-piste-reason") is None
    assert world.hits == []


def test_the_id_in_capital_letters_is_the_same(world):
    assert world.view(website_id=WEBSITE_ID.upper()).website_id == WEBSITE_ID


def test_a_wrong_body_is_wrong_for_an_unknown_website_too(world):
    assert world.collect({"website_id": UNKNOWN_ID}).status == 400


def test_a_bot_is_recorded_as_one(world):
    answer = world.collect(headers=BOT)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.header("x-piste-reason") is None
    assert world.hit.is_bot
    assert world.hit.bot_reason == "crawler: Googlebot"
    assert not world.hit.is_excluded


def test_who_says_nothing_of_their_browser_is_a_bot(world):
    headers = {name: value for name, value in BROWSER.items() if name != "User-Agent"}
    assert world.collect(headers=headers).status == 204
    assert world.hit.bot_reason == "form: no user agent"


def test_an_excluded_address_is_recorded_as_one(world):
    answer = world.collect(peer="203.0.113.9")
    assert (answer.status, answer.body) == (204, b"")
    assert world.hit.is_excluded
    assert not world.hit.is_bot


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ({"body": EXAMPLE | {"website_id": UNKNOWN_ID}}, "unknown_website"),
        ({"headers": BOT}, "bot: crawler: Googlebot"),
        ({"peer": "203.0.113.9"}, "excluded_ip"),
        ({"headers": BROWSER | {"Sec-Purpose": "prefetch"}}, "prefetch"),
    ],
)
def test_the_reason_is_said_where_it_is_wanted(question, reason):
    world = World(explains=True)
    answer = world.collect(**question)
    assert answer.status == 204
    assert answer.header("x-piste-reason") == reason
    assert World().collect(**question).header("x-piste-reason") is None


def test_no_reason_is_given_for_what_is_accepted():
    assert World(explains=True).collect().header("x-piste-reason") is None


@pytest.mark.parametrize(
    ("headers", "gpc", "dnt"),
    [({"Sec-GPC": "1"}, "gpc", None), ({"DNT": "1"}, None, "dnt"), ({"DNT": "0"}, None, None)],
)
def test_browsers_that_ask_not_to_be_recorded(headers, gpc, dnt):
    for website, reason in ((respecting(gpc=True), gpc), (respecting(dnt=True), dnt)):
        world = World(website=website, explains=True)
        answer = world.collect(headers=BROWSER | headers)
        assert answer.status == (202 if reason is None else 204)
        assert answer.header("x-piste-reason") == reason
        assert len(world.hits) == (reason is None)


def respecting(**which):
    known = {name: which.get(name, False) for name in ("gpc", "dnt")}
    return type(WEBSITE)(WEBSITE_ID, WEBSITE.rules, known["gpc"], known["dnt"])


def test_they_are_recorded_where_the_website_does_not_listen(world):
    assert world.collect(headers=BROWSER | {"Sec-GPC": "1", "DNT": "1"}).status == 202


# 503 and nobody there.


def test_the_sender_is_told_to_come_back_when_the_log_is_full():
    world = World(error=Overloaded(5))
    answer = world.collect()
    assert answer.status == 503
    assert answer.json == error("UNAVAILABLE", "Overloaded; try again in 5 s")
    assert answer.header("retry-after") == "5"
    assert_readable(answer)


def test_a_hit_that_cannot_be_recorded_is_not_acknowledged(caplog):
    world = World(error=OSError("no disk"))
    answer = world.collect()
    assert answer.status == 503
    assert answer.json == error("UNAVAILABLE", "The event could not be recorded")
    assert_readable(answer)
    assert IP not in caplog.text


def test_salts_that_cannot_be_read(caplog):
    world = World()

    def of(day, fresh):
        raise OSError("no disk")

    world.salts.of = of
    assert world.collect().status == 503
    assert world.hits == []


# What is recorded.


@pytest.mark.parametrize(
    "event_type",
    ["page_view", "close_tab", "scroll_25", "scroll_50", "scroll_75", "outbound_link"],
)
def test_the_default_types_have_no_name(world, event_type):
    hit = world.view(event_type=event_type, properties={"name": "x"}, event_name="y")
    assert (hit.hit_type, hit.hit_name) == (event_type, None)
    assert hit.properties == '{"name":"x"}'


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, "custom"),
        ({"event_name": "signup", "properties": {"event_name": "b", "name": "c"}}, "signup"),
        ({"event_name": "", "properties": {"event_name": "b", "name": "c"}}, "b"),
        ({"properties": {"event_name": 1, "name": "c"}}, "c"),
        ({"properties": {"event_name": [], "name": {}}}, "custom"),
        ({"event_name": "x" * 300}, "x" * 255),
    ],
)
def test_the_name_of_a_custom_event(world, fields, name):
    hit = world.view(event_type="custom", **fields)
    assert (hit.hit_type, hit.hit_name) == ("custom", name)


def test_another_type_names_a_custom_event(world):
    hit = world.view(event_type="signup", properties={"plan": "pro"})
    assert (hit.hit_type, hit.hit_name) == ("signup", "signup")
    assert hit.properties == '{"plan":"pro"}'


def test_what_the_body_says_of_a_campaign_comes_before_the_url(world):
    hit = world.view(
        url="https://example.com/?utm_source=a&utm_medium=cpc&utm_campaign=spring&utm_term=t",
        utm_source="b",
        utm_medium="",
        utm_content="banner",
    )
    assert (hit.utm_source, hit.utm_medium, hit.utm_campaign) == ("b", "cpc", "spring")
    assert (hit.utm_term, hit.utm_content) == ("t", "banner")


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.com/a?token=secret#part", "https://example.com/a"),
        ("https://user:secret@example.com/a@b", "https://example.com/a@b"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("about:blank", None),
        ("not a url", None),
        ("file:///home/secret", None),
    ],
)
def test_urls_are_kept_without_what_is_nobodys_business(world, url, kept):
    assert world.view(url=url).url == kept
    assert world.view(referrer=url).referrer == kept
    assert "secret" not in repr(world.hits)


def test_the_path_is_that_of_the_request(world):
    assert world.view(path="/other?x=1#y").path == "/other"
    assert world.view(path="").path == "/"
    assert world.view(path="/#/route?x=1").path == "/#/route"


@pytest.mark.parametrize(
    ("width", "pixels", "bucket"),
    [
        (None, None, "unknown"),
        (0, None, "unknown"),
        (20_001, None, "unknown"),
        (10**40, None, "unknown"),
        (1e300, None, "unknown"),
        (375.9, 375, "320-375"),
        (1440, 1440, "1025-1440"),
    ],
)
def test_odd_sizes_are_no_error(world, width, pixels, bucket):
    hit = world.view(screen_width=width, screen_height=width)
    assert (hit.screen_width, hit.screen_height, hit.screen_bucket) == (pixels, pixels, bucket)


def test_optional_fields_may_be_missing_or_null(world):
    optional = ("referrer", "screen_width", "screen_height", "properties", "utm_source")
    body = {name: value for name, value in EXAMPLE.items() if name not in optional}
    assert world.collect(body).status == 202
    assert world.collect(EXAMPLE | dict.fromkeys(optional)).status == 202
    first, second = world.hits
    assert first == second


def test_a_field_that_nobody_knows_is_no_error(world):
    assert world.collect(EXAMPLE | {"user_id": 17, "ip": "192.0.2.1"}).status == 202
    assert "192.0.2.1" not in repr(world.hit)


# Who it was.


def test_the_same_visitor_has_the_same_hash_on_one_website(world):
    assert world.view().visitor_id == world.view(path="/other").visitor_id


def test_another_address_browser_or_website_has_another(world):
    hashes = {world.view().visitor_id}
    world.collect(peer="198.51.100.24")
    world.collect(headers=BROWSER | {"User-Agent": CHROME.replace("141", "142")})
    hashes |= {hit.visitor_id for hit in world.hits}
    other = World(website=compiled_as("11111111-2222-4333-8444-555555555555"))
    hashes.add(other.view(website_id=other.website.id).visitor_id)
    assert len(hashes) == 4


def compiled_as(website_id):
    return type(WEBSITE)(website_id, WEBSITE.rules)


@pytest.mark.parametrize("spelling", ["::ffff:198.51.100.23", "198.51.100.23:4711"])
def test_the_address_may_be_spelled_otherwise(world, spelling):
    expected = world.view().visitor_id
    world.collect(peer=spelling)
    assert world.hits[-1].visitor_id == expected


def test_a_visit_over_midnight_keeps_its_hash_and_the_day_after_has_another(world):
    world.time_ms = at(23, 50)
    before = world.view().visitor_id
    world.time_ms = at(0, 10, day=1)
    assert world.view().visitor_id == before
    world.time_ms = at(12, 0, day=1)
    assert world.view().visitor_id != before
    assert world.salts.asked == 2


# Which address it was.


@pytest.mark.parametrize(
    ("peer", "forwarded", "excluded"),
    [
        ("127.0.0.1", "203.0.113.9", True),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", True),
        ("127.0.0.1", "203.0.113.9, 198.51.100.1", False),
        ("127.0.0.1", "203.0.113.9, 127.0.0.1", True),
        ("127.0.0.1", "203.0.113.9, nonsense", False),
        ("127.0.0.1", "", False),
        ("198.51.100.1", "203.0.113.9", False),
        (None, "203.0.113.9", True),
    ],
)
def test_only_a_trusted_proxy_tells_who_asked(world, peer, forwarded, excluded):
    world.collect(headers=BROWSER | {"X-Forwarded-For": forwarded}, peer=peer)
    assert world.hit.is_excluded == excluded


def test_the_header_may_be_another():
    world = World(header="CF-Connecting-IP")
    headers = BROWSER | {"X-Forwarded-For": "198.51.100.1", "CF-Connecting-IP": "203.0.113.9"}
    world.collect(headers=headers, peer="127.0.0.1")
    assert world.hit.is_excluded


def test_several_lines_of_the_header_are_one_list(world):
    lines = [
        *BROWSER.items(),
        ("X-Forwarded-For", "198.51.100.1"),
        ("X-Forwarded-For", "203.0.113.9"),
    ]
    world.collect(headers=lines, peer="127.0.0.1")
    assert world.hit.is_excluded
