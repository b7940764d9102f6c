"""The string formats that Snowplow checks, and how each is decided.

Room:   data only. `dialect` turns a format into something the engine can decide; `messages` prints
        the pattern to the user.
Limits: a format that stands in neither table is ignored, as JSON Schema allows. A pattern is an
        ECMA regular expression; `$` does not match before a final line feed, as it does in Java.
Source: Iglu, "Validation dialect"; the patterns are the published ones of networknt's
        json-schema-validator, because its messages show them to users.
"""

_BYTE = r"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4_TAIL = rf"({_BYTE}(\.{_BYTE}){{3}})"
_HEX = r"[0-9A-Fa-f]{1,4}"
_GAPS = (  # n groups after the `::` that stands in for at least one of eight
    f":{_IPV4_TAIL}",
    f"((:{_HEX})?:{_IPV4_TAIL})",
    *(rf"((:{_HEX}){{0,{n}}}:{_IPV4_TAIL})" for n in (2, 3, 4)),
)
_IPV6 = "|".join(
    [
        rf"(({_HEX}:){{7}}({_HEX}|:))",
        rf"(({_HEX}:){{6}}(:{_HEX}|{_IPV4_TAIL}|:))",
        *(
            rf"(({_HEX}:){{{6 - n}}}(((:{_HEX}){{1,{n + 1}}})|{gap}|:))"
            for n, gap in enumerate(_GAPS, 1)
        ),
        rf"(:(((:{_HEX}){{1,7}})|((:{_HEX}){{0,5}}:{_IPV4_TAIL})|:))",
    ]
)
_DECIMAL_BYTE = r"([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])"
_LABEL = r"([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])"
_COLOR_NAMES = (
    *("aqua", "black", "blue", "fuchsia", "gray", "green", "lime", "maroon", "navy"),
    *("olive", "orange", "purple", "red", "silver", "teal", "white", "yellow"),
)
_RGB_BYTE = rf"\s*\b{_DECIMAL_BYTE}\b\s*"
_RGB_PERCENT = r"\s*(\d?\d%|100%)+\s*"

PATTERNS = {
    "alpha": "^[a-zA-Z]+$",
    "alphanumeric": "^[a-zA-Z0-9]+$",
    "color": "|".join(
        [
            r"(#?([0-9A-Fa-f]{3,6})\b)",
            *(f"({name})" for name in _COLOR_NAMES),
            rf"(rgb\({_RGB_BYTE},{_RGB_BYTE},{_RGB_BYTE}\))",
            rf"(rgb\({_RGB_PERCENT},{_RGB_PERCENT},{_RGB_PERCENT}\))",
        ]
    ),
    "duration": (r"^P(\d+W|(?=\d|T)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?)$"),
    "hostname": rf"^{_LABEL}(\.{_LABEL})*$",
    "ip-address": (
        r"^(?:(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)\.){3}"
        r"(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)$"
    ),
    "ipv4": rf"^({_DECIMAL_BYTE}\.){{3}}{_DECIMAL_BYTE}$",
    "ipv6": rf"^\s*({_IPV6})(%.+)?\s*$",
    "phone": r"^\+(?:[0-9] ?){6,14}[0-9]$",
    "style": r"\s*(.+?):\s*([^;]+);?",
    "time": r"^\d{2}:\d{2}:\d{2}$",
    "uri": r"(^[a-zA-Z][a-zA-Z0-9+-.]*:[^\s]*$)|(^//[^\s]*$)",
    "utc-millisec": r"^[0-9]+(\.?[0-9]+)?$",
    "uuid": r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
}
"""Format -> the pattern that decides it (searched for, so anchored where it says so)."""

RULES = {
    "date": "yyyy-MM-dd",
    "date-time": "RFC 3339",
    "email": "RFC 5321",
}
"""Formats that the validation engine decides itself -> the rule, as users read it."""
