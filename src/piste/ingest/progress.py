"""How far the loader has come, for those in the event loop who wait for it."""

import asyncio
from collections.abc import Callable


class Progress:
    """Written by the loader's thread, awaited in one event loop.

    `loaded` is the position up to which everything is in the store; `version` grows with each change
    of what a query may see.
    """

    def __init__(self, loaded: int) -> None:
        self.loaded = loaded
        self.version = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiters: set[asyncio.Future[None]] = set()

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Name the loop in which `wait` will be called."""
        self._loop = loop

    def advance(self, loaded: int) -> None:
        """Called by the loader after each change."""
        self.loaded = loaded
        self.version += 1
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, set()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self, reached: Callable[[], bool], timeout_s: float) -> bool:
        """Whether `reached` came true in time."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while not reached():
            waiter: asyncio.Future[None] = loop.create_future()
            self._waiters.add(waiter)
            try:
                # Looked at again after enlisting: the loader may have moved in between.
                if not reached():
                    await asyncio.wait_for(waiter, max(0.0, deadline - loop.time()))
            except TimeoutError:
                return reached()
            finally:
                self._waiters.discard(waiter)
        return True
