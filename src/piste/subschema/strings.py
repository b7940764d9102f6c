"""Strings: one that has some patterns and formats, lacks others, and is of a length.

Room:   between a branch and `texts`; which formats are regular is decided here.
Limits: patterns that are not regular, and formats that are not, are tried with samples; when none will do,
        it is not known whether there is one.
Source: draft-04 validation 5.2 and 7; RFC 3339, RFC 2673, RFC 4122.
"""

from collections.abc import Iterator
from itertools import islice

from piste.subschema.branches import Branch
from piste.subschema.budget import Counter
from piste.subschema.patterns import Unsupported, matching
from piste.subschema.regexes import Regex, Regexes
from piste.subschema.texts import members
from piste.subschema.validity import has_format, has_pattern, is_asserted

TRIED = 60
"""Members of what is regular that are tried with what is not."""

_BYTE = r"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
REGULAR_FORMATS = {"ipv4": rf"^{_BYTE}(\.{_BYTE}){{3}}$"}
"""Format -> the pattern that decides it, exactly as the validator does."""

_SAMPLES = {
    "date": ("2026-01-01", "2024-02-29", "1999-12-31"),
    "uuid": ("00000000-0000-4000-8000-000000000000", "AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA"),
    "time": ("00:00:00Z", "23:59:59+00:00"),
    "regex": ("a", ""),
    "json-pointer": ("", "/a"),
    "date-time": (
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.000Z",
        "2026-12-31T23:59:59+00:00",
        "2026-01-01T00:00:00.000000+01:00",
    ),
    "email": ("a@b.co", "someone@example.com", "a.b+c@mail.example.org", "a@b.c"),
    "hostname": ("a", "example.com", "www.example.com", "a" * 63, "1", "a-b.example.org"),
    "ipv4": ("192.0.2.1", "255.255.255.255"),
    "ipv6": ("::", "::1", "2001:db8::1", "2001:db8:0:0:0:0:0:1", "::ffff:192.0.2.1"),
    "uri": (
        *("a:b", "http://a", "https://example.com", "https://example.com/a?b=c#d", "urn:a:b"),
        *("http://example.com/" + "a" * n for n in (10, 100, 1_000, 10_000)),
    ),
}


class Opaque(Exception):
    """It is not known whether there is a string; `str()` says why."""


class Strings:
    """Of one check."""

    def __init__(self, states: Counter, steps: Counter) -> None:
        self._regexes, self._steps = Regexes(states), steps
        self._patterns: dict[str, Regex | Unsupported] = {}

    def a_string(self, branch: Branch) -> str | None:
        """A short one; None when there is none. Raises `Opaque` or `Spent`."""
        if not all(map(is_asserted, branch.no_formats)):
            return None
        language, opaque = self._language(branch)
        low, high = branch.least, branch.most
        excluded = frozenset(branch.excluded.values())
        found = next(self._but(language, excluded, low, high), None)
        if found is None or not opaque:
            return found
        for text in self._samples(branch, language):
            if _holds(text, branch):
                return text
        raise Opaque(opaque)

    def _language(self, branch: Branch) -> tuple[Regex, str]:
        """What is regular of it, and what is not, if anything."""
        regexes = self._regexes
        opaque = ""
        parts: list[Regex] = []
        demands = [
            *((True, pattern) for pattern in sorted(branch.patterns)),
            *((False, pattern) for pattern in sorted(branch.no_patterns)),
        ]
        for sign, formats in ((True, branch.formats), (False, branch.no_formats)):
            for name in sorted(filter(is_asserted, formats)):
                if name in REGULAR_FORMATS:
                    demands.append((sign, REGULAR_FORMATS[name]))
                else:
                    opaque = f"format {name}"
        for sign, pattern in demands:
            regex = self.pattern(pattern)
            if isinstance(regex, Unsupported):
                opaque = f"pattern {pattern}: {regex}"
            else:
                parts.append(regex if sign else regexes.no(regex))
        return regexes.both(parts), opaque

    def pattern(self, pattern: str) -> Regex | Unsupported:
        """The texts in which it is found."""
        found = self._patterns.get(pattern)
        if found is None:
            try:
                found = matching(pattern, self._regexes)
            except (Unsupported, RecursionError) as error:
                found = Unsupported(str(error))
            self._patterns[pattern] = found
        return found

    def _samples(self, branch: Branch, language: Regex) -> Iterator[str]:
        for name in sorted(branch.formats):
            yield from _SAMPLES.get(name, ())
        found = members(language, self._regexes, self._steps, low=branch.least, high=branch.most)
        yield from islice(found, TRIED)

    # Names of properties

    def names(
        self, having: list[str], lacking: list[str], excluded: frozenset[str]
    ) -> Iterator[str]:
        """Names with these patterns and without those, shortest first. Raises `Opaque` or `Spent`."""
        regexes = self._regexes
        parts = []
        for sign, patterns in ((True, having), (False, lacking)):
            for pattern in patterns:
                regex = self.pattern(pattern)
                if isinstance(regex, Unsupported):
                    raise Opaque(f"pattern {pattern}: {regex}")
                parts.append(regex if sign else regexes.no(regex))
        return self._but(regexes.both(parts), excluded)

    def _but(
        self, language: Regex, excluded: frozenset[str], low: int = 0, high: int | None = None
    ) -> Iterator[str]:
        """Members that are none of these. They are left out one by one: hundreds of them, taken out of the
        expression, would be as many states at each step."""
        for text in members(language, self._regexes, self._steps, low=low, high=high):
            if text not in excluded:
                yield text


def _holds(text: str, branch: Branch) -> bool:
    return (
        branch.least <= len(text)
        and (branch.most is None or len(text) <= branch.most)
        and text not in branch.excluded.values()
        and all(has_pattern(text, pattern) for pattern in branch.patterns)
        and not any(has_pattern(text, pattern) for pattern in branch.no_patterns)
        and all(has_format(text, name) for name in branch.formats)
        and not any(has_format(text, name) for name in branch.no_formats)
    )
