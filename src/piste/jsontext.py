"""JSON text (plain or base64) to values and back, with our answers to JSON's open questions.

Room:   just above the types; every room that reads a tracker's JSON reads it here.
Limits: nesting deeper than `max_depth` is refused; integers are exact at any size up to 4,300 digits;
        other numbers are doubles, and one beyond a double's range is refused; NaN and Infinity are not
        JSON; a lone surrogate is no text; of duplicate keys the last one wins.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from math import isinf

import orjson

from piste.events.schema_key import Json

MAX_DEPTH = 40
"""Deepest nesting that Snowplow accepts (`maxJsonDepth`)."""

_BRACKET = re.compile(r"[\[\]{}]")
# Possessive, and a string without an end goes to the end: linear in time for any text.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_DIGITS_TO_ZERO = bytes.maketrans(b"123456789", b"000000000")
_NO_OPENING_BRACKET = bytes(set(range(256)) - set(b"{["))
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
# An integer of 19 digits may exceed 64 bits, where orjson falls back to a double.
_LONG_NUMBER = b"0" * 19


@dataclass(frozen=True, slots=True)
class JsonError:
    """Why a text is no JSON that the pipeline takes; `message` is for the user."""

    message: str


_TOO_DEEP = JsonError("invalid json: maximum allowed JSON depth exceeded")


def decode(text: str, max_depth: int = MAX_DEPTH) -> Json | JsonError:
    """The value of a JSON text."""
    # As bytes, which `translate` reads several times faster; lone surrogates are the decoders' affair.
    utf8 = text.encode("utf-8", "surrogatepass")
    try:
        if _LONG_NUMBER in utf8.translate(_DIGITS_TO_ZERO):
            value = _decode_exactly(text)
        else:
            value = orjson.loads(text)
    except (ValueError, RecursionError) as error:  # both decoders' JSONDecodeError is a ValueError
        if not text.strip():
            return JsonError("invalid json: exhausted input")
        if _nesting(text) > max_depth:
            return _TOO_DEEP
        return JsonError(f"invalid json: {error}")
    # No text with fewer brackets can be too deep, which settles most of them.
    brackets = len(utf8.translate(None, _NO_OPENING_BRACKET))
    if brackets > max_depth and _is_deeper(value, max_depth):
        return _TOO_DEEP
    return value


def _is_deeper(value: Json, max_depth: int) -> bool:
    """Whether more than `max_depth` containers are in one another, looked at level by level."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(max_depth):
        if not level:
            return False
        level = [
            child
            for container in level
            for child in (container.values() if type(container) is dict else container)
            if type(child) is dict or type(child) is list
        ]
    return bool(level)


def _nesting(text: str) -> int:
    """Most brackets open at once, outside strings; for texts that no decoder takes."""
    deepest = depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "{[" else -1
        deepest = max(deepest, depth)
    return deepest


def _decode_exactly(text: str) -> Json:
    # The standard decoder takes lone surrogates, orjson does not: one answer for both.
    if _SURROGATE.search(text):
        orjson.loads(text)
    return json.loads(text, parse_float=_finite_float, parse_constant=_refuse_constant)


def _finite_float(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise ValueError(f"number out of range: {text[:40]}")
    return number


def _refuse_constant(text: str) -> Json:
    raise ValueError(f"{text} is not a JSON number")


def encode(value: Json) -> bytes:
    """Compact JSON in UTF-8."""
    try:
        return orjson.dumps(value)
    except TypeError:  # an integer beyond 64 bits
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def encode_text(value: Json) -> str:
    return encode(value).decode()


_URL_SAFE = str.maketrans("-_", "+/")


def decode_base64(text: str) -> str:
    """The UTF-8 text in URL-safe or standard base64, padded or not; `ValueError` says what is wrong.

    Bytes that are no UTF-8 become U+FFFD. White space and line ends are not base64.
    """
    standard = text.translate(_URL_SAFE).rstrip("=")
    try:
        raw = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"Could not base64 decode: {error}") from None
    return raw.decode("utf-8", "replace")


def encode_base64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()
