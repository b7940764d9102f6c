"""Where the facts to test against lie: outside the repository, so a test skips without them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

_DATA = Path(__file__).parents[3] / "shared" / "data"
SUITE = _DATA / "json-schema-test-suite"
IGLU_CENTRAL = _DATA / "iglu-central"

needs_suite = pytest.mark.skipif(not SUITE.is_dir(), reason=f"{SUITE} is absent")
needs_iglu_central = pytest.mark.skipif(not IGLU_CENTRAL.is_dir(), reason=f"{IGLU_CENTRAL} absent")


def iglu_central_schemas() -> Iterator[tuple[str, Path]]:
    """Every file of Iglu Central with its `vendor/name/format/version`, in order."""
    root = IGLU_CENTRAL / "schemas"
    for file in sorted(root.glob("*/*/*/*")):
        yield str(file.relative_to(root)), file
