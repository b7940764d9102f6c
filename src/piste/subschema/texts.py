"""Members of a language of texts, shortest first, between two lengths.

Room:   pure; lengths are kept out of the expressions, because a `maxLength` of 65,535 would be as many
        states.
Limits: steps are counted, and expressions by `Regexes`. From the first repetition on, the states that texts
        of a length lead to are known without being followed, so that a length in the millions costs no more
        than its text.
"""

from collections.abc import Iterator

from piste.subschema.budget import Counter
from piste.subschema.charsets import (
    WORD,
    Ranges,
    contains,
    partition,
    readable_first,
)
from piste.subschema.regexes import Neighbour, Regex, Regexes

_State = tuple[Regex, Neighbour]
_Layer = dict[_State, tuple[_State, int] | None]
"""The states that texts of one length may lead to, and the last step to each."""


def shortest(
    language: Regex, regexes: Regexes, steps: Counter, *, low: int = 0, high: int | None = None
) -> str | None:
    """A shortest member of at least `low` and at most `high` characters; None when there is none."""
    if language is regexes.never or (high is not None and low > high):
        return None
    if language is regexes.always:
        steps.spend(low)
        return "a" * low
    layers = _Layers(language, regexes, steps)
    length = low
    while high is None or length <= high:
        layer = layers.at(length)
        if not layer or layers.is_known_from(low, length):
            return None
        for state in layer:
            if regexes.is_nullable(state[0], state[1], None):
                return layers.text_to(state, length)
        length += 1
    return None


class _Layers:
    """By length; they go round in circles in the end."""

    def __init__(self, language: Regex, regexes: Regexes, steps: Counter) -> None:
        self._regexes, self._steps = regexes, steps
        self._blocks = _blocks(language)
        self._codes = [block[0][0] for block in self._blocks]
        self._layers: list[_Layer] = [{(language, None): None}]
        self._lengths = {frozenset(self._layers[0]): 0}
        self._circle: tuple[int, int] | None = None
        """The length at which it begins, and how many lengths it has."""

    def at(self, length: int) -> _Layer:
        """Raises `Spent`."""
        while self._circle is None and len(self._layers) <= length:
            self._advance()
        if self._circle is None or length < len(self._layers):
            return self._layers[length]
        start, period = self._circle
        return self._layers[start + 1 + (length - start - 1) % period]

    def is_known_from(self, low: int, length: int) -> bool:
        """Whether every layer from this length on has its equal between `low` and the length."""
        return self._circle is not None and length >= max(low, self._circle[0]) + self._circle[1]

    def text_to(self, state: _State, length: int) -> str:
        self._steps.spend(length)
        codes: list[int] = []
        for reached in range(length, 0, -1):
            step = self.at(reached)[state]
            assert step is not None
            state, code = step
            codes.append(code)
        return "".join(map(chr, reversed(codes)))

    def texts(self, length: int) -> Iterator[str]:
        """All of this length."""
        regexes = self._regexes
        ends = {s for s in self.at(length) if regexes.is_nullable(s[0], s[1], None)}
        alive = [ends]
        """From the end: the states that lead to an end."""
        for reached in range(length - 1, -1, -1):
            then = alive[-1]
            alive.append(
                {s for s in self.at(reached) if any(self._step(s, c) in then for c in self._codes)}
            )
        alive.reverse()

        def choices(state: _State, reached: int) -> Iterator[tuple[str, _State]]:
            for block, code in zip(self._blocks, self._codes, strict=True):
                then = self._step(state, code)
                if then is not None and then in alive[reached + 1]:
                    for first, last in block:
                        for character in range(first, last + 1):
                            yield chr(character), then

        text: list[str] = []
        open_choices = [iter([("", state) for state in alive[0]])]
        while open_choices:
            self._steps.spend()
            character, state = next(open_choices[-1], (None, None))
            if character is None or state is None:
                open_choices.pop()
                del text[-1:]
            elif len(open_choices) > length:
                yield "".join(text) + character
            else:
                text.append(character)
                open_choices.append(choices(state, len(open_choices) - 1))

    def _step(self, state: _State, code: int) -> _State | None:
        self._steps.spend()
        regex, before = state
        then = self._regexes.derive(regex, before, code)
        if then is self._regexes.never:
            return None
        return then, contains(WORD, code) if then.has_assertions else True

    def _advance(self) -> None:
        following: _Layer = {}
        for state in self._layers[-1]:
            for code in self._codes:
                then = self._step(state, code)
                if then is not None:
                    following.setdefault(then, (state, code))
        length = len(self._layers)
        self._layers.append(following)
        start = self._lengths.setdefault(frozenset(following), length)
        if start < length:
            # The layer itself stays: its states may have been reached by other steps.
            self._circle = start, length - start


def members(
    language: Regex, regexes: Regexes, steps: Counter, *, low: int = 0, high: int | None = None
) -> Iterator[str]:
    """All of them, shortest first; perhaps without end."""
    first = shortest(language, regexes, steps, low=low, high=high)
    if first is None:
        return
    yield first
    layers, length = _Layers(language, regexes, steps), len(first)
    empty = 0
    while high is None or length <= high:
        layer = layers.at(length)
        if not layer or layers.is_known_from(length - empty, length):
            return
        empty += 1
        for text in layers.texts(length):
            empty = 0
            if text != first:
                yield text
        length += 1


def _blocks(language: Regex) -> list[Ranges]:
    """The readable ones first, so that the first shortest member is a readable one; and so in each."""
    return sorted(map(readable_first, partition(language.sets)), key=_dislike)


def _dislike(block: Ranges) -> tuple[bool, bool, int]:
    character = chr(block[0][0])
    code = 0 if character.isalpha() else ord(character)
    return not character.isascii(), not character.isalnum(), code
