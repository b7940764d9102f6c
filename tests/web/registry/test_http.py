"""What holds of every route: methods, CORS, HEAD, bodies and their bounds."""

import json
from typing import Any

import pytest
from support.registries import UNKNOWN_KEY, schema
from web.registry.asking import Api

ADDRESS = "/api/schemas/com.acme/ad_click/jsonschema/1-0-0"
METHODS = "GET, HEAD, POST, PUT, OPTIONS, DELETE"


@pytest.mark.parametrize("address", ["/api/schemas", ADDRESS, "/iglu-server/api/auth/keygen"])
def test_a_preflight_allows_any_origin_for_a_day(api: Api, address: str) -> None:
    asked = (
        ("origin", "https://app.example"),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "apikey,content-type"),
    )
    answer = api.ask("OPTIONS", address, key=None, headers=asked)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.header("access-control-allow-origin") == "*"
    assert answer.header("access-control-allow-methods") == METHODS
    assert answer.header("access-control-allow-headers") == "content-type, apikey"
    assert answer.header("access-control-max-age") == "86400"
    assert answer.header("access-control-allow-credentials") is None


@pytest.mark.parametrize("address", ["/api/schemas", "/api/nothing", "/nothing", ADDRESS])
def test_every_answer_may_be_read_by_any_page(api: Api, address: str) -> None:
    answer = api.get(address)
    assert answer.header("access-control-allow-origin") == "*"
    assert answer.header("access-control-allow-credentials") is None


def test_a_head_is_a_get_without_its_body(api: Api) -> None:
    api.post("/api/schemas", schema())
    for address in ("/api/schemas", ADDRESS, "/api/meta/health", "/api/nothing"):
        full, head = api.get(address), api.ask("HEAD", address)
        assert head.body == b""
        assert head.status == full.status
        assert head.header("content-length") == str(len(full.body))


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("DELETE", "/api/schemas", "GET, POST"),
        ("POST", ADDRESS, "DELETE, GET, PUT"),
        ("GET", "/api/auth/keygen", "DELETE, POST"),
        ("PATCH", "/api/meta/health", "GET"),
    ],
)
def test_other_methods(api: Api, method: str, address: str, allowed: str) -> None:
    answer = api.ask(method, address)
    assert (answer.status, answer.json) == (405, {"message": "Method Not Allowed"})
    assert answer.header("allow") == allowed


def test_a_body_of_100000_bytes_is_taken(api: Api) -> None:
    text = json.dumps(schema())
    filled = text.encode() + b" " * (100_000 - len(text))
    assert api.post("/api/schemas", filled).status == 201


@pytest.mark.parametrize("path", ["/api/schemas", "/api/validation/validate/instance"])
@pytest.mark.parametrize("pieces", [1, 7])
def test_a_larger_one_is_not(api: Api, path: str, pieces: int) -> None:
    size = 100_001
    chunks = [b" " * (size // pieces)] * pieces + [b" " * (size % pieces)]
    answer = api.post(path, chunks)
    assert (answer.status, answer.json) == (413, {"message": "The payload is too large"})


def test_a_declared_length_is_enough_to_refuse(api: Api) -> None:
    answer = api.ask("POST", "/api/schemas", b"{}", headers=(("content-length", "100001"),))
    assert (answer.status, answer.json) == (413, {"message": "The payload is too large"})


def test_nesting_past_40_levels_is_refused(api: Api) -> None:
    def nested(levels: int) -> bytes:
        return b'{"a":' * levels + b"1" + b"}" * levels

    address = "/api/validation/validate/instance"
    assert api.post(address, nested(40)).json == {
        "message": "JSON payload is not self-describing, INVALID_DATA_PAYLOAD"
    }
    answer = api.post(address, nested(41))
    assert answer.status == 400
    assert answer.json == {
        "message": "The body is not JSON: invalid json: maximum allowed JSON depth exceeded"
    }


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a": NaN}', b'"\\ud800"'])
def test_what_is_no_json_is_refused(api: Api, body: bytes) -> None:
    answer = api.post("/api/schemas", body)
    assert answer.status == 400
    assert answer.json["message"].startswith("The body is not ")


@pytest.mark.parametrize("value", ["yes", "1", "", "TRUE"])
def test_is_public_is_true_or_false(api: Api, value: str) -> None:
    answer = api.post(f"/api/schemas?isPublic={value}", schema())
    assert answer.status == 400
    assert answer.json == {"message": "query.isPublic: Input should be 'true' or 'false'"}


def test_a_super_key_in_capitals_is_the_same_key(api: Api) -> None:
    assert (
        api.post("/api/schemas", schema(), key="0A1B2C3D-4E5F-4A6B-8C7D-9E0F1A2B3C4D").status == 201
    )


def test_a_parameter_that_is_given_twice_is_refused(api: Api) -> None:
    answer = api.get("/api/schemas?repr=uri&repr=meta")
    assert (answer.status, answer.json) == (
        400,
        {"message": "query.repr: is given more than once"},
    )


def _hostile_values() -> list[Any]:
    deep: Any = 1
    for _ in range(17):  # two levels each, within the bound
        deep = {"properties": {"a": deep}} if isinstance(deep, dict) else {"a": deep}
    return [
        None,
        True,
        0,
        -1,
        10**400,
        -(2**63) - 1,
        1e308,
        5e-324,
        "",
        "\x00",
        "￿🦄‮",
        "x" * 20_000,
        "1-0-0",
        "999999999-999999999-999999999",
        "../../etc/passwd",
        [],
        [[]],
        [None] * 1_000,
        {},
        {"": ""},
        {"$ref": "#"},
        {"$ref": "#/self"},
        {"$ref": "file:///etc/passwd"},
        {"pattern": "(a+)+$" * 50, "type": "string"},
        {"pattern": "(", "type": "string"},
        {"allOf": [{"$ref": "#"}, {"$ref": "#"}]},
        {"enum": [10**300, 1.5, "\x00", {}]},
        {"type": ["string", "string", 5]},
        {"minimum": 10**300, "maximum": -(10**300), "multipleOf": 0},
        {"minLength": 10**30, "maxLength": 10**29},
        {"additionalProperties": {"not": {}}},
        deep,
    ]


PLACES = [
    *("$schema", "self", "vendor", "version", "properties", "required", "type", "enum"),
    *("$supersedes", "$supersededBy", "definitions", "whole"),
]


def _with(place: str, value: Any) -> Any:
    if place == "whole":
        return value
    if place in ("vendor", "version"):
        return {**schema(), "self": {**schema()["self"], place: value}}
    return {**schema(), place: value}


@pytest.mark.parametrize("place", PLACES)
def test_no_body_breaks_the_server(patching: Api, place: str) -> None:
    patching.post("/api/schemas", schema())
    for value in _hostile_values():
        body = json.dumps(_with(place, value)).encode()
        said = f"{place}: {body[:100]!r}"
        known = (200, 201, 400, 404, 409, 413)
        assert patching.post("/api/schemas", body).status in known, said
        address = "/api/schemas/com.acme/ad_click/jsonschema/1-0-1"
        assert patching.put(address, body).status in known, said
        checked = patching.post("/api/validation/validate/schema/jsonschema", body)
        assert checked.status in (200, 413), said
        instance = json.dumps({"schema": "iglu:com.acme/ad_click/jsonschema/1-0-0", "data": value})
        checked = patching.post("/api/validation/validate/instance", instance.encode())
        assert checked.status in (200, 400, 404), said
        assert patching.post("/api/auth/keygen", {"vendorPrefix": value}).status in (200, 400), said
        drafted = patching.put("/api/drafts/com.acme/a/jsonschema/1", body)
        assert drafted.status in (200, 201, 400, 413), said
        assert patching.get("/api/schemas?repr=meta").status == 200, said
        assert patching.get("/api/drafts/com.acme/a/jsonschema/1").status in (200, 404), said


@pytest.mark.parametrize(
    "part",
    ["\x00", "..", "a" * 5_000, "🦄", "\ud800", "iglu:", "a b", "%", "1" * 40, "-", "9" * 5_000],
)
def test_no_address_breaks_the_server(api: Api, part: str) -> None:
    for address in (
        f"/api/schemas/{part}",
        f"/api/schemas/com.acme/{part}",
        f"/api/schemas/com.acme/a/{part}/1",
        f"/api/schemas/com.acme/a/jsonschema/{part}",
        f"/api/schemas/{part}/a/jsonschema/1-0-0",
        f"/api/drafts/com.acme/a/jsonschema/{part}",
        f"/api/{part}",
    ):
        assert api.get(address).status in (200, 404)
        assert api.delete(address).status in (404, 405)
        assert api.put(address, schema()).status in (201, 400, 404, 405)
        assert api.get(address, key=UNKNOWN_KEY).status == 404


@pytest.mark.parametrize(
    "key", ["\x00", "é", "x" * 10_000, "tt_", "tt_é", "0" * 36, "{" + "0" * 36]
)
def test_no_key_breaks_the_server(api: Api, key: str) -> None:
    assert api.get("/api/schemas", key=key).status in (200, 400)
