"""Iglu Server's table of routes, row by row: status, text and shape of each answer."""

from typing import Any

import pytest
from support.registries import SUPER_KEY, UNKNOWN_KEY, schema
from web.registry.asking import Api

URI = "iglu:com.acme/ad_click/jsonschema/1-0-0"
ADDRESS = "/api/schemas/com.acme/ad_click/jsonschema"
CREATED = {"message": "Schema created", "updated": False, "location": URI, "status": 201}


def test_a_schema_is_created(api: Api) -> None:
    answer = api.post("/api/schemas", schema())
    assert (answer.status, answer.json) == (201, CREATED)
    assert api.get(f"{ADDRESS}/1-0-0").json == schema()


def test_an_address_may_end_in_a_slash(api: Api) -> None:
    assert api.post("/api/schemas/", schema()).json == CREATED


def test_both_prefixes_are_one_registry(api: Api) -> None:
    assert api.post("/iglu-server/api/schemas", schema()).status == 201
    assert api.get("/api/schemas").json == [URI]
    assert api.get("/schemas").status == 404


def test_a_schema_is_created_at_its_address(api: Api) -> None:
    answer = api.put(f"{ADDRESS}/1-0-0?isPublic=true", schema())
    assert (answer.status, answer.json) == (201, CREATED)
    assert api.get(f"{ADDRESS}/1-0-0", key=None).status == 200


def test_at_its_address_a_schema_need_not_say_which_it_is(api: Api) -> None:
    anonymous = {name: one for name, one in schema().items() if name not in ("self", "$schema")}
    assert api.put(f"{ADDRESS}/1-0-0", anonymous).json == CREATED
    stored = api.get(f"{ADDRESS}/1-0-0").json
    assert stored == schema()
    assert list(stored)[:3] == ["$schema", "self", "description"]


def test_a_schema_of_another_address_is_a_mismatch(api: Api) -> None:
    answer = api.put(f"{ADDRESS}/1-0-1", schema())
    assert answer.status == 400
    assert answer.json == {
        "uriSchemaKey": "iglu:com.acme/ad_click/jsonschema/1-0-1",
        "payloadSchemaKey": URI,
        "message": "Mismatch: the schema metadata does not match the payload and URI",
    }


def test_a_replaced_schema_is_updated(patching: Api) -> None:
    patching.post("/api/schemas", schema())
    answer = patching.post("/api/schemas", schema(description="A click on an ad"))
    assert answer.status == 200
    assert answer.json == {
        "message": "Schema updated",
        "updated": True,
        "location": URI,
        "status": 200,
    }
    assert patching.get(f"{ADDRESS}/1-0-0").json["description"] == "A click on an ad"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "text",
        None,
        5,
        {"type": "object"},
        {**schema(), "$schema": "http://json-schema.org/draft-04/schema#"},
        {**schema(), "self": {"vendor": "com.acme"}},
        {**schema(), "self": {**schema()["self"], "extra": 1}},
        {**schema(), "self": {**schema()["self"], "version": "0-0-1"}},
        {**schema(), "self": {**schema()["self"], "version": 1}},
        {**schema(), "self": {**schema()["self"], "vendor": "com acme"}},
        {**schema(), "$supersedes": "1-0-0"},
        {**schema(), "$supersedes": ["1-0"]},
    ],
)
def test_what_does_not_describe_itself_cannot_be_decoded(api: Api, body: Any) -> None:
    answer = api.post("/api/schemas", body)
    assert (answer.status, answer.json) == (400, {"message": "Cannot decode JSON schema"})


def test_an_invalid_schema_is_refused_with_a_report(api: Api) -> None:
    answer = api.post("/api/schemas", schema(properties={"url": {"type": "txt"}}))
    assert answer.status == 400
    said = answer.json
    assert said["message"] == "The schema does not conform to a JSON Schema v4 specification"
    assert said["report"][0]["level"] == "ERROR"
    assert said["report"][0]["pointer"] == "/properties/url/type"
    assert api.get("/api/schemas").json == []


def test_advice_comes_with_the_answer_and_refuses_nothing(api: Api) -> None:
    answer = api.post("/api/schemas", schema(properties={"url": {"type": "string"}}))
    assert answer.status == 201
    assert answer.json == CREATED | {
        "report": [
            {
                "message": "a property should have a description",
                "level": "WARNING",
                "pointer": "/properties/url",
            },
            {
                "message": "a string should have maxLength, an enum or a format",
                "level": "WARNING",
                "pointer": "/properties/url",
            },
        ]
    }


def test_lists(api: Api) -> None:
    for version in ("1-0-0", "1-0-1", "2-0-0"):
        api.post("/api/schemas", schema(version))
    api.post("/api/schemas", schema(name="other"))
    api.post("/api/schemas", schema(vendor="org.other"))
    name = "iglu:com.acme/ad_click/jsonschema"
    of_name = [f"{name}/1-0-0", f"{name}/1-0-1", f"{name}/2-0-0"]
    of_vendor = [*of_name, "iglu:com.acme/other/jsonschema/1-0-0"]
    assert api.get("/api/schemas").json == [*of_vendor, "iglu:org.other/ad_click/jsonschema/1-0-0"]
    assert api.get("/api/schemas/com.acme").json == of_vendor
    assert api.get("/api/schemas/com.acme/ad_click").json == of_name
    assert api.get(f"{ADDRESS}/1").json == of_name[:2]
    assert api.get(f"{ADDRESS}/2").json == of_name[2:]


def test_versions_are_ordered_as_numbers(api: Api) -> None:
    for addition in range(12):
        assert api.post("/api/schemas", schema(f"1-0-{addition}")).status == 201
    listed = [uri.rpartition("/")[2] for uri in api.get(f"{ADDRESS}/1").json]
    assert listed == [f"1-0-{addition}" for addition in range(12)]


@pytest.mark.parametrize(
    "address",
    [
        "/api/schemas/org.nobody",
        "/api/schemas/com.acme/nothing",
        "/api/schemas/com.acme/ad_click/jsonschema/7",
        "/api/schemas/com.acme/ad_click/avro/1",
        "/api/schemas/a%00b",
        "/api/schemas/" + "v" * 10_000,
    ],
)
def test_of_an_empty_part_there_are_no_schemas(api: Api, address: str) -> None:
    api.post("/api/schemas", schema())
    answer = api.get(address)
    assert (answer.status, answer.json) == (404, {"message": "No schemas available"})


def test_an_empty_registry_is_an_empty_list(api: Api) -> None:
    answer = api.get("/api/schemas")
    assert (answer.status, answer.json) == (200, [])


def test_representations(api: Api) -> None:
    api.post("/api/schemas", schema())
    metadata = {
        "createdAt": "2026-03-01T12:00:00.123Z",
        "updatedAt": "2026-03-01T12:00:00.123Z",
        "isPublic": False,
    }
    with_metadata = {**schema(), "metadata": metadata}
    assert api.get("/api/schemas?repr=uri").json == [URI]
    assert api.get("/api/schemas?repr=canonical").json == [schema()]
    assert api.get("/api/schemas?repr=meta").json == [with_metadata]
    assert api.get("/api/schemas/com.acme?repr=meta").json == [with_metadata]
    assert api.get("/api/schemas/com.acme/ad_click?repr=canonical").json == [schema()]
    assert api.get(f"{ADDRESS}/1?repr=canonical").json == [schema()]
    assert api.get(f"{ADDRESS}/1-0-0?repr=canonical").json == schema()
    assert api.get(f"{ADDRESS}/1-0-0?repr=uri").json == URI
    one = api.get(f"{ADDRESS}/1-0-0?repr=meta").json
    assert one == with_metadata
    assert list(one)[:4] == ["$schema", "description", "self", "metadata"]


def test_an_unknown_representation_is_refused(api: Api) -> None:
    answer = api.get("/api/schemas?repr=xml")
    assert answer.status == 400
    assert answer.json == {
        "message": "query.repr: Input should be 'uri', 'meta' or 'canonical'",
    }


def test_a_schema_that_there_is_not(api: Api) -> None:
    answer = api.get(f"{ADDRESS}/1-0-0")
    assert (answer.status, answer.json) == (404, {"message": "The schema is not found"})


def test_the_order_of_keys_is_the_author_s(api: Api) -> None:
    mixed = dict(reversed(schema().items()))
    api.post("/api/schemas", mixed)
    assert list(api.get(f"{ADDRESS}/1-0-0").json) == list(mixed)


def test_superseded_versions_say_so(api: Api) -> None:
    api.post("/api/schemas", schema())
    assert api.post("/api/schemas", schema("1-0-1", supersedes=["1-0-0"])).status == 201
    older = api.get(f"{ADDRESS}/1-0-0").json
    assert older["$supersededBy"] == "1-0-1"
    assert list(older)[:2] == ["$schema", "$supersededBy"]
    assert "$supersededBy" not in api.get(f"{ADDRESS}/1-0-1").json


CONFLICTS = {
    "exists": (["1-0-0"], "1-0-0", {}, "Schema already exists"),
    "gap": (
        ["1-0-0"],
        "1-0-2",
        {},
        "Preceding SchemaVer in the group is missing, check that schemas published in proper order",
    ),
    "next": (["1-0-0", "1-1-0"], "1-0-1", {}, "The schema version is not sequential"),
    "superseded absent": (
        ["1-0-0"],
        "1-1-0",
        {"supersedes": ["1-0-1"]},
        "Superseded schema version(s) do not exist",
    ),
    "superseded above": (
        ["1-0-0"],
        "1-0-1",
        {"supersedes": ["1-0-1"]},
        "Superseded schema version(s) must be below the superseding version",
    ),
}


@pytest.mark.parametrize(("before", "version", "more", "text"), CONFLICTS.values(), ids=CONFLICTS)
def test_conflicts(
    api: Api, before: list[str], version: str, more: dict[str, Any], text: str
) -> None:
    for one in before:
        assert api.post("/api/schemas", schema(one)).status == 201
    answer = api.post("/api/schemas", schema(version, **more))
    assert (answer.status, answer.json) == (409, {"message": text})


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [("true", "false", ("private", "public")), ("false", "true", ("public", "private"))],
)
def test_all_versions_are_public_or_none(
    api: Api, before: str, after: str, text: tuple[str, str]
) -> None:
    api.post(f"/api/schemas?isPublic={before}", schema())
    answer = api.post(f"/api/schemas?isPublic={after}", schema("1-0-1"))
    assert answer.status == 409
    assert answer.json["message"] == (
        f"Inconsistent schema availability. Cannot add {text[0]} schema, "
        f"previous versions are {text[1]}"
    )


def test_an_addition_must_not_break(api: Api) -> None:
    api.post("/api/schemas", schema())
    answer = api.post("/api/schemas", schema("1-0-1", properties={"url": {"enum": ["a"]}}))
    assert answer.status == 409
    said = answer.json
    witness = said.pop("counterexample")
    assert witness["url"] != "a"
    assert said == {
        "message": (
            "Breaking change: instances of 1-0-0 are not valid any more under 1-0-1, which an "
            "ADDITION must not do; publish it as a REVISION or a MODEL"
        ),
        "path": "$.url",
        "reason": '`url` may be "" here, which is not in the newer version\'s enum (enum)',
    }


def test_a_revision_may_break_and_says_so(api: Api) -> None:
    api.post("/api/schemas", schema())
    properties = {"url": {"enum": ["a"], "description": "Where to"}}
    answer = api.post("/api/schemas", schema("1-1-0", properties=properties))
    assert answer.status == 201
    assert answer.json["report"] == [
        {
            "message": (
                "Some instances of 1-0-0 are not valid any more under 1-1-0: "
                '$.url: `url` may be "" here, which is not in the newer version\'s enum (enum)'
            ),
            "level": "WARNING",
            "pointer": "",
        }
    ]


def test_what_cannot_be_decided_is_published_with_a_warning(api: Api) -> None:
    patterns = ("^(a+)b\\1$", "^(aa|ab|ba)*$")
    for version, pattern in zip(("1-0-0", "1-0-1"), patterns, strict=True):
        url = {"type": "string", "pattern": pattern, "maxLength": 100, "description": "Where to"}
        answer = api.post("/api/schemas", schema(version, properties={"url": url}))
        assert answer.status == 201, answer.text
    [warning] = answer.json["report"]
    assert warning["level"] == "WARNING"
    assert warning["message"].startswith(
        "It could not be decided whether all instances of 1-0-0 stay valid under 1-0-1: $"
    )


@pytest.mark.parametrize("key", [None, UNKNOWN_KEY, "tt_unknown"])
def test_who_may_not_publish(api: Api, key: str | None) -> None:
    answer = api.post("/api/schemas", schema(), key=key)
    assert (answer.status, answer.json) == (
        403,
        {"message": "Authentication error: not authorized"},
    )


def test_a_key_that_is_no_key(api: Api) -> None:
    for method, address in (("GET", "/api/schemas"), ("POST", "/api/schemas")):
        answer = api.ask(method, address, b"{}", key="secret")
        assert (answer.status, answer.json) == (400, {"message": "Invalid UUID for ApiKey"})


def test_a_version_is_deleted_where_versions_may_be_replaced(patching: Api) -> None:
    patching.post("/api/schemas", schema())
    answer = patching.delete(f"{ADDRESS}/1-0-0")
    assert (answer.status, answer.json) == (200, {"message": "Schema deleted"})
    answer = patching.delete(f"{ADDRESS}/1-0-0")
    assert (answer.status, answer.json) == (404, {"message": "The schema is not found"})


def test_no_version_is_deleted_where_versions_are_final(api: Api) -> None:
    api.post("/api/schemas", schema())
    answer = api.delete(f"{ADDRESS}/1-0-0")
    assert answer.status == 405
    assert answer.json == {"message": "DELETE is forbidden on production registry"}
    assert api.get(f"{ADDRESS}/1-0-0").status == 200


@pytest.mark.parametrize("key", [None, UNKNOWN_KEY, "tt_acme"])
def test_only_the_super_key_deletes(patching: Api, key: str | None) -> None:
    patching.post("/api/schemas", schema())
    answer = patching.delete(f"{ADDRESS}/1-0-0", key=key)
    assert (answer.status, answer.json) == (401, {"message": "Not enough permissions"})


def test_a_schema_is_validated(api: Api) -> None:
    address = "/api/validation/validate/schema/jsonschema"
    answer = api.post(address, schema())
    assert answer.status == 200
    assert answer.json == {
        "message": f"The schema provided is a valid self-describing {URI} schema"
    }
    answer = api.post(address, schema(minProperties=3, maxProperties=2))
    assert answer.status == 200
    assert answer.json == {
        "message": "The schema does not conform to a JSON Schema v4 specification",
        "report": [
            {
                "message": "minProperties 3 is greater than maxProperties 2",
                "level": "ERROR",
                "pointer": "",
            }
        ],
    }
    answer = api.post(address, {"type": "object"})
    assert answer.json["report"] == [
        {
            "message": "Not a self-describing schema: INVALID_SCHEMA",
            "level": "ERROR",
            "pointer": "",
        }
    ]
    answer = api.post(address, schema(), key=None)
    assert answer.status == 403
    assert answer.json == {"message": "Authentication error: not authorized"}


def test_an_instance_is_validated(api: Api) -> None:
    address = "/api/validation/validate/instance"
    api.post("/api/schemas", schema())
    answer = api.post(address, {"schema": URI, "data": {"url": "a"}})
    assert (answer.status, answer.json) == (200, {"message": f"Instance is valid {URI}"})
    answer = api.post(address, {"schema": URI, "data": {"url": 5}})
    assert answer.status == 200
    assert answer.json == {
        "message": "The data for a field instance is invalid against its schema",
        "report": [
            {
                "message": "$.url: integer found, string expected",
                "level": "ERROR",
                "pointer": "/url",
            }
        ],
    }
    other = URI.replace("1-0-0", "1-0-1")
    answer = api.post(address, {"schema": other, "data": {}})
    assert (answer.status, answer.json) == (404, {"message": "The schema is not found"})
    answer = api.post(address, {"schema": URI, "data": {}}, key=None)
    assert (answer.status, answer.json) == (404, {"message": "The schema is not found"})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "INVALID_DATA_PAYLOAD"),
        ([], "INVALID_DATA_PAYLOAD"),
        ({"schema": "iglu:x", "data": {}}, "INVALID_IGLUURI"),
        ({"schema": "iglu:a/b/c/0-0-1", "data": {}}, "INVALID_SCHEMAVER"),
    ],
)
def test_an_instance_names_its_schema(api: Api, body: Any, code: str) -> None:
    answer = api.post("/api/validation/validate/instance", body)
    assert answer.status == 400
    assert answer.json == {"message": f"JSON payload is not self-describing, {code}"}


def test_keys_are_made_used_and_deleted(api: Api) -> None:
    answer = api.post("/api/auth/keygen", {"vendorPrefix": "com.acme"})
    read, write = (f"00000000-0000-4000-8000-{number:012d}" for number in (1, 2))
    assert (answer.status, answer.json) == (200, {"read": read, "write": write})
    assert api.post("/api/schemas", schema(), key=read).status == 403
    assert api.post("/api/schemas", schema(), key=write).status == 201
    assert api.get(f"{ADDRESS}/1-0-0", key=read.upper()).status == 200
    assert api.get(f"{ADDRESS}/1-0-0", key=None).status == 404
    answer = api.delete(f"/api/auth/keygen?key={read}")
    assert (answer.status, answer.json) == (200, {"message": "Keys have been deleted"})
    assert api.get(f"{ADDRESS}/1-0-0", key=read).status == 404
    assert api.get(f"{ADDRESS}/1-0-0", key=write).status == 200


@pytest.mark.parametrize("key", [None, UNKNOWN_KEY, "tt_acme"])
def test_only_the_super_key_makes_and_deletes_keys(api: Api, key: str | None) -> None:
    refused = {"message": "Authentication error: not authorized"}
    answer = api.post("/api/auth/keygen", {"vendorPrefix": "com.acme"}, key=key)
    assert (answer.status, answer.json) == (403, refused)
    answer = api.delete(f"/api/auth/keygen?key={SUPER_KEY}", key=key)
    assert (answer.status, answer.json) == (403, refused)


@pytest.mark.parametrize(
    "body",
    [{}, [], {"vendorPrefix": None}, {"vendorPrefix": "a b"}, {"vendorPrefix": "a" * 256}],
)
def test_a_vendor_prefix_has_dotted_names(api: Api, body: Any) -> None:
    answer = api.post("/api/auth/keygen", body)
    assert answer.status == 400
    wanted = 'Wanted: {"vendorPrefix": "com.acme"}, with dotted names, or "*"'
    assert answer.json == {"message": wanted}


def test_the_key_to_delete_is_a_uuid(api: Api) -> None:
    answer = api.delete("/api/auth/keygen?key=1")
    assert (answer.status, answer.json) == (400, {"message": "Invalid UUID for ApiKey"})
    answer = api.delete("/api/auth/keygen")
    assert (answer.status, answer.json) == (400, {"message": "query.key: Field required"})


def test_drafts(api: Api) -> None:
    address = "/api/drafts/com.acme/ad_click/jsonschema/1"
    draft = {"type": "object", "properties": {}}
    assert api.get(address).status == 404
    assert api.get(address).json == {"message": "The draft is not found"}
    answer = api.put(address, draft)
    assert answer.status == 201
    location = "iglu:com.acme/ad_click/jsonschema/1"
    assert answer.json == {
        "message": "Draft created",
        "updated": False,
        "location": location,
        "status": 201,
    }
    assert api.get(address).json == draft
    answer = api.put(address, {"type": "array"})
    assert (answer.status, answer.json["message"]) == (200, "Draft updated")
    assert api.get("/api/drafts").json == [location]
    assert api.get("/api/drafts", key=None).json == []
    assert api.get(address, key=None).status == 404
    assert api.put(address, draft, key=None).status == 403
    assert api.get("/api/drafts/com.acme/ad_click/jsonschema/0").json == {
        "message": "The endpoint does not exist"
    }


def test_health(api: Api) -> None:
    for address in ("/api/meta/health", "/api/meta/health/db"):
        answer = api.get(address, key=None)
        assert (answer.status, answer.text) == (200, "OK")
        assert answer.header("content-type") == "text/plain; charset=utf-8"


def test_the_server_describes_itself(api: Api) -> None:
    api.post("/api/schemas", schema())
    about = {
        "version": "1.2.3",
        "authInfo": {"vendor": "", "schema": "CREATE_VENDOR", "key": ["CREATE", "DELETE"]},
        "database": "sqlite",
        "schemaCount": 1,
        "debug": False,
        "patchesAllowed": False,
    }
    assert api.get("/api/meta/server").json == about
    nobody: dict[str, Any] = {"vendor": None, "schema": None, "key": []}
    assert api.get("/api/meta/server", key=None).json == about | {"authInfo": nobody}
    read = api.post("/api/auth/keygen", {"vendorPrefix": "com.acme"}).json["read"]
    reader = {"vendor": "com.acme", "schema": "READ", "key": []}
    assert api.get("/api/meta/server", key=read).json == about | {"authInfo": reader}


@pytest.mark.parametrize(
    "address",
    [
        "/api",
        "/api/",
        "/api/nothing",
        "/api/debug",
        "/api/schemas/a/b/c",
        "/api/schemas/a/b/c/d",
        "/api/schemas/a/b/c/01-0-0",
        "/api/schemas/a/b/c/1-0-0/more",
        "/apis",
        "/",
    ],
)
def test_an_unknown_address(api: Api, address: str) -> None:
    answer = api.get(address)
    assert (answer.status, answer.json) == (404, {"message": "The endpoint does not exist"})
