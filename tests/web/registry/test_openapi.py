"""The OpenAPI document is true: what is answered is what it says, and what it forbids is refused.

Limits: what it allows may still be refused: versions have an order, and keys have rights.
"""

from typing import Any

import pytest
import schemathesis
from schemathesis.engine import from_schema
from schemathesis.engine.events import EngineFinished, FatalError, NonFatalError, ScenarioFinished
from support.registries import SUPER_KEY, schema
from web.registry.asking import Api


def run(api: Api, *, examples: int) -> tuple[int, list[str]]:
    """How many requests schemathesis has made, and what it has to say against their answers."""
    config: dict[str, Any] = {
        "headers": {"apikey": SUPER_KEY},
        "checks": {
            "positive_data_acceptance": {"enabled": False},
            # A key that nobody knows is none, and most of what is public is answered without one.
            "ignored_auth": {"enabled": False},
        },
        "phases": {"stateful": {"enabled": False}},
        "generation": {
            "max-examples": examples,
            "deterministic": True,
            "no-shrink": True,
            "database": "none",
        },
        "continue-on-failure": True,
        "workers": 1,
    }
    described = schemathesis.openapi.from_asgi(
        "/api/openapi.json",
        api.application,
        config=schemathesis.Config.from_dict(config),
    )
    requests, said = 0, []
    for event in from_schema(described).execute():
        match event:
            case ScenarioFinished():
                requests += len(event.recorder.interactions)
            case EngineFinished():
                said += [f"{one.operation}: {one.title}: {one.message}" for one in event.failures]
            case FatalError():
                said.append(repr(event.exception))
            case NonFatalError():
                said.append(repr(event.value))
    return requests, sorted(said)


def test_requests_of_every_operation(patching: Api) -> None:
    """Right ones and wrong ones."""
    patching.post("/api/schemas", schema())
    requests, said = run(patching, examples=5)
    assert said == []
    assert requests > 350


@pytest.mark.soak
def test_many_requests_of_every_operation(patching: Api, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("markexpr") != "soak":
        pytest.skip("takes minutes: runs with -m soak")
    patching.post("/api/schemas", schema())
    requests, said = run(patching, examples=300)
    assert said == []
    assert requests > 3000


def test_the_document_names_every_route(api: Api) -> None:
    document = api.get("/api/openapi.json", key=None).json
    assert document == api.get("/iglu-server/api/openapi.json", key=None).json
    assert document["servers"] == [{"url": "/api"}, {"url": "/iglu-server/api"}]
    one, draft = "{vendor}/{name}/{format}/{version}", "{vendor}/{name}/{format}/{number}"
    assert {path: sorted(methods) for path, methods in document["paths"].items()} == {
        "/schemas": ["get", "post"],
        "/schemas/{vendor}": ["get"],
        "/schemas/{vendor}/{name}": ["get"],
        f"/schemas/{one}": ["delete", "get", "put"],
        "/validation/validate/schema/jsonschema": ["post"],
        "/validation/validate/instance": ["post"],
        "/auth/keygen": ["delete", "post"],
        "/drafts": ["get"],
        f"/drafts/{draft}": ["get", "put"],
        "/meta/health": ["get"],
        "/meta/health/db": ["get"],
        "/meta/server": ["get"],
    }
    assert document["components"]["securitySchemes"] == {
        "APIKeyHeader": {
            "type": "apiKey",
            "in": "header",
            "name": "apikey",
            "description": "A key of the registry (a UUID), or one of Piste's own (`tt_…`).",
        }
    }


def test_the_prefixes_are_a_choice(tmp_path: Any) -> None:
    api = Api(tmp_path, prefixes=("/registry",))
    assert api.get("/registry/openapi.json").json["servers"] == [{"url": "/registry"}]
    assert api.get("/registry/schemas").status == 200
    assert api.get("/api/schemas").status == 404
    api.close()
