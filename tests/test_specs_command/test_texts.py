"""YAML and JSON texts to values and back."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piste.specs_command.texts import Unreadable, read_text, write_text

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = st.one_of(
    *(st.none(), st.booleans(), st.integers(-(2**70), 2**70), TEXT),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        ["yes", "2020-01-01", "1_000", "0x1f", "~", "<<", "=", "a: b", "# c", " x", "-"]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(TEXT, VALUES, max_size=4)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS)
def test_what_is_written_is_read_again(value: Any) -> None:
    """In both languages, whatever the texts look like."""
    assert read_text(write_text(value, is_json=False), is_json=False) == value
    assert read_text(write_text(value, is_json=True), is_json=True) == value


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, DOCUMENTS)
def test_a_changed_file_says_what_it_should(before: Any, after: Any) -> None:
    """Whatever it said before, and with comments in it."""
    text = "# a comment\n" + write_text(before, is_json=False)
    assert read_text(write_text(after, is_json=False, before=text), is_json=False) == after


def test_comments_order_and_quotes_stay() -> None:
    """Around what is changed."""
    before = (
        "# top\nb: 'x' # one\n\na:\n  # two\n  - name: \"y\"\n    old: 1\n  - name: z # three\n"
    )
    after = {"a": [{"name": "y"}, {"name": "Z"}, {"name": "new"}], "b": "x"}
    assert write_text(after, is_json=False, before=before) == (
        "# top\nb: 'x' # one\n\na:\n  # two\n  - name: \"y\"\n  - name: Z # three\n  - name: new\n"
    )


def test_a_file_with_aliases_is_written_anew_when_they_would_lie() -> None:
    """A change in one place must not be one in another."""
    before = "a: &x {n: 1}\nb: *x\n"
    assert read_text(before, is_json=False) == {"a": {"n": 1}, "b": {"n": 1}}
    after = {"a": {"n": 2}, "b": {"n": 1}}
    assert read_text(write_text(after, is_json=False, before=before), is_json=False) == after


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("a: 2020-01-01", {"a": "2020-01-01"}),
        ("a: 1\nb: 1.5e3\nc: ~\nd: true", {"a": 1, "b": 1500.0, "c": None, "d": True}),
        ("\ufeffa: 'é'", {"a": "é"}),
        ('{"a": [1, "b"]}', {"a": [1, "b"]}),
    ],
)
def test_values_are_those_of_json(text: str, value: Any) -> None:
    """And a date is a text."""
    assert read_text(text, is_json=False) == value


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("!!python/object:os.system x", "line 1: "),
        ("a: !!binary aGk=", 'line 1: "aGk=" is neither a JSON number nor in quotes'),
        ("a: !mine 1", "line 1: the tag !mine has no meaning here"),
        ("<<: {a: 1}", "line 1: a name must be a text: put it in quotes"),
        ("1: a", "line 1: a name must be a text: put it in quotes"),
        ("? [a]\n: b", "line 1: a name must be a text: put it in quotes"),
        ("a: 1\na: 2", 'line 2: "a" stands twice'),
        ("a: .inf", 'line 1: ".inf" is neither a JSON number nor in quotes'),
        ("a: 1e999", 'line 1: "1e999" is neither a JSON number nor in quotes'),
        ("a: " + "9" * 401, "line 1: "),
        ('a: "\\ud800"', "line 1: half of a surrogate pair is no text"),
        ("---\na: 1\n---\nb: 2", "not YAML: line 3: but found another document"),
        ("\0", "not YAML: unacceptable character"),
        ("[" * 100_000, "nested deeper than 40"),
        ("&a [*a]", "nested deeper than 40"),
        ("a: *b", "not YAML: line 1: found undefined alias 'b'"),
    ],
)
def test_what_is_no_json_is_refused(text: str, problem: str) -> None:
    """With the line where that is known."""
    with pytest.raises(Unreadable) as found:
        read_text(text, is_json=False)
    assert str(found.value).startswith(problem)
