"""How each kind of parameter is read."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.enrich.conversions import CONVERTERS, PLATFORMS
from piste.events.columns import Conversion
from piste.events.enriched import Value
from piste.events.times import MAX_MS, MIN_MS, to_warehouse

UUID = "bee0a6d7-fc17-4392-b2bc-2208e8e944f3"
ARABIC_42 = "\u0664\u0662"
C = Conversion

NOT_INTEGER = "Cannot be converted to java.lang.Integer"
NOT_DECIMAL = "Cannot be converted to java.math.BigDecimal. Error : "
NOT_BIT = "Cannot be converted to Boolean-like java.lang.Byte"
NOT_EPOCH = "Not in the expected format: ms since epoch"
NOT_DIMENSIONS = r"Does not conform to regex (\d+)x(\d+)"
TOO_LARGE_DIMENSIONS = "Could not be converted to java.lang.Integer s"


@pytest.mark.parametrize(
    ("conversion", "text", "value"),
    [
        pytest.param(C.TEXT, "shop", "shop", id="text: plain"),
        pytest.param(C.TEXT, "", None, id="text: empty is null"),
        pytest.param(C.TEXT, "null", "null", id="text: null is a text"),
        pytest.param(C.TEXT, " a ", " a ", id="text: spaces stay"),
        pytest.param(C.TEXT, "a\tb", "a    b", id="text: a tab is four spaces"),
        pytest.param(C.TEXT, "\t", "    ", id="text: a tab alone is not empty"),
        pytest.param(C.TEXT, "a\r\nb\x00\x1f\x7f", "ab", id="text: control characters go"),
        pytest.param(C.TEXT, "\n", None, id="text: control characters only are null"),
        pytest.param(C.TEXT, "é\x85\xa0\u2028", "é\x85\xa0\u2028", id="text: only those of ASCII go"),
        *(
            pytest.param(C.EVENT_TYPE, code, name, id=f"event type: {code}")
            for code, name in {
                "pv": "page_view",
                "pp": "page_ping",
                "se": "struct",
                "ev": "struct",
                "ue": "unstruct",
                "tr": "transaction",
                "ti": "transaction_item",
                "ad": "ad_impression",
            }.items()
        ),
        *(
            pytest.param(C.PLATFORM, code, code, id=f"platform: {code}")
            for code in ("web", "iot", "app", "mob", "pc", "cnsl", "tv", "srv", "headset")
        ),
        pytest.param(C.IP_ADDRESS, "10.0.0.1", "10.0.0.1", id="IP: one address"),
        pytest.param(C.IP_ADDRESS, "10.0.0.1, 10.0.0.2", "10.0.0.1", id="IP: the first of a list"),
        pytest.param(C.IP_ADDRESS, "10.0.0.1|10.0.0.2", "10.0.0.1", id="IP: divided by a bar"),
        pytest.param(C.IP_ADDRESS, "10.0.0.1 x", "10.0.0.1", id="IP: divided by a space"),
        pytest.param(C.IP_ADDRESS, " 10.0.0.1", None, id="IP: nothing before the space"),
        pytest.param(C.IP_ADDRESS, "", None, id="IP: empty is null"),
        pytest.param(C.IP_ADDRESS, "not an address", "not", id="IP: any text will do"),
        pytest.param(C.IP_ADDRESS, "10.0.\x000.1", "10.0.0.1", id="IP: control characters go"),
        pytest.param(C.UUID, UUID, UUID, id="UUID: lower case"),
        pytest.param(C.UUID, UUID.upper(), UUID, id="UUID: upper case is lowered"),
        pytest.param(C.INT32, "42", 42, id="integer: plain"),
        pytest.param(C.INT32, "-42", -42, id="integer: minus"),
        pytest.param(C.INT32, "+42", 42, id="integer: plus"),
        pytest.param(C.INT32, "007", 7, id="integer: leading zeros"),
        pytest.param(C.INT32, "2147483647", 2147483647, id="integer: the largest"),
        pytest.param(C.INT32, "-2147483648", -2147483648, id="integer: the smallest"),
        pytest.param(C.INT32, "null", None, id="integer: null"),
        pytest.param(C.INT32, "NuLL", None, id="integer: null in any case"),
        pytest.param(C.INT32, ARABIC_42, 42, id="integer: digits of another script, as in Java"),
        pytest.param(C.DECIMAL, "24.49", Decimal("24.49"), id="decimal: plain"),
        pytest.param(C.DECIMAL, "-.5", Decimal("-0.5"), id="decimal: nothing before the point"),
        pytest.param(C.DECIMAL, "5.", Decimal("5"), id="decimal: nothing after the point"),
        pytest.param(C.DECIMAL, "+1.5E+3", Decimal("1500"), id="decimal: exponent"),
        pytest.param(C.DECIMAL, "1e-3", Decimal("0.001"), id="decimal: negative exponent"),
        pytest.param(C.DECIMAL, "0.10", Decimal("0.10"), id="decimal: zeros at the end stay"),
        pytest.param(C.DECIMAL, "NULL", None, id="decimal: null in any case"),
        pytest.param(C.DECIMAL, ARABIC_42, Decimal(42), id="decimal: digits of another script"),
        pytest.param(C.DECIMAL, "1e307", Decimal("1e307"), id="decimal: near a double's limit"),
        pytest.param(C.DECIMAL, "1e-307", Decimal("1e-307"), id="decimal: near zero"),
        pytest.param(C.DECIMAL, "1" * 300, Decimal("1" * 300), id="decimal: 300 digits"),
        pytest.param(C.DECIMAL, "1." + "0" * 398, Decimal("1." + "0" * 398), id="decimal: 400 characters"),
        pytest.param(C.BIT, "1", True, id="bit: 1"),
        pytest.param(C.BIT, "0", False, id="bit: 0"),
        pytest.param(C.EPOCH_MS, "1735734645123", 1735734645123, id="epoch: plain"),
        pytest.param(C.EPOCH_MS, "0", 0, id="epoch: zero"),
        pytest.param(C.EPOCH_MS, "-1", -1, id="epoch: before 1970"),
        pytest.param(C.EPOCH_MS, str(MAX_MS), MAX_MS, id="epoch: the end of year 9999"),
        pytest.param(C.EPOCH_MS, str(MIN_MS), MIN_MS, id="epoch: the beginning of year 0"),
        pytest.param(C.EPOCH_MS, ARABIC_42, 42, id="epoch: digits of another script"),
        pytest.param(C.WIDTH, "1920x1080", 1920, id="dimensions: width"),
        pytest.param(C.HEIGHT, "1920x1080", 1080, id="dimensions: height"),
        pytest.param(C.WIDTH, "0x0", 0, id="dimensions: zero"),
        pytest.param(C.HEIGHT, "1x2147483647", 2147483647, id="dimensions: the largest"),
    ],
)  # fmt: skip
def test_accepted(conversion: Conversion, text: str, value: Value | None) -> None:
    """Each conversion gives its column's value, or null."""
    found = CONVERTERS[conversion](text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("conversion", "text", "error"),
    [
        *(
            pytest.param(C.EVENT_TYPE, text, "Not a valid event type", id=f"event type: {text!r}")
            for text in ("", "page_view", "PV", "pv ", "null")
        ),
        *(
            pytest.param(C.PLATFORM, text, "Not a valid platform", id=f"platform: {text!r}")
            for text in ("", "Web", "desktop", "null")
        ),
        *(
            pytest.param(C.UUID, text, "Not a valid UUID", id=f"UUID: {text!r}")
            for text in (
                "",
                "null",
                UUID[:-1],
                UUID + "0",
                UUID.replace("-", ""),
                f"{{{UUID}}}",
                UUID.replace("b", "g"),
                UUID.replace("4", "\u0664"),
                UUID + "\n",
            )
        ),
        *(
            pytest.param(C.INT32, text, NOT_INTEGER, id=f"integer: {text[:20]!r}")
            for text in (
                "",
                " 1",
                "1.0",
                "1e3",
                "1_000",
                "0x10",
                "--1",
                "+",
                "2147483648",
                "-2147483649",
                "9" * 10_000,
                "\u00b2",
                "nul",
            )
        ),
        *(
            pytest.param(C.BIT, text, NOT_BIT, id=f"bit: {text!r}")
            for text in ("", "true", "2", "00", "null")
        ),
        *(
            pytest.param(C.EPOCH_MS, text, NOT_EPOCH, id=f"epoch: {text!r}")
            for text in ("", "null", "1.5", "2025-01-01", str(2**63), str(-(2**63) - 1), "1e3")
        ),
        *(
            pytest.param(
                C.EPOCH_MS,
                str(ms),
                f"Formatting as {text} is not Redshift-compatible",
                id=f"epoch: {text}",
            )
            for ms, text in [
                (MAX_MS + 1, "10000-01-01 00:00:00.000"),
                (MIN_MS - 1, "-0001-12-31 23:59:59.999"),
                (2**63 - 1, "292278994-08-17 07:12:55.807"),
                (-(2**63), "-292275055-05-16 16:47:04.192"),
            ]
        ),
        *(
            pytest.param(conversion, text, NOT_DIMENSIONS, id=f"{conversion.name}: {text!r}")
            for conversion in (C.WIDTH, C.HEIGHT)
            for text in ("", "1920", "1920X1080", "1920x", "-1x2", "1920x1080 ", "1.5x2", "1x2x3")
        ),
        pytest.param(C.WIDTH, f"{ARABIC_42}x1", NOT_DIMENSIONS, id="dimensions: ASCII digits only"),
        *(
            pytest.param(conversion, text, TOO_LARGE_DIMENSIONS, id=f"{conversion.name}: {text[:20]}")
            for conversion in (C.WIDTH, C.HEIGHT)
            for text in ("2147483648x1", "1x2147483648", "9" * 10_000 + "x1")
        ),
    ],
)  # fmt: skip
def test_refused(conversion: Conversion, text: str, error: str) -> None:
    """The error is Snowplow's own text; of dimensions one wrong number voids both."""
    with pytest.raises(ValueError, match=f"^{re.escape(error)}$"):
        CONVERTERS[conversion](text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        ".",
        "e5",
        "1e",
        "1e+",
        "1,5",
        "1_0",
        " 1",
        "1 ",
        "NaN",
        "Infinity",
        "0x1",
        "nul",
        "1e1.5",
        "1" * 401,
        "1." + "0" * 399,
        "1e308",
        "1e-308",
        "1e999999999",
        "1e9999999999",
        "0e-999999999",
        "0e999",
    ],
)
def test_refused_decimals(text: str) -> None:
    """What is no BigDecimal, or no double could hold, is refused with a reason."""
    with pytest.raises(ValueError, match=rf"^{re.escape(NOT_DECIMAL)}\w"):
        CONVERTERS[C.DECIMAL](text)


def converted(conversion: Conversion, text: str) -> Value | ValueError | None:
    try:
        return CONVERTERS[conversion](text)
    except ValueError as error:
        return error


@given(st.from_regex(r"[+-]?\d{0,12}\.?\d{0,12}([eE][+-]?\d{1,4})?", fullmatch=True))
def test_an_accepted_decimal_prints_short_and_is_a_number(text: str) -> None:
    """Bad rows print a decimal in full, JSON prints it as a double: both must be possible."""
    number = converted(C.DECIMAL, text)
    if isinstance(number, Decimal):
        printed = f"{number:f}"
        assert len(printed) < 400
        assert float(number) == pytest.approx(float(printed))
        assert number or not printed.startswith("-")


@given(st.sampled_from(Conversion), st.text() | st.from_regex(r"[-+\d.eExX]{1,30}", fullmatch=True))
def test_any_text_is_read_or_refused(conversion: Conversion, text: str) -> None:
    """A converter raises nothing but ValueError, with a text that is Snowplow's, not Python's."""
    found = converted(conversion, text)
    if isinstance(found, ValueError):
        assert re.match(r"Cannot be|Could not be|Does not|Formatting as|Not ", str(found))


@given(st.integers(MIN_MS, MAX_MS))
def test_every_epoch_within_range_can_be_printed(ms: int) -> None:
    """Years 0 to 9999 have four digits."""
    assert CONVERTERS[C.EPOCH_MS](str(ms)) == ms
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", to_warehouse(ms))


def test_every_conversion_has_a_converter() -> None:
    """The columns name conversions; none is missing here."""
    assert set(CONVERTERS) == set(Conversion)
    assert len(PLATFORMS) == 9
