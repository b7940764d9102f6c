"""An API on a fresh registry, where versions are final and where they may be replaced."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from web.registry.asking import Api


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    opened = Api(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def patching(tmp_path: Path) -> Iterator[Api]:
    opened = Api(tmp_path, patches_allowed=True)
    yield opened
    opened.close()
