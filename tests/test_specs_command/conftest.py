"""A running Piste, and `piste specs` as a shell runs it."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import urllib3
from system.program import Running, finished, running

IGLU = Path(__file__).parents[1] / "e2e" / "iglu.json"
KEY = "a-key-of-the-operator"
Done = subprocess.CompletedProcess[str]


class Server:
    """Its Console APIs, as the operator."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.url = f"http://127.0.0.1:{running.port}"
        self._http = urllib3.PoolManager(retries=False)
        self.organization = self.ask("GET", "/api/msc/v1/organizations", below=False)[0]["id"]

    def ask(self, method: str, path: str, body: Any = None, *, below: bool = True) -> Any:
        base = f"/api/msc/v1/organizations/{self.organization}" if below else ""
        response = self._http.request(
            method,
            f"{self.url}{base}{path}",
            json=body,
            headers={"Authorization": f"Bearer {KEY}"},
            timeout=30.0,
        )
        assert response.status < 300, (method, path, response.status, response.data)
        return json.loads(response.data) if response.data else None

    def state(self) -> Any:
        """Everything that the commands may change."""
        return [
            self.ask("GET", path)
            for path in (
                *("/data-structures/v1", "/data-structures/v1/schemas/versions"),
                *("/source-apps/v1", "/data-products/v2", "/event-specs/v1?withLatestHistory=true"),
            )
        ]


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    flags = ("--data-dir", tmp_path_factory.mktemp("data") / "data", "--iglu", IGLU)
    with running("serve", *flags, "--workers", "0", environ={"PISTE_ADMIN_KEY": KEY}) as started:
        yield Server(started)


@pytest.fixture
def server(_running: Server) -> Server:
    """Without tracking plans; data structures stay, so that each test has a vendor of its own."""
    for path in ("/data-products/v2", "/source-apps/v1", "/event-specs/v1"):
        for one in _running.ask("GET", path)["data"]:
            _running.ask("DELETE", f"{path}/{one['id']}")
    return _running


@pytest.fixture
def vendor() -> str:
    return f"com.v{uuid4().hex}"


@pytest.fixture
def specs(server: Server) -> Callable[..., Done]:
    """`piste specs …`."""

    def run(*argv: str | Path, key: str = KEY, url: str | None = None) -> Done:
        environ = {"PISTE_API_KEY": key, "PISTE_URL": url or server.url}
        return finished("specs", *argv, environ=environ)

    return run
