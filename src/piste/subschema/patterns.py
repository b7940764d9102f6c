"""ECMA patterns to regular expressions over whole texts.

Room:   pure; the only module that knows the notation.
Limits: `Unsupported` for what is not regular or not known here: back-references, look-around, property
        classes. No flags: `{`, `}` and `]` may stand for themselves.
Source: ECMA-262, "Patterns" and annex B.1.2; draft-04 validation 5.2.3 (searched for, not anchored).
"""

from dataclasses import dataclass

from piste.subschema.charsets import (
    DIGITS,
    LINE_ENDS,
    SPACES,
    UNIVERSE,
    WORD,
    Ranges,
    complement,
    intersection,
    union,
)
from piste.subschema.regexes import Regex, Regexes

MAX_DEPTH = 100
"""Groups in groups."""

_CLASSES = {"d": DIGITS, "w": WORD, "s": SPACES}
_CLASSES |= {name.upper(): complement(ranges) for name, ranges in _CLASSES.items()}
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_SYNTAX = frozenset("^$\\.*+?()[]{}|/")


class Unsupported(Exception):
    """A pattern that cannot be decided here, or is none; `str()` says why."""


def matching(pattern: str, regexes: Regexes) -> Regex:
    """The texts in which the pattern is found. Raises `Unsupported`."""
    found = _Parser(pattern, regexes).parse()
    return regexes.cat((regexes.always, found, regexes.always))


@dataclass(slots=True)
class _Parser:
    text: str
    regexes: Regexes
    at: int = 0
    depth: int = 0

    def parse(self) -> Regex:
        found = self._alternatives()
        if self.at < len(self.text):
            raise Unsupported(f"unmatched `)` at {self.at}")
        return found

    def _next(self) -> str:
        """The next character, empty at the end."""
        return self.text[self.at : self.at + 1]

    def _take(self, expected: str) -> bool:
        if self.text.startswith(expected, self.at):
            self.at += len(expected)
            return True
        return False

    def _alternatives(self) -> Regex:
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        return self.regexes.alt(branches)

    def _sequence(self) -> Regex:
        terms = []
        while self._next() not in ("", "|", ")"):
            terms.append(self._term())
        return self.regexes.cat(terms)

    def _term(self) -> Regex:
        regexes = self.regexes
        for notation, assertion in (
            ("^", regexes.start),
            ("$", regexes.end),
            ("\\b", regexes.edge),
            ("\\B", regexes.no_edge),
        ):
            if self._take(notation):
                return assertion
        atom = self._atom()
        bounds = self._quantifier()
        if bounds is None:
            return atom
        low, high = bounds
        if high is not None and high < low:
            raise Unsupported("a repeat's bounds are the wrong way round")
        self._take("?")  # which match is preferred makes no difference
        return regexes.repeat(atom, low, high)

    def _quantifier(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return bounds
        if self._next() != "{":
            return None
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at + 1 : end].partition(",")
        if end < 0 or not _is_number(low) or not (high == "" or _is_number(high)):
            return None  # braces that stand for themselves
        self.at = end + 1
        return int(low), (int(high) if high else None) if comma else int(low)

    def _atom(self) -> Regex:
        if self._take("("):
            return self._group()
        if self._take("["):
            return self.regexes.characters(self._class())
        if self._take("."):
            return self.regexes.characters(complement(LINE_ENDS))
        if self._take("\\"):
            return self.regexes.characters(self._escape())
        character = self._next()
        if character in "*+?":
            raise Unsupported(f"nothing to repeat at {self.at}")
        self.at += 1
        return self.regexes.characters(_one(ord(character)))

    def _group(self) -> Regex:
        if self._take("?") and not self._take(":"):
            named = self._next() == "<" and self.text[self.at + 1 : self.at + 2] not in ("=", "!")
            if not named:
                raise Unsupported("look-around")
            self.at = self.text.find(">", self.at) + 1
            if self.at == 0:
                raise Unsupported("a group's name has no end")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unsupported("groups are nested too deep")
        found = self._alternatives()
        self.depth -= 1
        if not self._take(")"):
            raise Unsupported("a group has no end")
        return found

    def _escape(self, *, in_class: bool = False) -> Ranges:
        """Behind the backslash."""
        character = self._next()
        self.at += 1
        if character in _CLASSES:
            return _CLASSES[character]
        if character in _CONTROLS:
            return _one(_CONTROLS[character])
        if character == "b" and in_class:
            return _one(8)
        if character == "x":
            return _one(self._hex(2))
        if character == "u":
            return self._unicode()
        if character == "c" and self._next().isascii() and self._next().isalpha():
            self.at += 1
            return _one(ord(self.text[self.at - 1]) % 32)
        if character == "0" and not self._next().isdigit():
            return _one(0)
        if character == "" or character.isalnum():
            raise Unsupported(f"`\\{character}`")
        return _one(ord(character))

    def _hex(self, digits: int) -> int:
        text = self.text[self.at : self.at + digits]
        self.at += digits
        try:
            return int(text, 16) if len(text) == digits else int("", 16)
        except ValueError:
            raise Unsupported("a hexadecimal escape without its digits") from None

    def _unicode(self) -> Ranges:
        code = self._hex(4)
        if 0xD800 <= code <= 0xDFFF:
            if not (code < 0xDC00 and self._take("\\u")):
                raise Unsupported("half a surrogate pair")
            low = self._hex(4)
            if not 0xDC00 <= low <= 0xDFFF:
                raise Unsupported("half a surrogate pair")
            code = 0x10000 + ((code - 0xD800) << 10) + low - 0xDC00
        return _one(code)

    def _class(self) -> Ranges:
        """Behind the bracket. A hyphen that has no two characters beside it stands for itself."""
        is_negated = self._take("^")
        found: list[Ranges] = []
        while not self._take("]"):
            first = self._class_member()
            if self._next() != "-" or self.text[self.at + 1 : self.at + 2] in ("", "]"):
                found.append(first)
                continue
            self.at += 1
            last = self._class_member()
            if _is_single(first) and _is_single(last):
                if first[0][0] > last[0][0]:
                    raise Unsupported("a range's ends are the wrong way round")
                found.append(intersection(((first[0][0], last[0][0]),), UNIVERSE))
            else:  # `[\w-.]`
                found += first, _one(ord("-")), last
        ranges = union(*found)
        return complement(ranges) if is_negated else ranges

    def _class_member(self) -> Ranges:
        if self._take("\\"):
            return self._escape(in_class=True)
        character = self._next()
        if character == "":
            raise Unsupported("a class has no end")
        self.at += 1
        return _one(ord(character))


def _one(code: int) -> Ranges:
    return ((code, code),)


def _is_single(ranges: Ranges) -> bool:
    return len(ranges) == 1 and ranges[0][0] == ranges[0][1]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
