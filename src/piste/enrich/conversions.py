"""How the text of a tracker-protocol parameter becomes a column's value.

Room:   used by `enrich.mapping`; a converter takes the text and gives the value, None for null, or
        raises `ValueError` with the text that the bad row shows.
Limits: a decimal beyond a double's range is refused, because no output could print it as a number.
        Digits of any script count in a number, as they do for Java.
Source: tracker protocol, "Conversions"; the error texts are Snowplow's own.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache

from piste.events.columns import EVENT_TYPES, Conversion
from piste.events.enriched import Value
from piste.events.times import MAX_MS, MIN_MS, to_warehouse

PLATFORMS = frozenset({"web", "iot", "app", "mob", "pc", "cnsl", "tv", "srv", "headset"})

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_INTEGER = re.compile(r"[+-]?\d{1,40}")
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,9})?")
_DIMENSIONS = re.compile(r"([0-9]+)x([0-9]+)")
_IP_END = re.compile(r"[,| ]")
_MAX_DECIMAL_LENGTH = 400
_MAX_EXPONENT = 307
_LONGEST_REMEMBERED = 32
"""Characters of a WIDTHxHEIGHT; a larger one is no screen's."""

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1
INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1


def clean_text(text: str) -> str | None:
    """Tabs become four spaces, other ASCII control characters go, empty is null."""
    if not text.isprintable():  # a fast answer for nearly all texts
        text = _CONTROL.sub("", text.replace("\t", "    "))
    return text or None


def event_type(code: str) -> str:
    try:
        return EVENT_TYPES[code]
    except KeyError:
        raise ValueError("Not a valid event type") from None


def platform(code: str) -> str:
    if code not in PLATFORMS:
        raise ValueError("Not a valid platform")
    return code


def ip_address(text: str) -> str | None:
    """The first of several addresses."""
    return clean_text(_IP_END.split(text, maxsplit=1)[0])


def is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


def uuid(text: str) -> str:
    if not is_uuid(text):
        raise ValueError("Not a valid UUID")
    return text.lower()


def int32(text: str) -> int | None:
    if text.lower() == "null":
        return None
    number = int(text) if _INTEGER.fullmatch(text) else None
    if number is None or not INT32_MIN <= number <= INT32_MAX:
        raise ValueError("Cannot be converted to java.lang.Integer")
    return number


def decimal(text: str) -> Decimal | None:
    if text.lower() == "null":
        return None
    error = "Cannot be converted to java.math.BigDecimal. Error : "
    if len(text) > _MAX_DECIMAL_LENGTH:
        raise ValueError(f"{error}more than {_MAX_DECIMAL_LENGTH} characters")
    if _DECIMAL.fullmatch(text) is None:
        raise ValueError(f"{error}not a decimal number")
    number = Decimal(text)
    # Zero as well: `0E-999999999` would print as a gigabyte of zeros.
    if abs(number.adjusted()) > _MAX_EXPONENT:
        raise ValueError(f"{error}out of the range of a double")
    return number if number else number.copy_abs()


def bit(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError("Cannot be converted to Boolean-like java.lang.Byte")
    return text == "1"


def epoch_ms(text: str) -> int:
    number = int(text) if _INTEGER.fullmatch(text) else None
    if number is None or not INT64_MIN <= number <= INT64_MAX:
        raise ValueError("Not in the expected format: ms since epoch")
    if not MIN_MS <= number <= MAX_MS:
        raise ValueError(f"Formatting as {to_warehouse(number)} is not Redshift-compatible")
    return number


def width(text: str) -> int:
    return _dimensions(text)[0]


def height(text: str) -> int:
    return _dimensions(text)[1]


def _dimensions(text: str) -> tuple[int, int]:
    """Both numbers are judged whichever is wanted: one wrong number voids the pair."""
    if len(text) > _LONGEST_REMEMBERED:
        return _parse_dimensions(text)
    return _remembered_dimensions(text)


def _parse_dimensions(text: str) -> tuple[int, int]:
    match = _DIMENSIONS.fullmatch(text)
    if match is None:
        raise ValueError(r"Does not conform to regex (\d+)x(\d+)")
    if max(map(len, match.groups())) > 40 or max(map(int, match.groups())) > INT32_MAX:
        raise ValueError("Could not be converted to java.lang.Integer s")
    return int(match[1]), int(match[2])


# Screens and windows have few sizes, and each is asked for twice.
_remembered_dimensions = lru_cache(maxsize=4096)(_parse_dimensions)


CONVERTERS: Mapping[Conversion, Callable[[str], Value | None]] = {
    Conversion.TEXT: clean_text,
    Conversion.EVENT_TYPE: event_type,
    Conversion.PLATFORM: platform,
    Conversion.IP_ADDRESS: ip_address,
    Conversion.UUID: uuid,
    Conversion.INT32: int32,
    Conversion.DECIMAL: decimal,
    Conversion.BIT: bit,
    Conversion.EPOCH_MS: epoch_ms,
    Conversion.WIDTH: width,
    Conversion.HEIGHT: height,
}
