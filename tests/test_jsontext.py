"""JSON text: our answers to JSON's open questions."""

import base64
import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.events.schema_key import Json
from piste.jsontext import (
    MAX_DEPTH,
    JsonError,
    decode,
    decode_base64,
    encode,
    encode_base64,
    encode_text,
)

TOO_DEEP = "invalid json: maximum allowed JSON depth exceeded"
LONG = "1234567890123456789"
"""Nineteen digits: a text that has so many in a row is decoded by the standard library."""


def nested(depth: int, kernel: str = "") -> str:
    """`depth` containers in one another, lists and objects by turns."""
    pairs = [("[", "]") if level % 2 else ('{"k":', "}") for level in range(depth)]
    if not kernel and pairs and pairs[-1][0] != "[":
        kernel = "0"
    return "".join(a for a, _ in pairs) + kernel + "".join(b for _, b in reversed(pairs))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("null", None, id="null"),
        pytest.param(' \t\r\n{"a": [true, false]} ', {"a": [True, False]}, id="white space around"),
        pytest.param("1", 1, id="a scalar is a JSON text"),
        pytest.param("1.0", 1.0, id="a number with a fraction is a double"),
        pytest.param("1e3", 1000.0, id="a number with an exponent is a double"),
        pytest.param(LONG, 1234567890123456789, id="an integer of 19 digits is exact"),
        pytest.param("18446744073709551616", 2**64, id="an integer past 64 bits is exact"),
        pytest.param("-" + "9" * 40, -(10**40 - 1), id="a negative integer of 40 digits is exact"),
        pytest.param("1" * 4300, int("1" * 4300), id="an integer of 4,300 digits is exact"),
        pytest.param("1e-400", 0.0, id="a number too small for a double is zero"),
        pytest.param(f"{LONG}.5", 1234567890123456789.5, id="a long fraction is a double"),
        pytest.param('{"a":1,"a":2}', {"a": 2}, id="the last of duplicate keys wins"),
        pytest.param(
            f'{{"a":1,"a":{LONG}}}', {"a": int(LONG)}, id="the last one wins beside a long number"
        ),
        pytest.param(r'"\ud83d\ude00"', "\U0001f600", id="a surrogate pair is one character"),
        pytest.param(
            rf'["\ud83d\ude00",{LONG}]', ["\U0001f600", int(LONG)], id="beside a long number as well"
        ),
        pytest.param(r'"\u0000"', "\x00", id="an escaped NUL is a character"),
        pytest.param('"' + "[" * 50 + '"', "[" * 50, id="brackets in a string do not nest"),
        pytest.param(f'["{"{" * 41}","\\"{"[" * 41}"]', ["{" * 41, '"' + "[" * 41], id="nor after a quote"),
        pytest.param("[" + ",".join(["[]"] * 50) + "]", [[]] * 50, id="many brackets side by side"),
    ],
)  # fmt: skip
def test_decode(text: str, value: Json) -> None:
    """A JSON text gives its value, with the types of its numbers."""
    decoded = decode(text)
    assert decoded == value
    assert type(decoded) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "exhausted input", id="the empty text"),
        pytest.param(" \n", "exhausted input", id="white space only"),
        pytest.param("nul", "", id="no JSON at all"),
        pytest.param("{'a':1}", "", id="single quotes"),
        pytest.param("[1,]", "", id="a trailing comma"),
        pytest.param("01", "", id="a leading zero"),
        pytest.param("{} {}", "", id="two texts"),
        pytest.param("NaN", "", id="NaN"),
        pytest.param("-Infinity", "", id="infinity"),
        pytest.param(f"[{LONG},NaN]", "NaN is not a JSON number", id="NaN beside a long number"),
        pytest.param(f"[{LONG},-Infinity]", "-Infinity is not", id="infinity beside a long number"),
        pytest.param("1e400", "", id="a number past a double's range"),
        pytest.param(f"[{LONG},1e400]", "number out of range: 1e400", id="beside a long number"),
        pytest.param("1" * 4301, "", id="an integer of 4,301 digits"),
        pytest.param("\ufeff{}", "", id="a byte order mark"),
        pytest.param(f"\ufeff[{LONG}]", "", id="a byte order mark before a long number"),
        pytest.param(r'"\ud800"', "", id="a lone high surrogate"),
        pytest.param(r'"\uDC00"', "", id="a lone low surrogate"),
        pytest.param(rf'["\ud800",{LONG}]', "", id="a lone surrogate beside a long number"),
        pytest.param(f'["\ud800",{LONG}]', "", id="an unescaped one beside a long number"),
        pytest.param('"\x01"', "", id="an unescaped control character"),
        pytest.param(f'["\x01",{LONG}]', "", id="a control character beside a long number"),
        pytest.param('"' + "[" * 50, "", id="brackets in a string without an end"),
        pytest.param("[" * 40, "", id="forty brackets that are not closed"),
        pytest.param("[{}]," * 50, "", id="many brackets that do not nest"),
    ],
)
def test_decode_refuses(text: str, message: str) -> None:
    """What is no JSON is a value that says why, in Snowplow's words where they are known."""
    error = decode(text)
    assert isinstance(error, JsonError)
    assert error.message.startswith(f"invalid json: {message}")
    assert error.message != TOO_DEEP


@pytest.mark.parametrize("kernel", ["", LONG, '"[[["'], ids=["empty", "long number", "brackets"])
def test_nesting_to_forty_is_accepted(kernel: str) -> None:
    """Forty containers in one another are fine, forty-one are not, and no depth breaks the decoder."""
    assert not isinstance(decode(nested(MAX_DEPTH, kernel)), JsonError)
    for depth in (MAX_DEPTH + 1, 300, 5_000, 200_000):
        assert decode(nested(depth, kernel)) == JsonError(TOO_DEEP)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 41, id="no closing brackets"),
        pytest.param('{"a":[' * 50 + "nonsense", id="nonsense inside"),
        pytest.param("[" * 2000 + "]" * 2000, id="past the decoder's own limit"),
    ],
)
def test_a_broken_text_that_is_too_deep_says_so(text: str) -> None:
    """Depth is named before what else is wrong, as in the original, which stops reading there."""
    assert decode(text) == JsonError(TOO_DEEP)


def test_the_depth_is_the_callers_choice() -> None:
    """`max_depth` counts containers; a scalar has none."""
    assert decode("1", max_depth=0) == 1
    assert decode("[]", max_depth=0) == JsonError(TOO_DEEP)
    assert decode("[[]]", max_depth=2) == [[]]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('"' + '\\"' * 500_000, id="a string without an end, full of escaped quotes"),
        pytest.param('"' + '\\"' * 500_000 + "\\", id="one that ends in a backslash"),
        pytest.param('"' * 1_000_001, id="quotes only"),
        pytest.param("[" + '"a",' * 250_000, id="a list without an end"),
        pytest.param("[" * 1_000_000, id="opening brackets only"),
        pytest.param("1" * 1_000_000, id="one long number"),
    ],
)
def test_hostile_texts_are_refused_fast(text: str) -> None:
    """A megabyte of anything takes a moment, because it takes the loader's time."""
    started = time.process_time()
    assert isinstance(decode(text), JsonError)
    assert time.process_time() - started < 2.0


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(JSONS | st.integers(10**18, 10**60))
def test_decode_undoes_encode(value: Json) -> None:
    """Nothing changes on the way through text, whatever the size of an integer."""
    assert decode(encode_text(value)) == value
    assert encode_text(value) == encode(value).decode()


@given(JSONS)
def test_decode_agrees_with_the_standard_library(value: Json) -> None:
    """Any spelling of a value decodes to it."""
    assert decode(json.dumps(value, ensure_ascii=True, indent=1)) == value


@given(st.text())
def test_decode_never_raises(text: str) -> None:
    """Any text gives a value or a JsonError, that can be printed."""
    decoded = decode(text)
    encode(decoded.message if isinstance(decoded, JsonError) else decoded)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param({"a": [1, None]}, '{"a":[1,null]}', id="no white space"),
        pytest.param("é\u2028\U0001f600", '"é\u2028\U0001f600"', id="UTF-8, nothing escaped"),
        pytest.param({"a": 2**64}, '{"a":18446744073709551616}', id="an integer past 64 bits"),
        pytest.param({"é": 10**30}, '{"é":' + "1" + "0" * 30 + "}", id="UTF-8 beside one"),
        pytest.param(("a", "b"), '["a","b"]', id="a tuple is a list"),
    ],
)
def test_encode(value: Json, text: str) -> None:
    """Compact JSON in UTF-8."""
    assert encode(value) == text.encode()


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        pytest.param("eyJhIjoxfQ==", '{"a":1}', id="padded"),
        pytest.param("eyJhIjoxfQ", '{"a":1}', id="without padding"),
        pytest.param("eyJhIjoxfQ=", '{"a":1}', id="with half of the padding"),
        pytest.param("w7_Dvw", "ÿÿ", id="the URL-safe alphabet"),
        pytest.param("w7/Dvw", "ÿÿ", id="the standard alphabet"),
        pytest.param("w7_Dvz4-Pz8/", "ÿÿ>>???", id="both alphabets in one text"),
        pytest.param("", "", id="nothing"),
        pytest.param("==", "", id="padding only"),
        pytest.param("_w", "\ufffd", id="bytes that are no UTF-8 become the replacement character"),
    ],
)
def test_decode_base64(text: str, decoded: str) -> None:
    """URL-safe or standard base64, padded or not."""
    assert decode_base64(text) == decoded


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("A", id="a single character"),
        pytest.param("eyJhIjox fQ==", id="a space"),
        pytest.param("eyJhIjoxfQ==\n", id="a line end"),
        pytest.param("YQ==YQ==", id="padding in the middle"),
        pytest.param("{}", id="JSON that is not encoded"),
        pytest.param("é", id="a character outside ASCII"),
        pytest.param("YQ\x00", id="a control character"),
    ],
)
def test_decode_base64_refuses(text: str) -> None:
    """The error is what the bad row shows."""
    with pytest.raises(ValueError, match=r"^Could not base64 decode: ."):
        decode_base64(text)


@given(st.text())
def test_decode_base64_undoes_encode_base64(text: str) -> None:
    """Any text comes back, also without the padding and from the standard alphabet."""
    encoded = encode_base64(text)
    assert decode_base64(encoded) == text
    assert decode_base64(encoded.rstrip("=")) == text
    assert decode_base64(base64.b64encode(text.encode()).decode()) == text


@given(st.text())
def test_decode_base64_raises_nothing_else(text: str) -> None:
    """Any text gives a text that can be printed, or a ValueError."""
    with contextlib.suppress(ValueError):
        decode_base64(text).encode()
