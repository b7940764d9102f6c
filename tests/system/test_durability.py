"""An acknowledged event survives: it is in the store once, whatever ended the process."""

import json
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from shutil import which

import pytest
from support.iglu import payload_data

from piste.ingest.spool.frames import frame
from piste.ingest.spool.segments import SUFFIX
from piste.store.duckdb import EventStore

from .asking import ask, new_ids
from .program import Command, Running, running
from .wire import TP2, get

CLIENTS = 8
EVENTS_A_REQUEST = 10
SHORT_ROUNDS, LONG_ROUNDS = 5, 50


class Load:
    """Clients that send until the server is gone, and what they were told."""

    def __init__(self) -> None:
        self.sent: set[str] = set()
        self.acknowledged: set[str] = set()
        self.refused = 0
        self.retry_after: set[str] = set()

    @contextmanager
    def on(self, server: Running) -> Iterator[None]:
        """Send in the background; leaving waits until no server answers any more."""
        threads = [threading.Thread(target=self._send, args=(server.port,)) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            server.process.wait(30)
            for thread in threads:
                thread.join(30)
                assert not thread.is_alive()

    def _send(self, port: int) -> None:
        with suppress(OSError, HTTPException):
            client = HTTPConnection("127.0.0.1", port, timeout=20)
            while True:
                ids = new_ids(EVENTS_A_REQUEST)
                events = [{"e": "pv", "p": "web", "tv": "test", "eid": one} for one in ids]
                self.sent.update(ids)
                body = json.dumps(payload_data(*events))
                client.request("POST", TP2, body, {"Content-Type": "application/json"})
                response = client.getresponse()
                response.read()
                if response.status == 200:
                    self.acknowledged.update(ids)
                else:
                    assert response.status == 503
                    self.retry_after.add(response.headers["Retry-After"])
                    self.refused += 1
                    time.sleep(0.05)

    def is_in(self, data: Path) -> None:
        """All that was acknowledged is stored, once, and nothing else but what was sent."""
        with EventStore.open(data / "events.duckdb") as store:
            rows = store.rows("select event_id, valid from events", {})
            assert store.rows("select * from payloads", {}) == []
        stored = Counter(str(row["event_id"]) for row in rows)
        assert all(row["valid"] for row in rows)
        assert self.acknowledged - stored.keys() == set()
        assert stored.keys() - self.sent == set()
        assert [one for one, count in stored.items() if count > 1] == []


def data_of(serve: Command) -> Path:
    return Path(serve[serve.index("--data-dir") + 1])


def finish(serve: Command) -> None:
    """Start on what is there, and stop once everything recorded is in the store."""
    with running(*serve) as server:
        deadline = time.monotonic() + 120
        while b"\npiste_log_requests 0.0\n" not in ask(server, get("/metrics")).body:
            assert time.monotonic() < deadline, "the log does not become empty"
            time.sleep(0.1)
        assert server.stop() == 0


def kill_in_rounds(serve: Command, rounds: int, seed: int) -> None:
    moments, load = random.Random(seed), Load()
    for _ in range(rounds):
        before = len(load.acknowledged)
        with running(*serve) as server, load.on(server):
            time.sleep(moments.uniform(0.1, 1.5))
            server.process.kill()
        assert len(load.acknowledged) > before
    finish(serve)
    load.is_in(data_of(serve))


def test_kill_at_random_moments_under_load(serve: Command) -> None:
    """kill -9, again and again on the same folder, in the middle of recovery as well."""
    kill_in_rounds(serve, SHORT_ROUNDS, seed=1)


@pytest.mark.soak
def test_kill_at_random_moments_for_long(serve: Command, request: pytest.FixtureRequest) -> None:
    """The same in fifty rounds."""
    if request.config.getoption("markexpr") != "soak":
        pytest.skip("fifty rounds take two minutes: runs with -m soak")
    kill_in_rounds(serve, LONG_ROUNDS, seed=2)


def test_a_torn_last_frame_costs_nothing_acknowledged(serve: Command) -> None:
    """What a power cut leaves behind the last whole frame is cut off, and said."""
    load = Load()
    with running(*serve) as server, load.on(server):
        time.sleep(1)
        server.process.kill()
    last = max((data_of(serve) / "spool").glob(f"*{SUFFIX}"))
    with last.open("ab") as segment:
        segment.write(frame(b"never acknowledged")[:-1])
    with running(*serve) as server:
        said = server.micro.stderr.until(lambda lines: any("cut off" in line for line in lines))
        assert any(
            "were not written whole, so never acknowledged; cut off" in line for line in said
        )
        assert server.stop() == 0
    load.is_in(data_of(serve))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 192 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=192m", "none", folder],
        capture_output=True,
        check=False,
    )
    if not mounted or mounted.returncode:
        pytest.skip("a small disk has to be mounted, and this user may not")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_refuses_and_recovers(small_disk: Path, iglu_json: Path) -> None:
    """Clients read 503 with Retry-After while there is no room, and 200 once there is some again."""
    serve: Command = ("serve", "--data-dir", small_disk / "data", "--iglu", iglu_json)
    load = Load()
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(172 << 20))
    with running(*serve) as server, load.on(server):
        deadline = time.monotonic() + 40
        while not load.refused and time.monotonic() < deadline:
            time.sleep(0.05)
        assert load.refused
        assert load.retry_after == {"5"}
        assert server.process.poll() is None
        ballast.unlink()
        before = len(load.acknowledged)
        deadline = time.monotonic() + 20
        while len(load.acknowledged) == before and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(load.acknowledged) > before
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(20)
    finish(serve)
    load.is_in(data_of(serve))


def workers_of(pid: int) -> list[int]:
    """Its children that enrich: those that multiprocessing spawned."""
    children = [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    return [
        child for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def test_a_worker_that_is_killed_is_replaced_and_its_batch_redone(serve: Command) -> None:
    """Clients notice nothing; nothing is lost or there twice."""
    load = Load()
    with running(*serve, "--workers", "1") as server, load.on(server):
        killed: set[int] = set()
        deadline = time.monotonic() + 30
        while len(killed) < 3 and time.monotonic() < deadline:
            for pid in set(workers_of(server.process.pid)) - killed:
                time.sleep(0.5)  # so that it is at work
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
            time.sleep(0.05)
        assert len(killed) == 3
        assert server.stop() == 0
    finish(serve)  # it may have had too much to do over again
    load.is_in(data_of(serve))


def test_sigterm_under_load_stores_everything_within_ten_seconds(serve: Command) -> None:
    """Nothing is left for the next start."""
    load = Load()
    with running(*serve) as server, load.on(server):
        time.sleep(1.5)
        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < 10
    assert load.acknowledged
    load.is_in(data_of(serve))


def test_a_second_sigterm_under_load_ends_it_at_once_without_loss(serve: Command) -> None:
    """What is not in the store then is in the spool, and is stored at the next start."""
    load = Load()
    with running(*serve) as server, load.on(server):
        time.sleep(1.5)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.05)
        with suppress(ProcessLookupError):
            server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(5) == 0
    finish(serve)
    load.is_in(data_of(serve))


def test_no_worker_outlives_a_killed_server(serve: Command) -> None:
    """Orphans would hold memory for ever."""
    with running(*serve, "--workers", "1") as server:
        deadline = time.monotonic() + 20
        while not (workers := workers_of(server.process.pid)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert workers
        server.process.kill()
        server.process.wait()
        deadline = time.monotonic() + 20
        while any(map(is_running, workers)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(map(is_running, workers))


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
