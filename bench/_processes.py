"""Servers under measurement, each in a process of its own: started, loaded, watched, ended.

Limits: CPU times have the kernel's clock ticks (10 ms); a worker that is replaced during a run takes its
time with it. Data folders are made where TMPDIR says; on a file system in memory a sync costs nothing.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results"
TICK = os.sysconf("SC_CLK_TCK")
START_SECONDS, STOP_SECONDS = 30, 60
_PENDING = b"\npiste_log_requests "


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def write_result(name: str, result: object) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")


@contextmanager
def running(arguments: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process that listens on `port`; what it says is shown when it fails."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=said
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 0.2).close()
                    break
                except OSError:
                    if time.monotonic() > deadline or process.poll() is not None:
                        raise
                    time.sleep(0.02)
            yield process
        except BaseException:
            said.seek(0)
            sys.stderr.write(said.read()[-3_000:].decode("utf-8", "replace"))
            raise
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@dataclass(frozen=True)
class Piste:
    """A running `piste serve`."""

    pid: int
    port: int

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            text: bytes = answer.read()
        return text

    def pending(self) -> int:
        """Acknowledged requests that are not queryable yet. Asked of `/metrics`, because `/micro/all`
        would count the table, and hurry the loader as any waiting reader does."""
        _, found, rest = self._get("/metrics").partition(_PENDING)
        if not found:
            raise RuntimeError("/metrics does not say how much is not stored")
        return int(float(rest.partition(b"\n")[0]))

    def drain(self, timeout_s: float = 300.0) -> float:
        """Wait until all that is acknowledged is queryable; when that was, on the clock of `_load`."""
        deadline = time.perf_counter() + timeout_s
        while self.pending():
            if time.perf_counter() > deadline:
                raise RuntimeError(f"not all events are queryable after {timeout_s:.0f} s")
            time.sleep(0.05)
        return time.perf_counter()

    def good(self) -> int:
        """Events stored, of which none may be bad."""
        counts = json.loads(self._get("/micro/all"))
        assert counts["bad"] == 0, counts
        total: int = counts["total"]
        return total

    def cpu_seconds(self) -> dict[str, float]:
        """So far, by what the time is spent on. Other threads are the loader, the store's, the spool's and
        those that feed workers."""
        loop = _cpu(f"{self.pid}/task/{self.pid}")
        return {
            "event_loop": loop,
            "other_threads": _cpu(f"{self.pid}") - loop,
            "workers": sum(_cpu(f"{worker}") for worker in self.workers()),
        }

    def resident_mb(self) -> dict[str, float]:
        return {
            "serving": resident_mb(self.pid),
            "workers": sum(resident_mb(worker) for worker in self.workers()),
        }

    def workers(self) -> list[int]:
        """Worker processes; multiprocessing's own helper is none."""
        return [
            child
            for child in children(self.pid)
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]


def children(pid: int) -> list[int]:
    """Of all threads: a child belongs to the thread that started it."""
    found: list[int] = []
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, listing.read_text().split())
        except OSError:  # that thread has ended
            continue
    return found


def _cpu(process: str) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


@contextmanager
def piste(workers: int | None = None) -> Iterator[Piste]:
    """A server with a new data folder."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["-m", "piste", "serve", "--port", str(port), "--data-dir", folder]
        if workers is not None:
            arguments += ["--workers", str(workers)]
        with running(arguments, port) as process:
            yield Piste(process.pid, port)


@contextmanager
def reference(kind: str) -> Iterator[int]:
    """A server of `_servers.py`; its port."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        arguments = [str(HERE / "_servers.py"), kind, str(port), folder]
        with running(arguments, port):
            yield port


@dataclass(frozen=True)
class Case:
    """What is sent."""

    shape: str
    events: int

    def __str__(self) -> str:
        return f"{self.shape}, {self.events} a POST"


def load(
    port: int, case: Case, seconds: float, rate: float | None = None, connections: int = 64
) -> dict[str, Any]:
    """What `_load.py` reports; `rate` is requests a second, or None for a closed loop."""
    arguments: list[object] = [port, "--shape", case.shape, "--events", case.events]
    arguments += ["--seconds", seconds, "--connections", connections]
    if rate is not None:
        arguments += ["--rate", rate]
    done = subprocess.run(
        [sys.executable, str(HERE / "_load.py"), *map(str, arguments)],
        stdout=subprocess.PIPE,
        check=True,
        timeout=seconds + 90,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    report["acks_per_second"] = report["acknowledged"] / report["seconds"]
    return report


class Watch:
    """Looks at a server at even steps while the block runs: `samples` of (seconds, requests pending)."""

    def __init__(self, server: Piste, step_s: float = 0.25) -> None:
        self._server, self._step_s = server, step_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.samples: list[tuple[float, float]] = []

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        started = time.monotonic()
        while not self._ended.wait(self._step_s):
            self.samples.append((time.monotonic() - started, self._server.pending()))


def slope(samples: list[tuple[float, float]]) -> float:
    """Of the straight line through (x, y), by least squares; 0 for fewer than two."""
    n = len(samples)
    mean_x, mean_y = sum(x for x, _ in samples) / max(1, n), sum(y for _, y in samples) / max(1, n)
    spread = sum((x - mean_x) ** 2 for x, _ in samples)
    return sum((x - mean_x) * (y - mean_y) for x, y in samples) / spread if spread else 0.0
