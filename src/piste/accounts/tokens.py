"""Access tokens: what a key is exchanged for.

Room:   pure; secret and time are handed in.
Limits: signed with HMAC-SHA-256 and nothing else; valid for VALID_FOR. A token names its user and its key:
        whether both still exist is for who knows.
Source: RFC 7519; Snowplow's console, credentials (24 h).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt

from piste.accounts.principal import Principal
from piste.accounts.sealing import derived

VALID_FOR = timedelta(hours=24)

_ALGORITHM = "HS256"
_PISTE = "piste"
"""Issuer and audience."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Of a valid token; ids are UUIDs as text."""

    user_id: str
    key_id: str


class Tokens:
    """Issues and reads with one secret."""

    def __init__(self, secret: bytes) -> None:
        self._signing_key = derived(secret, "access tokens")

    def issue(self, principal: Principal, key_id: str, token_id: str, now: datetime) -> str:
        """A JWT, valid from `now` on."""
        claims = {
            "iss": _PISTE,
            "aud": _PISTE,
            "sub": principal.user_id,
            "org": principal.account_id,
            "role": principal.role.value,
            "key": key_id,
            "jti": token_id,
            "iat": int(now.timestamp()),
            "exp": int((now + VALID_FOR).timestamp()),
        }
        return jwt.encode(claims, self._signing_key, _ALGORITHM)

    def read(self, token: str, now: datetime) -> Claims | None:
        """None when it is none of ours, or has expired."""
        try:
            claims = jwt.decode(
                token,
                self._signing_key,
                [_ALGORITHM],
                audience=_PISTE,
                issuer=_PISTE,
                # The library would ask the machine's clock.
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except (jwt.PyJWTError, ValueError):  # a text that is no UTF-8 is a ValueError
            return None
        match claims:
            case {"sub": str(user_id), "key": str(key_id), "exp": int(expires)}:
                return Claims(user_id, key_id) if now.timestamp() < expires else None
        return None
