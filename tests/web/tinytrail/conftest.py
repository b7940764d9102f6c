"""The application of these tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.tinytrail import Trail, trail


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Trail]:
    with trail(tmp_path) as opened:
        yield opened
