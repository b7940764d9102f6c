"""Which event specifications an event is an instance of, as the event table keeps it.

A match is a word of the column `specifications`: the specification's id, `@`, its version, and `!` when the
event violates it. Several are in the order in which their entities stand in `derived_contexts`.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Match(NamedTuple):
    """`is_violated` only of a specification that the event declares itself."""

    specification_id: str
    version: int
    is_violated: bool = False

    @staticmethod
    def parse(word: str) -> "Match":
        """Of what `matches_text` wrote."""
        id_, _, version = word.rstrip("!").rpartition("@")
        return Match(id_, int(version), word.endswith("!"))

    def __str__(self) -> str:
        return f"{self.specification_id}@{self.version}{'!' if self.is_violated else ''}"


def matches_text(matches: Iterable[Match]) -> str:
    """The column's value."""
    return " ".join(map(str, matches))
