"""The HTTP servers of one process: HTTP, and HTTPS when there is a certificate.

Room:   the top; knows uvicorn and signals, nothing of events.
Limits: both servers share one event loop and one application.
"""

import asyncio
import signal
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from piste.http_protocol import GuardedProtocol

Application = Callable[[Any, Any, Any], Awaitable[None]]

DRAIN_SECONDS = 5
"""Running requests get this long to finish after the first signal."""
KEEP_ALIVE_SECONDS = 610
"""An idle connection is kept this long, as Snowplow's collector does: longer than load balancers (600 s at
most by default) keep theirs, or they would now and then send a request into one that we just closed."""
BACKLOG = 2048
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server listens; `port` 0 takes a free one."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None


class _Server(uvicorn.Server):
    """Leaves the signals to `Servers`, which has several servers to stop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Servers:
    """Serve one application on several endpoints until `stop`."""

    def __init__(self, application: Application, endpoints: Sequence[Endpoint]) -> None:
        self._sockets = [_listen(endpoint) for endpoint in endpoints]
        self._servers = [_Server(_config(application, endpoint)) for endpoint in endpoints]

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Host and port of each endpoint, as bound."""
        return [listener.getsockname()[:2] for listener in self._sockets]

    def stop(self) -> None:
        """Let running requests finish; called again, end at once."""
        for server in self._servers:
            server.force_exit = server.should_exit
            server.should_exit = True

    async def serve(self, ready: Callable[[], None]) -> None:
        """Until stopped; `ready` is called once all endpoints answer."""
        serving = [
            asyncio.ensure_future(server.serve(sockets=[listener]))
            for server, listener in zip(self._servers, self._sockets, strict=True)
        ]
        while not all(server.started for server in self._servers):
            if any(task.done() for task in serving):
                break
            await asyncio.sleep(0.005)
        else:
            ready()
        await asyncio.gather(*serving)


@contextmanager
def on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Within the block, in a running event loop, SIGINT and SIGTERM call `stop` and do nothing else."""
    loop = asyncio.get_running_loop()
    for signum in _SIGNALS:
        loop.add_signal_handler(signum, stop)
    try:
        yield
    finally:
        for signum in _SIGNALS:
            loop.remove_signal_handler(signum)


def _listen(endpoint: Endpoint) -> socket.socket:
    """Raises `OSError`, with the address as its file name, when it cannot be bound."""
    family = socket.AF_INET6 if ":" in endpoint.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((endpoint.host, endpoint.port))
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        address = f"{endpoint.host}:{endpoint.port}"
        raise OSError(error.errno, error.strerror, address) from error
    return listener


def _config(application: Application, endpoint: Endpoint) -> uvicorn.Config:
    tls = endpoint.tls
    return uvicorn.Config(
        application,
        http=GuardedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        backlog=BACKLOG,
        ssl_context_factory=None if tls is None else lambda config, default: tls,
    )
