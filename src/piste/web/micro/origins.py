"""Which pages may read the answers (CORS), and which may not even ask.

Limits: credentials are never allowed, so a page that is let in still needs its own token.
Source: Fetch standard, "CORS protocol"; `Sec-Fetch-Site` of "Fetch Metadata".
"""

from collections.abc import Sequence

from piste.web.micro.access import Header, values_of

_COMMON: tuple[Header, ...] = ((b"vary", b"Origin"),)
_READABLE = b"X-Piste-Error, X-Piste-Pending, X-Piste-Truncated"
_MAX_AGE_SECONDS = 600


class Origins:
    """Origins such as `http://localhost:*`; `:*` stands for any port or none, `*` alone for any origin."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._any = "*" in patterns
        self._exact = {pattern.lower() for pattern in patterns}
        self._any_port = {pattern[:-2].lower() for pattern in patterns if pattern.endswith(":*")}

    def allows(self, origin: str) -> bool:
        origin = origin.lower()
        if self._any or origin in self._exact or origin in self._any_port:
            return True
        site, _, port = origin.rpartition(":")
        return site in self._any_port and port.isascii() and port.isdigit()

    def headers(self, headers: Sequence[Header]) -> tuple[Header, ...]:
        """What every answer to the request has."""
        match values_of(headers, b"origin"):
            case [origin] if self.allows(origin):
                return (
                    *_COMMON,
                    (b"access-control-allow-origin", origin.encode("latin-1")),
                    (b"access-control-expose-headers", _READABLE),
                )
        return _COMMON

    def preflight(self, headers: Sequence[Header], methods: str) -> tuple[Header, ...]:
        """What the answer to a preflight has beside that; nothing for other origins."""
        if self.headers(headers) == _COMMON:
            return ()
        return (
            (b"access-control-allow-methods", methods.encode()),
            (b"access-control-allow-headers", b"Content-Type, Authorization"),
            (b"access-control-max-age", b"%d" % _MAX_AGE_SECONDS),
        )

    def is_foreign(self, headers: Sequence[Header]) -> bool:
        """Whether a browser says that a page of another site, which is not allowed, makes the request.

        CORS keeps such a page from reading; it does not keep it from sending.
        """
        match values_of(headers, b"origin"):
            case []:
                return "cross-site" in values_of(headers, b"sec-fetch-site")
            case [origin]:
                own = [origin.partition("://")[2]] == values_of(headers, b"host")
                return not own and not self.allows(origin)
        return True
