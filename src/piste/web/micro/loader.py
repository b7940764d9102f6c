"""What the Micro API needs of the loader: that whoever tracks and then asks sees the event."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from piste.web.micro.requests import Wait


class Loader(Protocol):
    """Brings acknowledged events to the store."""

    async def catch_up(self, timeout_s: float) -> int:
        """Wait until all that was acknowledged before is stored; how much is not after the timeout."""

    async def wait_for_more(self, after_version: int, timeout_s: float) -> int:
        """Wait until the store changes after `after_version`; its version now."""

    async def reset(self) -> None:
        """Forget every event acknowledged before the call."""


async def wait_for(
    loader: Loader, wait: Wait, max_wait_ms: int, count: Callable[[], Awaitable[int]]
) -> None:
    """Return once `count` says that enough events match, or at the timeout."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + min(wait.timeoutMs, max_wait_ms) / 1000
    version = await loader.wait_for_more(-1, 0.0)
    while await count() < wait.count:
        newer = await loader.wait_for_more(version, max(0.0, deadline - clock()))
        if newer == version:
            return
        version = newer
