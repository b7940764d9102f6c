"""Who may read and publish which schemas.

Room:   pure; a `Caller` is what a key was found to be, and the rules are over it and what is stored.
Source: Iglu Server, "API keys and the authentication service". `Member` is Piste's own: the key of a user
        of the console.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from piste.events.schema_key import Json
from piste.registry.records import StoredSchema

RESERVED = (
    "Schemas of {vendor} come with Piste and are everybody's: "
    "only an administrator may publish more of them"
)


class Action(StrEnum):
    """What an Iglu key is for; whoever may create may read as well."""

    READ = "READ"
    CREATE_VENDOR = "CREATE_VENDOR"


@dataclass(frozen=True, slots=True)
class Anyone:
    """Without a key, or with one that nobody knows."""


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """With an Iglu key. `author` is the key's digest: the key itself is not kept."""

    author: str
    organization_id: str
    vendor_prefix: str
    action: Action


@dataclass(frozen=True, slots=True)
class Member:
    """A user with Piste's own key, who acts for their organization."""

    author: str
    organization_id: str


@dataclass(frozen=True, slots=True)
class Super:
    """The super key's holder, or an admin. New schemas belong to the organization."""

    author: str
    organization_id: str


Known = KeyHolder | Member | Super
Caller = Anyone | Known


def covers(prefix: str, vendor: str) -> bool:
    """Whether a vendor lies below a prefix, compared by dotted parts; `*` and nothing cover all."""
    if prefix in ("", "*"):
        return True
    return vendor == prefix or vendor.startswith(f"{prefix}.")


def may_read(caller: Caller, *, vendor: str, organization_id: str, is_public: bool) -> bool:
    match caller:
        case Super():
            return True
        case KeyHolder(vendor_prefix=prefix):
            return is_public or covers(prefix, vendor)
        case Member(organization_id=own):
            return is_public or own == organization_id
    return is_public


def may_create(caller: Caller, vendor: str, name: str, of_vendor: Iterable[StoredSchema]) -> bool:
    """`of_vendor` is what is stored of the vendor, in any environment.

    A member publishes what their organization owns, or nobody: a name that it owns, or else a new name of a
    vendor of which it owns something, or else a new vendor.
    """
    match caller:
        case Super():
            return True
        case KeyHolder(vendor_prefix=prefix, action=action):
            return action is Action.CREATE_VENDOR and covers(prefix, vendor)
        case Member(organization_id=own):
            stored = list(of_vendor)
            owners = {one.organization_id for one in stored if one.key.name == name}
            owners = owners or {one.organization_id for one in stored}
            return not owners or own in owners
    return False


def reserved_flaw(vendor: str, reserved: frozenset[str], *, is_admin: bool) -> str | None:
    """Why a vendor is not the caller's to publish for: it is one of those whose schemas come with Piste, and
    with those the events of all organizations are validated."""
    if is_admin or vendor not in reserved:
        return None
    return RESERVED.format(vendor=vendor)


def described(caller: Caller) -> dict[str, Json]:
    """As `authInfo` prints it: a vendor prefix, what may be done with schemas, and with keys."""
    match caller:
        case Super():
            keys = ["CREATE", "DELETE"]
            return {"vendor": "", "schema": Action.CREATE_VENDOR.value, "key": keys}
        case KeyHolder(vendor_prefix=prefix, action=action):
            return {"vendor": prefix, "schema": action.value, "key": []}
        case Member():
            return {"vendor": "", "schema": Action.CREATE_VENDOR.value, "key": []}
    return {"vendor": None, "schema": None, "key": []}
