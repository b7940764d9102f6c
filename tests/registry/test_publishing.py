"""Which version may follow which, and what all versions agree on."""

import pytest

from piste.events.schema_key import SchemaVer
from piste.registry.publishing import (
    ALREADY_EXISTS,
    NOT_SEQUENTIAL,
    PRECEDING_MISSING,
    SUPERSEDED_MISSING,
    SUPERSEDED_NOT_BELOW,
    Step,
    availability_flaw,
    steps_around,
    superseding_flaw,
    version_flaw,
)


def versions(text: str) -> set[SchemaVer]:
    return {version(one) for one in text.split()}


def version(text: str) -> SchemaVer:
    parsed = SchemaVer.parse(text)
    assert isinstance(parsed, SchemaVer)
    return parsed


@pytest.mark.parametrize(
    ("existing", "new"),
    [
        ("", "1-0-0"),
        ("2-0-0", "1-0-0"),
        ("1-0-0", "1-0-1"),
        ("1-0-0 1-0-1", "1-0-2"),
        ("1-0-0 1-0-1", "1-1-0"),
        ("1-0-0", "1-1-0"),
        ("1-0-0 1-1-0", "1-1-1"),
        ("1-0-0 1-1-0", "1-2-0"),
        ("1-0-0", "2-0-0"),
        ("1-2-5", "2-0-0"),
        ("1-0-0 2-0-0", "1-0-1"),
        ("1-0-0 2-0-0 2-0-1", "1-1-0"),
        ("1-0-9", "1-0-10"),
    ],
)
def test_what_may_follow(existing: str, new: str) -> None:
    assert version_flaw(version(new), versions(existing)) is None


@pytest.mark.parametrize(
    ("existing", "new", "flaw"),
    [
        ("1-0-0", "1-0-0", ALREADY_EXISTS),
        ("1-0-0 2-0-0", "2-0-0", ALREADY_EXISTS),
        ("", "1-0-1", PRECEDING_MISSING),
        ("", "1-1-0", PRECEDING_MISSING),
        ("", "2-0-0", PRECEDING_MISSING),
        ("1-0-0", "1-0-2", PRECEDING_MISSING),
        ("1-0-0", "1-2-0", PRECEDING_MISSING),
        ("1-0-0", "3-0-0", PRECEDING_MISSING),
        ("1-0-0", "2-0-1", PRECEDING_MISSING),
        ("1-0-0", "2-1-0", PRECEDING_MISSING),
        ("1-0-0 1-1-0", "1-1-2", PRECEDING_MISSING),
        ("1-0-0 1-1-0", "1-0-1", NOT_SEQUENTIAL),
        ("1-0-0 1-1-3", "1-0-1", NOT_SEQUENTIAL),
        ("", "999999999-999999999-999999999", PRECEDING_MISSING),
    ],
)
def test_what_may_not(existing: str, new: str, flaw: str) -> None:
    assert version_flaw(version(new), versions(existing)) == flaw


@pytest.mark.parametrize(
    ("supersedes", "flaw"),
    [
        ("", None),
        ("1-0-0", None),
        ("1-0-0 1-0-1", None),
        ("1-0-2", SUPERSEDED_NOT_BELOW),
        ("1-0-3", SUPERSEDED_NOT_BELOW),
        ("1-0-0 2-0-0", SUPERSEDED_NOT_BELOW),
    ],
)
def test_superseded_versions_exist_and_are_older(supersedes: str, flaw: str | None) -> None:
    existing = versions("1-0-0 1-0-1 2-0-0")
    assert superseding_flaw(version("1-0-2"), versions(supersedes), existing) == flaw


def test_a_superseded_version_must_exist() -> None:
    existing = versions("1-0-0")
    assert superseding_flaw(version("1-1-0"), [version("1-0-5")], existing) == SUPERSEDED_MISSING


@pytest.mark.parametrize("is_public", [True, False])
def test_the_first_version_is_public_or_private_as_it_likes(is_public: bool) -> None:
    assert availability_flaw(is_public=is_public, others=[]) is None
    assert availability_flaw(is_public=is_public, others=[is_public, is_public]) is None
    assert availability_flaw(is_public=is_public, others=[not is_public]) is not None


@pytest.mark.parametrize(
    ("existing", "new", "steps"),
    [
        ("", "1-0-0", []),
        ("1-0-0", "1-0-1", [("1-0-0", "1-0-1", True)]),
        ("1-0-0 1-0-1", "1-1-0", [("1-0-1", "1-1-0", False)]),
        ("1-0-0", "2-0-0", []),
        ("1-0-0 1-0-1", "1-0-0", [("1-0-0", "1-0-1", True)]),
        ("1-0-0 1-0-1 1-0-2", "1-0-1", [("1-0-0", "1-0-1", True), ("1-0-1", "1-0-2", True)]),
    ],
)
def test_the_steps_that_are_compared(
    existing: str, new: str, steps: list[tuple[str, str, bool]]
) -> None:
    wanted = [Step(version(older), version(newer), fit) for older, newer, fit in steps]
    assert steps_around(version(new), versions(existing)) == wanted
