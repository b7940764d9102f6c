"""Outputs against a real pipe and a real HTTP server that answers late, wrongly or not at all."""

import io
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import create_server

import pytest

from piste.ingest.outputs import (
    ATTEMPTS,
    JSON,
    TSV,
    DestinationOutput,
    StreamOutput,
    backoff,
    http_post,
)


def at_once(attempt: int) -> float:
    """No pause between attempts."""
    return 0.0


@dataclass
class Receiver:
    """A destination: it keeps what was posted and answers `statuses`, then 200 for ever.

    While `open` is not set it answers nobody.
    """

    statuses: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    content_types: list[str | None] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)
    asked: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def answer(self, body: bytes, content_type: str | None) -> int:
        self.bodies.append(body)
        self.content_types.append(content_type)
        self.asked.set()
        self.open.wait(10)
        return self.statuses.pop(0) if self.statuses else 200


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.open.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.answer(body, self.headers["Content-Type"])
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/events"
    yield receiver
    receiver.open.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_stream_gets_one_line_an_event():
    """Each payload is flushed at once."""
    stream = io.BytesIO()
    buffered = io.BufferedWriter(stream)
    output = StreamOutput(buffered)
    output.write([b"a\tb", b"c\td"])
    output.write([])
    output.write([b"e\tf"])
    assert stream.getvalue() == b"a\tb\nc\td\ne\tf\n"


def test_a_closed_pipe_ends_the_output_and_not_the_program():
    """The reader has gone: one line in the log, exit code 0, no traceback at the end either."""
    program = """
import logging, sys
from piste.ingest.outputs import StreamOutput
logging.basicConfig(format="%(message)s")
output = StreamOutput(sys.stdout.buffer)
sys.stdin.read()
for _ in range(3):
    output.write([b"x" * 100_000])
print("alive", file=sys.stderr)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.stdin.close()
    said = process.stderr.read().decode().splitlines()
    process.stderr.close()
    assert process.wait(10) == 0
    assert said == [
        "the output is closed ([Errno 32] Broken pipe): no more events are printed",
        "alive",
    ]


@pytest.mark.parametrize("content_type", [TSV, JSON])
def test_a_payload_is_one_post(receiver, content_type):
    """Lines joined by a newline, in the order of the payloads; an empty payload is not sent."""
    output = DestinationOutput(http_post(receiver.url, content_type), at_once)
    output.write([b"a", b"b"])
    output.write([])
    output.write([b"c"])
    output.close()
    assert receiver.bodies == [b"a\nb", b"c"]
    assert receiver.content_types == [content_type, content_type]
    assert (output.delivered, output.dropped) == (3, 0)


@pytest.mark.parametrize(
    ("statuses", "attempts", "delivered"),
    [
        pytest.param([503], 2, 1, id="a server that is busy once"),
        pytest.param([500, 502, 504, 429, 408], 6, 1, id="everything that may pass"),
        pytest.param([503] * ATTEMPTS, ATTEMPTS, 0, id="busy until we give up"),
        pytest.param([400], 1, 0, id="a refusal is final"),
        pytest.param([302], 1, 0, id="a redirect is not followed"),
        pytest.param([204], 1, 1, id="any success will do"),
    ],
)
def test_retries(receiver, statuses, attempts, delivered):
    """What may pass is tried again, up to a limit; the next payload goes on as usual."""
    receiver.statuses = list(statuses)
    output = DestinationOutput(http_post(receiver.url, JSON), at_once)
    output.write([b"a"])
    output.write([b"b"])
    settle(output, 2)
    assert receiver.bodies == [b"a"] * attempts + [b"b"]
    assert (output.delivered, output.dropped) == (delivered + 1, 1 - delivered)
    output.close()


def settle(output: DestinationOutput, events: int) -> None:
    """Wait until so many events are delivered or dropped."""
    deadline = time.monotonic() + 10
    while output.delivered + output.dropped < events:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_nobody_listens():
    """A refused connection is tried again, then counted and logged; nothing is raised."""
    with create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    output = DestinationOutput(http_post(f"http://127.0.0.1:{port}/", JSON), at_once)
    output.write([b"a"])
    settle(output, 1)
    output.close()
    assert (output.delivered, output.dropped) == (0, 1)


def test_an_answer_that_is_too_late_is_tried_again(receiver):
    """The time limit counts as a failed attempt."""
    receiver.open.clear()
    output = DestinationOutput(http_post(receiver.url, JSON, timeout_seconds=0.2), at_once)
    output.write([b"a"])
    assert receiver.asked.wait(10)
    receiver.asked.clear()
    assert receiver.asked.wait(10)
    receiver.open.set()
    settle(output, 1)
    output.close()
    assert output.delivered == 1
    assert len(receiver.bodies) >= 2


def test_a_full_queue_drops_counts_and_says_so(receiver, caplog):
    """While the receiver is slow nobody waits for it: `write` returns at once."""
    receiver.open.clear()
    output = DestinationOutput(http_post(receiver.url, JSON), at_once, capacity=2)
    with caplog.at_level(logging.WARNING):
        for number in range(10):
            output.write([b"%d" % number])
    assert output.dropped == 8
    counts = [record.args[0] for record in caplog.records]
    assert counts == [1, 2, 4, 8]
    receiver.open.set()
    output.close()
    assert receiver.bodies == [b"0", b"1"]
    assert (output.delivered, output.dropped) == (2, 8)


def test_close_sends_what_waits(receiver):
    """At shutdown what waits is still delivered."""
    receiver.open.clear()
    output = DestinationOutput(http_post(receiver.url, JSON), at_once)
    for number in range(20):
        output.write([b"%d" % number])
    receiver.open.set()
    output.close()
    assert (output.delivered, output.dropped) == (20, 0)


def test_close_does_not_wait_for_ever(receiver, caplog):
    """A receiver that hangs costs `close_seconds`; what it did not take is counted."""
    receiver.open.clear()
    output = DestinationOutput(http_post(receiver.url, JSON), at_once, close_seconds=0.2)
    for _ in range(3):
        output.write([b"a", b"b"])
    with caplog.at_level(logging.WARNING):
        output.close()
    assert (output.delivered, output.dropped) == (0, 6)
    assert "events delivered: 0, dropped: 6" in caplog.text
    output.write([b"too late"])
    assert output.dropped == 7


def test_close_ends_a_pause(receiver):
    """A long back-off does not delay the end: each waiting payload has one more attempt."""
    receiver.statuses = [503, 503]
    output = DestinationOutput(http_post(receiver.url, JSON), lambda attempt: 3600.0)
    output.write([b"a"])
    output.write([b"b"])
    output.write([b"c"])
    assert receiver.asked.wait(10)
    output.close()
    assert receiver.bodies == [b"a", b"b", b"c"]
    assert (output.delivered, output.dropped) == (1, 2)


@pytest.mark.parametrize(
    ("attempt", "jitter", "seconds"),
    [
        pytest.param(1, 0.0, 0.1, id="the first pause is short"),
        pytest.param(2, 0.0, 0.2, id="each is twice the one before"),
        pytest.param(8, 0.0, 10.0, id="up to a limit"),
        pytest.param(1, 1.0, 0.05, id="chance takes away a half at most"),
    ],
)
def test_backoff(attempt, jitter, seconds):
    """Exponential, bounded, and different for each sender."""
    assert backoff(attempt, jitter) == pytest.approx(seconds)
