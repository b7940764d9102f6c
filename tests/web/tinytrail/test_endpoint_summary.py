"""The requirement's table of endpoints, row by row: who may ask, and what a rate limit is for.

Room:   the applications that the program puts side by side, as they are.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from reports.crowds import SITE, Crowd
from support.console import Answered, call
from support.reported import Reported, reported
from web.collect.collecting import EXAMPLE, World
from web.status.asking import WORKING, snapshot

from piste.web.micro.access import Access
from piste.web.status.app import StatusPages
from piste.web.tinytrail.app import BASE
from piste.web.tracker.app import TrackerScript

TABLE = """
| GET | `/health` | No | No | Health check |
| OPTIONS | `/api/v1/collect` | No | No | CORS preflight |
| POST | `/api/v1/collect` | No | Yes (IP) | Event ingestion |
| GET | `/api/v1/accounts` | Admin | Yes | List accounts |
| POST | `/api/v1/accounts` | Admin | Yes | Create account |
| DELETE | `/api/v1/accounts/:id` | Admin | Yes | Delete account |
| GET | `/api/v1/users` | Admin | Yes | List users |
| POST | `/api/v1/users` | Admin | Yes | Create user |
| GET | `/api/v1/users/:id/api-key` | Admin | Yes | Get user API key |
| DELETE | `/api/v1/users/:id` | Admin | Yes | Delete user |
| GET | `/api/v1/websites` | User+ | Yes | List websites |
| POST | `/api/v1/websites` | User+ | Yes | Create website |
| PATCH | `/api/v1/websites/:id` | User+ | Yes | Update website |
| DELETE | `/api/v1/websites/:id` | User+ | Yes | Delete website |
| POST | `/api/v1/admin/aggregate` | Admin | Yes | Trigger aggregation |
| GET | `/api/v1/reports/summary` | User+ | Yes | Summary metrics |
| GET | `/api/v1/reports/pages` | User+ | Yes | Page traffic |
| GET | `/api/v1/reports/sources` | User+ | Yes | Traffic sources |
| GET | `/api/v1/reports/devices` | User+ | Yes | Device analytics |
| GET | `/api/v1/reports/flow` | User+ | Yes | Landing/exit pages |
| GET | `/api/v1/reports/funnel` | User+ | Yes | Funnel analysis |
| GET | `/api/v1/reports/realtime` | User+ | Yes | Real-time activity |
| GET | `/api/v1/reports/custom-events` | User+ | Yes | Custom events |
| GET | `/api/v1/reports/timeseries` | User+ | Yes | Daily metric timeseries |
| GET | `/js/tracker.js` | No | No | Tracker script |
"""
ROWS = [
    tuple(cell.strip(" `") for cell in line.split("|")[1:5]) for line in TABLE.strip().splitlines()
]
BODIES = {
    ("POST", "/api/v1/collect"): EXAMPLE,
    ("POST", "/api/v1/accounts"): {"name": "Acme Corp"},
    ("POST", "/api/v1/users"): {"role": "user"},
    ("POST", "/api/v1/websites"): {"domain": "example.com"},
    ("PATCH", "/api/v1/websites/:id"): {"domain": "example.com"},
}
STATUSES = {
    "OPTIONS /api/v1/collect": 204,
    "POST /api/v1/collect": 202,
    "POST /api/v1/accounts": 201,
    "POST /api/v1/users": 201,
    "POST /api/v1/websites": 201,
}
"""Of success; 200 where not told."""
LIMIT = 5


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Reported]:
    with reported(tmp_path, Crowd()) as opened:
        opened.add(SITE)
        yield opened


def application_of(path: str, served: Reported) -> Any:
    if path == f"{BASE}/collect":
        return World(requests=LIMIT).app
    if path == "/health":
        access = Access(True, lambda key: False)
        return StatusPages(parts=lambda: WORKING, snapshot=snapshot, access=access, version="0.1.0")
    if path == "/js/tracker.js":
        return TrackerScript()
    return served.trail.application


def asker(served: Reported, method: str, path: str) -> Any:
    """Asks once each time it is called, for what is there; `by` is who."""
    application, trail = application_of(path, served), served.trail
    body: Any = BODIES.get((method, path))
    address = path
    if ":id" in path:
        kind = path.split("/")[3]
        gone = {
            "accounts": trail.other_account_id,
            "users": trail.theirs.user.id,
            "websites": SITE,
        }
        address = path.replace(":id", gone[kind])
    if "/reports/" in path:
        address += f"?website_id={SITE}&steps[]=/&steps[]=/a"
        address = address if path.endswith("/funnel") else address.partition("&")[0]
    if path.endswith("/users"):
        body = body and {**body, "account_id": trail.account_id}

    def ask(by: str | None) -> Answered:
        key = {} if by is None else {"X-API-KEY": getattr(trail, by).first_key.key}
        browser = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"}
        headers = {**key, **browser, "Accept-Language": "en"}
        return call(application, method, address, body, headers)

    return ask


@pytest.mark.parametrize(
    ("method", "path", "auth", "_"), ROWS, ids=[f"{row[0]} {row[1]}" for row in ROWS]
)
def test_who_may_ask(served: Reported, method: str, path: str, auth: str, _: str) -> None:
    """Nobody without a key, users, or administrators only."""
    ask = asker(served, method, path)
    done = STATUSES.get(f"{method} {path}", 200)
    wanted = {"No": (done, done, done), "User+": (401, done, done), "Admin": (401, 403, done)}[auth]
    assert ask(None).status == wanted[0]
    assert ask("ours").status == wanted[1]
    if auth == "Admin" or method in ("GET", "OPTIONS"):
        assert ask("admin").status == wanted[2]


@pytest.mark.parametrize(
    ("method", "path", "auth", "limited"), ROWS, ids=[f"{row[0]} {row[1]}" for row in ROWS]
)
def test_what_is_limited(served: Reported, method: str, path: str, auth: str, limited: str) -> None:
    """After as many requests as may be, with the seconds to wait."""
    served.trail.limit = LIMIT
    served.trail.application = served.app()
    ask = partial(asker(served, method, path), None if auth == "No" else "ours")
    answers = [ask() for _ in range(LIMIT + 1)]
    assert 429 not in [answer.status for answer in answers[:LIMIT]]
    if limited == "No":
        assert answers[-1].status == STATUSES.get(f"{method} {path}", 200)
    else:
        assert answers[-1].status == 429
        assert answers[-1].json["error"]["code"] == "RATE_LIMITED"
        assert int(answers[-1].headers["retry-after"]) > 0


def test_there_is_no_other_address_of_reports(served: Reported) -> None:
    """But those that are ours."""
    document = served.trail.ask("GET", "/openapi.json", by=None).json
    ours = {f"{BASE}/reports/{name}" for name in ("event-properties", "countries", "explain")}
    documented = {
        (method.upper(), path.replace("{id}", ":id"))
        for path, operations in document["paths"].items()
        for method in operations
        if path not in ours
    }
    by_key = {(method, path) for method, path, auth, _ in ROWS if auth != "No"}
    assert documented == by_key
