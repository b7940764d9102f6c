"""What is wrong with a website's settings, as a value.

Room:   pure.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """`field` is the place, as `content_groups[2].pattern`; `message` is a sentence that names it."""

    field: str
    message: str


def shortened(text: str, limit: int = 60) -> str:
    """For a message."""
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= limit else f"{text[:limit]}…"
