"""Patterns as languages: what is found in a text, and the shortest text between two lengths."""

import re
from itertools import islice, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from piste.subschema.budget import Counter, Spent
from piste.subschema.charsets import WORD, contains
from piste.subschema.notation import Unsupported
from piste.subschema.patterns import Counted, counted, matching
from piste.subschema.regexes import Neighbour, Regex, Regexes
from piste.subschema.texts import members, shortest

ALPHABET = "ab1_ -\n"


def fresh(states: int = 20_000) -> Regexes:
    return Regexes(Counter("states", states), steps())


def steps() -> Counter:
    return Counter("steps", 1_000_000)


def holds(text: str, language: Regex, regexes: Regexes) -> bool:
    before: Neighbour = None
    for character in text:
        language = regexes.derive(language, before, ord(character))
        before = contains(WORD, ord(character))
    return regexes.is_nullable(language, before, None)


def found(pattern: str, text: str) -> bool:
    regexes = fresh()
    return holds(text, matching(pattern, regexes), regexes)


def is_supported(pattern: str) -> bool:
    """Not so when it looks ahead in a repeat."""
    try:
        matching(pattern, fresh())
    except Unsupported:
        return False
    return True


def to_python(pattern: str) -> str:
    """The same pattern in the words of `re`, whose `$` also matches before a last line feed and whose `\\B`
    does not match in an empty text."""
    return pattern.replace("$", r"\Z").replace(r"\B", r"(?!\b)")


def patterns() -> st.SearchStrategy[str]:
    atoms = st.sampled_from(
        ["a", "b", "1", "_", " ", ".", r"\w", r"\d", r"\s", r"\W", "[ab]", "[^a]", "[a-]", r"\-"]
    )
    assertions = st.sampled_from(["^", "$", r"\b", r"\B"])

    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        quantifiers = st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,1}", "{2,}", "*?"])
        return st.one_of(
            st.tuples(inner, inner).map("".join),
            st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})"),
            st.tuples(inner, quantifiers).map(lambda two: f"({two[0]}){two[1]}"),
            st.tuples(st.sampled_from("=!"), inner).map(lambda two: f"(?{two[0]}{two[1]})"),
        )

    return st.recursive(st.one_of(atoms, atoms, assertions), larger, max_leaves=6)


@settings(max_examples=400, deadline=None)
@given(patterns(), st.text(ALPHABET, max_size=6))
def test_a_pattern_is_found_where_python_finds_it(pattern: str, text: str) -> None:
    """With ASCII classes, as ECMA has them."""
    assume(is_supported(pattern))
    assert found(pattern, text) == (re.search(to_python(pattern), text, re.ASCII) is not None)


@settings(max_examples=150, deadline=None)
@given(patterns(), patterns(), st.integers(0, 3), st.integers(0, 4))
def test_the_shortest_text_that_has_one_pattern_and_lacks_another(
    having: str, lacking: str, low: int, more: int
) -> None:
    """It has, it lacks, and over this alphabet there is no shorter one."""
    assume(is_supported(having) and is_supported(lacking))
    regexes, high = fresh(), low + more
    language = regexes.both((matching(having, regexes), regexes.no(matching(lacking, regexes))))
    text = shortest(language, regexes, steps(), low=low, high=high)
    yes, no = (re.compile(to_python(one), re.ASCII) for one in (having, lacking))
    if text is not None:
        assert low <= len(text) <= high
        assert yes.search(text)
        assert not no.search(text)
    limit = min(high if text is None else len(text) - 1, 4)
    for length in range(low, limit + 1):
        for letters in product("ab1_ -", repeat=length):
            one = "".join(letters)
            assert not yes.search(one) or no.search(one), one


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        pytest.param("[a-zA-Z0-9-_.]", "-", True, id="a hyphen behind a range"),
        pytest.param("[A-Fa-f0-9-]", "-", True, id="a hyphen at the end"),
        pytest.param(r"[\w-.]", "-", True, id="a hyphen behind a class"),
        pytest.param("^a$", "a\n", False, id="the end is the end"),
        pytest.param("^.$", "\u2028", False, id="a dot is no line end"),
        pytest.param("^.$", "\x85", True, id="but any other character"),
        pytest.param(r"^\d$", "\u0661", False, id="digits are ASCII"),
        pytest.param(r"^\s$", "\ufeff", True, id="white space is not"),
        pytest.param("a{2", "a{2", True, id="braces that stand for themselves"),
        pytest.param("a{,2}", "a{,2}", True, id="no lower bound is no quantifier"),
        pytest.param("]", "]", True, id="a bracket that stands for itself"),
        pytest.param(r"^\x41\u0042\cJ\0$", "AB\n\x00", True, id="escapes"),
        pytest.param(r"^\ud83d\ude00$", "\U0001f600", True, id="a surrogate pair"),
        pytest.param("^(?<name>a)$", "a", True, id="a named group"),
        pytest.param("", "", True, id="nothing is found everywhere"),
        pytest.param("(^a|b){2}", "ab", True, id="an assertion in a repeat"),
        pytest.param("[]", "a", False, id="an empty class is never found"),
        pytest.param("[^]", "\n", True, id="its complement is any character"),
    ],
)
def test_notation(pattern: str, text: str, expected: bool) -> None:
    """As ECMA-262 has it."""
    assert found(pattern, text) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"(a)\1", "((?=a)b)*", "(?<=a)", "(?<!a)", "(?>a)", r"\p{L}"),
        *("(", ")", "[a", "*", "a{2,1}", "[b-a]", r"\ud800"),
        pytest.param("(" * 300 + ")" * 300, id="groups in groups"),
    ],
)
def test_what_is_not_regular_or_no_pattern(pattern: str) -> None:
    """Is said so, and nothing is guessed."""
    with pytest.raises(Unsupported):
        matching(pattern, fresh())


def test_members_come_shortest_first_and_once() -> None:
    """All of a finite language."""
    regexes = fresh()
    language = matching("^(a|b){1,2}$", regexes)
    assert sorted(members(language, regexes, steps())) == ["a", "aa", "ab", "b", "ba", "bb"]
    endless = matching("^a*$", regexes)
    assert list(islice(members(endless, regexes, steps()), 3)) == ["", "a", "aa"]


def test_lengths_are_no_states() -> None:
    """A length of sixty thousand costs steps only; a round in a circle ends."""
    regexes = fresh(200)
    text = shortest(matching("^[a-z]+$", regexes), regexes, steps(), low=60_000, high=65_535)
    assert text == "a" * 60_000
    language = regexes.both((matching("^(aa)*$", regexes), regexes.no(matching("^a*$", regexes))))
    assert shortest(language, regexes, steps()) is None


@pytest.mark.parametrize(
    ("pattern", "low", "high", "expected"),
    [
        ("^a*$", 2 * 10**5, None, "a" * 2 * 10**5),
        ("^(aaa)*$", 100_000, 100_002, "a" * 100_002),
        ("^(aaa)*$", 100_000, 100_001, None),
        ("^a{5}b*$", 4, 9, "a" * 5),
        ("^a(bc)*d$", 100_001, 100_001, None),
        ("^a(bc)*d$", 100_001, 100_002, "a" + "bc" * 50_000 + "d"),
    ],
)
def test_long_texts_are_not_searched_for(
    pattern: str, low: int, high: int | None, expected: str | None
) -> None:
    """The states go round in circles, and the lengths with them."""
    regexes = fresh(500)
    language = matching(pattern, regexes)
    found = shortest(language, regexes, Counter("steps", 250_000), low=low, high=high)
    assert found == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("^.{1,65535}$", Counted("^.*$", 1, 65535)),
        ("^[a-z][a-z0-9]{0,254}$", Counted("^[a-z][a-z0-9]*$", 1, 255)),
        (r"^\d{4}-\d{100,}?x$", Counted(r"^\d{4}-\d*?x$", 106, None)),
        ("^[0-9a-f]{64}$", Counted("^[0-9a-f]*$", 64, 64)),
        *((pattern, None) for pattern in ("^a{1,3}$", "a{1,300}", "^a{1,300}b*$", "^(ab){1,300}$")),
        *((pattern, None) for pattern in ("^a{1,300}|b$", "^a{300,1}$", r"^\b.{1,300}$", "^[a$")),
    ],
)
def test_a_count_that_is_a_length(pattern: str, expected: Counted | None) -> None:
    """One repeat of the whole text; others stay what they are."""
    assert counted(pattern) == expected


def test_budgets_are_counted() -> None:
    """Patterns that explode end in `Spent`."""
    regexes = fresh(500)
    one, other = (matching(f"^(a|b)*{c}(a|b){{12}}$", regexes) for c in "ab")
    both = regexes.both((one, regexes.no(other)))
    with pytest.raises(Spent, match="states"):
        list(islice(members(both, regexes, steps()), 5_000))
