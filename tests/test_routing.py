"""Which application answers a path, and applications that are built at their first request."""

import asyncio
from typing import Any

import pytest

from piste.lazily import Lazily
from piste.routing import Governed, route
from piste.server import Application
from piste.settings import Settings
from piste.settings.model import RegistrySettings

NAMES = ("collector", "micro", "status", "console", "registry", "analytics", "collect", "tracker")


def saying(name: str) -> Application:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send(name)

    return application


def answered(path: str, *, prefixes: tuple[str, ...] = RegistrySettings().prefixes) -> str:
    """The name of the application that answers."""
    applications = {name: saying(name) for name in NAMES}
    governed = Governed(
        applications["console"],
        applications["registry"],
        applications["analytics"],
        applications["collect"],
        {"/js/tracker.js": applications["tracker"]},
        prefixes,
    )
    routed = route(
        applications["collector"], applications["micro"], applications["status"], governed
    )
    return asked(routed, {"type": "http", "path": path})


def asked(application: Application, scope: Any) -> str:
    said: list[str] = []

    async def send(message: str) -> None:
        said.append(message)

    async def ask() -> None:
        await application(scope, None, send)

    asyncio.run(ask())
    (found,) = said
    return found


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "collector"),
        ("/i", "collector"),
        ("/com.snowplowanalytics.snowplow/tp2", "collector"),
        ("/micro", "micro"),
        ("/micro/all", "micro"),
        ("/microscope/v1", "collector"),
        ("/health", "status"),
        ("/metrics", "status"),
        ("/health/more", "collector"),
        ("/api/msc/v1/organizations", "console"),
        ("/api/msc/v1/docs", "console"),
        ("/api/msc/", "console"),
        ("/api/msc", "collector"),
        ("/api/mscx/v1", "collector"),
        ("/api/schemas", "registry"),
        ("/api/schemas/com.acme/click/jsonschema/1-0-0", "registry"),
        ("/api/validation/validate/schema/jsonschema", "registry"),
        ("/api/auth/keygen", "registry"),
        ("/api/drafts", "registry"),
        ("/api/meta/health", "registry"),
        ("/api/debug", "registry"),
        ("/api/openapi.json", "registry"),
        ("/iglu-server/api/schemas", "registry"),
        ("/iglu-server/api/meta/server", "registry"),
        ("/iglu-server/schemas", "collector"),
        ("/iglu-server/api/msc/v1/organizations", "collector"),
        ("/api", "collector"),
        ("/api/", "collector"),
        ("/api/v1/collect", "collect"),
        ("/api/v1/collect/", "analytics"),
        ("/api/v1/collections", "analytics"),
        ("/api/v1/websites", "analytics"),
        ("/api/v1/users/1/api-key", "analytics"),
        ("/api/v1/", "analytics"),
        ("/api/v1", "collector"),
        ("/api/v10/websites", "collector"),
        ("/iglu-server/api/v1/websites", "collector"),
        ("/api/tp2", "collector"),
        ("/other/api/schemas", "collector"),
        ("/js/tracker.js", "tracker"),
        ("/js/other.js", "collector"),
        ("", "collector"),
    ],
)
def test_who_answers(path: str, name: str) -> None:
    assert answered(path) == name


def test_prefixes_are_a_setting() -> None:
    """Then others are the collector's; the Console APIs stay where they are."""
    assert Settings().registry.prefixes == ("/api", "/iglu-server/api")
    prefixes = ("/iglu", "")
    assert answered("/iglu/schemas", prefixes=prefixes) == "registry"
    assert answered("/schemas", prefixes=prefixes) == "registry"
    assert answered("/api/schemas", prefixes=prefixes) == "collector"
    assert answered("/api/msc/v1/organizations", prefixes=prefixes) == "console"
    assert answered("/api/schemas", prefixes=()) == "collector"
    assert answered("/api/v1/websites", prefixes=()) == "analytics"


def test_a_scope_without_a_path() -> None:
    """As those of a server's start and end have none."""
    governed = Governed(
        saying("console"), saying("registry"), saying("analytics"), saying("collect"), {}, ("/api",)
    )
    routed = route(saying("collector"), saying("micro"), saying("status"), governed)
    assert asked(routed, {"type": "lifespan"}) == "collector"


def test_nothing_is_built_before_the_first_request() -> None:
    """And then once, for all that ask at the same time."""
    builds: list[None] = []

    def build() -> Application:
        builds.append(None)
        return saying("built")

    async def ask_often(application: Lazily) -> list[str]:
        said: list[str] = []

        async def send(message: str) -> None:
            said.append(message)

        await asyncio.gather(*(application({}, None, send) for _ in range(20)))
        await application({}, None, send)
        return said

    application = Lazily(build)
    assert builds == []
    assert asyncio.run(ask_often(application)) == ["built"] * 21
    assert len(builds) == 1


def test_others_are_answered_while_it_is_built() -> None:
    """It is built beside the event loop."""

    async def story() -> list[str]:
        loop, ready = asyncio.get_running_loop(), asyncio.Event()
        said: list[str] = []

        def build() -> Application:
            # Ends only when the loop goes on.
            asyncio.run_coroutine_threadsafe(ready.wait(), loop).result(10)
            return saying("built")

        async def send(message: str) -> None:
            said.append(message)

        waiting = asyncio.create_task(Lazily(build)({}, None, send))
        await asyncio.sleep(0)
        said.append("meanwhile")
        ready.set()
        await waiting
        return said

    assert asyncio.run(story()) == ["meanwhile", "built"]


def test_a_build_that_fails_is_tried_again() -> None:
    """The request of the first try has its error."""
    tries = iter((OSError("disk full"), None))

    def build() -> Application:
        if (error := next(tries)) is not None:
            raise error
        return saying("built")

    application = Lazily(build)
    with pytest.raises(OSError, match="disk full"):
        asked(application, {})
    assert asked(application, {}) == "built"
