"""A server with two organizations, a user in each, and whoever asks it.

Limits: keys are of one test run; an answer that takes longer than SECONDS fails the test that waits for it.
"""

import http.client
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from piste.accounts.principal import Role
from piste.accounts.service import Identity
from piste.governance import DATABASE, KEY_FILE
from piste.store.metadata import MetadataStore
from piste.store.metadata.keyfile import open_secret

from .asking import new_ids, track
from .program import Command, Running, running

ADMIN_KEY = "the-key-of-the-operator"
ENVIRON = {"PISTE_ADMIN_KEY": ADMIN_KEY, "PISTE_INSPECTOR_WAIT_MS": "20000"}
"""A question about events waits for all that were acknowledged, on a slow machine as well."""
BASE = "/api/msc/v1"
SECONDS = 5.0
MOST_BYTES = 400 * 1024 * 1024
META_SCHEMA = (
    "http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0#"
)


@dataclass(frozen=True, slots=True)
class Answered:
    """`json` is None where the body is none."""

    status: int
    json: Any
    text: str
    headers: Mapping[str, str]
    seconds: float


@dataclass(frozen=True, slots=True)
class Tenant:
    """Someone with a key. An administrator has the organization that Piste began with."""

    port: int
    organization_id: str
    key: str

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        seconds: float = SECONDS,
    ) -> Answered:
        """`path` begins with a slash, or lies behind the organization. A body of bytes is sent as it is."""
        target = path if path.startswith("/") else f"{self.base}/{path}"
        sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        known = {"Authorization": f"Bearer {self.key}", "apikey": self.key}
        started = time.monotonic()
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        with closing(client):
            client.request(method, target, sent, {**known, **(headers or {})})
            answer = client.getresponse()
            text = answer.read().decode()
        is_json = "json" in answer.headers.get("Content-Type", "")
        found = json.loads(text) if is_json and text else None
        waited = time.monotonic() - started
        return Answered(answer.status, found, text, dict(answer.headers), waited)

    @property
    def base(self) -> str:
        return f"{BASE}/organizations/{self.organization_id}"

    def bring(self, schema: Mapping[str, Any], *targets: str) -> Answered:
        """Validated, and deployed as far as named; the last answer."""
        answer = self.ask("POST", "data-structures/v1/validation-requests", {"data": schema})
        assert answer.json["success"], answer
        for source, target in zip(("VALIDATED", "DEV"), targets, strict=False):
            wanted = {**schema["self"], "source": source, "target": target}
            answer = self.ask("POST", "data-structures/v1/deployment-requests", wanted)
            assert answer.status == 201, answer
        return answer


@dataclass(frozen=True)
class City:
    """Everybody who asks one server."""

    server: Running
    folder: Path
    admin: Tenant
    ann: Tenant
    bob: Tenant
    secrets: list[str] = field(default_factory=list)


def schema(
    vendor: str = "com.ann", name: str = "click", version: str = "1-0-0", **rest: Any
) -> dict[str, Any]:
    """Self-describing; the linter has nothing to say of it."""
    return {
        "$schema": META_SCHEMA,
        "description": "For a test",
        "self": {"vendor": vendor, "name": name, "format": "jsonschema", "version": version},
        "type": "object",
        "properties": {"label": {"type": "string", "maxLength": 64, "description": "Where"}},
        "required": ["label"],
        "additionalProperties": False,
        **rest,
    }


@contextmanager
def identity_in(folder: Path) -> Iterator[Identity]:
    """Accounts of a data folder that nobody serves at the moment."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = MetadataStore(folder / DATABASE)
    secret = open_secret(folder / KEY_FILE, os.urandom)
    yield Identity(
        store.accounts(),
        secret,
        now=lambda: datetime.now(UTC),
        new_id=lambda: str(uuid4()),
        random_bytes=os.urandom,
    )
    store.close()


def command(folder: Path, iglu_json: Path) -> Command:
    return ("serve", "--data-dir", folder, "--iglu", iglu_json, "--workers", "1")


@contextmanager
def city(folder: Path, iglu_json: Path) -> Iterator[City]:
    """A folder that nobody has served yet."""
    users = []
    with identity_in(folder) as identity:
        identity.ensure_first(ADMIN_KEY)
        (first,) = identity.accounts()
        for name in ("Ann's", "Bob's"):
            created = identity.create_user(identity.create_account(name).id, Role.USER)
            assert created is not None
            users.append((created.user.account_id, created.first_key.key))
    with running(*command(folder, iglu_json), environ=ENVIRON) as server:
        admin = Tenant(server.port, first.id, ADMIN_KEY)
        ann, bob = (Tenant(server.port, *one) for one in users)
        yield City(server, folder, admin, ann, bob, [ADMIN_KEY, ann.key, bob.key])


def assert_nothing_was_given_away(found: City) -> None:
    """Not one secret was said, nor kept as it is; nothing broke, and events are taken."""
    before = found.server.micro.all()["good"]
    track(found.server, *new_ids(3))
    assert found.server.micro.all()["good"] == before + 3
    assert memory_bytes(found.server) < MOST_BYTES
    said = "\n".join(found.server.micro.stderr.until(lambda _: False, 0.2))
    assert "Traceback" not in said
    assert "\x1b" not in said
    kept = b"".join(one.read_bytes() for one in found.folder.glob("metadata.db*"))
    for secret in found.secrets:
        assert secret not in said
        assert secret.encode() not in kept


def memory_bytes(server: Running) -> int:
    """What the serving process has now."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


def operations(tenant: Tenant) -> list[tuple[str, str, Any]]:
    """Method, address and example of the body, of both documented APIs."""
    found = []
    for document, prefix in ((f"{BASE}/openapi.json", ""), ("/api/openapi.json", "/api")):
        paths = tenant.ask("GET", document).json["paths"]
        for address, methods in paths.items():
            for method, operation in methods.items():
                body = operation.get("requestBody", {}).get("content", {})
                example = body.get("application/json", {}).get("example")
                found.append((method.upper(), prefix + address, example))
    return found


def filled(address: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], address)
