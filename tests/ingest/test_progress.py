"""Waiting for the loader."""

import asyncio
import threading

from piste.ingest.progress import Progress

FOREVER_S = 60.0
"""Longer than any test takes: who waits so long is woken, or the test fails."""


def test_what_is_reached_already_needs_no_waiting() -> None:
    """Also without any time, and before a loop is named."""

    async def run() -> bool:
        return await Progress(5).wait(lambda: True, 0.0)

    assert asyncio.run(run()) is True


def test_a_wait_that_times_out() -> None:
    """The answer is False, and nobody is left waiting."""

    async def run() -> None:
        progress = Progress(0)
        progress.bind(asyncio.get_running_loop())
        assert await progress.wait(lambda: False, 0.0) is False
        assert await progress.wait(lambda: False, 0.01) is False
        assert await progress.wait(lambda: False, -1.0) is False
        assert not progress._waiters

    asyncio.run(run())


def test_many_waiters_are_woken_by_another_thread() -> None:
    """Each is woken when its own position is reached, and not before."""

    async def run() -> None:
        progress = Progress(0)
        progress.bind(asyncio.get_running_loop())
        finished: list[int] = []

        async def wait(position: int) -> None:
            assert await progress.wait(lambda: progress.loaded >= position, FOREVER_S)
            assert progress.loaded >= position
            finished.append(position)

        tasks = [asyncio.create_task(wait(position)) for position in (3, 1, 2, 3, 50)]
        await asyncio.sleep(0)

        def load() -> None:
            for position in range(1, 51):
                progress.advance(position)

        loader = threading.Thread(target=load)
        loader.start()
        await asyncio.gather(*tasks)
        loader.join()
        assert sorted(finished) == [1, 2, 3, 3, 50]
        assert (progress.loaded, progress.version) == (50, 50)

    asyncio.run(run())


def test_an_advance_that_does_not_suffice_keeps_the_waiter_waiting() -> None:
    """It is enlisted again, with what is left of its time."""

    async def run() -> None:
        progress = Progress(0)
        progress.bind(asyncio.get_running_loop())
        task = asyncio.create_task(progress.wait(lambda: progress.loaded >= 2, 0.05))
        await asyncio.sleep(0)
        progress.advance(1)
        assert await task is False

    asyncio.run(run())


def test_an_advance_between_looking_and_enlisting_is_not_missed() -> None:
    """The loader may move at any moment."""

    async def run() -> None:
        progress = Progress(0)
        progress.bind(asyncio.get_running_loop())
        looks = 0

        def reached() -> bool:
            nonlocal looks
            looks += 1
            return looks > 1  # the loader was done between the first look and the second

        assert await progress.wait(reached, FOREVER_S) is True
        assert looks == 3

    asyncio.run(run())


def test_a_waiter_that_goes_away_leaves_nothing_behind() -> None:
    """A client that hangs up cancels its waiting."""

    async def run() -> None:
        progress = Progress(0)
        progress.bind(asyncio.get_running_loop())
        task = asyncio.create_task(progress.wait(lambda: False, FOREVER_S))
        await asyncio.sleep(0)
        assert len(progress._waiters) == 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not progress._waiters
        progress.advance(1)

    asyncio.run(run())


def test_the_loader_outlives_the_loop() -> None:
    """At the end of the program the loader may finish after the loop has gone."""
    progress = Progress(0)

    async def run() -> None:
        progress.bind(asyncio.get_running_loop())

    progress.advance(1)
    asyncio.run(run())
    progress.advance(2)
    assert progress.loaded == 2
