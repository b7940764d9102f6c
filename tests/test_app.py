"""What the running program makes of its settings."""

import os
import sys
from collections.abc import Iterator

import pytest

from piste.app import worker_count
from piste.settings import Settings
from piste.settings.model import EnrichSettings, StorageSettings

EPHEMERAL = StorageSettings(ephemeral=True)


@pytest.fixture
def one_processor() -> Iterator[None]:
    """This thread may use one of the processors only."""
    if sys.platform != "linux":
        pytest.skip("processors cannot be taken away here")
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    yield
    os.sched_setaffinity(0, allowed)


@pytest.mark.parametrize("storage", [StorageSettings(), EPHEMERAL], ids=["on disk", "in memory"])
@pytest.mark.parametrize("number", [0, 1, 64])
def test_as_many_workers_as_are_asked_for(number: int, storage: StorageSettings) -> None:
    """Whatever the machine has."""
    settings = Settings(storage=storage, enrich=EnrichSettings(workers=number))
    assert worker_count(settings) == number


def test_a_processor_is_left_for_the_server() -> None:
    """By default there is a worker for each of the others."""
    processors = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    assert worker_count(Settings()) == processors - 1


@pytest.mark.usefixtures("one_processor")
def test_one_processor_has_no_worker() -> None:
    """Processors count that this process may use: then a thread enriches."""
    assert worker_count(Settings()) == 0


def test_in_memory_there_are_no_workers() -> None:
    """A tool for a developer stays small."""
    assert worker_count(Settings(storage=EPHEMERAL)) == 0
