"""Published facts to test against. They lie outside the repository: without them a test skips."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.iglu import IGLU_CENTRAL

SUITE = IGLU_CENTRAL.parent / "json-schema-test-suite"

needs_suite = pytest.mark.skipif(not SUITE.is_dir(), reason=f"{SUITE} is absent")


def iglu_central_schemas() -> Iterator[tuple[str, Path]]:
    """Every file of Iglu Central with its `vendor/name/format/version`, in order."""
    root = IGLU_CENTRAL / "schemas"
    for file in sorted(root.glob("*/*/*/*")):
        yield str(file.relative_to(root)), file
