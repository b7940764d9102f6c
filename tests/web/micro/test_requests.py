"""Paths, methods and bodies: what is asked, and how a wrong question is answered."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from queries.rows_of import Payloads, page_view
from web.micro.asking import LOCAL, Micro

MALFORMED = (400, "The request body was malformed.")
INVALID = (422, "The request body was invalid.")
NO_SUCH_PATH = "Path for micro has to be one of: /events /all /good /bad /reset /iglu"
LOOKUP_FORMAT = (
    "Schema lookup should be in format "
    "iglu/{vendor}/{schemaName}/jsonschema/{model}-{revision}-{addition}"
)
PAGE = {"page": 1, "pageSize": 10, "filters": []}
DAY = {"start": "2025-01-01T00:00:00Z", "end": "2025-01-02T00:00:00Z"}


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        pytest.param("GET", "/micro/nothing", 404, NO_SUCH_PATH, id="an unknown path"),
        pytest.param("OPTIONS", "/micro/nothing", 404, NO_SUCH_PATH, id="also for OPTIONS"),
        pytest.param("GET", "/micro", 404, NO_SUCH_PATH, id="nothing after micro"),
        pytest.param("GET", "/micro/", 404, NO_SUCH_PATH, id="nothing after the slash"),
        pytest.param("GET", "/micro//all", 404, NO_SUCH_PATH, id="an empty first segment"),
        pytest.param("GET", "/micro/ALL", 404, NO_SUCH_PATH, id="a path has a case"),
        pytest.param(
            "GET", "/micro/ui", 404, "This installation has no inspector page.", id="no page"
        ),
        pytest.param("GET", "/micro/iglu", 404, LOOKUP_FORMAT, id="no schema"),
        pytest.param("GET", "/micro/iglu/a/b/1-0-0", 404, LOOKUP_FORMAT, id="no format"),
        pytest.param("GET", "/micro/iglu/a/b/avro/1-0-0", 404, LOOKUP_FORMAT, id="another format"),
        pytest.param(
            "GET", "/micro/iglu/a/b/jsonschema/1-0", 404, LOOKUP_FORMAT, id="a short version"
        ),
        pytest.param("GET", "/micro/iglu/a/b/jsonschema/0-0-0", 404, LOOKUP_FORMAT, id="model 0"),
        pytest.param(
            "GET", "/micro/iglu/a/b/jsonschema/1-0-0/", 404, LOOKUP_FORMAT, id="a slash too many"
        ),
        pytest.param("GET", "/micro/iglu/../x/jsonschema/1-0-0/..", 404, LOOKUP_FORMAT, id="dots"),
        pytest.param("PUT", "/micro/all", 405, None, id="a method that is not there"),
        pytest.param("GET", "/micro/timeline", 405, None, id="the timeline needs a body"),
        pytest.param("HEAD", "/micro/reset", 405, None, id="HEAD changes nothing"),
        pytest.param(
            "POST", "/micro/iglu/a/b/jsonschema/1-0-0", 405, None, id="schemas are only read"
        ),
        pytest.param("GET", "/micro/all/whatever", 200, None, id="only the first segment counts"),
    ],
)
def test_paths_and_methods(micro, method, path, status, text):
    """Errors are plain text; 405 names the methods."""
    answer = micro.ask(method, path)
    assert answer.status == status
    if text is not None:
        assert answer.text == text
    if status == 405:
        assert "OPTIONS" in answer.header("allow")
        assert f"{method} is not possible here, only " in answer.text or method == "HEAD"


@pytest.mark.parametrize("path", ["/micro/all", "/micro/good", "/micro/bad", "/micro/events"])
def test_head_is_get_without_the_body(micro, path):
    micro.add(Payloads().good(page_view()).failed(page_view()))
    got, asked = micro.get(path), micro.ask("HEAD", path)
    assert (asked.status, asked.body) == (200, b"")
    assert asked.header("content-length") == got.header("content-length") == str(len(got.body))


def test_answers_are_not_cached(micro):
    """A polled answer must be fresh, and text is never guessed to be HTML."""
    answer = micro.get("/micro/all")
    assert answer.header("cache-control") == "no-store"
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.body == b'{"total":0,"good":0,"bad":0}'


def test_post_all_ignores_its_body(micro):
    assert micro.ask("POST", "/micro/all", b"anything").json == {"total": 0, "good": 0, "bad": 0}


@pytest.mark.parametrize("path", ["/micro/good", "/micro/bad", "/micro/events", "/micro/timeline"])
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="cut short"),
        pytest.param(b"filters=1", id="a form"),
        pytest.param(b"{} {}", id="two values"),
        pytest.param(b'{"limit": NaN}', id="NaN"),
        pytest.param(b'{"schema": "\\ud800"}', id="half a surrogate pair"),
        pytest.param(b'{"schema": "\xff"}', id="not UTF-8"),
        pytest.param(b"[" * 100_000, id="a tower of brackets"),
        pytest.param(b'{"a":' * 2000 + b"1" + b"}" * 2000, id="too deep"),
        pytest.param(b"\x00", id="a NUL"),
        pytest.param(b" ", id="a space"),
    ],
)
def test_what_is_no_json_is_malformed(micro, path, body):
    """Whatever the content type says."""
    answer = micro.ask("POST", path, body)
    assert (answer.status, answer.text) == MALFORMED
    assert answer.header("content-type") == "text/plain; charset=utf-8"
    assert answer.header("x-piste-error")


@pytest.mark.parametrize(
    ("path", "body", "detail"),
    [
        pytest.param("good", [], "$: expected `object`, got `array`", id="an array"),
        pytest.param("good", None, "$: expected `object`, got `null`", id="null"),
        pytest.param("good", {"limit": -1}, "$.limit: expected `int` >= 0", id="a negative limit"),
        pytest.param(
            "good", {"limit": "1"}, "$.limit: expected `int | null`, got `str`", id="text"
        ),
        pytest.param(
            "good", {"limit": 1.5}, "$.limit: expected `int | null`, got `float`", id="half"
        ),
        pytest.param(
            "good", {"limit": True}, "$.limit: expected `int | null`, got `bool`", id="true"
        ),
        pytest.param(
            "good", {"limit": 10**30}, "$.limit: expected `int | null`, got `float`", id="huge"
        ),
        pytest.param(
            "good", {"schema": 1}, "$.schema: expected `str | null`, got `int`", id="a number"
        ),
        pytest.param(
            "good",
            {"contexts": "a"},
            "$.contexts: expected `array | null`, got `str`",
            id="no list",
        ),
        pytest.param(
            "good",
            {"contexts": [None]},
            "$.contexts[0]: expected `str`, got `null`",
            id="null in it",
        ),
        pytest.param(
            "good",
            {"wait": {}},
            "$.wait: object missing required field `count`",
            id="wait for what",
        ),
        pytest.param(
            "good", {"wait": {"count": -1}}, "$.wait.count: expected `int` >= 0", id="wait for less"
        ),
        pytest.param(
            "bad", {"vendor": {}}, "$.vendor: expected `str | null`, got `object`", id="an object"
        ),
        pytest.param("events", {}, "$: object missing required field `page`", id="an empty search"),
        pytest.param(
            "events", PAGE | {"page": 0}, "$.page: expected `int` >= 1", id="pages count from 1"
        ),
        pytest.param(
            "events", PAGE | {"pageSize": 0}, "$.pageSize: expected `int` >= 1", id="an empty page"
        ),
        pytest.param(
            "events", PAGE | {"pageSize": "x"}, "$.pageSize: expected `int`, got `str`", id="text"
        ),
        pytest.param(
            "events",
            PAGE | {"filters": None},
            "$.filters: expected `array`, got `null`",
            id="null filters",
        ),
        pytest.param(
            "events",
            PAGE | {"filters": [{"column": "app_id"}]},
            "$.filters[0]: object missing required field `value`",
            id="a filter without value",
        ),
        pytest.param(
            "events",
            PAGE | {"validEvents": 1},
            "$.validEvents: expected `bool | null`, got `int`",
            id="1",
        ),
        pytest.param(
            "events",
            PAGE | {"timeRange": {"start": "yesterday"}},
            "$.timeRange.start: 'yesterday' is not an ISO 8601 date-time such as 2025-01-01T00:00:00Z",
            id="no date",
        ),
        pytest.param(
            "events",
            PAGE | {"timeRange": {"end": "\u2028\n\u00e9"}},
            "$.timeRange.end: '\\u2028\\n\\xe9' is not an ISO 8601 date-time such as 2025-01-01T00:00:00Z",
            id="no header injection",
        ),
        pytest.param(
            "events",
            PAGE | {"sorting": {"column": "contexts", "desc": True}},
            "$.sorting.column: 'contexts' is not possible here, only atomic columns",
            id="sorting by JSON",
        ),
        pytest.param(
            "events",
            PAGE | {"filters": [{"column": "app_id", "value": "a"}] * 101},
            "$.filters: expected `array` of length <= 100",
            id="more filters than anybody needs",
        ),
        pytest.param(
            "good",
            {"contexts": ["a"] * 101},
            "$.contexts: expected `array` of length <= 100",
            id="more entities than an event has",
        ),
        pytest.param("timeline", {}, "$: object missing required field `buckets`", id="no buckets"),
        pytest.param(
            "timeline",
            {"buckets": [DAY, {"start": "2025-01-01T00:00:00Z"}]},
            "$.buckets[1]: object missing required field `end`",
            id="half a bucket",
        ),
        pytest.param(
            "timeline",
            {"buckets": [DAY | {"end": "2025-13-01"}]},
            "$.buckets[0].end: '2025-13-01' is not an ISO 8601 date-time such as 2025-01-01T00:00:00Z",
            id="a month 13",
        ),
    ],
)
def test_what_has_the_wrong_shape_is_invalid(micro, path, body, detail):
    """The body is the documented sentence, which clients compare; a header says what is wrong."""
    answer = micro.post(f"/micro/{path}", body)
    assert (answer.status, answer.text) == INVALID
    assert answer.header("x-piste-error") == detail


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        pytest.param("good", b"", 2, id="an empty body filters nothing"),
        pytest.param("good", b"{}", 2, id="an empty object neither"),
        pytest.param("good", b'\xef\xbb\xbf{"limit": 1}', 1, id="a byte order mark"),
        pytest.param(
            "good", b'{"limit": null, "schema": null, "contexts": null}', 2, id="null is absent"
        ),
        pytest.param(
            "good", b'{"Limit": 1, "unknown": {"a": []}}', 2, id="unknown keys are ignored"
        ),
        pytest.param("good", b'{"limit": 0}', 0, id="a limit of 0"),
        pytest.param("good", b'{"limit": 9223372036854775808}', 2, id="a limit beyond 64 bits"),
        pytest.param(
            "good", b'{"contexts": [%b]}' % b",".join([b'"a"'] * 100), 0, id="100 entities"
        ),
        pytest.param("good", b'{"limit": 2, "limit": 1}', 1, id="of duplicate keys the last"),
        pytest.param("bad", b"", 1, id="bad without a body"),
        pytest.param("bad", b'{"limit": 0}', 0, id="bad with a limit"),
    ],
)
def test_lenient_bodies(micro, path, body, expected):
    """What a user may send without meaning harm."""
    micro.add(Payloads().good(page_view(), page_view()).failed(page_view()))
    answer = micro.ask("POST", f"/micro/{path}", body, headers=LOCAL | {"Content-Type": "text/x"})
    assert answer.status == 200
    assert len(answer.json) == expected


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        pytest.param([b" " * (1 << 20), b"{}"], {}, 413, id="more than 1 MiB, in chunks"),
        pytest.param(b"", {"Content-Length": "9999999"}, 413, id="as the header announces"),
        pytest.param([b" " * (1 << 19)] * 2, {}, 400, id="exactly 1 MiB (of spaces)"),
        pytest.param(b"{}", {"Content-Length": "3"}, 400, id="less than announced"),
    ],
)
def test_body_sizes(micro, body, headers, status):
    """A body has at most 1 MiB."""
    assert micro.ask("POST", "/micro/good", body, headers=LOCAL | headers).status == status


def test_a_client_that_leaves_gets_no_answer(micro):
    assert micro.ask("POST", "/micro/good", []).status is None


def test_every_endpoint_says_that_nothing_is_stored(new_micro):
    """With `--no-storage` only schemas can be asked for."""
    micro = new_micro(storage=False)
    for method, path in (
        ("GET", "all"),
        ("POST", "events"),
        ("GET", "reset"),
        ("POST", "timeline"),
    ):
        answer = micro.ask(method, f"/micro/{path}", json.dumps(PAGE).encode())
        assert (answer.status, answer.text) == (
            404,
            "Events are not stored (--no-storage), so there is nothing to inspect.",
        )
    assert micro.get("/micro/iglu/com.myvendor/myschema/jsonschema/1-0-0").status == 200


def test_a_schema_keeps_its_numbers(micro):
    """Integers of any size print with all digits."""
    answer = micro.get("/micro/iglu/com.myvendor/myschema/jsonschema/1-0-0")
    assert answer.json["maximum"] == 2**70


def test_a_broken_store_is_an_error_in_the_log(new_micro, caplog):
    """No stack trace for the client, and CORS headers as on every answer."""
    micro = new_micro()
    micro.store.close()
    answer = micro.get("/micro/all", headers=LOCAL | {"Origin": "http://localhost:1"})
    assert (answer.status, answer.text) == (
        500,
        "The question could not be answered; the log says why.",
    )
    assert answer.header("access-control-allow-origin") == "http://localhost:1"
    assert "GET /micro/all could not be answered" in caplog.text


def test_the_inspector_page_is_a_hook(new_micro):
    """`/micro/ui` and all below it belong to the handed-in application."""
    asked = []

    async def ui(scope, receive, send):
        asked.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"page"})

    micro = new_micro(ui=ui)
    assert micro.get("/micro/ui").text == micro.get("/micro/ui/a/b.js").text == "page"
    assert asked == ["/micro/ui", "/micro/ui/a/b.js"]
    assert micro.get("/micro/ui", peer="203.0.113.9").status == 401


@pytest.fixture(scope="module")
def filled():
    micro = Micro().add(Payloads().good(page_view(app_id="a"), page_view()).failed(page_view()))
    yield micro
    micro.close()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
columns = (
    st.sampled_from(
        [
            "app_id",
            "collector_tstamp",
            "br_viewwidth",
            "contexts_a_1.b",
            "unstruct_event_a_1",
            "geo_location",
        ]
    )
    | st.text()
)
instants = st.datetimes().map(lambda instant: instant.isoformat()) | st.text(max_size=5)
bodies = st.fixed_dictionaries(
    {},
    optional={
        "page": st.integers(),
        "pageSize": st.integers(max_value=50),
        "filters": st.lists(
            st.fixed_dictionaries({"column": columns, "value": st.text(max_size=4)}), max_size=3
        ),
        "validEvents": st.none() | st.booleans(),
        "timeRange": st.none()
        | st.fixed_dictionaries({}, optional={"start": instants, "end": instants}),
        "sorting": st.fixed_dictionaries({"column": columns, "desc": st.booleans()}),
        "buckets": st.lists(
            st.fixed_dictionaries({"start": instants, "end": instants}), max_size=3
        ),
        "limit": st.none() | st.integers(),
        "contexts": st.none() | st.lists(st.text(), max_size=3),
        "schema": st.none() | st.text(),
        "event_type": st.none() | st.text(),
        "vendor": st.none() | st.text(),
        "version": st.none() | st.text(),
        "wait": st.none()
        | st.fixed_dictionaries({"count": st.integers(0, 2), "timeoutMs": st.just(0)}),
    },
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["good", "bad", "events", "timeline"]), bodies | json_values)
def test_any_json_gets_a_documented_status(filled, path, body):
    """Whatever the body holds, the answer is 200, 400 or 422."""
    raw = json.dumps(body).encode()
    assert filled.ask("POST", f"/micro/{path}", raw).status in (200, 400, 422)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["GET", "HEAD", "POST", "PUT", "OPTIONS", "X"]),
    st.text().map("/micro/{}".format)
    | st.text().map("/micro/iglu/{}".format)
    | st.sampled_from(
        ["/micro/all", "/micro/good", "/micro/bad", "/micro/events", "/micro/timeline"]
    ),
    st.binary(max_size=20),
)
def test_any_request_gets_a_documented_status(filled, method, path, body):
    """Any path, method and bytes: never an error of ours."""
    assert filled.ask(method, path, body).status in (200, 400, 404, 405, 422)
