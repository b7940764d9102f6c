"""Golden files: what others parse, kept as text."""

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parents[1] / "golden"


def golden_text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def golden(name: str) -> Any:
    return json.loads(golden_text(name))


def golden_lines(name: str) -> list[str]:
    """The lines of a table, without comments and empty ones."""
    return [line for line in golden_text(name).splitlines() if line and not line.startswith("#")]
