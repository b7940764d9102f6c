"""What is claimed of formats, against the validator that decides them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piste.subschema.formats import FORMATS
from piste.subschema.validity import has_format, has_pattern, is_asserted

NEAR = '0129afgzAZ:.-+@/?#[]%_~ Tt"\\(),<>é\x7f\n\t!'

_TWO, _REST = "[*-9]{2}", r"(\.\d+)?([Zz]|[+-][*-9]{2}:[*-9]{2})"
_DATE, _TIME = f"{_TWO}{_TWO}-{_TWO}-{_TWO}", f"{_TWO}:{_TWO}:{_TWO}{_REST}"
LOOSE = {"date": f"^{_DATE}$", "time": f"^{_TIME}$", "date-time": f"^{_DATE}[Tt]{_TIME}$"}
"""The validator takes `*+,-./` for digits here, which the standard does not."""


def texts(pattern: str) -> st.SearchStrategy[str]:
    """That have the pattern; for Python, whose `$`, with which each ends, is `\\Z`."""
    return st.from_regex(re.compile(f"{pattern[:-1]}\\Z", re.ASCII))


@st.composite
def near(draw: st.DrawFn, pattern: str) -> str:
    """Texts that have the pattern, but for a character or two."""
    text = draw(texts(pattern))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(text)))
        put = draw(st.sampled_from(["", *NEAR]))
        text = text[:at] + put + text[at + draw(st.integers(0, 1)) :]
    return text


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_format_lies_between_its_two_patterns(name: str, data: st.DataObject) -> None:
    """`surely` has it; what has it has `perhaps`, and no more characters than are allowed."""
    known = FORMATS[name]
    assert is_asserted(name)
    assert has_format(data.draw(texts(known.surely)), name)
    for pattern in (known.surely, known.perhaps):
        text = data.draw(near(pattern))
        if has_format(text, name):
            assert has_pattern(text, known.perhaps) or has_pattern(text, LOOSE.get(name, "[]"))
            assert known.longest is None or len(text) <= known.longest
