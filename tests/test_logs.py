"""What is written to standard error: one line a message, whatever is in it."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from piste import logs


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """The test run's own handlers and levels, put back."""
    root, events = logging.getLogger(), logging.getLogger(logs.EVENT_LOG)
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level, events.disabled = handlers, level, False


@pytest.mark.parametrize(
    ("log_format", "stream", "is_json"),
    [
        pytest.param("auto", Terminal(), False, id="auto on a terminal"),
        pytest.param("auto", io.StringIO(), True, id="auto elsewhere"),
        pytest.param("human", io.StringIO(), False, id="human elsewhere"),
        pytest.param("json", Terminal(), True, id="json on a terminal"),
    ],
)
def test_format(log_format, stream, is_json):
    """People read lines, machines read JSON; the words that test suites wait for are in both."""
    logs.configure(stream, format=log_format)
    logging.getLogger("piste.app").info(logs.startup_line("127.0.0.1", 9090))
    (line,) = stream.getvalue().splitlines()
    assert "REST interface bound to /127.0.0.1:9090" in line
    if is_json:
        written = json.loads(line)
        assert (written["level"], written["logger"]) == ("INFO", "piste.app")
        assert written["time"].endswith("Z")
    else:
        assert line == "[INFO] piste.app - REST interface bound to /127.0.0.1:9090"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param("127.0.0.1", "/127.0.0.1:9090", id="IPv4"),
        pytest.param("::1", "/[::1]:9090", id="IPv6 in brackets"),
        pytest.param("localhost", "/localhost:9090", id="a name"),
    ],
)
def test_startup_line(host, expected):
    """Host and port as Micro writes them."""
    assert logs.startup_line(host, 9090) == f"REST interface bound to {expected}"


def test_event_lines():
    """Good and bad events as Micro logs them."""
    stream = Terminal()
    logs.configure(stream)
    log = logging.getLogger(logs.EVENT_LOG)
    good = logs.good_event_line(
        event_id="c6ef3124-b53a-4b13-a233-0088f79dcbcb",
        app_id="shop",
        event_type="page_view",
        schema="iglu:com.snowplowanalytics.snowplow/page_view/jsonschema/1-0-0",
    )
    log.info(good)
    log.warning(logs.bad_event_line(["Error while validating the event.", 'no "é"']))
    assert stream.getvalue().splitlines() == [
        "[INFO] EventLog - GOOD id:c6ef3124-b53a-4b13-a233-0088f79dcbcb app_id:shop type:page_view"
        " (iglu:com.snowplowanalytics.snowplow/page_view/jsonschema/1-0-0)",
        '[WARN] EventLog - BAD ["Error while validating the event.", "no \\"é\\""]',
    ]


@pytest.mark.parametrize("log_format", ["human", "json"])
def test_no_tracker_can_forge_a_line(log_format):
    """An app_id with a line break or a terminal's escape sequence stays inside its line."""
    stream = io.StringIO()
    logs.configure(stream, format=log_format)
    forged = "shop\n[INFO] piste - all is well\r\x1b[2J\u2028"
    line = logs.good_event_line(event_id="1", app_id=forged, event_type=None, schema=None)
    logging.getLogger(logs.EVENT_LOG).info(line)
    (written,) = stream.getvalue().splitlines()
    assert "\x1b" not in written
    assert r"shop\n[INFO] piste - all is well\r" in written


@pytest.mark.parametrize("log_format", ["human", "json"])
def test_an_exception_is_written_with_its_traceback(log_format):
    """A broken machine leaves its traces."""
    stream = io.StringIO()
    logs.configure(stream, format=log_format)
    try:
        raise RuntimeError("broken")
    except RuntimeError:
        logging.getLogger("piste").exception("it failed")
    assert "it failed" in stream.getvalue()
    assert "RuntimeError: broken" in stream.getvalue()


def test_levels_and_the_silent_event_log():
    """Below the level nothing is written; the event log can be off while the rest goes on."""
    stream = io.StringIO()
    logs.configure(stream, format="human", level="warning", events=False)
    logging.getLogger(logs.EVENT_LOG).warning("an event")
    logging.getLogger("piste").info("not so important")
    logging.getLogger("piste").warning("important")
    assert stream.getvalue() == "[WARN] piste - important\n"


def test_a_second_configuration_replaces_the_first():
    """No message is written twice, and the event log comes back."""
    first, second = io.StringIO(), io.StringIO()
    logs.configure(first, events=False)
    logs.configure(second, events=True)
    logging.getLogger(logs.EVENT_LOG).info("an event")
    assert first.getvalue() == ""
    assert len(second.getvalue().splitlines()) == 1
