"""What the end-to-end tests stand on: a running Piste, a proxy that fails, a web site, npm.

Room:   the only module of tests/e2e that starts processes and opens ports, all on 127.0.0.1.
Limits: no sleeping: whoever tracks and then asks hands `wait=N` to the question, and Piste answers
        when N events match or when the time is up.
"""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

import pytest
import urllib3

Json = dict[str, Any]

READY = re.compile(r"REST interface bound to /127\.0\.0\.1:(\d+)")
START_SECONDS = 60.0
WAIT_SECONDS = 10.0
REPOSITORY = Path(__file__).resolve().parents[2]


class Lines:
    """What a process writes to a pipe, read in the background (a full pipe would stop it)."""

    def __init__(self, pipe: IO[str]) -> None:
        self._lines: list[str] = []
        self._changed = threading.Condition()
        self._ended = False
        threading.Thread(target=self._read, args=(pipe,), daemon=True).start()

    def _read(self, pipe: IO[str]) -> None:
        for line in pipe:
            with self._changed:
                self._lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def until(
        self, enough: Callable[[list[str]], bool], seconds: float = WAIT_SECONDS
    ) -> list[str]:
        """The lines so far, once there are enough, the pipe is closed or the time is up."""
        with self._changed:
            self._changed.wait_for(lambda: enough(self._lines) or self._ended, seconds)
            return list(self._lines)


@dataclass(frozen=True)
class Piste:
    """A running server, seen through its Micro API.

    `wait` is how many matching events must have arrived before the answer. An answer that is still
    shorter after 10 s is for the test's own assertion to refuse.
    """

    port: int
    stdout: Lines
    stderr: Lines
    http: urllib3.PoolManager = field(repr=False, default_factory=urllib3.PoolManager)

    @property
    def url(self) -> str:
        """The collector's address, as a tracker is given it."""
        return f"http://127.0.0.1:{self.port}"

    def all(self) -> Json:
        """`{"total": .., "good": .., "bad": ..}`."""
        counts: Json = self._ask("GET", "/micro/all")
        return counts

    def reset(self) -> Json:
        """Forget every event."""
        counts: Json = self._ask("POST", "/micro/reset")
        return counts

    def good(self, filters: Mapping[str, object] | None = None, *, wait: int = 0) -> list[Json]:
        """Good events, newest first."""
        items: list[Json] = self._ask("POST", "/micro/good", filters or {}, wait)
        return items

    def bad(self, filters: Mapping[str, object] | None = None, *, wait: int = 0) -> list[Json]:
        """Bad events, newest first."""
        items: list[Json] = self._ask("POST", "/micro/bad", filters or {}, wait)
        return items

    def events(self, query: Mapping[str, object] | None = None, *, wait: int = 0) -> list[Json]:
        """Good and failed events in the lossy SDK JSON."""
        query = {"page": 1, "pageSize": 1000, "filters": [], **(query or {})}
        items: list[Json] = self._ask("POST", "/micro/events", query, wait)["events"]
        return items

    def only_good(self, count: int) -> list[Json]:
        """The canonical events, oldest first, after proving that exactly `count` came, all good."""
        items = self.good(wait=count)
        bad = self.bad()
        assert bad == [], "\n".join(error for item in bad for error in item["errors"])
        assert self.all() == {"total": count, "good": count, "bad": 0}
        return [item["event"] for item in reversed(items)]

    def _ask(
        self, method: str, path: str, body: Mapping[str, object] | None = None, wait: int = 0
    ) -> Any:
        if wait:
            body = {
                **(body or {}),
                "wait": {"count": wait, "timeoutMs": int(WAIT_SECONDS * 1000)},
            }
        answer = self.http.request(
            method, self.url + path, json=body, timeout=WAIT_SECONDS + 20, retries=False
        )
        assert answer.status == 200, f"{method} {path}: {answer.status} {answer.data[:500]!r}"
        return answer.json()


def assert_columns(event: Json, /, **expected: object) -> None:
    """The event has these values; a difference is shown without the hundred other columns."""
    assert {column: event[column] for column in expected} == expected


def data(event: Json) -> Json:
    """What a self-describing event says."""
    said: Json = event["unstruct_event"]["data"]["data"]
    return said


def entities(event: Json) -> dict[str, Json]:
    """What each of an event's entities says, by the name of its schema."""
    return {entity["schema"].split("/")[1]: entity["data"] for entity in event["contexts"]["data"]}


@contextmanager
def running_piste(*flags: str) -> Iterator[Piste]:
    """`piste micro` with these flags on a free port, ready to answer; ended on leaving.

    It asks no registry on the network: the schemas of the trackers are to be in Piste itself.
    """
    # The checkout, installed or not; and no settings but the flags.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PISTE", "MICRO"))
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "piste", "micro", "--port", "0", "--iglu", "iglu.json", *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**environment, "PYTHONPATH": str(REPOSITORY / "src")},
        cwd=Path(__file__).parent,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    stdout, stderr = Lines(process.stdout), Lines(process.stderr)
    try:
        said = stderr.until(lambda lines: bool(READY.search("".join(lines))), START_SECONDS)
        ready = READY.search("".join(said))
        assert ready, "piste micro did not become ready; it said:\n" + "\n".join(said[-40:])
        yield Piste(int(ready[1]), stdout, stderr)
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class _Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 with connections kept alive, as servers have it, and nothing on stderr."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class FaultyProxy:
    """A collector's address behind which the first requests fail; `answered` tells each status."""

    url: str = ""
    answered: list[int] = field(default_factory=list)


@contextmanager
def faulty_proxy(target: str, failures: int) -> Iterator[FaultyProxy]:
    """Forwards to `target`, but answers 503 itself to the first `failures` requests."""
    proxy = FaultyProxy()
    lock = threading.Lock()
    http = urllib3.PoolManager()

    class Handler(_Handler):
        def do_GET(self) -> None:
            body = self.body()
            with lock:
                refused = len(proxy.answered) < failures
                proxy.answered.append(503 if refused else 200)
            if refused:
                return self.answer(503, "text/plain", b"Service Unavailable")
            headers = {name: value for name, value in self.headers.items() if name != "Host"}
            answer = http.request(
                self.command, target + self.path, body=body, headers=headers, retries=False
            )
            return self.answer(answer.status, answer.headers["Content-Type"], answer.data)

        do_POST = do_GET  # noqa: N815

    with _serving(Handler) as port:
        proxy.url = f"http://127.0.0.1:{port}"
        yield proxy


@contextmanager
def serving_files(files: Mapping[str, tuple[str, bytes]]) -> Iterator[str]:
    """A web site of a few files, `{path: (content type, body)}`; gives its origin.

    The host is `localhost` on a port of its own: another origin than the collector's, so that CORS
    counts, and one on which browsers treat plain HTTP as they treat HTTPS.
    """

    class Handler(_Handler):
        def do_GET(self) -> None:
            content_type, body = files.get(self.path.partition("?")[0], ("", b""))
            if content_type:
                self.answer(200, content_type, body)
            else:
                self.answer(404, "text/plain", b"no such page")

    with _serving(Handler) as port:
        yield f"http://localhost:{port}"


@dataclass(frozen=True)
class Post:
    """A request that somebody sent us."""

    content_type: str
    body: str


@contextmanager
def receiving_posts(posts: "SimpleQueue[Post]") -> Iterator[str]:
    """An address at which every POST is accepted and put into the queue."""

    class Handler(_Handler):
        def do_POST(self) -> None:
            posts.put(Post(self.headers["Content-Type"], self.body().decode()))
            self.answer(200, "text/plain", b"ok")

    with _serving(Handler) as port:
        yield f"http://127.0.0.1:{port}/events"


def run(command: Sequence[str | Path], *, cwd: Path = REPOSITORY, seconds: float = 60) -> str:
    """The standard output of a command that must succeed."""
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, encoding="utf-8", timeout=seconds, check=False
    )
    assert done.returncode == 0, f"{command} in {cwd} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@cache
def npm_ci(folder: Path) -> Path:
    """The folder, with the packages of its lock file installed (once: they stay for later runs).

    Skips where Node.js is missing. A failing `npm ci` is a failure, not a reason to skip.
    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node.js with npm is not installed")
    lock, installed = folder / "package-lock.json", folder / "node_modules/.package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, seconds=180)
    return folder
