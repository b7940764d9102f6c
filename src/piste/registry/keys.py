"""Keys of the registry: what a key in a request stands for, and how keys are made and taken back.

Room:   rules; the store, the ids and Piste's own keys are handed in.
Limits: a key is a UUID, of which the SHA-256 is kept only. Nothing learns from how long a comparison takes:
        the super key is compared in constant time, and others are found by their digest.
Source: Iglu Server, "API keys and the authentication service".
"""

import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from piste.accounts.principal import Authenticate, Role
from piste.registry.permissions import Action, Anyone, Caller, KeyHolder, Member, Super

OWN_KEY_PREFIX = "tt_"
"""Of Piste's own keys, which are no UUIDs."""

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_PREFIX = re.compile(r"|\*|[a-zA-Z0-9-_]+(?:\.[a-zA-Z0-9-_]+)*")

MAX_PREFIX_LENGTH = 255


@dataclass(frozen=True, slots=True)
class IgluKey:
    """`digest` is the SHA-256 of the key, in hex. Schemas published with it belong to the organization."""

    digest: str
    vendor_prefix: str
    action: Action
    organization_id: str
    created_at: datetime


class Keys(Protocol):
    """Of all organizations."""

    def get(self, digest: str) -> IgluKey | None: ...

    def put(self, keys: Sequence[IgluKey]) -> None:
        """All or none."""
        ...

    def delete(self, digest: str) -> bool:
        """Whether there was one."""
        ...


class InvalidKey(ValueError):
    """Not the form of a key."""


@dataclass(frozen=True, slots=True)
class Pair:
    """New keys, which cannot be shown again."""

    read: str
    write: str


@dataclass(frozen=True, slots=True)
class Keyring:
    """`super_key` is a UUID, whose new schemas and keys belong to `organization_id`; None: there is none."""

    keys: Keys
    authenticate: Authenticate
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    organization_id: str
    super_key: str | None = field(default=None, repr=False)  # a secret has no place in logs

    def __post_init__(self) -> None:
        """Raises `InvalidKey` for a super key that is no UUID."""
        if self.super_key is not None:
            digest_of(self.super_key)

    def caller(self, key: str | None) -> Caller:
        """What a request's key makes of its sender. Raises `InvalidKey`."""
        if not key:
            return Anyone()
        if _UUID.fullmatch(key.lower()) is None:
            return self._principal(key)
        digest = digest_of(key)
        if self.super_key is not None and hmac.compare_digest(digest, digest_of(self.super_key)):
            return Super("super", self.organization_id)
        known = self.keys.get(digest)
        if known is None:
            return Anyone()
        return KeyHolder(known.digest, known.organization_id, known.vendor_prefix, known.action)

    def generate(self, vendor_prefix: str, organization_id: str) -> Pair:
        """Of a prefix that `is_prefix`."""
        pair = Pair(self.new_id(), self.new_id())
        now = self.now()
        self.keys.put(
            [
                IgluKey(digest_of(key), vendor_prefix, action, organization_id, now)
                for key, action in ((pair.read, Action.READ), (pair.write, Action.CREATE_VENDOR))
            ]
        )
        return pair

    def revoke(self, key: str) -> bool:
        """Whether there was one. Raises `InvalidKey`."""
        return self.keys.delete(digest_of(key))

    def _principal(self, key: str) -> Caller:
        """Of one of Piste's own keys, of which the operator's may be any text."""
        principal = self.authenticate(key)
        if principal is None:
            if not key.startswith(OWN_KEY_PREFIX):
                raise InvalidKey(key)
            return Anyone()
        kind = Super if principal.role is Role.ADMIN else Member
        return kind(principal.user_id, principal.account_id)


def digest_of(key: str) -> str:
    """Of a UUID in any case. Raises `InvalidKey`."""
    normal = key.lower()
    if _UUID.fullmatch(normal) is None:
        raise InvalidKey(key)
    return sha256(normal.encode()).hexdigest()


def is_prefix(text: str) -> bool:
    """Whether keys may be made for a vendor prefix."""
    return len(text) <= MAX_PREFIX_LENGTH and _PREFIX.fullmatch(text) is not None
