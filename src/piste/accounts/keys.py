"""API keys: how they are made, and what is kept of them.

Room:   pure; randomness is handed in.
Limits: a key that Piste makes has 256 random bits. One that the operator gives is as good as they chose it:
        of MIN_GIVEN characters at least, and such that a header can carry it.
Source: TinyTrail's API, "Users" (`tt_abc123...`).
"""

import hashlib
import re
import string
from dataclasses import dataclass
from datetime import datetime

PREFIX = "tt_"
RANDOM_BYTES = 32
MIN_GIVEN = 16
MAX_GIVEN = 1024

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_LENGTH = 43
"""Digits of base 62 that hold any 32 bytes."""
_CARRIED_BY_HEADERS = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is said of a key; it has the role of its user. Ids are UUIDs as text.

    `is_given` is the operator's (`PISTE_ADMIN_KEY`), which ends with the setting.
    """

    id: str
    user_id: str
    description: str
    created_at: datetime
    is_given: bool = False


@dataclass(frozen=True, slots=True)
class StoredKey:
    """With what it is found by, in hexadecimal digits, and the key itself, sealed by a `Vault`."""

    api_key: ApiKey
    sha256: str
    sealed: bytes


def new_key(random: bytes) -> str:
    """Of RANDOM_BYTES bytes: PREFIX and 43 digits of base 62."""
    number = int.from_bytes(random, "big")
    digits = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return PREFIX + "".join(reversed(digits))


def sha256_of(key: str) -> str:
    """Of any text, in hexadecimal digits. Not salted: 256 random bits cannot be tried out."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def given_key_flaw(key: str) -> str | None:
    """Why a key of the operator's cannot be used; None when it can."""
    if not MIN_GIVEN <= len(key) <= MAX_GIVEN:
        return f"it has {len(key)} characters; wanted are {MIN_GIVEN} to {MAX_GIVEN}"
    if not _CARRIED_BY_HEADERS.fullmatch(key):
        return "it has spaces or characters outside ASCII, which headers do not carry reliably"
    return None
