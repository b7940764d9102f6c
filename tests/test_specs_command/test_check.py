"""`piste specs check`: the gate, with events of a real tracker."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from snowplow_tracker import (  # type: ignore[attr-defined]  # it re-exports implicitly
    Emitter,
    SelfDescribing,
    SelfDescribingJson,
    Tracker,
)

from .conftest import Done, Server
from .files import CHECKOUT, PAY, SEARCH, write_plan

Specs = Callable[..., Done]
DECLARED = "iglu:com.snowplowanalytics.snowplow/event_specification/jsonschema/1-0-4"


@pytest.fixture
def track(server: Server, specs: Specs, vendor: str, tmp_path: Path) -> Callable[..., str]:
    """Tracks one event of the plan that is published; its id."""
    server.running.micro.reset()
    write_plan(tmp_path / "plan", vendor)
    done = specs("push", tmp_path / "plan", "--publish")
    assert done.returncode == 0, done.stderr
    emitter = Emitter("127.0.0.1", protocol="http", port=server.running.port, batch_size=1)
    tracker = Tracker("py", emitter, None)

    def event(label: str, declared: dict[str, Any] | None = None) -> str:
        entities = [] if declared is None else [SelfDescribingJson(DECLARED, declared)]
        data = {"label": label, "action": "click"}
        said = SelfDescribingJson(f"iglu:{vendor}/ui_actions/jsonschema/1-0-0", data)
        event_id = tracker.track(SelfDescribing(said, context=entities))
        tracker.flush()
        return str(event_id)

    return event


def cases(file: Path) -> dict[str, str | None]:
    """What failed, by the name of the case."""
    suites = Xml.parse(file).getroot()
    found = {}
    for suite in suites:
        failures = suite.findall("testcase/failure")
        assert suite.get("failures") == str(len(failures))
        for case in suite:
            failure = case.find("failure")
            found[str(case.get("name"))] = None if failure is None else failure.get("type")
    assert suites.get("tests") == str(len(suites.findall("testsuite/testcase")))
    return found


UNMATCHED = "Events that match no event specification"


def test_the_gate_opens_when_everything_was_seen(
    specs: Specs, track: Callable[..., str], tmp_path: Path
) -> None:
    """Never seen, then seen, then violated: each with its exit code, its line and its case."""
    junit = tmp_path / "junit.xml"

    def check(*more: str) -> Done:
        done = specs("check", "--plan", CHECKOUT, "--junit", junit, *more)
        assert done.stderr == ""
        return done

    never = check()
    assert never.returncode == 1
    assert never.stdout == (
        f"Checkout ({CHECKOUT})\n"
        "  never seen         0  Pay (version 1)\n"
        "  never seen         0  Search (version 1)\n"
        "  FAILED: 2 never seen\n"
    )
    assert cases(junit) == {"Pay": "neverSeen", "Search": "neverSeen", UNMATCHED: None}
    allowed = check("--allow-never-seen")
    assert allowed.returncode == 0
    assert allowed.stdout.endswith("  passed: 2 never seen\n")
    assert cases(junit) == {"Pay": None, "Search": None, UNMATCHED: None}

    track("Search")
    assert check().returncode == 1
    track("Pay")
    seen = check()
    assert seen.returncode == 0, seen.stdout
    assert "  seen               1  Pay (version 1)\n" in seen.stdout
    assert seen.stdout.endswith("  passed: 2 seen\n")
    assert set(cases(junit).values()) == {None}

    event_id = track("Menu", {"id": PAY, "name": "Pay", "version": 1})
    violated = check("--allow-never-seen")
    assert violated.returncode == 1
    assert (
        "  VIOLATED           2  Pay (version 1)\n"
        "                        1 violate it, 0 failed\n"
        "                        1 x $.label: does not have a value in the enumeration [Pay], iglu:"
    ) in violated.stdout
    assert f"as in event {event_id}\n" in violated.stdout
    assert violated.stdout.endswith("  FAILED: 1 seen, 1 violated\n")
    assert cases(junit) == {"Pay": "violated", "Search": None, UNMATCHED: None}


def test_unmatched_events_fail_when_that_is_asked_for(
    specs: Specs, track: Callable[..., str], vendor: str, tmp_path: Path
) -> None:
    """Otherwise they are told."""
    for label in ("Search", "Pay", "Menu"):
        track(label)
    junit = tmp_path / "junit.xml"
    told = specs("check", "--plan", "Checkout", "--junit", junit)
    assert told.returncode == 0
    line = f"  unmatched          1  iglu:{vendor}/ui_actions/jsonschema/1-0-0\n"
    assert line in told.stdout
    assert cases(junit)[UNMATCHED] is None
    failed = specs("check", "--plan", "Checkout", "--fail-on-unmatched", "--junit", junit)
    assert failed.returncode == 1
    assert failed.stdout.endswith("  FAILED: 2 seen\n") or "1 unmatched" in failed.stdout
    assert cases(junit)[UNMATCHED] == "unmatched"


def test_since_counts_what_came_since(
    specs: Specs, track: Callable[..., str], tmp_path: Path
) -> None:
    """A time, or how long ago."""
    track("Search")
    track("Pay")
    plan = ("check", "--plan", CHECKOUT)
    assert specs(*plan, "--since", "24h").returncode == 0
    assert specs(*plan, "--since", "2020-01-01").returncode == 0
    later = specs(*plan, "--since", "2999-01-01T00:00:00Z")
    assert later.returncode == 1
    assert later.stdout.startswith(f"Checkout ({CHECKOUT}, since 2999-01-01T00:00:00.000Z)\n")
    for wrong in ("yesterday", "24x", "999999d", ""):
        done = specs(*plan, f"--since={wrong}")
        assert done.returncode == 2, wrong
        assert done.stderr.startswith("error: --since: "), done.stderr


def test_several_plans_and_json(
    server: Server, specs: Specs, track: Callable[..., str], tmp_path: Path
) -> None:
    """One that fails is enough; the XML has a suite for each."""
    track("Search")
    track("Pay")
    server.ask("POST", "/data-products/v2", {"name": "Empty"})
    junit = tmp_path / "junit.xml"
    both = specs("check", "--plan", "Empty", "--plan", CHECKOUT, "--json", "--junit", junit)
    assert both.returncode == 0
    found = json.loads(both.stdout)
    assert found["passed"] is True
    assert [(one["name"], one["passed"]) for one in found["plans"]] == [
        ("Empty", True),
        ("Checkout", True),
    ]
    assert {one["eventSpecId"] for one in found["plans"][1]["eventSpecs"]} == {SEARCH, PAY}
    suites = Xml.parse(junit).getroot()
    assert [suite.get("name") for suite in suites] == ["Empty", "Checkout"]
    text = specs("check", "--plan", "Empty").stdout
    assert "  no event specification of it is published\n" in text


def test_an_unknown_plan_or_an_unwritable_file_is_no_verdict(
    server: Server, specs: Specs, tmp_path: Path
) -> None:
    """The exit code is 2."""
    server.ask("POST", "/data-products/v2", {"name": "Shop"})
    done = specs("check", "--plan", "Chop")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: there is no data product 'Chop'; there are: Shop\n"
    file = tmp_path / "no" / "junit.xml"
    done = specs("check", "--plan", "Shop", "--junit", file)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: {file}: No such file or directory\n"
