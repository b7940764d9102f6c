"""Who asks, how often, and with which role.

Room:   FastAPI dependencies; keys are checked by `Identity`, the clock is handed in.
Limits: each key may ask as often as `Limits.keys` says, and who brings keys that are none as often as
        `Limits.strangers` says of an address. A request without a key costs nothing, so it is not counted.
        An access token of the Console APIs is as good as a key; all of a user's count together.
Source: TinyTrail's API, "Authentication", "Rate Limiting".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from piste.accounts.principal import Principal, Role
from piste.accounts.service import Identity
from piste.web.console.refusals import Refused
from piste.web.rate_limits import RateLimit
from piste.web.tinytrail.answers import refused

REFUSED = refused(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
"""What every route may answer."""

REFUSED_OTHERS = REFUSED | refused(HTTPStatus.FORBIDDEN)
"""And every one that is for administrators."""

WANTED = "Wanted: an `X-API-KEY` header with a valid API key"
FOR_ADMINS = "This is for administrators"

_key_header = APIKeyHeader(
    name="X-API-KEY", scheme_name="APIKey", auto_error=False, description="An API key."
)
_bearer = HTTPBearer(
    auto_error=False, description="An API key, or an access token of the Console APIs."
)
_Key = Annotated[str | None, Security(_key_header)]
_Bearer = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


@dataclass(frozen=True, slots=True)
class Limits:
    """`now` is in seconds, of a clock that never goes back."""

    keys: RateLimit
    strangers: RateLimit
    now: Callable[[], float]


class Access:
    """What the routes ask of a request before anything else."""

    def __init__(
        self,
        identity: Identity,
        limits: Limits,
        address: Callable[[Mapping[str, Any]], str],
    ) -> None:
        """`address` tells who sent the request of a scope (`client_address.ClientAddress`)."""
        self._identity, self._limits, self._address = identity, limits, address

    def user(self, request: Request, key: _Key, bearer: _Bearer) -> Principal:
        """Dependency: who asks."""
        given = key if key is not None else bearer and bearer.credentials
        if not given:
            raise _unauthorized()
        found, counted = self._principal(given)
        if found is None:
            self._count(self._limits.strangers, self._address(request.scope))
            raise _unauthorized()
        self._count(self._limits.keys, counted)
        return found

    def admin(self, request: Request, key: _Key, bearer: _Bearer) -> Principal:
        """Dependency: the administrator who asks; others are refused."""
        found = self.user(request, key, bearer)
        if found.role is not Role.ADMIN:
            raise Refused(HTTPStatus.FORBIDDEN, FOR_ADMINS)
        return found

    def _principal(self, given: str) -> tuple[Principal | None, str]:
        """And under which name its requests are counted."""
        grant = self._identity.grant(given)
        if grant is not None:
            return grant.principal, grant.key_id
        found = self._identity.authenticate(given)
        return found, "" if found is None else found.user_id

    def _count(self, limit: RateLimit, name: str) -> None:
        wait = limit.allows(name, self._limits.now())
        if wait is not None:
            message = f"Too many requests; try again in {wait} s"
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, message, headers={"Retry-After": str(wait)})


def _unauthorized() -> Refused:
    return Refused(HTTPStatus.UNAUTHORIZED, WANTED, {"WWW-Authenticate": "APIKey"})
