"""TinyTrail's API as the program puts it together: with its settings, and with who hears of websites."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support.console import Answered, call
from support.governed import ADMIN_KEY, governance_in
from support.iglu import LOOKED_UP_MS

from piste.consoles import analytics_of
from piste.governance import Governance
from piste.iglu import Resolver
from piste.ingest.decisions import Decisions
from piste.settings import Settings
from piste.settings.model import StorageSettings, TrafficSettings


def ask(
    application: Any,
    method: str,
    path: str,
    body: Any = None,
    *,
    key: str = ADMIN_KEY,
    headers: Mapping[str, str] | None = None,
) -> Answered:
    sent = {"X-API-KEY": key, **(headers or {})}
    return call(application, method, f"/api/v1{path}", body, sent)


async def nothing_pending() -> int:
    return 0


def test_the_keys_of_the_console_are_those_of_the_analytics_api(tmp_path: Path) -> None:
    """And what is created by one outlives the process."""
    governance, _ = governance_in(tmp_path)
    governance.start()
    application = analytics_of(governance, TrafficSettings(), None, nothing_pending)
    created = ask(application, "POST", "/websites", {"domain": "example.com"}).json["data"]
    assert created["accountId"] == governance.identity.accounts()[0].id
    governance.close()
    again, _ = governance_in(tmp_path)
    again.start()
    application = analytics_of(again, TrafficSettings(), None, nothing_pending)
    assert ask(application, "GET", "/websites").json["data"] == [created]
    again.close()


def test_who_measures_hears_of_websites(tmp_path: Path) -> None:
    """Of a deleted account's, too."""
    told: list[Any] = []
    governance = Governance(
        Settings(admin_key=ADMIN_KEY, storage=StorageSettings(data_dir=tmp_path)),
        Resolver([], clock_ms=lambda: LOOKED_UP_MS),
        Decisions(),
        on_websites=lambda ids: told.append(("changed", *ids)),
        delete_events=lambda id_: told.append(("deleted events", id_)),
    )
    governance.start()
    application = analytics_of(governance, TrafficSettings(), None, nothing_pending)
    account = ask(application, "POST", "/accounts", {"name": "Acme Corp"}).json["data"]
    form = {"domain": "example.com", "account_id": account["id"]}
    website = ask(application, "POST", "/websites", form).json["data"]
    assert ask(application, "DELETE", f"/accounts/{account['id']}").status == 200
    id_ = website["id"]
    assert told == [("changed", id_), ("changed", id_), ("deleted events", id_)]
    governance.close()


@pytest.mark.parametrize("key", [ADMIN_KEY, "wrong"])
def test_the_rate_limit_is_a_setting(tmp_path: Path, key: str) -> None:
    governance, _ = governance_in(tmp_path)
    governance.start()
    application = analytics_of(governance, TrafficSettings(api_requests=2), None, nothing_pending)
    statuses = [ask(application, "GET", "/websites", key=key).status for _ in range(3)]
    assert statuses == ([200, 200, 429] if key == ADMIN_KEY else [401, 401, 429])
    governance.close()


@pytest.mark.parametrize(("proxies", "expected"), [((), 429), (("127.0.0.0/8",), 401)])
def test_strangers_behind_a_trusted_proxy_count_apart(
    tmp_path: Path, proxies: tuple[str, ...], expected: int
) -> None:
    """By the header of the setting; what another machine says of itself does not count."""
    governance, _ = governance_in(tmp_path)
    governance.start()
    settings = TrafficSettings(api_requests=1, trusted_proxies=proxies, client_header="X-Real-IP")
    application = analytics_of(governance, settings, None, nothing_pending)
    for client, status in (("203.0.113.7", 401), ("203.0.113.8", expected), ("203.0.113.7", 429)):
        headers = {"X-Real-IP": client, "X-Forwarded-For": "198.51.100.1"}
        answer = ask(application, "GET", "/websites", key="wrong", headers=headers)
        assert answer.status == status
    governance.close()


def test_an_ephemeral_run(tmp_path: Path) -> None:
    """Takes websites as well."""
    governance, _ = governance_in(tmp_path, ephemeral=True)
    governance.start()
    application = analytics_of(governance, TrafficSettings(), None, nothing_pending)
    assert ask(application, "POST", "/websites", {"domain": "localhost"}).status == 201
    governance.close()
