"""A running Piste asked for what is not yours, and by who you are not.

Limits: each rule is tested where it is made; here is what only a whole process shows.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import jwt
import pytest

from piste.accounts.principal import Principal, Role
from piste.accounts.tokens import Tokens

from .tenants import (
    ADMIN_KEY,
    BASE,
    City,
    Tenant,
    assert_nothing_was_given_away,
    city,
    filled,
    identity_in,
    operations,
    schema,
)
from .wire import exchange, get

CLICK = "iglu:com.ann/click/jsonschema/1-0-0"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, iglu_json: Path) -> Iterator[City]:
    with city(tmp_path_factory.mktemp("city") / "data", iglu_json) as found:
        yield found
        assert_nothing_was_given_away(found)


@pytest.fixture(scope="module")
def of_ann(served: City) -> dict[str, str]:
    """One of everything, by the names of the parameters of addresses."""
    ann = served.ann
    ann.bring(schema(), "DEV", "PROD")
    spec = {"name": "Ann's", "event": {"source": CLICK}, "status": "published"}
    specification = _id_of(ann.ask("POST", "event-specs/v1", {"spec": spec}).json)
    application = _id_of(ann.ask("POST", "source-apps/v1", {"name": "Ann's"}).json)
    product = _id_of(ann.ask("POST", "data-products/v2", {"name": "Ann's"}).json)
    address = f"data-products/v1/{product}/subscriptions"
    wish = {"reason": "Ann's", "receiveNotifications": True}
    key = ann.ask("POST", "credentials/v2/api-keys", {"description": "Ann's"}).json
    served.secrets.append(key["key"])
    draft = ann.ask("POST", "data-structure-drafts/v1/schemas", {"data": schema(name="draft")})
    assert draft.status == 201
    assert ann.ask("PUT", "/api/drafts/com.ann/click/jsonschema/1", schema()).status == 201
    return {
        "organizationId": ann.organization_id,
        "eventSpecId": specification,
        "trackingScenarioId": specification,
        "sourceAppId": application,
        "dataProductId": product,
        "subscriptionId": _id_of(ann.ask("POST", address, wish).json),
        "keyId": key["id"],
        "dataStructureHash": ann.ask("GET", "data-structures/v1").json[0]["hash"],
        "version": "1-0-0",
        "vendor": "com.ann",
        "name": "click",
        "format": "jsonschema",
        "number": "1",
    }


def _id_of(answer: Any) -> str:
    return str(answer["data"][0]["id"])


# Tenancy


def test_no_address_of_another_organization_answers(served: City, of_ann: dict[str, str]) -> None:
    """Every operation on her organization, with what is hers: 404 for him, as for one that there is not."""
    nowhere = of_ann | {"organizationId": "00000000-0000-4000-8000-000000000000"}
    for method, address, example in operations(served.bob):
        if "{organizationId}" not in address or "credentials/v2/token" in address:
            continue
        body = None if method in ("GET", "DELETE") else example or {}
        found, unknown = (
            served.bob.ask(
                method, filled(address, values), body, headers={"X-API-Key": served.bob.key}
            )
            for values in (of_ann, nowhere)
        )
        expected = 401 if "credentials/v3/token" in address else 404
        assert (found.status, unknown.status) == (expected, expected), (method, address)
        assert found.text == unknown.text, (method, address)


def test_what_is_another_s_is_not_in_one_s_own_organization(
    served: City, of_ann: dict[str, str]
) -> None:
    """Her ids in his addresses: 404, and nothing of hers in any answer."""
    values = of_ann | {"organizationId": served.bob.organization_id}
    for method, address, example in operations(served.bob):
        if address.count("{") < 1 + ("{organizationId}" in address):
            continue  # of no certain thing
        body = None if method in ("GET", "DELETE") else example or {}
        found = served.bob.ask(method, filled(address, values), body)
        assert found.status in (400, 401, 403, 404, 422), (method, address, found)
        assert "Ann's" not in found.text, (method, address, found)
    for address in (
        *("event-specs/v1?withLatestHistory=true", "source-apps/v1", "data-products/v2"),
        *("data-structures/v1", "data-structures/v1/schemas/versions"),
        *("data-structure-drafts/v1/schemas", "/api/schemas", "/api/drafts"),
    ):
        found = served.bob.ask("GET", address)
        assert found.status == 200, address
        assert (found.json["data"] if isinstance(found.json, dict) else found.json) == [], address


@pytest.mark.parametrize("address", ["event-specs/v1", "event-specs/v1/compatibility"])
def test_a_private_schema_of_another_is_one_that_does_not_exist(
    served: City, of_ann: dict[str, str], address: str
) -> None:
    for uri in (CLICK, "iglu:com.ann/nothing/jsonschema/1-0-0"):
        event = {"source": uri, "schema": {"type": "object"}}
        entities = {"tracked": [{"source": uri}]}
        found = served.bob.ask(
            "POST", address, {"spec": {"name": "n", "event": event, "entities": entities}}
        )
        titles = [one["title"] for one in found.json["errors"]]
        assert (found.status, titles) == (422, [f"{uri} does not exist"] * 2)


def test_a_chosen_id_that_is_another_s_tells_and_changes_nothing(
    served: City, of_ann: dict[str, str]
) -> None:
    spec = {"id": of_ann["eventSpecId"], "name": "Bob's"}
    found = served.bob.ask("POST", "event-specs/v1", {"spec": spec})
    assert (found.status, found.json["data"]) == (409, [])
    assert "Ann's" not in found.text
    hers = served.ann.ask("GET", f"event-specs/v1/{of_ann['eventSpecId']}").json["data"][0]
    assert hers["name"] == "Ann's"


def test_only_an_administrator_publishes_for_vendors_that_come_with_piste(served: City) -> None:
    """A member who could replace the envelope of all events would break the tracking of everybody."""
    wanted = schema("com.snowplowanalytics.snowplow", "payload_data", "1-0-4")
    sentence = (
        "Schemas of com.snowplowanalytics.snowplow come with Piste and are everybody's: only an "
        "administrator may publish more of them"
    )
    found = served.bob.ask("POST", "/api/schemas", wanted)
    assert (found.status, found.json) == (403, {"message": sentence})
    prefix = {"vendorPrefix": "*"}
    write = served.admin.ask("POST", "/api/auth/keygen", prefix).json["write"]
    served.secrets.append(write)
    found = served.bob.ask("POST", "/api/schemas", wanted, headers={"apikey": write})
    assert (found.status, found.json) == (403, {"message": sentence})
    address = "data-structures/v1/validation-requests"
    found = served.bob.ask("POST", address, {"data": wanted})
    assert (found.status, found.json["success"], found.json["errors"]) == (201, False, [sentence])
    assert served.admin.ask("POST", address, {"data": wanted}).json["success"]


# Authentication


def _forged(header: dict[str, str], claims: dict[str, Any], signature: bytes = b"") -> str:
    parts = [json.dumps(one).encode() for one in (header, claims)]
    return ".".join(urlsafe_b64encode(one).rstrip(b"=").decode() for one in (*parts, signature))


def test_no_token_but_a_valid_one_is_taken(served: City) -> None:
    with identity_in(served.folder) as identity:
        (admin,) = [user for user in identity.users() if user.role is Role.ADMIN]
        (key,) = identity.keys(admin.id)
    principal = Principal(admin.id, admin.account_id, Role.ADMIN)
    secret = (served.folder / "secret.key").read_bytes()
    now = datetime.now(UTC)
    good = Tokens(secret).issue(principal, key.id, "an id", now)
    claims = jwt.decode(good, options={"verify_signature": False})
    head, body, signature = good.split(".")
    served.secrets.append(good)
    refused = {
        "unsigned": _forged({"alg": "none", "typ": "JWT"}, claims),
        "unsigned, in capitals": _forged({"alg": "NONE"}, claims),
        "of another secret": Tokens(b"x" * 32).issue(principal, key.id, "an id", now),
        "of the raw secret": jwt.encode(claims, secret, "HS256"),
        "of another algorithm": jwt.encode(claims, secret * 2, "HS512"),
        "of an empty secret": _forged({"alg": "HS256"}, claims, signature.encode()),
        "expired": Tokens(secret).issue(principal, key.id, "an id", now - timedelta(hours=25)),
        "of no key": Tokens(secret).issue(principal, admin.id, "an id", now),
        "with another body": f"{head}.{body[:-2]}AA.{signature}",
        "without a signature": f"{head}.{body}.",
        "long": "a." * 30_000,
        "a hash of the key": sha256(ADMIN_KEY.encode()).hexdigest(),
        "latin-1": "ähnlich",
    }
    address = f"{BASE}/organizations"
    bearer = {"Authorization": f"Bearer {good}"}
    assert served.admin.ask("GET", address, headers=bearer).status == 200
    for name, token in refused.items():
        found = served.admin.ask("GET", address, headers={"Authorization": f"Bearer {token}"})
        assert found.status in (400, 401, 431), name
        assert token not in found.text, name
        micro = {"Authorization": f"Bearer {token}", "Host": "example.com"}
        assert served.admin.ask("GET", "/micro/all", headers=micro).status in (400, 401, 431), name
    elsewhere = (f"?token={good}", f"?apikey={ADMIN_KEY}", f"/{ADMIN_KEY}")
    nobody = {"Authorization": "", "apikey": ""}
    for where in elsewhere:
        assert served.admin.ask("GET", address + where, headers=nobody).status in (401, 404)


@pytest.mark.parametrize("name", ["Authorization: Bearer ", "apikey: ", "X-API-Key: "])
@pytest.mark.parametrize("value", ["x" * 1_000_000, "a\0b", "\xff\xfe", "a\rb: c"])
def test_a_header_that_hurts_is_refused_at_once(served: City, name: str, value: str) -> None:
    answer = exchange(served.server.port, get(f"{BASE}/organizations", name + value))
    assert answer is None or 400 <= answer.status < 500
    answer = exchange(served.server.port, get("/api/schemas", name + value))
    assert answer is None or answer.status in (200, 400, 431)


def test_a_token_ends_with_its_user(served: City) -> None:
    with identity_in(served.folder) as identity:
        created = identity.create_user(served.bob.organization_id, Role.ADMIN)
        assert created is not None
        key = created.first_key
        served.secrets.append(key.key)
        carol = Tenant(served.server.port, served.bob.organization_id, key.key)
        headers = {"X-API-Key": key.key, "X-API-Key-ID": key.api_key.id}
        token = carol.ask("GET", "credentials/v3/token", headers=headers).json["accessToken"]
        served.secrets.append(token)
        carol = Tenant(served.server.port, served.bob.organization_id, token)
        elsewhere = {"Host": "example.com"}
        assert carol.ask("GET", "event-specs/v1").status == 200
        assert carol.ask("GET", "/micro/all", headers=elsewhere).status == 200
        identity.delete_user(created.user.id)
    assert carol.ask("GET", "event-specs/v1").status == 401
    assert carol.ask("GET", "/micro/all", headers=elsewhere).status == 401


def test_from_another_machine_events_are_for_administrators(served: City) -> None:
    elsewhere = {"Host": "example.com"}
    assert served.admin.ask("GET", "/micro/all", headers=elsewhere).status == 200
    for address in ("/micro/all", "/micro/good", "/micro/bad", "/micro/events", "/metrics"):
        assert served.ann.ask("GET", address, headers=elsewhere).status == 401, address
    assert served.ann.ask("POST", "/micro/reset", headers=elsewhere).status == 401
