"""ECMA patterns, read into their parts.

Room:   pure; the only module that knows the notation.
Limits: `Unsupported` for what is not regular or not known here: back-references, look-behind, property
        classes. No flags: `{`, `}` and `]` may stand for themselves.
Source: ECMA-262, "Patterns" and annex B.1.2.
"""

from dataclasses import dataclass, field

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

MAX_CLASSES = 200
"""Different sets of characters in a pattern: an alphabet and more."""

MAX_DIGITS = 9
"""Of a repeat's bounds."""

_CLASSES = {"d": DIGITS, "w": WORD, "s": SPACES}
_CLASSES |= {name.upper(): complement(ranges) for name, ranges in _CLASSES.items()}
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}


class Unsupported(Exception):
    """A pattern that cannot be decided here, or is none; `str()` says why."""


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    part: "Part"
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Ahead:
    """What follows begins so, or not so."""

    part: "Part"
    sign: bool


Part = Regex | Sequence | Choice | Repeat | Ahead


@dataclass(slots=True)
class Parser:
    text: str
    regexes: Regexes
    at: int = 0
    depth: int = 0
    classes: set[Ranges] = field(default_factory=set)

    def parse(self) -> Part:
        found = self._alternatives()
        if self.at < len(self.text):
            raise Unsupported(f"unmatched `)` at {self.at}")
        return found

    def next(self) -> str:
        """The next character, empty at the end."""
        return self.text[self.at : self.at + 1]

    def take(self, expected: str) -> bool:
        if self.text.startswith(expected, self.at):
            self.at += len(expected)
            return True
        return False

    def _alternatives(self) -> Part:
        branches = [self._sequence()]
        while self.take("|"):
            branches.append(self._sequence())
        return Choice(tuple(branches)) if len(branches) > 1 else branches[0]

    def _sequence(self) -> Part:
        terms = []
        while self.next() not in ("", "|", ")"):
            terms.append(self._term())
        return terms[0] if len(terms) == 1 else Sequence(tuple(terms))

    def _term(self) -> Part:
        regexes = self.regexes
        for notation, assertion in (
            ("^", regexes.start),
            ("$", regexes.end),
            ("\\b", regexes.edge),
            ("\\B", regexes.no_edge),
        ):
            if self.take(notation):
                return assertion
        atom = self._atom()
        bounds = self.quantifier()
        if bounds is None:
            return atom
        low, high = bounds
        if high is not None and high < low:
            raise Unsupported("a repeat's bounds are the wrong way round")
        self.take("?")  # which match is preferred makes no difference
        return Repeat(atom, low, high)

    def quantifier(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.take(sign):
                return bounds
        if self.next() != "{":
            return None
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at + 1 : end].partition(",")
        if end < 0 or not _is_number(low) or not (high == "" or _is_number(high)):
            return None  # braces that stand for themselves
        if max(len(low), len(high)) > MAX_DIGITS:
            raise Unsupported("a repeat's bounds are too large")
        self.at = end + 1
        return int(low), (int(high) if high else None) if comma else int(low)

    def _atom(self) -> Part:
        if self.take("("):
            return self._group()
        return self.character()

    def character(self) -> Regex:
        """One of a set."""
        characters = self._characters()
        self.classes.add(characters)
        if len(self.classes) > MAX_CLASSES:
            raise Unsupported(f"more than {MAX_CLASSES} different characters")
        return self.regexes.characters(characters)

    def _characters(self) -> Ranges:
        if self.take("["):
            return self._class()
        if self.take("."):
            return complement(LINE_ENDS)
        if self.take("\\"):
            return self._escape()
        character = self.next()
        if character in "*+?":
            raise Unsupported(f"nothing to repeat at {self.at}")
        self.at += 1
        return _one(ord(character))

    def _group(self) -> Part:
        """Behind its bracket."""
        sign: bool | None = None
        if self.take("?="):
            sign = True
        elif self.take("?!"):
            sign = False
        elif self.take("?<=") or self.take("?<!"):
            raise Unsupported("look-behind")
        elif self.take("?<"):
            self.at = self.text.find(">", self.at) + 1
            if self.at == 0:
                raise Unsupported("a group's name has no end")
        elif self.take("?") and not self.take(":"):
            raise Unsupported("a group of an unknown kind")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unsupported("groups are nested too deep")
        found = self._alternatives()
        self.depth -= 1
        if not self.take(")"):
            raise Unsupported("a group has no end")
        return found if sign is None else Ahead(found, sign)

    def _escape(self, *, in_class: bool = False) -> Ranges:
        """Behind the backslash."""
        character = self.next()
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
        if character == "c" and self.next().isascii() and self.next().isalpha():
            self.at += 1
            return _one(ord(self.text[self.at - 1]) % 32)
        if character == "0" and not self.next().isdigit():
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
            if not (code < 0xDC00 and self.take("\\u")):
                raise Unsupported("half a surrogate pair")
            low = self._hex(4)
            if not 0xDC00 <= low <= 0xDFFF:
                raise Unsupported("half a surrogate pair")
            code = 0x10000 + ((code - 0xD800) << 10) + low - 0xDC00
        return _one(code)

    def _class(self) -> Ranges:
        """Behind the bracket. A hyphen that has no two characters beside it stands for itself."""
        is_negated = self.take("^")
        found: list[Ranges] = []
        while not self.take("]"):
            first = self._class_member()
            if self.next() != "-" or self.text[self.at + 1 : self.at + 2] in ("", "]"):
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
        if self.take("\\"):
            return self._escape(in_class=True)
        character = self.next()
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
