"""What is too long, too large, too slow or too much; and that nothing is lost silently."""

import asyncio
import logging
from typing import Any

import pytest
from web.collector.calling import DEFAULTS, TP2, Kept, call, collector, scope_of

from piste.web.collector.accept import Overloaded
from piste.web.collector.settings import CollectorSettings, NetworkingSettings

CORS = [
    ("access-control-allow-origin", "https://acme.com"),
    ("access-control-allow-credentials", "true"),
]
ORIGIN = {"Origin": "https://acme.com"}


def limits(**changes: int) -> CollectorSettings:
    return CollectorSettings(networking=NetworkingSettings(**changes))


@pytest.mark.parametrize(
    ("method", "target", "headers", "status"),
    [
        pytest.param("GET", "/i?" + "a" * 84, {}, 200, id="a request line of 100 bytes"),
        pytest.param("GET", "/i?" + "a" * 85, {}, 400, id="one of 101"),
        pytest.param("OPTIONS", "/" + "a" * 84, {}, 400, id="on any route"),
        pytest.param("GET", "/i", {"x": "a" * 95}, 200, id="a header line of 100 bytes"),
        pytest.param("GET", "/i", {"x": "a" * 96}, 400, id="one of 101"),
        pytest.param("GET", "/i", [("x", "")] * 20, 200, id="many header lines, 100 bytes"),
        pytest.param("GET", "/i", [("x", "")] * 21, 400, id="one more of them"),
    ],
)
def test_long_request_lines_and_headers(method, target, headers, status):
    settings = limits(max_request_line_bytes=100, max_headers_bytes=100)
    answered = call(method, target, headers, settings=settings)
    assert answered.status == status
    assert len(answered.kept.payloads) == (1 if status == 200 else 0)


def test_a_refusal_can_be_read_by_the_page_that_asked():
    answered = call("GET", "/i?" + "a" * 30_000, ORIGIN)
    assert answered.status == 400
    assert answered.headers == [
        *CORS,
        ("content-type", "text/plain; charset=UTF-8"),
        ("content-length", "32"),
    ]
    assert answered.body == b"request line or headers too long"


@pytest.mark.parametrize(
    ("headers", "body", "status", "recorded"),
    [
        pytest.param({}, b"a" * 1000, 200, True, id="exactly the limit"),
        pytest.param({}, [b"a" * 999, b"a"], 200, True, id="in chunks"),
        pytest.param({}, b"a" * 1001, 413, False, id="a byte more"),
        pytest.param({}, [b"a" * 1000, b"a"], 413, False, id="in chunks of unknown length"),
        pytest.param({"Content-Length": "1001"}, [], 413, False, id="declared, before it comes"),
        pytest.param({"Content-Length": "0" * 30 + "9"}, b"a" * 9, 200, True, id="leading zeros"),
        pytest.param({"Content-Length": "9" * 5000}, [], 413, False, id="more digits than int"),
        pytest.param({"Content-Length": "x"}, b"a", 200, True, id="no number: it is counted"),
    ],
)
def test_a_body_above_the_drop_size_is_refused(headers, body, status, recorded):
    answered = call("POST", TP2, headers, body, limits(drop_payload_bytes=1000))
    assert (answered.status, bool(answered.kept.payloads)) == (status, recorded)


def test_an_endless_body_is_not_read_beyond_the_limit():
    asked = 0

    async def endless() -> dict[str, object]:
        nonlocal asked
        asked += 1
        return {"type": "http.request", "body": b"a" * 100, "more_body": True}

    answered = call("POST", TP2, settings=limits(drop_payload_bytes=1000), receive=endless)
    assert (answered.status, asked, answered.body) == (413, 11, b"body too large")


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param({"Content-Length": "3"}, b"ab", id="shorter than declared"),
        pytest.param({"Content-Length": "3"}, b"", id="declared, but lost by the server"),
        pytest.param(
            {"Upgrade": "h2c", "Transfer-Encoding": "chunked"}, b"", id="chunked, but lost"
        ),
    ],
)
def test_a_body_that_the_server_lost_is_not_acknowledged(headers, body):
    answered = call("POST", TP2, headers, body)
    assert (answered.status, answered.kept.payloads) == (400, [])
    assert answered.header("connection") == "close"


def test_a_client_that_goes_away_amid_its_body_is_not_answered():
    async def gone() -> dict[str, object]:
        return {"type": "http.disconnect"}

    answered = call("POST", TP2, receive=gone)
    assert (answered.status, answered.kept.payloads) == (None, [])


def test_a_slow_body_is_given_up():
    """Others that are read at the same time are not disturbed."""

    async def run() -> None:
        kept = Kept()
        app = collector(limits(body_timeout_seconds=1), kept)
        answers: dict[str, list[dict[str, Any]]] = {"slow": [], "late": []}

        async def never() -> dict[str, object]:
            await asyncio.sleep(60)
            raise AssertionError

        async def late() -> dict[str, object]:
            await asyncio.sleep(0.9)
            return {"type": "http.request", "body": b"late"}

        def send(name):
            async def append(message: dict[str, object]) -> None:
                answers[name].append(message)

            return append

        slow = asyncio.ensure_future(app(scope_of("POST", TP2), never, send("slow")))
        await asyncio.sleep(0.3)
        await app(scope_of("POST", TP2), late, send("late"))
        await slow
        assert [answer[0]["status"] for answer in answers.values()] == [408, 200]
        assert (b"connection", b"close") in answers["slow"][0]["headers"]
        assert [payload.body for payload in kept.payloads] == ["late"]

    asyncio.run(run())


def test_a_request_that_is_cancelled_while_its_body_comes_is_not_taken_for_slow():
    async def run() -> None:
        kept = Kept()
        asking = asyncio.Event()

        async def never() -> dict[str, object]:
            asking.set()
            await asyncio.sleep(60)
            raise AssertionError

        async def send(_: dict[str, object]) -> None:
            raise AssertionError

        task = asyncio.ensure_future(collector(kept=kept)(scope_of("POST", TP2), never, send))
        await asking.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())


@pytest.mark.parametrize(
    ("method", "target", "body", "actual", "kept_body"),
    [
        pytest.param("POST", "/a/b", "x" * 2000, 2018, "x" * 100, id="a body"),
        pytest.param("POST", "/a/b", "é" * 1000, 2018, "é" * 100, id="characters, not bytes"),
        pytest.param("GET", "/i?" + "a" * 1000, "", 1016, None, id="a query string"),
    ],
)
def test_an_oversized_payload_becomes_a_violation(method, target, body, actual, kept_body):
    """The size is that of the whole request; the body is cut to a tenth of the limit."""
    answered = call(method, target, (), body.encode(), limits(max_payload_bytes=1000))
    ((payload, actual_bytes, max_bytes),) = answered.kept.oversized
    assert answered.kept.payloads == []
    assert (answered.status, actual_bytes, max_bytes) == (200, actual, 1000)
    assert payload.body == kept_body


def test_exactly_the_limit_is_not_oversized():
    line_bytes = len("POST /a/b HTTP/1.1")
    answered = call("POST", "/a/b", (), b"x" * (1000 - line_bytes), limits(max_payload_bytes=1000))
    assert (len(answered.kept.payloads), answered.kept.oversized) == (1, [])


@pytest.mark.parametrize("settings", [DEFAULTS, limits(max_payload_bytes=64)])
@pytest.mark.parametrize(("method", "target"), [("POST", TP2), ("GET", TP2 + "?" + "a" * 64)])
def test_an_overloaded_sink_asks_to_come_back(method, target, settings):
    answered = call(method, target, ORIGIN, b"a" * 64, settings, error=Overloaded(30))
    assert (answered.status, answered.body) == (503, b"overloaded")
    assert answered.headers == [
        *CORS,
        ("retry-after", "30"),
        ("content-type", "text/plain; charset=UTF-8"),
        ("content-length", "10"),
    ]


def test_a_broken_sink_is_logged_and_never_acknowledged(caplog):
    with caplog.at_level(logging.ERROR):
        answered = call("POST", TP2, ORIGIN, error=OSError("disk full"))
    assert (answered.status, answered.body) == (503, b"not recorded")
    assert answered.headers[:2] == CORS
    assert "disk full" in caplog.text


def test_a_path_cannot_forge_a_log_line(caplog):
    call("GET", "/a%0AERROR/b", error=OSError("disk full"))
    assert "could not be recorded" in caplog.messages[0]
    assert "\n" not in caplog.messages[0]


def test_a_websocket_is_refused():
    sent = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    asyncio.run(collector()({"type": "websocket"}, None, send))
    assert sent == [{"type": "websocket.close"}]


def test_other_scopes_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="the collector serves HTTP, not lifespan"):
        asyncio.run(collector()({"type": "lifespan"}, None, None))
