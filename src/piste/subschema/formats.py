"""Formats as patterns: texts that have a format for sure, and texts that may have it.

Room:   data; `strings` reasons with it, and the validator has the last word on a text.
Limits: draft-04's formats and a few that the validator asserts beside them. Where the two patterns of a
        format are one, it is exact. They are tested with the validator, which is looser than the standards in
        what it takes for digits of dates and times; here the standards count.
Source: RFC 3339 (dates and times), 5321 (mail), 1034 and 1123 (hosts), 2673, 4291 (addresses), 3986 (URIs).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """`surely` implies the format, the format implies `perhaps` and at most `longest` characters."""

    surely: str
    perhaps: str
    longest: int | None = None
    examples: str = "[]"
    """Some that may have it, among them long ones, of which there are few enough to look through."""


def _exactly(pattern: str) -> Format:
    return Format(pattern, pattern)


def _ipv6() -> str:
    group = "[0-9A-Fa-f]{1,4}"
    whole = [f"({group}:){{7}}{group}", f"({group}:){{6}}{_IPV4}"]
    for before in range(8):  # groups in front of `::`, which stands for at least one
        head = f"{group}(:{group}){{{before - 1}}}" if before else ""
        left = 7 - before
        tails = [f"({group}(:{group}){{0,{left - 1}}})?"] if left else [""]
        if left >= 2:
            tails.append(f"({group}:){{0,{left - 2}}}{_IPV4}")
        whole += [f"{head}::{tail}" for tail in tails]
    return f"^({'|'.join(whole)})$"


_BYTE = r"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4 = rf"{_BYTE}(\.{_BYTE}){{3}}"

_LEAP = r"(\d\d(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
_DAYS = (
    r"((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)"
    r"|02-(0[1-9]|1\d|2[0-8]))"
)
_DATE = rf"(\d{{4}}-{_DAYS}|{_LEAP}-02-29)"
_PLAIN_DATE = rf"([1-9]\d{{3}}-{_DAYS}|[1-9]\d(0[48]|[2468][048]|[13579][26])-02-29)"
"""Of years that every validator takes: not so 0000."""
_HOURS, _SIXTY = r"([01]\d|2[0-3])", r"[0-5]\d"
_REST = rf"(\.\d+)?([Zz]|[+-]{_HOURS}:{_SIXTY})"
_TIME = rf"{_HOURS}:{_SIXTY}:({_SIXTY}|60){_REST}"
_PLAIN_TIME = rf"{_HOURS}:{_SIXTY}:{_SIXTY}{_REST}"

_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = rf"{_LABEL}(\.{_LABEL}){{0,2}}"
_LABELS = r"([a-z0-9]{1,8}\.)*[a-z0-9]{1,8}"
_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"

_PATH = "([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_QUERY = f"({_PATH}|[/?])*"
_URI = (
    rf"[A-Za-z][A-Za-z0-9+.-]*:(//[A-Za-z0-9.-]*(:\d*)?(/{_PATH}*)*|/?({_PATH}+(/{_PATH}*)*)?)"
    rf"(\?{_QUERY})?(#{_QUERY})?"
)
_URI_CHARACTERS = r"[A-Za-z0-9._~!$&'()*+,;=:@%/?#\[\]-]"

UUID = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"

FORMATS = {
    "ipv4": _exactly(f"^{_IPV4}$"),
    "ipv6": _exactly(_ipv6()),
    "date": Format(f"^{_PLAIN_DATE}$", f"^{_DATE}$"),
    "time": Format(f"^{_PLAIN_TIME}$", f"^{_TIME}$"),
    "date-time": Format(f"^{_PLAIN_DATE}[Tt]{_PLAIN_TIME}$", f"^{_DATE}[Tt]{_TIME}$"),
    "hostname": Format(
        f"^{_HOST}$", rf"^{_LABEL}(\.{_LABEL})*$", longest=253, examples=f"^{_LABELS}$"
    ),
    "email": Format(
        rf"^{_ATOM}{{1,32}}(\.{_ATOM}{{1,31}})?@{_HOST}$",
        r"^[\x00-\x7f]+@[\x00-\x7f]+$",
        longest=64 + 1 + 255,
        examples=f"^[a-z0-9._-]{{1,16}}@{_LABELS}$",
    ),
    "uuid": _exactly(UUID),
    "uri": Format(f"^{_URI}$", f"^[A-Za-z][A-Za-z0-9+.-]*:{_URI_CHARACTERS}*$"),
}

UNCOMMON = frozenset({"date", "time", "uuid"})
"""Not in draft-04, so ignored by some validators."""
