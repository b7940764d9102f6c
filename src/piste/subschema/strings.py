"""Strings: one that has some patterns and formats, lacks others, and is of a length.

Room:   between a branch and `texts`.
Limits: a pattern that is not regular, or a format that is not, is taken in two ways: as all texts that may
        have it, among which there may be no answer, and as those that have it surely, in which it is looked
        for. Where the first has an answer and the second has none, it is not known whether there is one.
Source: draft-04 validation 5.2 and 7.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from piste.subschema.branches import Branch
from piste.subschema.budget import Counter, Spent
from piste.subschema.formats import FORMATS, Format
from piste.subschema.notation import Unsupported
from piste.subschema.patterns import matching
from piste.subschema.regexes import Regex, Regexes
from piste.subschema.texts import members
from piste.subschema.validity import has_format, has_pattern, is_asserted

TRIED = 60
"""Texts that are tried where it is not known beforehand whether one will do."""


class Opaque(Exception):
    """It is not known whether there is a string; `str()` says why."""


class Strings:
    """Of one check. A string that would have to lack one of the `ignored_formats` counts as none, and
    `has_ignored` says that this happened."""

    def __init__(self, states: Counter, steps: Counter, ignored_formats: frozenset[str]) -> None:
        self._regexes, self._states, self._steps = Regexes(states, steps), states, steps
        self._patterns: dict[str, Regex | Unsupported] = {}
        self.ignored_formats = ignored_formats
        self.has_ignored = False

    def a_string(self, branch: Branch) -> str | None:
        """A short one; None when there is none. Raises `Opaque`."""
        if not all(map(is_asserted, branch.no_formats)):
            return None
        if branch.no_formats & self.ignored_formats:
            self.has_ignored = True
            return None
        try:
            with self._states.half(), self._steps.half():
                return self._a_string(branch)
        except Spent as spent:
            raise Opaque(f"too much to search: out of {spent.what}") from spent

    def _a_string(self, branch: Branch) -> str | None:
        most = branch.most
        for name in branch.formats & FORMATS.keys():
            longest = FORMATS[name].longest
            if longest is not None:
                most = longest if most is None else min(most, longest)
        low, excluded = branch.least, frozenset(branch.excluded.values())
        language, opaque = self._language(branch, "perhaps")
        found = next(self._but(language, excluded, low, most), None)
        if found is None or not opaque:
            return found
        for precision in ("examples", "surely"):
            language, _ = self._language(branch, precision)
            for text in islice(self._but(language, excluded, low, most), TRIED):
                if _holds(text, branch):
                    return text
        raise Opaque(opaque)

    def _language(self, branch: Branch, precision: str) -> tuple[Regex, str]:
        """Its texts, of formats as the field of `Format` has them; and what is not regular, if anything."""
        regexes = self._regexes
        opaque = ""
        parts: list[Regex] = []
        for sign, patterns in ((True, branch.patterns), (False, branch.no_patterns)):
            for pattern in sorted(patterns):
                regex = self.pattern(pattern)
                if isinstance(regex, Unsupported):
                    opaque = f"pattern {pattern[:60]}: {regex}"
                else:
                    parts.append(regex if sign else regexes.no(regex))
        for sign, formats in ((True, branch.formats), (False, branch.no_formats)):
            for name in sorted(filter(is_asserted, formats)):
                known = FORMATS.get(name)
                if known is None or known.surely != known.perhaps:
                    opaque = f"format {name}"
                if known is not None:
                    regex = self.pattern(_pattern_of(known, precision, sign=sign))
                    assert isinstance(regex, Regex)
                    parts.append(regex if sign else regexes.no(regex))
        return regexes.both(parts), opaque

    def pattern(self, pattern: str) -> Regex | Unsupported:
        """The texts in which it is found. Raises `Spent`."""
        found = self._patterns.get(pattern)
        if found is None:
            try:
                found = matching(pattern, self._regexes)
            except (Unsupported, RecursionError) as error:
                found = Unsupported(str(error))
            self._patterns[pattern] = found
        return found

    def names(
        self, having: Iterable[str], lacking: Iterable[str], excluded: frozenset[str]
    ) -> Iterator[str]:
        """Names of properties with these patterns and without those, shortest first. Raises `Opaque` or
        `Spent`, and so does the iterator."""
        regexes = self._regexes
        parts = []
        for sign, patterns in ((True, having), (False, lacking)):
            for pattern in patterns:
                regex = self.pattern(pattern)
                if isinstance(regex, Unsupported):
                    raise Opaque(f"pattern {pattern[:60]}: {regex}")
                parts.append(regex if sign else regexes.no(regex))
        return self._but(regexes.both(parts), excluded)

    def _but(
        self, language: Regex, excluded: frozenset[str], low: int = 0, high: int | None = None
    ) -> Iterator[str]:
        """Members that are none of these."""
        for text in members(language, self._regexes, self._steps, low=low, high=high):
            if text not in excluded:
                yield text


def _pattern_of(format_: Format, precision: str, *, sign: bool) -> str:
    """What lacks a format for sure is what has not even perhaps it."""
    if sign and precision == "examples":
        return format_.surely if format_.examples == "[]" else format_.examples
    return format_.surely if sign == (precision == "surely") else format_.perhaps


def _holds(text: str, branch: Branch) -> bool:
    return (
        all(has_pattern(text, pattern) for pattern in branch.patterns)
        and not any(has_pattern(text, pattern) for pattern in branch.no_patterns)
        and all(has_format(text, name) for name in branch.formats)
        and not any(has_format(text, name) for name in branch.no_formats)
    )
