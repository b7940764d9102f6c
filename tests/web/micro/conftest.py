import pytest
from web.micro.asking import Micro


@pytest.fixture(scope="session")
def shared():
    micro = Micro()
    yield micro
    micro.close()


@pytest.fixture
def micro(shared):
    """An ephemeral Micro API with an empty store."""
    shared.clear()
    return shared


@pytest.fixture
def new_micro():
    """Makes Micro APIs of any kind, and closes them."""
    made: list[Micro] = []

    def make(**options):
        made.append(Micro(**options))
        return made[-1]

    yield make
    for micro in made:
        micro.close()
