"""Regular expressions with intersection and complement, taken apart by derivatives.

Room:   pure; languages of whole texts. `patterns` reads ECMA's notation, `texts` looks for members.
Limits: equal expressions of one `Regexes` are one object, which lives as long as it. The budget counts
        expressions. An assertion (`^`, `$`, `\\b`) is a condition on the two neighbours of a place.
Source: Brzozowski, "Derivatives of Regular Expressions" (1964); Owens, Reppy and Turon (2009).
"""

from collections.abc import Iterable
from enum import Enum, auto

from piste.subschema.budget import Counter
from piste.subschema.charsets import (
    NOTHING,
    UNIVERSE,
    WORD,
    Ranges,
    contains,
    intersection,
    union,
)

Neighbour = bool | None
"""Of a place: whether the character there is a word's; None beyond the text's end."""


class Kind(Enum):
    NEVER = auto()
    EMPTY = auto()
    CHARACTERS = auto()
    START = auto()
    END = auto()
    EDGE = auto()
    NO_EDGE = auto()
    CAT = auto()
    ALT = auto()
    BOTH = auto()
    NOT = auto()
    REPEAT = auto()


_ASSERTIONS = frozenset({Kind.START, Kind.END, Kind.EDGE, Kind.NO_EDGE})


class Regex:
    """Made by `Regexes` only, and compared by identity."""

    __slots__ = (
        *("characters", "has_assertions", "high", "is_nullable", "kind", "low", "number", "parts"),
        "sets",
    )

    def __init__(
        self,
        number: int,
        kind: Kind,
        parts: tuple["Regex", ...],
        characters: Ranges,
        low: int,
        high: int | None,
    ) -> None:
        self.number, self.kind, self.parts = number, kind, parts
        self.characters, self.low, self.high = characters, low, high
        self.has_assertions: bool = kind in _ASSERTIONS or any(p.has_assertions for p in parts)
        sets = frozenset().union(*(part.sets for part in parts))
        if kind is Kind.CHARACTERS:
            sets |= {characters}
        elif kind in (Kind.EDGE, Kind.NO_EDGE):
            sets |= {WORD}
        self.sets: frozenset[Ranges] = sets
        self.is_nullable = False
        """Without assertions: whether the empty text is a member."""


class Regexes:
    """Makes expressions, and derives them."""

    def __init__(self, states: Counter, steps: Counter) -> None:
        """Whatever makes expressions raises `Spent` when there are too many or they are too large."""
        self._states, self._steps = states, steps
        self._known: dict[object, Regex] = {}
        self._nullable: dict[tuple[Regex, Neighbour, Neighbour], bool] = {}
        self._derived: dict[tuple[Regex, Neighbour, int], Regex] = {}
        self.never = self._make(Kind.NEVER)
        self.empty = self._make(Kind.EMPTY)
        self.any = self._make(Kind.CHARACTERS, characters=UNIVERSE)
        self.always = self._make(Kind.REPEAT, (self.any,))
        self.start, self.end = self._make(Kind.START), self._make(Kind.END)
        self.edge, self.no_edge = self._make(Kind.EDGE), self._make(Kind.NO_EDGE)

    def _make(
        self,
        kind: Kind,
        parts: tuple[Regex, ...] = (),
        characters: Ranges = NOTHING,
        low: int = 0,
        high: int | None = None,
    ) -> Regex:
        key = (kind, parts, characters, low, high)
        found = self._known.get(key)
        if found is None:
            self._states.spend()
            found = Regex(len(self._known), kind, parts, characters, low, high)
            if not found.has_assertions:
                found.is_nullable = self._is_nullable(found, None, None)
            self._known[key] = found
        return found

    # Construction

    def characters(self, ranges: Ranges) -> Regex:
        return self._make(Kind.CHARACTERS, characters=ranges) if ranges else self.never

    def text(self, text: str) -> Regex:
        """Exactly this one."""
        return self.cat([self.characters(((ord(c), ord(c)),)) for c in text])

    def cat(self, parts: Iterable[Regex]) -> Regex:
        """One behind the other."""
        result = self.empty
        for part in reversed(list(parts)):
            result = self._behind(part, result)
        return result

    def _behind(self, head: Regex, tail: Regex) -> Regex:
        if self.never in (head, tail):
            return self.never
        if head is self.empty:
            return tail
        if tail is self.empty:
            return head
        if head.kind is Kind.CAT:
            first, rest = head.parts
            return self._behind(first, self._behind(rest, tail))
        if head is self.always and (tail is self.always or _begins_with(tail, self.always)):
            return tail
        return self._make(Kind.CAT, (head, tail))

    def alt(self, parts: Iterable[Regex]) -> Regex:
        """Any of them."""
        flat = self._flat(Kind.ALT, parts)
        flat.discard(self.never)
        if self.always in flat or any(
            one.kind is Kind.NOT and one.parts[0] in flat for one in flat
        ):
            return self.always
        letters = [one for one in flat if one.kind is Kind.CHARACTERS]
        if len(letters) > 1:
            flat.difference_update(letters)
            flat.add(self.characters(union(*(one.characters for one in letters))))
        return self._joined(Kind.ALT, flat, self.never)

    def both(self, parts: Iterable[Regex]) -> Regex:
        """All of them."""
        flat = self._flat(Kind.BOTH, parts)
        flat.discard(self.always)
        if self.never in flat or any(one.kind is Kind.NOT and one.parts[0] in flat for one in flat):
            return self.never
        letters = [one for one in flat if one.kind is Kind.CHARACTERS]
        if len(letters) > 1:
            common = letters[0].characters
            for one in letters[1:]:
                common = intersection(common, one.characters)
            flat.difference_update(letters)
            flat.add(self.characters(common))
            if not common:
                return self.never
        if self.empty in flat and letters:
            return self.never
        return self._joined(Kind.BOTH, flat, self.always)

    def no(self, part: Regex) -> Regex:
        """Every text but those."""
        if part is self.never:
            return self.always
        if part is self.always:
            return self.never
        return part.parts[0] if part.kind is Kind.NOT else self._make(Kind.NOT, (part,))

    def repeat(self, part: Regex, low: int, high: int | None) -> Regex:
        """So often; `high` None is without end."""
        if high == 0 or part is self.empty:
            return self.empty
        if part is self.never:
            return self.never if low else self.empty
        if (low, high) == (1, 1):
            return part
        if part is self.always:
            return self.always
        if part.kind is Kind.REPEAT and (part.low, part.high, high) == (0, None, None):
            return part
        return self._make(Kind.REPEAT, (part,), low=low, high=high)

    def _flat(self, kind: Kind, parts: Iterable[Regex]) -> set[Regex]:
        flat: set[Regex] = set()
        for part in parts:
            flat.update(part.parts if part.kind is kind else (part,))
        self._steps.spend(len(flat))
        return flat

    def _joined(self, kind: Kind, parts: set[Regex], none: Regex) -> Regex:
        if len(parts) < 2:
            return parts.pop() if parts else none
        return self._make(kind, tuple(sorted(parts, key=lambda part: part.number)))

    # Taking apart

    def is_nullable(self, regex: Regex, before: Neighbour, after: Neighbour) -> bool:
        """Whether the empty text is a member, between these neighbours."""
        if not regex.has_assertions:
            return regex.is_nullable
        key = regex, before, after
        found = self._nullable.get(key)
        if found is None:
            found = self._nullable[key] = self._is_nullable(regex, before, after)
        return found

    def _is_nullable(self, regex: Regex, before: Neighbour, after: Neighbour) -> bool:
        match regex.kind:
            case Kind.NEVER | Kind.CHARACTERS:
                return False
            case Kind.EMPTY:
                return True
            case Kind.START:
                return before is None
            case Kind.END:
                return after is None
            case Kind.EDGE:
                return bool(before) != bool(after)
            case Kind.NO_EDGE:
                return bool(before) == bool(after)
            case Kind.CAT | Kind.BOTH:
                return all(self.is_nullable(part, before, after) for part in regex.parts)
            case Kind.ALT:
                return any(self.is_nullable(part, before, after) for part in regex.parts)
            case Kind.NOT:
                return not self.is_nullable(regex.parts[0], before, after)
            case Kind.REPEAT:
                return regex.low == 0 or self.is_nullable(regex.parts[0], before, after)

    def derive(self, regex: Regex, before: Neighbour, code: int) -> Regex:
        """What may follow a character, whose block of the partition by `regex.sets` counts only."""
        key = (regex, before if regex.has_assertions else None, code)
        found = self._derived.get(key)
        if found is None:
            found = self._derived[key] = self._derive(regex, before, code)
        return found

    def _derive(self, regex: Regex, before: Neighbour, code: int) -> Regex:
        parts = regex.parts
        match regex.kind:
            case Kind.CHARACTERS:
                return self.empty if contains(regex.characters, code) else self.never
            case Kind.CAT:
                head, tail = parts
                through = self._behind(self.derive(head, before, code), tail)
                if not self.is_nullable(head, before, contains(WORD, code)):
                    return through
                return self.alt((through, self.derive(tail, before, code)))
            case Kind.ALT:
                return self.alt([self.derive(part, before, code) for part in parts])
            case Kind.BOTH:
                return self.both([self.derive(part, before, code) for part in parts])
            case Kind.NOT:
                return self.no(self.derive(parts[0], before, code))
            case Kind.REPEAT:
                part = parts[0]
                # A part that may be empty here may be so as often as it takes.
                is_free = self.is_nullable(part, before, contains(WORD, code))
                low = 0 if is_free else max(0, regex.low - 1)
                rest = self.repeat(part, low, None if regex.high is None else regex.high - 1)
                return self._behind(self.derive(part, before, code), rest)
            case _:
                return self.never


def _begins_with(regex: Regex, head: Regex) -> bool:
    return regex.kind is Kind.CAT and regex.parts[0] is head
