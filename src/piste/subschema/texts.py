"""Members of a language of texts: the shortest one, between two lengths.

Room:   pure; lengths are kept out of the expressions, because a `maxLength` of 65,535 would be as many
        states.
Limits: steps are counted, and expressions by `Regexes`.
"""

from collections.abc import Iterator

from piste.subschema.budget import Counter
from piste.subschema.charsets import WORD, Ranges, contains, partition, readable
from piste.subschema.regexes import Neighbour, Regex, Regexes

_State = tuple[Regex, Neighbour]


def shortest(
    language: Regex, regexes: Regexes, steps: Counter, *, low: int = 0, high: int | None = None
) -> str | None:
    """A shortest member of at least `low` and at most `high` characters; None when there is none."""
    if language is regexes.never:
        return None
    if language is regexes.always:
        steps.spend(low)
        return "a" * low if high is None or low <= high else None
    codes = [readable(block) for block in _blocks(language)]
    # Of each length: the states that a text of it may lead to, and the step that led there.
    layers: list[dict[_State, tuple[_State, int] | None]] = [{(language, None): None}]
    seen: set[frozenset[_State]] = set()
    while True:
        layer, length = layers[-1], len(layers) - 1
        if length >= low:
            for state in layer:
                if regexes.is_nullable(state[0], state[1], None):
                    return _text_to(layers, state)
            states = frozenset(layer)
            if states in seen:
                return None  # from here on it goes round in circles
            seen.add(states)
        if not layer or (high is not None and length >= high):
            return None
        following: dict[_State, tuple[_State, int] | None] = {}
        for state in layer:
            regex, before = state
            for code in codes:
                steps.spend()
                then = regexes.derive(regex, before, code)
                if then is regexes.never:
                    continue
                after = contains(WORD, code) if then.has_assertions else True
                following.setdefault((then, after), (state, code))
        layers.append(following)


def members(
    language: Regex, regexes: Regexes, steps: Counter, *, low: int = 0, high: int | None = None
) -> Iterator[str]:
    """All of them, shortest first; perhaps without end."""
    while (found := shortest(language, regexes, steps, low=low, high=high)) is not None:
        yield found
        language = regexes.both((language, regexes.no(regexes.text(found))))


def _blocks(language: Regex) -> list[Ranges]:
    blocks = partition(language.sets)
    # The readable ones first, so that the first shortest member is a readable one.
    return sorted(blocks, key=lambda block: _dislike(readable(block)))


def _dislike(code: int) -> tuple[bool, bool, int]:
    character = chr(code)
    return not character.isascii(), not character.isalnum(), code if not character.isalpha() else 0


def _text_to(layers: list[dict[_State, tuple[_State, int] | None]], state: _State) -> str:
    codes: list[int] = []
    for layer in reversed(layers):
        step = layer[state]
        if step is None:
            break
        state, code = step
        codes.append(code)
    return "".join(map(chr, reversed(codes)))
