"""Versions: which may follow, and what a publication discards."""

from datetime import UTC, datetime

import pytest

from piste.specs.lifecycle import Change, extended, last_published, next_version, version_flaw
from piste.specs.specification import Status

DATE = datetime(2026, 1, 1, tzinfo=UTC)
DRAFT, PUBLISHED, DEPRECATED = Status


def history(*changes: tuple[int, Status]) -> tuple[Change, ...]:
    found: tuple[Change, ...] = ()
    for version, status in changes:
        found = extended(found, Change(version, status, "me", None, DATE))
    return found


def versions(*changes: tuple[int, Status]) -> list[int]:
    return [change.version for change in history(*changes)]


def test_a_publication_discards_the_versions_since_the_last_one() -> None:
    """The drawing of requirement 001: published 1, drafts 2 to 4, published 5."""
    assert versions((1, PUBLISHED), (2, DRAFT), (3, DRAFT), (4, DRAFT), (5, PUBLISHED)) == [1, 5]


def test_only_versions_between_two_published_ones_are_discarded() -> None:
    """Drafts in front of the first publication stay, and so does what is numbered above the new one."""
    assert versions((0, DRAFT), (1, DRAFT), (2, PUBLISHED)) == [0, 1, 2]
    assert versions((0, PUBLISHED), (1, DEPRECATED), (2, DRAFT), (3, PUBLISHED)) == [0, 3]
    assert versions((1, PUBLISHED), (7, DRAFT), (5, PUBLISHED)) == [1, 7, 5]
    assert versions((1, PUBLISHED), (2, DRAFT), (3, DEPRECATED)) == [1, 2, 3]


@pytest.mark.parametrize(
    ("version", "flaw"),
    [
        (3, None),
        (9, None),
        (2, "Version 2 exists already"),
        (1, "Version 1 exists already"),
        (0, "Version 0 is not greater than the last published version, 1"),
    ],
)
def test_a_version_must_be_new_and_above_the_last_published_one(
    version: int, flaw: str | None
) -> None:
    """Requirement 001, the validations of editing."""
    found = version_flaw(version, history((1, PUBLISHED), (2, DRAFT)))
    assert (found and found.title) == flaw
    assert found is None or found.source == "version"


def test_a_version_that_is_not_named() -> None:
    """Is the next one; the first is 0."""
    assert next_version(()) == 0
    assert next_version(history((1, PUBLISHED), (7, DRAFT), (5, PUBLISHED))) == 8
    assert last_published(history((0, DRAFT))) is None
