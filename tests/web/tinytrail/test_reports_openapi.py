"""The OpenAPI document of the reports is true: what it allows is answered as it says, what it forbids is not.

Limits: what the document allows may still be refused, since time zones have to be some and dates in order; so
        schemathesis is not asked whether all of it is accepted.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import schemathesis
from reports.crowds import SITE, Crowd
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from support.reported import Reported, reported

from piste.reports.filters import DIMENSIONS
from piste.reports.parameters import COMMON, EXTRA, Report
from piste.web.tinytrail.app import BASE

REPOSITORY = Path(__file__).resolve().parents[3]
FEW = ["getTimeseriesReport", "getFunnelReport", "getExplainReport"]
"""Whose parameters are of all kinds; the other reports have the common ones too."""
NEEDED = {"funnel": "steps[]", "event-properties": "event_name", "explain": "event_id"}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reported]:
    crowd = Crowd()
    crowd.visits(3, "2026-02-28T08:00:00Z", "/", {"hit_type": "custom", "hit_name": "signup"})
    with reported(tmp_path_factory.mktemp("data"), crowd) as opened:
        opened.add(SITE)
        yield opened


@pytest.fixture(scope="module")
def document(asked: Reported) -> Any:
    return asked.trail.ask("GET", "/openapi.json", by=None).json


def operation(document: Any, report: str) -> Any:
    (found,) = document["paths"][f"{BASE}/reports/{report}"].values()
    return found


@pytest.mark.parametrize("report", Report)
def test_every_parameter_is_documented(document: Any, report: Report) -> None:
    """With whether it is needed."""
    parameters = {one["name"]: one for one in operation(document, report)["parameters"]}
    assert parameters.keys() == {*COMMON, *EXTRA.get(report, ()), "filter"}
    needed = {name for name, one in parameters.items() if one["required"]}
    assert needed == {"website_id"} | ({NEEDED[report]} if report in NEEDED else set())
    assert tuple(parameters["filter"]["schema"]["properties"]) == DIMENSIONS


@pytest.mark.parametrize("report", Report)
def test_every_answer_is_documented(document: Any, report: Report) -> None:
    """The examples are what the schemas allow, and the key is named."""
    documented = operation(document, report)
    assert documented["operationId"] == f"get{report.title().replace('-', '')}Report"
    assert documented["security"] == [{"APIKey": []}, {"HTTPBearer": []}]
    assert documented["responses"].keys() == {"200", "400", "401", "404", "429", "503"}
    answer = documented["responses"]["200"]
    assert answer["content"].keys() == {"application/json", "text/csv"}
    assert answer["headers"].keys() == {"X-Piste-Pending", "Content-Disposition"}
    found = answer["content"]["application/json"]
    jsonschema.validate(found["example"], {**document, **found["schema"]})


def run(asked: Reported, operations: list[str], *, examples: int) -> tuple[int, list[str]]:
    """How many requests schemathesis has made of these, and what it has to say against them."""
    config: dict[str, Any] = {
        "headers": {"X-API-KEY": asked.trail.admin.first_key.key},
        "parameters": {"query.website_id": SITE},
        "checks": {"positive_data_acceptance": {"enabled": False}},
        "suppress-health-check": ["too_slow"],  # of a machine that has other things to do
        "phases": {"stateful": {"enabled": False}},
        "generation": {
            "max-examples": examples,
            "deterministic": True,
            "no-shrink": True,
            "database": "none",
        },
        "continue-on-failure": True,
    }
    schema = schemathesis.openapi.from_asgi(
        f"{BASE}/openapi.json",
        asked.trail.application,
        config=schemathesis.Config.from_dict(config),
    ).include(operation_id=operations)
    requests, said = 0, set()
    for event in from_schema(schema).execute():
        match event:
            case ScenarioFinished(recorder=recorder):
                requests += len(recorder.interactions)
                checks = (one for some in recorder.checks.values() for one in some)
                for check in checks:
                    if (found := check.failure_info) is not None:
                        failure = found.failure
                        said.add(f"{failure.title}: {failure.message}\n{found.code_sample}")
            case FatalError():
                said.add(repr(event.exception))
            case NonFatalError():
                said.add(repr(event.value))
    return requests, sorted(said)


def test_requests_of_some_reports(asked: Reported) -> None:
    """Right ones and wrong ones."""
    requests, said = run(asked, FEW, examples=5)
    assert said == []
    assert requests > 300


@pytest.mark.soak
def test_many_requests_of_every_report(
    asked: Reported, document: Any, request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("markexpr") != "soak":
        pytest.skip("takes many minutes: runs with -m soak")
    operations = [operation(document, report)["operationId"] for report in Report]
    requests, said = run(asked, operations, examples=300)
    assert said == []
    assert requests > 3000


def test_the_page_of_reports_names_every_parameter() -> None:
    """docs/reports.md: each report, parameter and dimension."""
    page = (REPOSITORY / "docs" / "reports.md").read_text("utf-8")
    named = set(re.findall(r"`([^`\n]+)`", page))
    assert {*Report, *COMMON, *DIMENSIONS} <= named
    assert {name for names in EXTRA.values() for name in names} <= named
