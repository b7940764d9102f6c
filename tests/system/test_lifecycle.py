"""How Piste starts and stops, and what outlives the process."""

import json
import re
import select
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from uuid import uuid4

import pytest
from e2e.harness import WAIT_SECONDS
from support.iglu import payload_data

from .asking import ask, ids, new_ids, track
from .program import Command, Running, finished, running
from .wire import TP2, connect, get, post_json

# Start and stop


@pytest.mark.parametrize("command", [("micro",), ("serve", "--ephemeral")], ids=" ".join)
def test_the_start_up_line_names_the_port(command: tuple[str, ...], iglu_json: Path) -> None:
    """`--port 0` takes a free port; the line that test suites wait for says which, on stderr. One more says
    the key of this run, unless it was given one."""
    with running(*command, "--iglu", iglu_json, "--log-format", "human") as server:
        bound, key = server.micro.stderr.until(lambda lines: len(lines) == 2)
        assert re.fullmatch(r"\[INFO\] \S+ - REST interface bound to /127\.0\.0\.1:\d+", bound)
        assert re.fullmatch(r"\[INFO\] \S+ - API key of this run: tt_[0-9A-Za-z]{43}", key)
        assert json.loads(ask(server, get("/health")).body)["status"] == "ok"
        assert server.micro.stdout.until(bool, seconds=0) == []


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it(signum: signal.Signals, micro: Command) -> None:
    """Piste ends by itself, with exit code 0 and nothing broken to tell, though a client is there."""
    with running(*micro) as server, socket.create_connection(("127.0.0.1", server.port)):
        track(server, *new_ids(3))
        assert server.stop(signum) == 0
        said = "\n".join(server.micro.stderr.until(lambda _: False))
        assert "Traceback" not in said
        assert "ERROR" not in said


def test_a_port_in_use_is_an_error(server: Running, tmp_path: Path) -> None:
    """Exit code 1, and a sentence with the address instead of a traceback."""
    done = finished("micro", "--port", str(server.port), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Address already in use: '127.0.0.1:{server.port}'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_signal_ends_it_at_once(micro: Command) -> None:
    """Whoever will not wait for a request that never ends sends the signal again."""
    with running(*micro) as server, connect(server.port) as client:
        client.sendall(post_json(TP2, "half a body")[:-1])
        ask(server, get("/health"))
        server.process.send_signal(signal.SIGTERM)
        wait_until_refused(server.port)
        assert server.process.poll() is None
        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < 2.0  # the first signal alone would wait for 5 s


# What outlives the process


@pytest.mark.parametrize(
    ("signum", "code"),
    [
        pytest.param(signal.SIGTERM, 0, id="that is told to stop"),
        pytest.param(signal.SIGKILL, -signal.SIGKILL, id="that is killed"),
    ],
)
def test_what_was_acknowledged_is_kept(signum: int, code: int, serve: Command) -> None:
    """The very event that was answered right before the end of a process is in the next one, once."""
    with running(*serve) as server:
        track(server, *(first := new_ids(500)))
        track(server, last := str(uuid4()))
        assert server.stop(signum) == code
    with running(*serve) as server:
        assert server.micro.all() == {"total": 501, "good": 501, "bad": 0}
        assert ids(server) == [last, *reversed(first)][:100]


def test_a_crash_under_load_loses_nothing(serve: Command) -> None:
    """Killed while four trackers post: each event that was acknowledged is kept, and none is kept twice."""
    acknowledged: list[str] = []
    enough = threading.Event()

    def track_until_it_dies(server: Running) -> None:
        with suppress(OSError, HTTPException, AssertionError):  # no connection, or no answer
            while True:
                track(server, event_id := str(uuid4()))
                acknowledged.append(event_id)
                if len(acknowledged) >= 400:
                    enough.set()

    with running(*serve) as server, ThreadPoolExecutor(4) as threads:
        for _ in range(4):
            threads.submit(track_until_it_dies, server)
        assert enough.wait(WAIT_SECONDS)
        assert server.stop(signal.SIGKILL) == -signal.SIGKILL
    with running(*serve) as server:
        kept = [item["event"]["event_id"] for item in server.micro.good({"limit": 100_000})]
    assert len(kept) == len(set(kept))
    assert set(acknowledged) <= set(kept)
    assert len(kept) <= len(acknowledged) + 4  # recorded, and killed before the answer


def test_a_request_under_way_is_finished(serve: Command) -> None:
    """SIGTERM in the middle of a body: the rest is read, the event acknowledged and kept."""
    event = {"e": "pv", "p": "web", "tv": "test", "eid": str(uuid4())}
    whole = post_json(TP2, payload_data(event))
    with running(*serve) as server:
        with connect(server.port) as client:
            client.sendall(whole[:-10])
            ask(server, get("/health"))  # by then the first part was read
            server.process.send_signal(signal.SIGTERM)
            wait_until_refused(server.port)
            client.sendall(whole[-10:])
            assert client.recv(1_000).startswith(b"HTTP/1.1 200 OK\r\n")
        assert server.process.wait(WAIT_SECONDS) == 0
    with running(*serve) as server:
        assert ids(server) == [event["eid"]]


def wait_until_refused(port: int) -> None:
    """Until the server takes no more connections, as after a signal."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        try:
            connect(port).close()
        except ConnectionError:
            return
    pytest.fail("the server goes on taking connections after a signal")


def test_an_idle_connection_is_kept(server: Running) -> None:
    """A pause does not cost a tracker its connection, nor a load balancer a request."""
    with closing(HTTPConnection("127.0.0.1", server.port)) as client:
        client.connect()
        connection = client.sock
        for pause_sec in (0.0, 5.5):  # uvicorn itself would close after 5 s
            assert not select.select([connection], [], [], pause_sec)[0]
            client.request("GET", "/i?e=pv")
            with client.getresponse() as answer:
                assert (answer.status, len(answer.read())) == (200, 43)
        assert client.sock is connection
    assert server.micro.all()["good"] == 2


def test_a_second_start_goes_on_where_the_first_ended(serve: Command) -> None:
    """Old events are seen, and new ones come after them, whatever their time."""
    old, new = new_ids(2), new_ids(2)
    with running(*serve) as server:
        track(server, old[0])
        track(server, old[1], tid="no number")
        assert server.stop() == 0
    with running(*serve) as server:
        assert ids(server) == [old[1], old[0]]
        track(server, *new)
        assert ids(server) == [new[1], new[0], old[1], old[0]]
        assert server.micro.all() == {"total": 4, "good": 3, "bad": 1}
        (bad,) = server.micro.bad()
        assert bad["rawEvent"]["parameters"]["eid"] == old[1]
        assert [item["event"]["event_id"] for item in server.micro.good()] == [
            *reversed(new),
            old[0],
        ]


def test_a_reset_outlives_the_process(serve: Command) -> None:
    """What was forgotten does not come back, and positions are not given out twice."""
    with running(*serve) as server:
        track(server, *new_ids(3))
        server.micro.reset()
        track(server, kept := str(uuid4()))
        assert server.stop() == 0
    with running(*serve) as server:
        assert ids(server) == [kept]


def test_a_data_folder_belongs_to_one_process(serve: Command) -> None:
    """A second process says whose the folder is, and exits with 1; the first does not notice."""
    with running(*serve) as server:
        done = finished(*serve, "--port", "0")
        assert (done.returncode, done.stdout) == (1, "")
        assert "in use by another process" in done.stderr
        assert "events.duckdb" in done.stderr
        assert "Traceback" not in done.stderr
        track(server, event_id := str(uuid4()))
        assert ids(server) == [event_id]


def test_a_file_that_is_no_store_is_an_error(tmp_path: Path) -> None:
    """It is named and left as it is."""
    (tmp_path / "events.duckdb").write_text("This is no database." * 1000)
    done = finished("serve", "--data-dir", tmp_path, "--port", "0")
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot be read as an event store" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "events.duckdb").read_text().startswith("This is no database.")
