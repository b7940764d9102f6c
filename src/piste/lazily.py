"""An ASGI application that is built when its first request comes.

Room:   the top. What few need costs nobody's start: a web framework takes half a second and 40 MB.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from piste.server import Application


class Lazily:
    """`build` is called once, in a thread, while other requests go on."""

    def __init__(self, build: Callable[[], Application]) -> None:
        self._build = build
        self._built: Application | None = None
        self._building = asyncio.Lock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._built is None:
            async with self._building:
                if self._built is None:
                    self._built = await asyncio.to_thread(self._build)
        await self._built(scope, receive, send)
