"""Registries that tests make up: answers by path, and what was asked for."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SILENCE = 0
"""A status that is no answer: the connection is closed."""


@dataclass
class Asked:
    """`requests` are method, path and API key, in their order."""

    url: str = ""
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)
    most_at_once: int = 0

    @property
    def paths(self) -> list[str]:
        return [path for _, path, _ in self.requests]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # clients that are killed are the point of some tests


@contextmanager
def answering(
    answers: Mapping[str, Any],
    *,
    failures: Mapping[str, list[int]] | None = None,
    seconds: float = 0.0,
) -> Iterator[Asked]:
    """A registry of these answers: bytes, JSON, or (status, headers, body). `failures` are statuses that a
    path answers first; each answer takes so many `seconds`."""
    asked = Asked()
    lock = threading.Lock()
    now = [0]
    failing = {path: list(statuses) for path, statuses in (failures or {}).items()}
    pause = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with lock:
                asked.requests.append((self.command, self.path, self.headers["apikey"]))
                statuses = failing.get(self.path)
                status = statuses.pop(0) if statuses else None
                now[0] += 1
                asked.most_at_once = max(asked.most_at_once, now[0])
            pause.wait(seconds)
            with lock:
                now[0] -= 1
            if status == SILENCE:
                self.close_connection = True
            elif status is not None:
                self.say(status, b"{}", {})
            else:
                self.say_answer(answers.get(self.path, (404, {})))

        do_POST = do_GET  # noqa: N815

        def say_answer(self, answer: Any) -> None:
            if isinstance(answer, tuple):
                status, headers, *given = answer
                self.say(status, json.dumps(*given or [{"message": "odd"}]).encode(), headers)
            else:
                body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.say(200, body, {})

        def say(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    asked.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield asked
    finally:
        pause.set()
        server.shutdown()
        thread.join()
        server.server_close()
