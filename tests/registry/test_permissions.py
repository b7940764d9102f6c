"""Who may read and publish what."""

from datetime import UTC, datetime

import pytest
from support.registries import ACME, OWN, RIVAL, key_of, schema

from piste.registry.permissions import (
    Action,
    Anyone,
    Caller,
    KeyHolder,
    Member,
    Super,
    covers,
    described,
    may_create,
    may_read,
    reserved_flaw,
)
from piste.registry.records import Environment, StoredSchema

ANYONE = Anyone()
SUPER = Super("super", OWN)
READER = KeyHolder("r", OWN, "com.acme", Action.READ)
WRITER = KeyHolder("w", OWN, "com.acme", Action.CREATE_VENDOR)
WRITER_OF_ALL = KeyHolder("w", OWN, "*", Action.CREATE_VENDOR)
OTHER_WRITER = KeyHolder("o", OWN, "org.other", Action.CREATE_VENDOR)
ACME_MEMBER = Member("ann", ACME)
RIVAL_MEMBER = Member("rob", RIVAL)


@pytest.mark.parametrize(
    ("prefix", "vendor", "is_covered"),
    [
        ("com.acme", "com.acme", True),
        ("com.acme", "com.acme.x", True),
        ("com.acme", "com.acme.x.y", True),
        ("com.acme", "com.acmex", False),
        ("com.acme", "com", False),
        ("com.acme", "org.com.acme", False),
        ("com", "com.acme", True),
        ("*", "com.acme", True),
        ("", "com.acme", True),
    ],
)
def test_a_prefix_covers_whole_parts(prefix: str, vendor: str, is_covered: bool) -> None:
    assert covers(prefix, vendor) is is_covered


MAY_READ_PRIVATE = {
    "anyone": (ANYONE, False),
    "super": (SUPER, True),
    "reader": (READER, True),
    "writer": (WRITER, True),
    "writer of all": (WRITER_OF_ALL, True),
    "writer of others": (OTHER_WRITER, False),
    "member of the owner": (ACME_MEMBER, True),
    "member of another": (RIVAL_MEMBER, False),
}


@pytest.mark.parametrize(("caller", "may"), MAY_READ_PRIVATE.values(), ids=list(MAY_READ_PRIVATE))
def test_private_schemas_are_read_by_whom_they_concern(caller: Caller, may: bool) -> None:
    asked = {"vendor": "com.acme", "organization_id": ACME}
    assert may_read(caller, **asked, is_public=False) is may
    assert may_read(caller, **asked, is_public=True) is True


def stored(name: str, organization: str) -> StoredSchema:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return StoredSchema(
        *(key_of(name=name), Environment.DEVELOPMENT, organization, schema(name=name), False),
        *("somebody", now, now),
    )


NOBODY_S: list[StoredSchema] = []
ACME_S = [stored("ad_click", ACME)]
OTHER_NAME_OF_ACME = [stored("other", ACME)]
NAME_OF_RIVAL = [stored("other", ACME), stored("ad_click", RIVAL)]

MAY_CREATE = {
    "anyone": (ANYONE, [False, False, False, False]),
    "super": (SUPER, [True, True, True, True]),
    "reader": (READER, [False, False, False, False]),
    "writer": (WRITER, [True, True, True, True]),
    "writer of all": (WRITER_OF_ALL, [True, True, True, True]),
    "writer of others": (OTHER_WRITER, [False, False, False, False]),
    "member of the owner": (ACME_MEMBER, [True, True, True, False]),
    "member of another": (RIVAL_MEMBER, [True, False, False, True]),
}


@pytest.mark.parametrize(("caller", "may"), MAY_CREATE.values(), ids=list(MAY_CREATE))
def test_schemas_are_published_by_whom_vendor_and_name_belong_to(
    caller: Caller, may: list[bool]
) -> None:
    situations = (NOBODY_S, ACME_S, OTHER_NAME_OF_ACME, NAME_OF_RIVAL)
    found = [may_create(caller, "com.acme", "ad_click", rows) for rows in situations]
    assert found == may


def test_what_a_caller_is_told_of_itself() -> None:
    assert described(ANYONE) == {"vendor": None, "schema": None, "key": []}
    assert described(READER) == {"vendor": "com.acme", "schema": "READ", "key": []}
    assert described(WRITER) == {"vendor": "com.acme", "schema": "CREATE_VENDOR", "key": []}
    assert described(ACME_MEMBER) == {"vendor": "", "schema": "CREATE_VENDOR", "key": []}
    keys = ["CREATE", "DELETE"]
    assert described(SUPER) == {"vendor": "", "schema": "CREATE_VENDOR", "key": keys}


def test_vendors_that_come_with_piste_are_an_administrator_s() -> None:
    """Of exactly these vendors; what only begins like one is anybody's."""
    reserved = frozenset({"com.reserved"})
    sentence = (
        "Schemas of com.reserved come with Piste and are everybody's: only an administrator may publish "
        "more of them"
    )
    assert reserved_flaw("com.reserved", reserved, is_admin=False) == sentence
    assert reserved_flaw("com.reserved", reserved, is_admin=True) is None
    assert reserved_flaw("com.reserved.x", reserved, is_admin=False) is None
    assert reserved_flaw("com.reserve", reserved, is_admin=False) is None
