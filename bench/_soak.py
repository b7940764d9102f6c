"""Memory over time: a paced load for minutes, and what the processes hold meanwhile.

    python bench/_soak.py [--minutes 10] [--rate 500] [--shape page] [--events 10] [--workers N]

`--rate` is requests a second; choose one that `throughput` found sustained, or less. Samples every
SAMPLE_SECONDS: resident memory of the serving process and of its workers, requests not queryable yet. Prints
the slope of each after warm-up, which is the first quarter, in MB a minute by a straight line; in the end
every acknowledged event must be there, by count. Writes bench/results/soak.json. Not part of `make bench`.

Limits: the store's cache fills up to its limit (256 MB) and only then is flat; memory that the allocator
keeps for later counts as held. The reference is the same slope over the first quarter.
"""

import argparse
import threading
import time

from _payloads import SHAPES
from _processes import Case, load, piste, slope, write_result

SAMPLE_SECONDS = 5.0
PARTS = ("serving", "workers", "total")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=500.0, help="requests a second")
    parser.add_argument("--shape", default="page", help="beginning of a shape's name")
    parser.add_argument("--events", type=int, default=10, help="events a POST")
    parser.add_argument("--workers", type=int, help="worker processes of Piste")
    given = parser.parse_args()
    shape = next(name for name in SHAPES if name.startswith(given.shape))
    case = Case(shape, given.events)
    seconds = 60 * given.minutes
    samples: list[dict[str, float]] = []
    ended = threading.Event()

    with piste(given.workers) as server:

        def sample() -> None:
            started = time.monotonic()
            while not ended.wait(SAMPLE_SECONDS):
                memory = server.resident_mb()
                now = {"seconds": time.monotonic() - started, **memory}
                now["total"] = memory["serving"] + memory["workers"]
                now["pending"] = server.pending()
                samples.append(now)

        sampling = threading.Thread(target=sample, daemon=True)
        sampling.start()
        try:
            report = load(server.port, case, seconds, given.rate)
        finally:
            ended.set()
            sampling.join()
        server.drain()
        stored = server.good()

    if stored != report["acknowledged"]:
        raise RuntimeError(
            f"{report['acknowledged']} events were acknowledged, {stored} are stored"
        )
    warm = [one for one in samples if one["seconds"] > seconds / 4]
    cold = [one for one in samples if one["seconds"] <= seconds / 4]

    def per_minute(some: list[dict[str, float]], part: str) -> float:
        return slope([(one["seconds"] / 60, one[part]) for one in some])

    slopes = {part: per_minute(warm, part) for part in PARTS}
    print(
        f"{case}, {report['acks_per_second']:.0f} events/s for {given.minutes:g} minutes, {stored} stored"
    )
    print(f"ack p50 {report['ack_ms_p50']:.1f} ms, p99 {report['ack_ms_p99']:.1f} ms")
    for part in PARTS:
        line = f"  {part:10}{warm[0][part] if warm else 0:8.1f} MB after warm-up"
        line += f"{samples[-1][part]:8.1f} MB at the end"
        line += f"{slopes[part]:8.2f} MB a minute (warming up: {per_minute(cold, part):.2f})"
        print(line)
    most = max(one["pending"] for one in samples)
    print(f"  at most {most:.0f} requests, {most / given.rate:.1f} s of load, not queryable yet")
    result = {
        "shape": case.shape,
        "events_per_post": case.events,
        "rate": given.rate,
        "minutes": given.minutes,
        "slope_mb_per_minute": slopes,
        "load": report,
        "samples": samples,
    }
    write_result("soak", result)


if __name__ == "__main__":
    main()
