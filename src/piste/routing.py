"""Which of the applications answers a request, by its path.

Room:   the top.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from piste.events.hit import COLLECT_PATH
from piste.server import Application
from piste.web.status.app import PATHS

CONSOLE_PATH = "/api/msc/"
ANALYTICS_PATH = "/api/v1/"
REGISTRY_PARTS = ("schemas", "validation/", "auth/", "drafts", "meta/", "debug", "openapi.json")
"""The beginnings of the registry's paths, below its prefix: others may have the rest of `/api`."""


def route(
    collector: Application, micro: Application, status: Application, governed: "Governed"
) -> Application:
    """What is not for somebody else is the collector's."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        path = scope.get("path", "")
        if path == "/micro" or path.startswith("/micro/"):
            chosen = micro
        elif path in PATHS:
            chosen = status
        else:
            chosen = governed.application_of(path) or collector
        await chosen(scope, receive, send)

    return application


class Governed:
    """The applications of the governance side, by path."""

    def __init__(
        self,
        console: Application,
        registry: Application,
        analytics: Application,
        collect: Application,
        scripts: Mapping[str, Application],
        prefixes: Sequence[str],
    ) -> None:
        """`scripts` by their paths; `prefixes` are those of the registry."""
        self._registry_paths = tuple(
            f"{prefix}/{part}" for prefix in prefixes for part in REGISTRY_PARTS
        )
        self._console, self._registry = console, registry
        self._analytics, self._collect, self._scripts = analytics, collect, scripts

    def application_of(self, path: str) -> Application | None:
        if path.startswith(CONSOLE_PATH):
            return self._console
        if path == COLLECT_PATH:
            return self._collect
        if path in self._scripts:
            return self._scripts[path]
        if path.startswith(ANALYTICS_PATH):
            return self._analytics
        return self._registry if path.startswith(self._registry_paths) else None
