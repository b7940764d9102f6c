"""The small grammars of HTTP that settings and requests are held against.

Room:   regular expressions for whole texts (`fullmatch`); no state, no effects.
Source: RFC 9110 (token), RFC 6265 (cookie octets), RFC 3986 (host, URI).
"""

import re

TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
COOKIE_OCTETS = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+")
DOMAIN = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]+")
PRINTABLE_ASCII = re.compile(r"[\x20-\x7e]*")

_SCHEME = r"[A-Za-z][A-Za-z0-9+.\-]*+"
_PLAIN = r"A-Za-z0-9\-._~!$&'()*+,;="
_ESCAPED = r"%[0-9A-Fa-f]{2}"
_HOST = rf"\[[0-9A-Fa-f:.]++\]|(?:[{_PLAIN}]++|{_ESCAPED})++"
_USER = rf"(?:[{_PLAIN}:]++|{_ESCAPED})*+"
_PATH = rf"(?:[{_PLAIN}:@/]++|{_ESCAPED})*+"
_QUERY = rf"(?:[{_PLAIN}:@/?]++|{_ESCAPED})*+"

ORIGIN = re.compile(rf"{_SCHEME}://(?P<host>{_HOST})(?::[0-9]{{1,5}})?")
AUTHORITY = re.compile(rf"(?P<host>{_HOST})(?::[0-9]{{1,5}})?")
URI_REFERENCE = re.compile(
    rf"(?:{_SCHEME}:|(?![^:/?#]*:))"
    rf"(?://(?:{_USER}@)?(?P<host>{_HOST})?(?::[0-9]*+)?(?:/{_PATH})?|(?!//){_PATH})"
    rf"(?:\?{_QUERY})?(?:\#{_QUERY})?"
)
"""An absolute or relative URI; `host` is None when there is no authority."""
