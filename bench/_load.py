"""The load generator: a process of its own, bounded in requests and in time.

    python bench/_load.py PORT SHAPE EVENTS_PER_POST CONNECTIONS SECONDS

Each connection sends its next request when the last is answered. Prints one JSON line:
requests, events, refused (not 200), seconds, ack_ms_p50, ack_ms_p99.
"""

import asyncio
import json
import random
import sys
import time
from pathlib import Path
from typing import cast

import uvloop

sys.path.insert(0, str(Path(__file__).parent))
from _payloads import request

PREPARED = 400
MAX_SECONDS = 60
PATIENCE_SECONDS = 30
"""How long the last answers may take; a server that hangs ends the run with an error."""


class Client(asyncio.Protocol):
    """One connection. Answers are small and come one at a time, so they are read by their end."""

    def __init__(self, requests: list[bytes], offset: int, deadline: float) -> None:
        self._requests, self._next, self._deadline = requests, offset, deadline
        self._buffer = b""
        self.latencies: list[float] = []
        self.refused = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def _send(self) -> None:
        self._sent = time.perf_counter()
        if self._sent > self._deadline:
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self._transport.write(self._requests[self._next % len(self._requests)])
        self._next += 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, gap, body = self._buffer.partition(b"\r\n\r\n")
        if not gap:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        if head.startswith(b"HTTP/1.1 200"):
            self.latencies.append(time.perf_counter() - self._sent)
        else:
            self.refused += 1
        self._buffer = b""
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def run(port: int, shape: str, events: int, connections: int, seconds: float) -> None:
    rng = random.Random(1)
    requests = [request(shape, events, rng, port) for _ in range(max(1, PREPARED // events))]
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    clients = []
    for number in range(connections):
        _, client = await loop.create_connection(
            lambda number=number: Client(requests, number * 7, started + seconds), "127.0.0.1", port
        )
        clients.append(client)
    async with asyncio.timeout(seconds + PATIENCE_SECONDS):
        await asyncio.gather(*(client.done for client in clients))
    elapsed = time.perf_counter() - started
    latencies = sorted(latency for client in clients for latency in client.latencies)
    print(
        json.dumps(
            {
                "requests": len(latencies),
                "events": len(latencies) * events,
                "refused": sum(client.refused for client in clients),
                "seconds": elapsed,
                "ack_ms_p50": 1000 * latencies[len(latencies) // 2],
                "ack_ms_p99": 1000 * latencies[int(len(latencies) * 0.99)],
            }
        )
    )


if __name__ == "__main__":
    port, shape, events, connections, seconds = sys.argv[1:]
    uvloop.run(
        run(int(port), shape, int(events), int(connections), min(float(seconds), MAX_SECONDS))
    )
