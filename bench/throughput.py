"""Events a second: acknowledged, and queryable. Run by `make bench`.

For each kind of request the references and Piste take turns, ROUNDS times, so that what else the machine
does hits all of them; the figures are medians. References: `floor` (a server that reads the body and
answers) and `fsync` (the same, with the body in the spool before the answer).

Prints a table and writes bench/results/throughput.json.
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
CONNECTIONS = 64
CASES = [
    ("page view, 3 entities", 1),
    ("page view, 3 entities", 10),
    ("page view, 3 entities", 50),
    ("self-describing, 4 entities", 10),
]
TICK = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(arguments: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def load(port: int, shape: str, events: int) -> dict[str, Any]:
    arguments = [port, shape, events, CONNECTIONS, SECONDS]
    done = subprocess.run(
        [sys.executable, str(HERE / "_load.py"), *map(str, arguments)],
        capture_output=True,
        check=True,
        timeout=SECONDS * 3 + 30,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    result["acks_per_second"] = result["events"] / result["seconds"]
    return result


def cpu_seconds(pid: int) -> dict[str, float]:
    """CPU time of a process and of its children, by what they do."""
    found = {"serving": _cpu(pid)}
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    found["workers"] = sum(_cpu(int(child)) for child in children)
    return found


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def stored(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/micro/all", timeout=30) as answer:
        counts = json.load(answer)
    assert counts["bad"] == 0, counts
    total: int = counts["total"]
    return total


def measure_piste(shape: str, events: int) -> dict[str, Any]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["-m", "piste", "serve", "--port", str(port), "--data-dir", folder]
        with running(arguments, port) as process:
            stored(port)
            before = cpu_seconds(process.pid)
            started = time.perf_counter()
            result = load(port, shape, events)
            while stored(port) < result["events"]:
                if time.perf_counter() - started > 300:
                    raise RuntimeError("the events are not queryable after 5 minutes")
            elapsed = time.perf_counter() - started
            after = cpu_seconds(process.pid)
            result["queryable_per_second"] = result["events"] / elapsed
            result["cpu_us_per_event"] = {
                stage: 1e6 * (after[stage] - before[stage]) / result["events"] for stage in after
            }
            result["resident_mb"] = resident_mb(process.pid)
    return result


def measure_reference(kind: str, shape: str, events: int) -> dict[str, Any]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        arguments = [str(HERE / "_servers.py"), kind, str(port), folder]
        with running(arguments, port):
            return load(port, shape, events)


def main() -> None:
    results = []
    print(f"{'':36}{'acks/s':>9}{'p50 ms':>8}{'p99 ms':>8}{'of floor':>9}{'queryable/s':>12}")
    for shape, events in CASES:
        rounds: dict[str, list[dict[str, Any]]] = {"floor": [], "fsync": [], "piste": []}
        for _ in range(ROUNDS):
            rounds["floor"].append(measure_reference("floor", shape, events))
            rounds["fsync"].append(measure_reference("fsync", shape, events))
            rounds["piste"].append(measure_piste(shape, events))
        print(f"{shape}, {events} a POST")
        floor = median(rounds["floor"], "acks_per_second")
        for name, runs in rounds.items():
            acks = median(runs, "acks_per_second")
            line = f"  {name:34}{acks:9.0f}{median(runs, 'ack_ms_p50'):8.1f}"
            line += f"{median(runs, 'ack_ms_p99'):8.1f}{acks / floor:9.2f}"
            if name == "piste":
                line += f"{median(runs, 'queryable_per_second'):12.0f}"
            print(line, flush=True)
        results.append({"shape": shape, "events_per_post": events, "rounds": rounds})
    (HERE / "results").mkdir(exist_ok=True)
    report = {
        "connections": CONNECTIONS,
        "seconds": SECONDS,
        "cpus": os.cpu_count(),
        "cases": results,
    }
    (HERE / "results" / "throughput.json").write_text(json.dumps(report, indent=1) + "\n")


def median(runs: list[dict[str, Any]], name: str) -> float:
    return statistics.median(run[name] for run in runs)


if __name__ == "__main__":
    main()
