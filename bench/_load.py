"""The load generator: a process of its own, bounded in time.

    python bench/_load.py PORT --shape S --events N [--connections 64] [--seconds 5] [--rate R]

Without `--rate`, a closed loop: each connection sends its next request when the last is answered. That
finds what a server acknowledges at most, and hides how long clients wait: a slow server is asked less.

With `--rate`, an open loop: requests are due at even steps, so many a second, whatever the server does.
Each goes out on the next free connection, and its latency counts from when it was *due*. What was due and
never sent is counted as `unsent`, and in the percentiles with the time that it had waited in the end.

Prints one line of JSON: requests and events sent; statuses; `acknowledged` events (answered 200);
refused, unanswered and unsent requests; seconds; started and ended,
on the machine's monotonic clock; ack_ms_p50, ack_ms_p99; cpu_seconds and resident_mb of this process.

Limits: one core at most. Timers have a millisecond, so an open loop sends in bursts of rate / 1,000.
"""

import argparse
import asyncio
import gc
import json
import math
import random
import resource
import time
from array import array
from collections import Counter, deque
from typing import cast

import uvloop
from _payloads import Template, templates

MAX_SECONDS = 7200
PATIENCE_SECONDS = 30
"""How long the last answers may take; a server that hangs ends the run with an error."""
OVERTIME_SECONDS = 1.0
"""So long after its end an open loop still sends what was due before and found no free connection."""
TICK_SECONDS = 0.001

clock = time.perf_counter


class Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self, run: "Run") -> None:
        self._run = run
        self._buffer = b""
        self._usual_length = -1
        self._due = 0.0
        self.is_busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes, due: float) -> None:
        self._due, self.is_busy = due, True
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        # Answers are nearly all alike: one that is as long as the last needs no parsing.
        if self._buffer or len(data) != self._usual_length:
            data = self._buffer + data
            length = _length(data)
            if length is None or len(data) < length:
                self._buffer = data
                return
            self._buffer, self._usual_length = b"", length
        self.is_busy = False
        self._run.answered(self, data[9:12], self._due)

    def connection_lost(self, error: Exception | None) -> None:
        self._run.lost(self)

    def close(self) -> None:
        self._transport.close()


def _length(answer: bytes) -> int | None:
    """Of the whole answer; None when its head is not whole yet."""
    head, gap, _ = answer.partition(b"\r\n\r\n")
    if not gap:
        return None
    size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return len(head) + len(gap) + size


class Run:
    """What the connections do together; `rate` is None in a closed loop."""

    def __init__(self, requests: list[Template], seconds: float, rate: float | None) -> None:
        self._requests, self._seconds, self._rate = requests, seconds, rate
        # Microseconds are more than requests, so no later run begins below this one's end.
        self._first = self._number = time.time_ns() // 1000 % (1 << 48)
        self._idle: deque[Connection] = deque()
        self._connections: list[Connection] = []
        self._start = self._deadline = 0.0
        self._done = asyncio.Event()
        self.latencies = array("d")
        self.statuses: Counter[bytes] = Counter()
        self.lost_connections = 0
        self.unsent = 0

    @property
    def sent(self) -> int:
        return self._number - self._first

    async def connect(self, port: int, connections: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            _, connection = await loop.create_connection(
                lambda: Connection(self), "127.0.0.1", port
            )
            self._connections.append(connection)

    async def go(self) -> tuple[float, float]:
        """When the first request was sent, and the last one answered."""
        loop = asyncio.get_running_loop()
        self._start = clock()
        self._deadline = self._start + self._seconds
        for late in (0.0, OVERTIME_SECONDS):
            loop.call_later(self._seconds + late + 2 * TICK_SECONDS, self._finish_when_idle)
        if self._rate is None:
            for connection in self._connections:
                self._send(connection, clock())
        else:
            self._idle.extend(self._connections)
            self._tick()
        async with asyncio.timeout(self._seconds + PATIENCE_SECONDS):
            await self._done.wait()
        end = clock()
        if self._rate is not None:
            due = math.ceil(self._rate * self._seconds)
            self.unsent = max(0, due - self.sent)
            self.latencies.extend(end - self._due(number) for number in range(self.sent, due))
        for connection in self._connections:
            connection.close()
        return self._start, end

    def _due(self, number: int) -> float:
        assert self._rate is not None
        return self._start + number / self._rate

    def _send(self, connection: Connection, due: float) -> None:
        request = self._requests[self._number % len(self._requests)].numbered(self._number)
        self._number += 1
        connection.send(request, due)

    def _tick(self) -> None:
        now = clock()
        while self._idle and not self._is_over(now) and (due := self._due(self.sent)) <= now:
            self._send(self._idle.popleft(), due)
        if now < self._deadline:
            asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    def _is_over(self, now: float) -> bool:
        """Whether nothing more is to be sent."""
        if self._rate is None:
            return now >= self._deadline
        is_all_sent = self._due(self.sent) >= self._deadline
        return is_all_sent or now > self._deadline + OVERTIME_SECONDS

    def answered(self, connection: Connection, status: bytes, due: float) -> None:
        now = clock()
        self.statuses[status] += 1
        if status == b"200":
            self.latencies.append(now - due)
        if self._is_over(now):
            self._finish_when_idle()
        elif self._rate is None:
            self._send(connection, now)
        elif (due := self._due(self.sent)) <= now:
            self._send(connection, due)
        else:
            self._idle.append(connection)

    def lost(self, connection: Connection) -> None:
        if self._done.is_set():
            return
        self.lost_connections += 1
        self._connections.remove(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if not self._connections:
            self._done.set()
        self._finish_when_idle()

    def _finish_when_idle(self) -> None:
        if self._is_over(clock()) and not any(each.is_busy for each in self._connections):
            self._done.set()


def percentile_ms(ascending: list[float], share: float) -> float:
    """Not a number when nothing was acknowledged."""
    if not ascending:
        return float("nan")
    return 1000 * ascending[min(int(len(ascending) * share), len(ascending) - 1)]


async def main(given: argparse.Namespace) -> None:
    rng = random.Random(given.seed)
    now_ms = time.time_ns() // 1_000_000
    requests = templates(given.shape, given.events, rng, given.port, now_ms)
    run = Run(requests, min(given.seconds, MAX_SECONDS), given.rate)
    await run.connect(given.port, given.connections)
    gc.collect()
    gc.disable()  # a pause of the generator would be measured as the server's
    cpu = time.process_time()
    started, ended = await run.go()
    cpu = time.process_time() - cpu
    latencies = sorted(run.latencies)
    ok = run.statuses[b"200"]
    report = {
        "requests": run.sent,
        "events": run.sent * given.events,
        "acknowledged": ok * given.events,
        "statuses": {status.decode(): count for status, count in run.statuses.items()},
        "refused": run.statuses.total() - ok,
        "unanswered": run.sent - run.statuses.total(),
        "unsent": run.unsent,
        "lost_connections": run.lost_connections,
        "seconds": ended - started,
        "started": started,
        "ended": ended,
        "ack_ms_p50": percentile_ms(latencies, 0.5),
        "ack_ms_p99": percentile_ms(latencies, 0.99),
        "ack_ms_max": percentile_ms(latencies, 1.0),
        "cpu_seconds": cpu,
        "resident_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--shape", required=True)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--seed", type=int, default=1)
    uvloop.run(main(parser.parse_args()))
