"""The cookies the collector sets.

Room:   pure; the time is handed in. All that does not change from request to request is prepared.
Limits: a value with characters that a cookie cannot hold is not set: it could add attributes.
Source: snowplow.md 1.3; RFC 6265.
"""

from email.utils import formatdate
from functools import lru_cache

from piste.web.collector.answers import Header
from piste.web.collector.grammar import COOKIE_OCTETS
from piste.web.collector.origins import origins
from piste.web.collector.request import Request
from piste.web.collector.settings import CookieAttributes, CookieSettings


class SetCookies:
    """The `Set-Cookie` headers of one collector: none, one, or two with the client cookie."""

    def __init__(self, settings: CookieSettings) -> None:
        both = (settings, *((settings.client_cookie,) if settings.client_cookie.enabled else ()))
        self._cookies = [_SetCookie(cookie) for cookie in both] if settings.enabled else []

    def keep(self, network_userid: str, request: Request, now_seconds: int) -> list[Header]:
        """Sets the cookies, or prolongs them."""
        if not COOKIE_OCTETS.fullmatch(network_userid):
            return []
        return [cookie.keep(network_userid, request, now_seconds) for cookie in self._cookies]

    def delete(self, request: Request, now_seconds: int) -> list[Header]:
        """Takes back those that the request carries."""
        return [
            cookie.delete(request, now_seconds)
            for cookie in self._cookies
            if request.cookie(cookie.name)
        ]


class _SetCookie:
    def __init__(self, settings: CookieAttributes) -> None:
        self.name = settings.name
        self._expiration_seconds = settings.expiration_seconds
        self._domains = tuple(domain.lower() for domain in settings.domains)
        self._fallback_domain = settings.fallback_domain
        self._end = "; Path=/"
        if settings.same_site:
            self._end += f"; SameSite={settings.same_site}"
        if settings.secure:
            self._end += "; Secure"
        if settings.http_only:
            self._end += "; HttpOnly"

    def keep(self, value: str, request: Request, now_seconds: int) -> Header:
        return self._header(value, now_seconds + self._expiration_seconds, request)

    def delete(self, request: Request, now_seconds: int) -> Header:
        return self._header("", now_seconds - self._expiration_seconds, request)

    def _header(self, value: str, expires_seconds: int, request: Request) -> Header:
        domain = self._domain(request)
        scope = f"; Domain={domain}" if domain else ""
        expires = _http_date(expires_seconds)
        return b"set-cookie", f"{self.name}={value}; Expires={expires}{scope}{self._end}".encode()

    def _domain(self, request: Request) -> str | None:
        """The first configured domain that holds one of the request's origins."""
        if self._domains:
            hosts = [origin.host for origin in origins(request)]
            for domain in self._domains:
                if any(host == domain or host.endswith(f".{domain}") for host in hosts):
                    return domain
        return self._fallback_domain


@lru_cache(maxsize=16)
def _http_date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)
