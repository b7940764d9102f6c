"""A running Piste under JSON that hurts, without its database, killed, and with very many specifications.

Limits: about a minute.
"""

import copy
import json
import random
import re
import resource
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from support.hostile_schemas import PATTERNS

from .asking import new_ids, track
from .program import finished, running
from .tenants import (
    ADMIN_KEY,
    ENVIRON,
    City,
    Tenant,
    assert_nothing_was_given_away,
    city,
    command,
    filled,
    operations,
    schema,
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, iglu_json: Path) -> Iterator[City]:
    with city(tmp_path_factory.mktemp("strain") / "data", iglu_json) as found:
        yield found
        assert_nothing_was_given_away(found)


# JSON that hurts

WRONG: list[Any] = [
    *(None, True, 0, -1, 2**63, 10**30, 1.5, "", "\0", "x" * 5_000, "\x1b[31m\nline"),
    *([], {}, [[]], [None], {"a": None}, {"$ref": "#"}, "iglu:a/b/c/1-0-99999999999999999999"),
]


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    if isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(one, (*at, name))


def _with(value: Any, at: tuple[Any, ...], new: Any) -> Any:
    if not at:
        return new
    whole = one = copy.deepcopy(value)
    for name in at[:-1]:
        one = one[name]
    one[at[-1]] = new
    return whole


def _bytes_that_hurt(example: Any) -> Iterator[bytes]:
    text = json.dumps(example)
    yield from (text.encode()[:-1], b"", b"\xff\xfe", b"NaN", b'"\\ud800"', b'{"a": 1e999}')
    yield b'{"a": ' + b"9" * 5_000 + b"}"
    yield b"[" * 100_000
    yield b'{"a":' * 39 + b"1" + b"}" * 39
    yield b"{" + b" " * 900_000 + b"}"
    yield b" " * (1 << 20) + b"{}"
    yield text.encode()[:-1] + b', "spec": 1, "spec": 2}'
    for escape in ("\\ud800", "\\u0000"):
        yield text.replace(': "', f': "{escape}').encode()


@pytest.fixture(scope="module")
def of_bob(served: City) -> dict[str, str]:
    """What there is of him, by the names of the parameters of addresses."""
    served.bob.bring(schema("com.bob"), "DEV")
    spec = {"name": "s", "event": {"source": "iglu:com.bob/click/jsonschema/1-0-0"}}
    found = {
        "eventSpecId": served.bob.ask("POST", "event-specs/v1", {"spec": spec}).json,
        "dataProductId": served.bob.ask("POST", "data-products/v2", {"name": "p"}).json,
        "sourceAppId": served.bob.ask("POST", "source-apps/v1", {"name": "a"}).json,
    }
    ids = {name: str(answer["data"][0]["id"]) for name, answer in found.items()}
    return {
        **ids,
        "trackingScenarioId": ids["eventSpecId"],
        "dataStructureHash": served.bob.ask("GET", "data-structures/v1").json[0]["hash"],
        "vendor": "com.bob",
        "name": "click",
        "format": "jsonschema",
        "version": "1-0-0",
        "number": "1",
    }


def test_no_body_breaks_an_operation(served: City, of_bob: dict[str, str]) -> None:
    """Each documented example with wrong values at every place of it, and bytes that are hardly JSON."""
    chance = random.Random(1)
    for method, address, documented in operations(served.bob):
        if method not in ("POST", "PUT", "PATCH"):
            continue
        example = schema("com.bob") if documented is None else documented
        bodies = [
            json.dumps(_with(example, at, wrong)).encode()
            for at in _places(example)
            for wrong in chance.sample(WRONG, 3)
        ]
        bodies = [*chance.sample(bodies, min(40, len(bodies))), *_bytes_that_hurt(example)]
        values = dict.fromkeys(re.findall(r"\{(\w+)\}", address), str(uuid4()))
        who = served.admin if "/auth/" in address else served.bob
        values |= of_bob | {"organizationId": who.organization_id}
        for body in bodies:
            found = who.ask(method, filled(address, values), body)
            assert found.status < 500 or found.status == 501, (method, address, body[:500])


CRUEL: dict[str, dict[str, Any]] = {
    "20,000 texts": {"enum": [f"w{n}" for n in range(20_000)]},
    "itself": {"$ref": "#"},
    "itself, at once": {"allOf": [{"$ref": "#/properties/label"}]},
    "a page": {"$ref": "http://127.0.0.1:9/x"},
    "a file": {"$ref": "file:///etc/passwd"},
    "a pattern that looks ahead": {"type": "string", "pattern": "^(?=(a+)+$)(a|aa)+$"},
    "a pattern that looks back": {"type": "string", "pattern": r"^(a+)+\1!?b$"},
    **{name: {"type": "string", "pattern": PATTERNS[name]} for name in list(PATTERNS)[:16]},
}


@pytest.mark.parametrize("name", CRUEL)
def test_a_cruel_schema_costs_nobody_much(served: City, name: str) -> None:
    """Published, deployed, compared; then an event of it, and one of somebody else."""
    vendor = "com.cruel." + re.sub(r"\W+", "_", name)
    properties = {"label": CRUEL[name]}
    answers = []
    for version in ("1-0-0", "1-0-1"):
        one = schema(vendor, "a", version, properties=properties, title=version)
        answers.append(served.bob.ask("POST", "/api/schemas", one))
        one = schema(vendor, "b", version, properties=properties, title=version)
        validation = {"data": one}
        answers.append(served.bob.ask("POST", "data-structures/v1/validation-requests", validation))
        wanted = {**one["self"], "source": "VALIDATED", "target": "DEV"}
        answers.append(served.bob.ask("POST", "data-structures/v1/deployment-requests", wanted))
    event = {"source": f"iglu:{vendor}/b/jsonschema/1-0-0", "schema": {"properties": properties}}
    spec = {"spec": {"name": name, "event": event}}
    answers.append(served.bob.ask("POST", "event-specs/v1/compatibility", spec))
    assert [one.status for one in answers if one.status >= 500] == []
    before = served.server.micro.all()
    data = {"schema": f"iglu:{vendor}/a/jsonschema/1-0-1", "data": {"label": "a" * 3_000 + "!"}}
    outer = "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0"
    track(served.server, *new_ids(1), e="ue", ue_pr=json.dumps({"schema": outer, "data": data}))
    track(served.server, *new_ids(1))
    assert served.server.micro.all()["total"] == before["total"] + 2


# The database


def test_reads_do_not_wait_for_who_writes_and_writes_do_not_wait_for_ever(served: City) -> None:
    addresses = (
        *("event-specs/v1", "data-structures/v1", "data-products/v2", "source-apps/v1"),
        *("credentials/v2/api-keys", "data-structure-drafts/v1/schemas"),
        *("/api/schemas", "/api/drafts", "/api/meta/server", "/api/meta/health/db"),
    )
    with closing(sqlite3.connect(served.folder / "metadata.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for address in addresses:
            found = served.ann.ask("GET", address, seconds=1.0)
            assert found.status == 200, address
        found = served.admin.ask("GET", "/micro/all", headers={"Host": "example.com"}, seconds=1.0)
        assert found.status == 200
        found = served.ann.ask("POST", "event-specs/v1", {"spec": {"name": "n"}}, seconds=6.0)
        assert (found.status, found.headers["retry-after"]) == (503, "5")
    sentence = "What is decided cannot be read or stored at the moment; the server's log says why"
    (error,) = found.json["errors"]
    assert (error["code"], error["title"]) == ("Unavailable", sentence)
    assert served.ann.ask("POST", "event-specs/v1", {"spec": {"name": "n"}}).status == 201


def test_a_disk_that_takes_no_more_is_said_and_events_go_on(
    tmp_path: Path, iglu_json: Path
) -> None:
    """The process may write no file beyond 16 KiB: the database has more already, the spool has not."""
    message = "What is decided cannot be read or stored at the moment; the server's log says why"
    with city(tmp_path / "data", iglu_json) as full:
        ann, pid, kept = full.ann, full.server.process.pid, resource.RLIM_INFINITY
        for n in range(10):
            assert ann.ask("POST", "source-apps/v1", {"name": f"before {n}"}).status == 201
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (16_384, kept))
        found = ann.ask("POST", "/api/schemas", schema())
        assert (found.status, found.json) == (503, {"message": message})
        found = ann.ask("POST", "event-specs/v1", {"spec": {"name": "full"}})
        assert (found.status, found.json["data"]) == (503, [])
        assert ann.ask("GET", "event-specs/v1").json["data"] == []
        track(full.server, *new_ids(1))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (kept, kept))
        assert ann.ask("POST", "/api/schemas", schema()).status == 201
        said = full.server.micro.stderr.until(lambda _: False, 0.2)
        assert any("metadata.db does not answer: disk I/O error" in line for line in said)


def test_what_was_acknowledged_outlives_a_kill(tmp_path: Path, iglu_json: Path) -> None:
    """Killed while three write; nothing that was answered is lost, and no publication is done by half."""
    folder = tmp_path / "data"
    sets: list[list[str]] = []
    published: list[list[str]] = []
    enough = threading.Event()

    def write(tenant: Tenant) -> None:
        with suppress(OSError, HTTPException):
            while True:
                answers = [
                    tenant.ask("POST", "event-specs/v1", {"spec": {"name": str(uuid4())}})
                    for _ in range(3)
                ]
                assert [one.status for one in answers] == [201] * 3
                ids = [one.json["data"][0]["id"] for one in answers]
                sets.append(ids)
                wanted = {"eventSpecIds": ids}
                assert tenant.ask("POST", "event-specs/v1/publish", wanted).status == 202
                published.append(ids)
                if len(published) >= 50:
                    enough.set()

    with city(folder, iglu_json) as before:
        writers = [threading.Thread(target=write, args=(before.ann,)) for _ in range(3)]
        for one in writers:
            one.start()
        assert enough.wait(60)
        assert before.server.stop(signal.SIGKILL) == -signal.SIGKILL
        for one in writers:
            one.join()
    with running(*command(folder, iglu_json), environ=ENVIRON) as server:
        again = Tenant(server.port, before.ann.organization_id, before.ann.key)
        found = again.ask("GET", "event-specs/v1").json["data"]
    status = {one["id"]: one["status"] for one in found}
    assert {status[one] for ids in published for one in ids} == {"published"}
    assert all(len({status[one] for one in ids}) == 1 for ids in sets)


def test_a_second_server_is_refused(served: City, iglu_json: Path) -> None:
    done = finished(*command(served.folder, iglu_json), "--port", "0", environ=ENVIRON)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "in use by another process" in done.stderr
    assert served.admin.ask("GET", "event-specs/v1").status == 200
    assert ADMIN_KEY not in done.stderr


# Very many


def test_a_deployment_under_very_many_specifications_stops_nobody(served: City) -> None:
    """500 that it breaks: it says so in seconds, and events are taken meanwhile."""
    served.ann.bring(schema("com.many"), "DEV", "PROD")
    event = {"source": "iglu:com.many/click/jsonschema/1-0-0"}
    for n in range(500):
        allowed = {"properties": {"label": {"enum": [f"label {n}"]}}, "required": ["label"]}
        only = {"type": "object", "additionalProperties": False, **allowed}
        spec = {"name": f"s{n}", "status": "published", "event": {**event, "schema": only}}
        assert served.ann.ask("POST", "event-specs/v1", {"spec": spec}).status == 201
    waits: list[float] = []
    stopped = threading.Event()

    def go_on() -> None:
        while not stopped.is_set():
            started = time.monotonic()
            track(served.server, *new_ids(1))
            waits.append(time.monotonic() - started)
            time.sleep(0.01)

    tracker = threading.Thread(target=go_on)
    tracker.start()
    short = {"label": {"type": "string", "maxLength": 3, "description": "Where"}}
    answer = served.ann.bring(schema("com.many", version="1-1-0", properties=short), "DEV")
    stopped.set()
    tracker.join()
    assert len(answer.json["affectedEventSpecs"]) == 500
    assert waits
    assert max(waits) < 1.0
