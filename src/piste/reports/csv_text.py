"""Rows as CSV.

Room:   pure text.
Limits: UTF-8 without a mark, lines end with CR LF, null is an empty cell. A text that spreadsheets take for a
        formula gets an apostrophe in front; numbers stay as they are.
Source: RFC 4180; OWASP, "CSV Injection".
"""

from collections.abc import Mapping, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> str:
    """The columns' names first; what a row lacks is null."""
    lines = [",".join(columns)]
    lines += [",".join(_cell(row.get(column)) for column in columns) for row in rows]
    return "".join(f"{line}\r\n" for line in lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, str) and text.startswith(_FORMULA):
        text = f"'{text}"
    if any(char in text for char in ',"\r\n'):
        escaped = text.replace('"', '""')
        return f'"{escaped}"'
    return text
