"""The OpenAPI document is true: what it allows is answered as it says, and what it forbids is refused.

Limits: what the document allows may still be refused, since domains have to be free and patterns and
        addresses to be some; so schemathesis is not asked whether all of it is accepted.
"""

import json
from typing import Any

import pytest
import schemathesis
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from support.tinytrail import Trail

from piste.accounts.principal import Role
from piste.web.tinytrail.app import BASE

OPERATIONS = {
    "listAccounts": 200,
    "createAccount": 201,
    "deleteAccount": 200,
    "listUsers": 200,
    "createUser": 201,
    "getUserApiKey": 200,
    "deleteUser": 200,
    "listWebsites": 200,
    "createWebsite": 201,
    "changeWebsite": 200,
    "deleteWebsite": 200,
    "aggregate": 200,
}


def run(asked: Trail, *, examples: int, is_stateful: bool) -> tuple[int, list[str]]:
    """How many requests schemathesis has made of all operations, and what it has to say against them.

    `is_stateful`: with the ids that other operations have answered, instead of those that are there.
    """
    config: dict[str, Any] = {
        "headers": {"X-API-KEY": asked.admin.first_key.key},
        "checks": {"positive_data_acceptance": {"enabled": False}},
        "suppress-health-check": ["too_slow"],  # of a machine that has other things to do
        "phases": {"stateful": {"enabled": is_stateful}},
        "generation": {
            "max-examples": examples,
            "deterministic": True,
            "no-shrink": True,
            "database": "none",
        },
        "continue-on-failure": True,
    }
    if not is_stateful:
        config["operations"] = [
            {"include-operation-id": name, "parameters": {"path.id": id_}}
            for name, id_ in ids(asked).items()
        ]
    schema = schemathesis.openapi.from_asgi(
        f"{BASE}/openapi.json", asked.application, config=schemathesis.Config.from_dict(config)
    )
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


def ids(asked: Trail) -> dict[str, str]:
    """By operation: of what is there, or at least is until it is deleted."""
    gone = asked.identity.create_user(asked.account_id, Role.USER)
    assert gone is not None
    return {
        "deleteAccount": asked.identity.create_account("gone").id,
        "getUserApiKey": asked.ours.user.id,
        "deleteUser": gone.user.id,
        "changeWebsite": asked.website(),
        "deleteWebsite": asked.website("example.org"),
    }


def test_requests_of_every_operation(asked: Trail) -> None:
    """Right ones and wrong ones."""
    requests, said = run(asked, examples=10, is_stateful=False)
    assert said == []
    assert requests > 300


@pytest.mark.soak
def test_many_requests_of_every_operation(asked: Trail, request: pytest.FixtureRequest) -> None:
    """Also with what other operations have answered."""
    if request.config.getoption("markexpr") != "soak":
        pytest.skip("takes many minutes: runs with -m soak")
    for is_stateful in (False, True):
        requests, said = run(asked, examples=300, is_stateful=is_stateful)
        assert said == []
        assert requests > 3000


def test_the_document(asked: Trail) -> None:
    """Names every operation with its key, and each schema once."""
    document = asked.ask("GET", "/openapi.json", by=None).json
    operations = {
        one["operationId"]: one for path in document["paths"].values() for one in path.values()
    }
    assert operations.keys() == OPERATIONS.keys()
    for name, status in OPERATIONS.items():
        operation = operations[name]
        assert operation["security"] == [{"APIKey": []}, {"HTTPBearer": []}]
        assert {str(status), "400", "401", "429", "503"} <= operation["responses"].keys()
        assert ("404" in operation["responses"]) == (
            "parameters" in operation or name == "createWebsite"
        )
        assert ("413" in operation["responses"]) == ("requestBody" in operation)
        is_for_admins = not name.lower().rstrip("s").endswith("website")
        assert ("403" in operation["responses"]) == is_for_admins
    assert document["components"]["securitySchemes"]["APIKey"]["name"] == "X-API-KEY"
    components = document["components"]["schemas"]
    assert {"Account", "User", "NewUser", "Website", "Error"} <= components.keys()
    assert "HTTPValidationError" not in json.dumps(document)


def test_the_page_for_people(asked: Trail) -> None:
    """Needs no key."""
    answer = asked.ask("GET", "/docs", by=None)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "/websites/{id}</code>" in answer.body.decode().replace("<wbr>", "")
