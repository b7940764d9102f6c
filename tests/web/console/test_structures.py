"""Data structures over HTTP: each call with its answer, the way to production, and what is refused."""

import hashlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.console import AUTHOR, OTHER_ORGANIZATION, TOKENS, Answered
from support.plans import Plans, hash_of, opened, schema, with_property

from piste.events.schema_key import SchemaKey
from piste.registry.deployment import Report
from piste.registry.records import Environment

KEY = SchemaKey.of("iglu:com.example/ui_actions/jsonschema/1-0-0")
HASH = hash_of(KEY)
META = {"hidden": False, "schemaType": "event", "customData": {"department": "marketing"}}
NOTHING_SAID: dict[str, Any] = {"hidden": False, "schemaType": None, "customData": {}}
BASE = "data-structures/v1"


@pytest.fixture
def plans(tmp_path: Path) -> Iterator[Plans]:
    with opened(tmp_path) as plans:
        yield plans


def content_hash(schema: Any) -> str:
    text = json.dumps(schema, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def report(message: str, **rest: Any) -> dict[str, Any]:
    return {
        "success": not rest.get("errors"),
        "errors": [],
        "warnings": [],
        "info": [],
        "message": message,
        "affectedEventSpecs": [],
        **rest,
    }


def refused(answer: Answered, status: int) -> list[str]:
    assert answer.status == status, answer.json
    errors: list[str] = answer.json["errors"]
    assert answer.json == report("; ".join(errors), errors=errors)
    return errors


def test_the_documented_hash() -> None:
    """Of Snowplow's documentation: the text that is hashed."""
    text = f"2c1c5b5c-3b6e-4b0e-9d0f-0d7a3b8a5f10-{KEY.vendor}-{KEY.name}-{KEY.format}"
    assert hashlib.sha256(text.encode()).hexdigest() == HASH


def test_the_way_to_production(plans: Plans) -> None:
    """VALIDATED, DEV, PROD: each step with its answer, and what is then there."""
    answer = plans.validate(schema(), META)
    assert (answer.status, answer.json) == (201, report(f"{KEY} is valid"))
    answer = plans.deploy("VALIDATED", "DEV", message="The first")
    assert (answer.status, answer.json) == (201, report(f"{KEY} is in DEV"))
    answer = plans.deploy("DEV", "PROD", message=None)
    assert (answer.status, answer.json) == (201, report(f"{KEY} is in PROD"))
    assert plans.changed_schemas == [KEY, KEY]

    structure = plans.ask("GET", f"{BASE}/{HASH}")
    deployed = {
        "version": "1-0-0",
        "patchLevel": 0,
        "contentHash": content_hash(schema()),
        "initiator": AUTHOR,
        "initiatorId": AUTHOR,
    }
    assert structure.json == {
        "hash": HASH,
        "organizationId": "2c1c5b5c-3b6e-4b0e-9d0f-0d7a3b8a5f10",
        "vendor": "com.example",
        "name": "ui_actions",
        "format": "jsonschema",
        "description": "What a person did",
        "meta": META,
        "deployments": [
            {**deployed, "env": env, "ts": one["ts"], "message": message}
            for (env, message), one in zip(
                [("DEV", "The first"), ("PROD", ""), ("VALIDATED", "")],
                structure.json["deployments"],
                strict=True,
            )
        ],
    }
    assert plans.ask("GET", BASE).json == [structure.json]
    assert plans.ask("GET", f"{BASE}/{HASH.upper()}").json == structure.json
    version = plans.ask("GET", f"{BASE}/{HASH}/versions/1-0-0")
    assert list(version.json.items()) == list(schema().items())
    assert plans.ask("GET", f"{BASE}/schemas/versions?latest=true").json == [schema()]


def test_the_way_has_no_short_cuts(plans: Plans) -> None:
    """And none leads back."""
    plans.bring(schema(), "DEV")
    for source, target in [("VALIDATED", "PROD"), ("DEV", "DEV")]:
        answer = plans.deploy(source, target)
        message = "Deployments go from VALIDATED to DEV and DEV to PROD"
        assert (answer.status, answer.json) == (422, {"message": message})
    for version, source in [("1-0-1", "VALIDATED"), ("1-0-1", "DEV")]:
        target = "DEV" if source == "VALIDATED" else "PROD"
        answer = plans.deploy(source, target, version)
        assert refused(answer, 404) == [
            f"iglu:com.example/ui_actions/jsonschema/1-0-1 is not in {source}"
        ]
    assert plans.changed_schemas == [KEY]


def test_a_version_in_production_cannot_be_changed(plans: Plans) -> None:
    """Neither there nor in development, whether patched or not. Its validation says so already."""
    plans.bring(schema(), "DEV", "PROD")
    other = schema(description="Another")
    flaw = f"{KEY} is in production and cannot be changed: choose a new version"
    assert plans.validate(other).json == report(f"{KEY} is valid", warnings=[flaw])
    for query in ("", "?patch=true"):
        assert refused(plans.deploy("VALIDATED", "DEV", query=query), 409) == [flaw]
    assert plans.ask("GET", f"{BASE}/{HASH}/versions/1-0-0").json == schema()
    validated = plans.ask("GET", f"{BASE}/{HASH}/versions/1-0-0?env=VALIDATED")
    assert validated.json == other


def test_a_version_in_development_is_patched_when_that_is_asked_for(plans: Plans) -> None:
    """The history keeps both contents."""
    plans.bring(schema(), "DEV")
    other = schema(description="Another")
    flaw = (
        "Schema already exists in DEV with another content: ask for `patch=true`, or choose a new "
        "version"
    )
    assert plans.validate(other).json["warnings"] == [flaw]
    assert refused(plans.deploy("VALIDATED", "DEV"), 409) == [flaw]
    assert plans.deploy("VALIDATED", "DEV", query="?patch=true").status == 201
    assert plans.ask("GET", f"{BASE}/{HASH}/versions/1-0-0?env=DEV").json == other
    history = plans.ask("GET", f"{BASE}/{HASH}/deployments?env=DEV").json
    assert [(one["patchLevel"], one["contentHash"]) for one in history] == [
        (1, content_hash(other)),
        (0, content_hash(schema())),
    ]
    plans.deploy("DEV", "PROD")
    assert plans.ask("GET", f"{BASE}/{HASH}/versions/1-0-0").json == other


def test_what_is_there_already_is_not_deployed_again(plans: Plans) -> None:
    plans.bring(schema(), "DEV")
    plans.changed_schemas.clear()
    answer = plans.deploy("VALIDATED", "DEV")
    assert answer.json == report(f"{KEY} is already, with this content, in DEV")
    assert plans.changed_schemas == []
    assert len(plans.ask("GET", f"{BASE}/{HASH}/deployments?env=DEV").json) == 1


@pytest.mark.parametrize(
    ("version", "flaw"),
    [
        ("1-0-2", "Preceding SchemaVer in the group is missing, check that schemas published in "),
        ("2-1-0", "Preceding SchemaVer in the group is missing, check that schemas published in "),
        ("3-0-0", "Preceding SchemaVer in the group is missing, check that schemas published in "),
    ],
)
def test_the_rules_of_versions(plans: Plans, version: str, flaw: str) -> None:
    """Those of an Iglu server, in each environment."""
    plans.bring(schema(), "DEV", "PROD")
    assert plans.validate(schema(version)).json["success"] is True
    assert refused(plans.deploy("VALIDATED", "DEV", version), 409) == [f"{flaw}proper order"]


def test_an_addition_after_the_next_revision_comes_too_late(plans: Plans) -> None:
    plans.bring(schema(), "DEV")
    plans.bring(schema("1-1-0"), "DEV")
    plans.validate(schema("1-0-1"))
    flaw = "The schema version is not sequential"
    assert refused(plans.deploy("VALIDATED", "DEV", "1-0-1"), 409) == [flaw]


def test_production_has_the_rules_of_versions_too(plans: Plans) -> None:
    """1-0-1 cannot overtake 1-0-0 on the way."""
    plans.bring(schema(), "DEV")
    plans.bring(schema("1-0-1"), "DEV")
    flaw = (
        "Preceding SchemaVer in the group is missing, check that schemas published in proper order"
    )
    assert refused(plans.deploy("DEV", "PROD", "1-0-1"), 409) == [flaw]
    assert plans.deploy("DEV", "PROD", "1-0-0").status == 201
    assert plans.deploy("DEV", "PROD", "1-0-1").status == 201


def test_an_addition_must_not_break_and_a_revision_may(plans: Plans) -> None:
    """The counterexample is shown, as an error or as a warning."""
    plans.bring(schema(), "DEV")
    properties = schema()["properties"] | {"label": {"description": "Where", "type": "null"}}
    assert plans.validate(schema("1-0-1", properties=properties)).json["success"] is True
    (flaw,) = refused(plans.deploy("VALIDATED", "DEV", "1-0-1"), 409)
    assert flaw.startswith("1-0-1 refuses what 1-0-0 allows, at $.label: {")
    plans.validate(schema("1-1-0", properties=properties))
    answer = plans.deploy("VALIDATED", "DEV", "1-1-0")
    assert answer.status == 201
    (warning,) = answer.json["warnings"]
    assert warning.startswith("1-1-0 refuses what 1-0-0 allows, at $.label: {")


def test_a_deployment_reports_the_specifications_that_it_breaks(plans: Plans) -> None:
    """It is not refused; drafts are not spoken of."""
    plans.bring(schema(), "DEV", "PROD")
    ids = {}
    for status in ("published", "draft"):
        asked: dict[str, Any] = {"action": {"enum": ["click"]}, "label": {"enum": ["a long label"]}}
        rule = schema(properties=asked, required=["action", "label"])
        spec: dict[str, Any] = {"name": f"A {status}", "status": status, "version": 3}
        spec["event"] = {"source": str(KEY), "schema": rule}
        answer = plans.ask("POST", "event-specs/v1", {"spec": spec})
        assert answer.status == 201, answer.json
        ids[status] = answer.json["data"][0]["id"]
    narrow = with_property(schema("1-1-0"), "label", type=["string", "null"], maxLength=3)
    plans.validate(narrow)
    answer = plans.deploy("VALIDATED", "DEV", "1-1-0")
    assert answer.status == 201
    assert answer.json["success"] is True
    counterexample = {"action": "click", "label": "a long label"}
    assert answer.json["affectedEventSpecs"] == [
        {
            "id": ids["published"],
            "name": "A published",
            "version": 3,
            "counterexample": counterexample,
            "path": "$.label",
        }
    ]
    text, step = answer.json["warnings"]
    assert text.startswith(
        f"The event specification 'A published', id {ids['published']}, version 3, allows an event "
        "that this schema does not, at $.label: "
    )
    assert json.loads(text.partition("$.label: ")[2]) == counterexample
    assert step.startswith("1-1-0 refuses what 1-0-0 allows")


def test_what_the_linter_says(plans: Plans) -> None:
    """Errors keep a schema from being validated, warnings do not."""
    bad = with_property(schema(), "count", type="integer", minimum=5, maximum=1)
    answer = plans.validate(bad)
    assert answer.status == 201
    assert answer.json["success"] is False
    assert answer.json["errors"] == ["/properties/count: minimum 5 is greater than maximum 1"]
    assert plans.deploy("VALIDATED", "DEV").status == 404
    answer = plans.validate(with_property(schema(), "free", type=["string", "null"]))
    assert answer.json["success"] is True
    assert answer.json["warnings"] == [
        "/properties/free: a string should have maxLength, an enum or a format"
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"self": {"vendor": "com.example"}}, "INVALID_SCHEMA"),
        ({"$schema": "http://json-schema.org/draft-04/schema#"}, "INVALID_METASCHEMA"),
        ({"$supersedes": "1-0-0"}, "INVALID_SCHEMAVER"),
    ],
)
def test_a_schema_that_does_not_say_which_it_is(
    plans: Plans, change: dict[str, Any], code: str
) -> None:
    answer = plans.validate(schema() | change)
    assert refused(answer, 201) == [f"The schema is not self-describing: {code}"]


def test_names_belong_to_whom_they_belong(plans: Plans) -> None:
    """Another organization's structure is neither seen nor written."""
    plans.published(schema(), organization_id=OTHER_ORGANIZATION)
    flaw = "The schemas of com.example/ui_actions belong to another organization"
    assert refused(plans.validate(schema("1-0-1")), 201) == [flaw]
    assert refused(plans.deploy("DEV", "PROD"), 404) == [f"{KEY} is not in DEV"]
    assert plans.ask("GET", BASE).json == []
    assert plans.ask("GET", f"{BASE}/{HASH}").status == 404


def test_what_came_over_the_iglu_api_is_there(plans: Plans) -> None:
    """With nothing said of it, and its deployments as they are now. The next version stays as public."""
    plans.published(schema(), is_public=True)
    structure = plans.ask("GET", f"{BASE}/{HASH}").json
    assert structure["meta"] == NOTHING_SAID
    assert [(one["env"], one["initiator"]) for one in structure["deployments"]] == [
        ("DEV", "an Iglu key"),
        ("PROD", "an Iglu key"),
    ]
    history = plans.ask("GET", f"{BASE}/{HASH}/deployments").json
    assert sorted(one["env"] for one in history) == ["DEV", "PROD"]
    plans.bring(schema("1-0-1"), "DEV")
    stored = plans.store.schemas().get(SchemaKey.of(str(KEY).replace("1-0-0", "1-0-1")))
    assert stored is not None
    assert stored.is_public


def test_filters_and_pages(plans: Plans) -> None:
    for name in ("one", "two", "three"):
        plans.bring(schema(name=name))
    plans.bring(schema(vendor="org.other", name="one"))
    for query, expected in [
        ("", ["one", "three", "two", "one"]),
        ("?vendor=com.example", ["one", "three", "two"]),
        ("?name=one", ["one", "one"]),
        ("?vendor=org.other&name=one", ["one"]),
        ("?vendor=none", []),
        ("?from=1&size=2", ["three", "two"]),
    ]:
        assert [one["name"] for one in plans.ask("GET", BASE + query).json] == expected
    assert plans.ask("GET", f"{BASE}/schemas/versions").json == []


def test_versions_all_or_the_newest(plans: Plans) -> None:
    plans.bring(schema(), "DEV", "PROD")
    plans.bring(schema("1-0-1"), "DEV")
    plans.bring(schema("1-0-2"))
    every = plans.ask("GET", f"{BASE}/schemas/versions").json
    assert [one["self"]["version"] for one in every] == ["1-0-0", "1-0-1"]
    latest = plans.ask("GET", f"{BASE}/schemas/versions?latest=true").json
    assert [one["self"]["version"] for one in latest] == ["1-0-1"]


def test_history_of_deployments(plans: Plans) -> None:
    """The newest first, filtered and in pages."""
    plans.bring(schema(), "DEV", "PROD")
    plans.bring(schema("1-0-1"), "DEV")
    address = f"{BASE}/{HASH}/deployments"
    for query, expected in [
        ("?env=DEV", [("1-0-1", "DEV"), ("1-0-0", "DEV")]),
        ("?env=PROD", [("1-0-0", "PROD")]),
        ("?version=1-0-0&env=DEV", [("1-0-0", "DEV")]),
        ("?size=1", [("1-0-1", "DEV")]),
        ("?from=1&size=1", [("1-0-1", "VALIDATED")]),
        ("?from=100", []),
    ]:
        found = plans.ask("GET", address + query).json
        assert [(one["version"], one["env"]) for one in found] == expected
    assert plans.ask("GET", f"{BASE}/{'0' * 64}/deployments").json == {
        "message": "There is no such data structure"
    }


def test_meta(plans: Plans) -> None:
    """Of the last validation until there is a deployment; then by its own requests, whole or in parts."""
    plans.validate(schema(), {"schemaType": "entity"})
    plans.validate(schema(), META)
    plans.validate(schema())
    address = f"{BASE}/{HASH}"
    assert plans.ask("GET", address).json["meta"] == META
    plans.deploy("VALIDATED", "DEV")
    plans.validate(schema(), {"hidden": True})
    assert plans.ask("GET", address).json["meta"] == META
    answer = plans.ask("PATCH", f"{address}/meta", {"hidden": True})
    assert (answer.status, answer.json) == (200, {**META, "hidden": True})
    answer = plans.ask("PUT", f"{address}/meta", {"schemaType": None, "hidden": True})
    assert (answer.status, answer.json) == (200, {**NOTHING_SAID, "hidden": True})
    assert plans.ask("GET", address).json["meta"] == {**NOTHING_SAID, "hidden": True}


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        ([], "The body must be an object"),
        ({"hidden": 1}, "`hidden` must be true or false"),
        ({"schemaType": "thing"}, "`schemaType` must be event, entity or null"),
        ({"schemaType": ["event"]}, "`schemaType` must be event, entity or null"),
        (
            {"customData": {"a": 1}},
            "`customData` must be an object of at most 100 texts of 10000 characters",
        ),
        (
            {"other": 1, "hidden": None},
            "`other` is not a field here; `hidden` must be true or false",
        ),
    ],
)
def test_a_meta_that_is_none(plans: Plans, meta: Any, message: str) -> None:
    plans.bring(schema())
    for method in ("PUT", "PATCH"):
        answer = plans.ask(method, f"{BASE}/{HASH}/meta", meta)
        assert (answer.status, answer.json) == (422, {"message": message})
    answer = plans.ask("PUT", f"{BASE}/{'0' * 64}/meta", {})
    assert (answer.status, answer.json) == (404, {"message": "There is no such data structure"})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source": "PROD"}, "`source` must be one of VALIDATED, DEV"),
        ({"target": ["DEV"]}, "`target` must be one of DEV, PROD"),
        ({"message": 5}, "`message` must be a text of at most 10000 characters"),
        ({"vendor": None}, "`vendor` must be a text of at most 255 characters"),
        ({"name": "n" * 256}, "`name` must be a text of at most 255 characters"),
        (
            {"name": "a/b"},
            "`vendor`, `name`, `format` and `version` must be those of a JSON schema",
        ),
        (
            {"version": "1-0"},
            "`vendor`, `name`, `format` and `version` must be those of a JSON schema",
        ),
        (
            {"format": "avro"},
            "`vendor`, `name`, `format` and `version` must be those of a JSON schema",
        ),
        ({"env": "DEV"}, "`env` is not a field here"),
    ],
)
def test_a_deployment_request_that_is_none(
    plans: Plans, change: dict[str, Any], message: str
) -> None:
    steps = {"source": "VALIDATED", "target": "DEV"}
    answer = plans.deploy(**(steps | change))
    assert (answer.status, answer.json) == (422, {"message": message})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (5, "The body must be an object; `data` must be a JSON schema, an object"),
        ({"data": []}, "`data` must be a JSON schema, an object"),
        ({"data": {}, "meta": 1}, "`meta` must be an object"),
        ({"data": {}, "meta": {"hidden": 0}}, "`meta.hidden` must be true or false"),
    ],
)
def test_a_validation_request_that_is_none(plans: Plans, body: Any, message: str) -> None:
    for address in (f"{BASE}/validation-requests", "data-structure-drafts/v1/schemas"):
        answer = plans.ask("POST", address, body)
        assert (answer.status, answer.json) == (422, {"message": message})


def test_migrations(plans: Plans) -> None:
    """Property by property, and the size of the whole."""
    plans.bring(schema(), "DEV")
    newer = with_property(schema("1-0-1"), "place", type=["string", "null"], maxLength=10)
    newer["properties"]["action"] = {"description": "What", "type": "string", "maxLength": 8}
    body = {"destinationType": "SNOWFLAKE", "sourceSchemaKey": str(KEY), "targetSchema": newer}
    answer = plans.ask("POST", f"{BASE}/schema-migrations", body)
    assert (answer.status, answer.json) == (
        200,
        {
            "changeType": "major",
            "migrations": [
                {
                    "migrationType": "changed",
                    "changeType": "major",
                    "path": "$.action",
                    "message": "Changed: maxLength",
                },
                {
                    "migrationType": "added",
                    "changeType": "patch",
                    "path": "$.place",
                    "message": "A new property, optional",
                },
            ],
        },
    )
    unchanged = plans.ask("POST", f"{BASE}/schema-migrations", {**body, "targetSchema": schema()})
    assert unchanged.json == {"changeType": "none", "migrations": []}
    changes: list[tuple[dict[str, Any], int, str]] = [
        (
            {"sourceSchemaKey": "iglu:com.example/none/jsonschema/1-0-0"},
            404,
            "There is no such schema",
        ),
        ({"sourceSchemaKey": "x"}, 422, "`sourceSchemaKey` must be an Iglu URI"),
        ({"targetSchema": None}, 422, "`targetSchema` must be a JSON schema, an object"),
    ]
    for change, status, message in changes:
        answer = plans.ask("POST", f"{BASE}/schema-migrations", {**body, **change})
        assert (answer.status, answer.json) == (status, {"message": message})


def test_drafts(plans: Plans) -> None:
    """Anything that says which schema it is, until it is deployed."""
    address = "data-structure-drafts/v1/schemas"
    answer = plans.ask("POST", address, {"data": schema(type=5), "meta": META})
    draft = {
        "vendor": "com.example",
        "name": "ui_actions",
        "format": "jsonschema",
        "version": "1-0-0",
        "meta": META,
        "data": schema(type=5),
        "updatedBy": AUTHOR,
        "updatedAt": "2026-01-15T10:30:00.000Z",
    }
    assert (answer.status, answer.json) == (201, draft)
    assert plans.ask("GET", address).json == [draft]
    assert plans.ask("GET", BASE).json == []
    plans.ask("POST", address, {"data": schema("1-0-1")})
    assert plans.ask("DELETE", f"{address}/com.example/ui_actions/jsonschema/1-0-1").status == 204
    gone = plans.ask("DELETE", f"{address}/com.example/ui_actions/jsonschema/1-0-1")
    assert (gone.status, gone.json) == (404, {"message": "There is no such draft"})
    plans.bring(schema(), "DEV")
    assert plans.ask("GET", address).json == []
    unnamed = plans.ask("POST", address, {"data": {"type": "object"}})
    message = "`data.self` must have a vendor, name, format and version"
    assert (unnamed.status, unnamed.json) == (422, {"message": message})


@pytest.mark.parametrize(
    "address",
    [
        f"{BASE}/{HASH}",
        f"{BASE}/{HASH}/versions/1-0-0",
        f"{BASE}/{HASH}/versions/one",
        f"{BASE}/{HASH}/deployments",
    ],
)
def test_what_is_not_there(plans: Plans, address: str) -> None:
    answer = plans.ask("GET", address)
    what = "version" if "versions" in address else "data structure"
    assert (answer.status, answer.json) == (404, {"message": f"There is no such {what}"})


def test_a_word_that_is_no_hash_is_no_address(plans: Plans) -> None:
    """Neither one of nothing, nor of a request that is made by another method."""
    answer = plans.ask("GET", f"{BASE}/nothing")
    assert (answer.status, answer.json) == (404, {"message": "Not Found"})
    answer = plans.ask("GET", f"{BASE}/validation-requests")
    assert (answer.status, answer.json) == (405, {"message": "Method Not Allowed"})
    assert answer.headers["allow"] == "POST"


def test_a_hash_in_capitals(plans: Plans) -> None:
    """Is the same."""
    plans.bring(schema(), "DEV")
    found = plans.ask("GET", f"{BASE}/{HASH.upper()}")
    assert (found.status, found.json["hash"]) == (200, HASH)


def test_a_version_that_is_not_in_an_environment(plans: Plans) -> None:
    plans.bring(schema(), "DEV")
    answer = plans.ask("GET", f"{BASE}/{HASH}/versions/1-0-0?env=PROD")
    assert (answer.status, answer.json) == (404, {"message": "There is no such version"})


@pytest.mark.parametrize(
    "query", ["?from=-1", "?size=0", "?size=1001", "?from=99999999999999999999", "?size=x"]
)
def test_pages_that_are_none(plans: Plans, query: str) -> None:
    assert plans.ask("GET", BASE + query).status == 400


def test_only_who_may(plans: Plans) -> None:
    assert plans.ask("GET", BASE, token=None).status == 401
    assert plans.ask("GET", BASE, token="theirs").status == 404
    assert plans.ask("GET", BASE, token="admin").status == 200


def test_two_who_deploy_the_same_version(plans: Plans) -> None:
    """Twenty rounds of a patch against another content: one is told that it is there, and it is."""
    plans.bring(schema(), "DEV")
    for turn in range(1, 21):
        contents = [schema(f"1-0-{turn}", description=f"{who} {turn}") for who in "ab"]
        answers: list[tuple[str, int]] = []
        barrier = threading.Barrier(2)

        def write(
            json: dict[str, Any],
            barrier: threading.Barrier = barrier,
            turn: int = turn,
            answers: list[tuple[str, int]] = answers,
        ) -> None:
            mine = plans.structures("2c1c5b5c-3b6e-4b0e-9d0f-0d7a3b8a5f10", TOKENS["ours"])
            barrier.wait()
            mine.validate({"data": json})
            deployed = mine.deploy(
                {
                    **json["self"],
                    "source": "VALIDATED",
                    "target": "DEV",
                }
            )
            assert isinstance(deployed, Report), deployed
            answers.append((json["description"], deployed.status))

        threads = [threading.Thread(target=write, args=(one,)) for one in contents]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        key = KEY._replace(version=KEY.version._replace(addition=turn))
        stored = plans.store.schemas().in_environment(key, Environment.DEVELOPMENT)
        assert stored is not None
        assert stored.json["description"] in [f"{who} {turn}" for who in "ab"]
        assert 201 in [status for _, status in answers]
        assert {status for _, status in answers} <= {201, 409}
        history = plans.ask("GET", f"{BASE}/{HASH}/deployments?env=DEV&version=1-0-{turn}").json
        assert len(history) == 1


HOSTILE: list[Any] = [
    *(None, 0, -1, 10**30, 1.5, True, "", "x", [], [[]], {}, {"": ""}, {"data": None}),
    {"data": {"self": {"vendor": 10**30}}},
    {"data": schema(), "meta": {"customData": {"\0": "\0"}}},
    {"data": schema(vendor="v" * 300)},
    {"data": schema(version="9" * 40 + "-0-0")},
    {"data": schema(properties={"\0": {"type": "string\0"}})},
    {"data": schema(maxProperties=10**40)},
    {"data": schema(description=["\0", 10**30])},
    {"data": {**schema(), "$ref": "#"}},
    {"data": {**schema(), "$supersedes": ["1-0-0"] * 1000}},
    {"source": "DEV", "target": 10**30},
    {"hidden": 10**30, "schemaType": {}, "customData": {"a" * 300: ""}},
    {f"field {number}": number for number in range(10_000)},
    {"sourceSchemaKey": "iglu:" + "a" * 5000, "targetSchema": {"properties": []}},
    {"sourceSchemaKey": str(KEY), "targetSchema": {"properties": {"a": 5}, "required": [5]}},
    {"sourceSchemaKey": str(KEY), "targetSchema": {"properties": {"action": {"$ref": "#"}}}},
]
RAW = [b"", b"\xff", b"{", b'{"data": "\\ud800"}', b"[" * 100_000, b'{"data": NaN}', b"1e999"]


@pytest.mark.parametrize("address", ["validation", "deployment", "migrations", "meta", "drafts"])
def test_hostile_bodies(plans: Plans, address: str) -> None:
    """No answer of 500, and none but documented ones."""
    plans.bring(schema(), "DEV")
    method, path = {
        "validation": ("POST", f"{BASE}/validation-requests"),
        "deployment": ("POST", f"{BASE}/deployment-requests"),
        "migrations": ("POST", f"{BASE}/schema-migrations"),
        "meta": ("PATCH", f"{BASE}/{HASH}/meta"),
        "drafts": ("POST", "data-structure-drafts/v1/schemas"),
    }[address]
    for body in [*HOSTILE, *RAW]:
        answer = plans.ask(method, path, body)
        assert answer.status in (200, 201, 400, 404, 409, 422), (body, answer.status)
        assert len(answer.body) < 100_000
    assert plans.ask("GET", BASE).status == 200
    assert plans.ask("GET", "data-structure-drafts/v1/schemas").status == 200


@pytest.mark.parametrize("address", [BASE, "data-structure-drafts/v1/schemas"])
def test_other_methods_are_told_which_there_are(plans: Plans, address: str) -> None:
    answer = plans.ask("TRACE", address)
    assert (answer.status, answer.json) == (405, {"message": "Method Not Allowed"})
    assert "GET" in answer.headers["allow"]


def test_vendors_that_come_with_piste_are_an_administrator_s(plans: Plans) -> None:
    """Neither validated, which would make the name an organization's, nor deployed."""
    ours = schema(vendor="com.reserved")
    sentence = (
        "Schemas of com.reserved come with Piste and are everybody's: only an administrator may publish "
        "more of them"
    )
    refused = plans.validate(ours)
    assert (refused.status, refused.json["success"], refused.json["errors"]) == (
        *(201, False),
        [sentence],
    )
    address = "data-structures/v1/validation-requests"
    assert plans.ask("POST", address, {"data": ours}, token="admin").json["success"]
    refused = plans.deploy("VALIDATED", "DEV", vendor="com.reserved")
    assert (refused.status, refused.json["errors"]) == (409, [sentence])
    assert plans.changed_schemas == []
    wanted = {**ours["self"], "source": "VALIDATED", "target": "DEV"}
    address = "data-structures/v1/deployment-requests"
    assert plans.ask("POST", address, wanted, token="admin").status == 201
