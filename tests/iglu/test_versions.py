"""Which versions there are."""

import json

import pytest

from iglu.fakes import Clock, FakeRegistry, key
from piste.iglu import FetchedResponse, FetchError, HttpRegistry, RegistryClass, Versions
from piste.iglu.versions import TTL_MS


class Server:
    """Answers every list with the same body."""

    def __init__(self, body: object, status: int = 200) -> None:
        self.body, self.status = json.dumps(body).encode(), status
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __call__(self, url, headers):
        self.asked.append((url, dict(headers)))
        if self.status == 0:
            raise FetchError("refused")
        return FetchedResponse(self.status, self.body)

    def registry(self) -> HttpRegistry:
        return HttpRegistry("remote", "http://iglu.test/api/", "secret", (), 0, self)


def uris(*versions: str) -> list[str]:
    return [key(version).uri for version in versions]


def test_versions_of_all_registries_together():
    """A list is of one model; other registries know all."""
    local = FakeRegistry("local", RegistryClass.EMBEDDED, answers={"1-0-0": {}, "2-0-0": {}})
    server = Server(uris("1-0-1", "1-1-0"))
    versions = Versions([server.registry(), local], Clock())
    assert [str(one.version) for one in versions.of(key())] == ["1-0-0", "1-0-1", "1-1-0", "2-0-0"]
    url = "http://iglu.test/api/schemas/com.acme/thing/jsonschema/1"
    assert server.asked == [(url, {"apikey": "secret"})]


def test_a_list_is_remembered_for_a_while():
    """One for all versions of a model."""
    clock, server = Clock(), Server(uris("1-0-1"))
    versions = Versions([server.registry()], clock)
    for version in ("1-0-0", "1-0-7", "2-0-0", "2-1-0"):
        versions.of(key(version))
    assert len(server.asked) == 2
    clock.pass_ms(TTL_MS)
    server.body = json.dumps(uris("1-0-1", "1-0-2")).encode()
    assert versions.of(key())[-1] == key("1-0-2")


@pytest.mark.parametrize(
    "server",
    [
        Server([], 404),
        Server([], 0),
        Server({"message": "no"}),
        Server(None),
        Server([5, "nonsense", "iglu:com.other/thing/jsonschema/1-0-0", None]),
    ],
)
def test_a_registry_that_tells_nothing_knows_no_version(server):
    versions = Versions([server.registry()], Clock())
    assert versions.of(key()) == []
    assert versions.of(key(vendor="..")) == []
    assert len(server.asked) == 1
