"""Events a second: acknowledged, and sustained until queryable. Run by `make bench`.

    python bench/throughput.py [--quick] [--seconds 20] [--shapes page …] [--batches 1 10 50] [--workers N]

For each shape and number of events a POST, over 64 connections:

1. Acknowledged, at most: a closed loop. The references and Piste take turns, so that what else the machine
   does hits all of them; the figures are medians. References: `floor` (a server that reads the body and
   answers) and `fsync` (the same, with the body in the spool before the answer).
2. Sustained: the highest paced rate that *holds*, found in short steps: everything due was sent and
   acknowledged, in less than ACK_MS at p99 from when it was due; what is acknowledged and not queryable yet
   does not grow; and after the load it is gone within DRAIN_SECONDS.
3. Confirmed: that rate for `--seconds` on a new server, again a little lower until it holds; then every
   acknowledged event must be there, exactly once by count. CPU time by process is measured here.

Load generator and server share the machine. All of it takes about 25 minutes. Prints tables and writes
bench/results/throughput.json.
"""

import argparse
import os
import statistics
from typing import Any

from _payloads import SHAPES
from _processes import Case, Piste, Watch, load, piste, reference, slope, write_result

CONNECTIONS = 64
ACK_MS = 50.0
RISE_SECONDS = 0.8
"""So much load more may wait at the end of a run than after its first third, by a straight line through
all samples. Batches make the backlog a saw of more than that height, which hides less the longer a run is."""
DRAIN_SECONDS = 3.0
"""The last batches may wait for others for two."""
WARM_SECONDS, WARM_RATE = 1.5, 2_000
STEP, CLOSE_ENOUGH, LOWER = 1.2, 1.07, 0.94
ATTEMPTS = 5


def closed(case: Case, given: argparse.Namespace) -> dict[str, list[dict[str, Any]]]:
    rounds: dict[str, list[dict[str, Any]]] = {"floor": [], "fsync": [], "piste": []}
    for _ in range(given.rounds):
        for kind in ("floor", "fsync"):
            with reference(kind) as port:
                load(port, case, given.warm / 2, connections=CONNECTIONS)
                rounds[kind].append(load(port, case, given.short, connections=CONNECTIONS))
        with piste(given.workers) as server:
            warm_up(server, case, given, WARM_RATE / case.events)
            report = load(server.port, case, given.short, connections=CONNECTIONS)
            seconds = server.drain() - report["started"]
            report["queryable_per_second"] = report["acknowledged"] / seconds
            rounds["piste"].append(report)
    return rounds


def warm_up(server: Piste, case: Case, given: argparse.Namespace, rate: float) -> dict[str, Any]:
    """Schemas are loaded, caches filled and pools grown before anything is measured."""
    report = load(server.port, case, given.warm, rate, CONNECTIONS)
    server.drain()
    return report


def paced(server: Piste, case: Case, rate: float, seconds: float) -> dict[str, Any]:
    """One run at so many requests a second, watched."""
    cpu = server.cpu_seconds()
    with Watch(server) as watch:
        report = load(server.port, case, seconds, rate, CONNECTIONS)
        memory = server.resident_mb()
    drained = server.drain()
    used = {name: spent - cpu[name] for name, spent in server.cpu_seconds().items()}
    used["load_generator"] = report["cpu_seconds"]
    events = max(1, report["acknowledged"])
    report["rate"] = rate
    report["drain_seconds"] = drained - report["ended"]
    report["queryable_per_second"] = report["acknowledged"] / (drained - report["started"])
    settled = [sample for sample in watch.samples if seconds / 3 < sample[0] < seconds]
    report["backlog_rise_seconds"] = slope(settled) * seconds * 2 / 3 / rate
    report["backlog_seconds"] = max((pending for _, pending in settled), default=0) / rate
    report["cpu_us_per_event"] = {name: 1e6 * spent / events for name, spent in used.items()}
    report["resident_mb"] = memory | {"load_generator": report["resident_mb"]}
    report["why_not"] = why_not(report)
    return report


def why_not(report: dict[str, Any]) -> list[str]:
    """What keeps this from being sustained; nothing, when the rate holds."""
    found = {
        "not all acknowledged": report["refused"]
        + report["unanswered"]
        + report["lost_connections"],
        "not all sent in time": report["unsent"],
        # The comparison is so that no number at all is no pass.
        f"p99 is not below {ACK_MS:.0f} ms": not report["ack_ms_p99"] < ACK_MS,
        "the backlog grows": report["backlog_rise_seconds"] > RISE_SECONDS,
        "draining takes long": report["drain_seconds"] > DRAIN_SECONDS,
    }
    return [reason for reason, is_so in found.items() if is_so]


def search(
    case: Case, guess: float, given: argparse.Namespace
) -> tuple[float, list[dict[str, Any]]]:
    """The highest rate that held, 0 when none did; and the steps."""
    steps: list[dict[str, Any]] = []
    low, high, rate = 0.0, 0.0, guess
    with piste(given.workers) as server:
        warm_up(server, case, given, guess / 2)
        for _ in range(given.steps):
            steps.append(paced(server, case, rate, given.step_seconds))
            if steps[-1]["why_not"]:
                high = rate
            else:
                low = rate
            if low and high:
                if high / low < CLOSE_ENOUGH:
                    break
                rate = (low * high) ** 0.5
            else:
                rate = low * STEP if low else high / STEP
    return low or rate, steps


def confirm(case: Case, rate: float, given: argparse.Namespace) -> dict[str, Any]:
    """A run that holds, or the last attempt at one."""
    for _ in range(ATTEMPTS):
        with piste(given.workers) as server:
            warm = warm_up(server, case, given, rate / 2)
            report = paced(server, case, rate, given.seconds)
            acknowledged = warm["acknowledged"] + report["acknowledged"]
            # What was sent and got no answer may be there or not.
            unanswered = case.events * (warm["unanswered"] + report["unanswered"])
            stored = server.good()
            if not acknowledged <= stored <= acknowledged + unanswered:
                raise RuntimeError(f"{acknowledged} events acknowledged and {stored} stored")
            report |= {"acknowledged_in_all": acknowledged, "stored_in_all": stored}
        if not report["why_not"]:
            break
        rate *= LOWER
    return report


def median(runs: list[dict[str, Any]], name: str) -> float:
    return float(statistics.median(run[name] for run in runs))


def measure(case: Case, given: argparse.Namespace) -> dict[str, Any]:
    print(f"{case}", flush=True)
    rounds = closed(case, given)
    floor = median(rounds["floor"], "acks_per_second")
    acks = {kind: median(runs, "acks_per_second") for kind, runs in rounds.items()}
    for kind, runs in rounds.items():
        line = f"  {kind + ', acknowledged/s':30}{acks[kind]:9.0f}"
        line += (
            f"  p50 {median(runs, 'ack_ms_p50'):6.1f} ms  p99 {median(runs, 'ack_ms_p99'):6.1f} ms"
        )
        print(f"{line}  {acks[kind] / floor:5.2f} of floor", flush=True)
    guess = min(median(rounds["piste"], "queryable_per_second"), acks["piste"]) / case.events
    rate, steps = search(case, guess, given)
    confirmed = confirm(case, rate, given)
    sustained = 0.0 if confirmed["why_not"] else confirmed["acks_per_second"]
    held = ", ".join(confirmed["why_not"]) or f"held for {given.seconds:.0f} s"
    line = f"  {'piste, sustained/s':30}{confirmed['acks_per_second']:9.0f}"
    line += f"  p50 {confirmed['ack_ms_p50']:6.1f} ms  p99 {confirmed['ack_ms_p99']:6.1f} ms"
    print(f"{line}  {confirmed['acks_per_second'] / floor:5.2f} of floor  ({held})")
    print(f"  {'':30}{confirmed['acks_per_second'] / acks['fsync']:9.2f}  of the fsync-only server")
    for title, unit in (("cpu_us_per_event", "us an event"), ("resident_mb", "MB")):
        parts = "  ".join(f"{name} {value:.1f}" for name, value in confirmed[title].items())
        print(f"  {title.partition('_')[0]}, {unit}: {parts}", flush=True)
    return {
        "shape": case.shape,
        "events_per_post": case.events,
        "acks_per_second": acks,
        "sustained_per_second": sustained,
        "of_floor": {"acknowledged": acks["piste"] / floor, "sustained": sustained / floor},
        "of_fsync": {
            "acknowledged": acks["piste"] / acks["fsync"],
            "sustained": sustained / acks["fsync"],
        },
        "confirmed": confirmed,
        "rounds": rounds,
        "search": steps,
    }


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="about two minutes; figures are rough")
    parser.add_argument("--full", action="store_true", help="changes nothing here")
    parser.add_argument("--seconds", type=float, help="of the confirming run (20)")
    parser.add_argument("--shapes", nargs="+", default=[""], help="beginnings of names of shapes")
    parser.add_argument("--batches", nargs="+", type=int, help="events a POST (1 10 50)")
    parser.add_argument("--workers", type=int, help="worker processes of Piste")
    given = parser.parse_args()
    given.cases = [
        Case(shape, events)
        for shape in SHAPES
        if any(shape.startswith(wanted) for wanted in given.shapes)
        for events in given.batches or ((10,) if given.quick else (1, 10, 50))
    ]
    given.seconds = given.seconds or (5.0 if given.quick else 20.0)
    given.rounds, given.short = (1, 0.6) if given.quick else (3, 2.0)
    given.steps, given.step_seconds = (3, 3.0) if given.quick else (6, 9.0)
    given.warm = WARM_SECONDS / 2 if given.quick else WARM_SECONDS
    return given


def main() -> None:
    given = arguments()
    report = {
        "connections": CONNECTIONS,
        "seconds": given.seconds,
        "quick": given.quick,
        "cpus": os.cpu_count(),
        "load_before": os.getloadavg()[0],
        "cases": [measure(case, given) for case in given.cases],
    }
    write_result("throughput", report)


if __name__ == "__main__":
    main()
