"""How long `piste micro` takes to accept its first event, and the memory it holds when idle.

Prints a line per measure and writes bench/results/startup.json. Run by `make bench`.
The named reference, in the same run, is the interpreter starting and importing the HTTP server only.
"""

import json
import statistics
import subprocess
import sys
import time
import urllib.request

from _processes import free_port, resident_mb, write_result

ROUNDS = 7
EVENT = "/i?e=pv&p=web&aid=bench&tv=bench-1&url=http%3A%2F%2Flocalhost%2F"


def one_start() -> tuple[float, float, float]:
    """Seconds to the first accepted event, resident MB right after it, and 3 s later."""
    port = free_port()
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "piste", "micro", "--port", str(port)], stderr=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{EVENT}") as answer:
                    assert answer.status == 200
                break
            except OSError:
                if time.perf_counter() - started > 30:
                    raise
                time.sleep(0.01)
        accepted = time.perf_counter() - started
        first = resident_mb(process.pid)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/micro/all") as answer:
            assert json.load(answer) == {"total": 1, "good": 1, "bad": 0}
        time.sleep(3)
        return accepted, first, resident_mb(process.pid)
    finally:
        process.terminate()
        process.wait(10)


def reference() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import uvicorn, httptools, uvloop"], check=True)
    return time.perf_counter() - started


def main() -> None:
    starts, references = [], []
    for _ in range(ROUNDS):
        references.append(reference())
        starts.append(one_start())
    first_event = statistics.median(start[0] for start in starts)
    interpreter = statistics.median(references)
    idle = statistics.median(start[2] for start in starts)
    print(f"first event accepted after   {first_event:6.2f} s   (limit 1.5 s)")
    print(
        f"  reference: import uvicorn  {interpreter:6.2f} s   ratio {first_event / interpreter:.1f}"
    )
    print(f"resident memory when idle    {idle:6.0f} MB  (limit 150 MB)")
    result = {
        "rounds": ROUNDS,
        "first_event_seconds": {"median": first_event, "all": [start[0] for start in starts]},
        "reference_import_uvicorn_seconds": {"median": interpreter, "all": references},
        "idle_resident_mb": {"median": idle, "all": [start[2] for start in starts]},
    }
    write_result("startup", result)


if __name__ == "__main__":
    main()
