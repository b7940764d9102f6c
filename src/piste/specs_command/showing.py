"""What is printed: differences, problems, and what a server says when it refuses.

Room:   pure; texts only.
Limits: no control character of a file or a server reaches the terminal.
"""

import difflib
from typing import Any

from piste.events.schema_key import Json
from piste.jsontext import encode_text
from piste.specs_command.client import Refused, message_of
from piste.specs_command.texts import write_text

_LONGEST = 2_000
_NOWHERE = "(nothing)"


def printable(text: object) -> str:
    """In one line."""
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in str(text))


def difference(
    before: Json | None, after: Json | None, before_name: str, after_name: str
) -> list[str]:
    """Unified, of the YAML of both; None is nothing."""
    lines = difflib.unified_diff(
        _lines(before),
        _lines(after),
        before_name if before is not None else _NOWHERE,
        after_name if after is not None else _NOWHERE,
        lineterm="",
    )
    return [printable(line) for line in lines]


def refusal_lines(refused: Refused) -> list[str]:
    """Each thing that is wrong, with the place and a counterexample where the server found one."""
    json = refused.json
    found = [line for one in _errors(json) for line in _error_lines(one)]
    return [printable(one) for one in found] or [printable(message_of(json))]


def affected_lines(json: Any) -> list[str]:
    """What a deployment says beside that it was done."""
    if not isinstance(json, dict):
        return []
    return [printable(f"warning: {one}") for one in _list(json.get("warnings"))]


def _errors(json: Any) -> list[Any]:
    return _list(json.get("errors")) if isinstance(json, dict) else []


def _error_lines(one: Any) -> list[str]:
    if not isinstance(one, dict):
        return [str(one)]
    at = one.get("source")
    lines = [f"{at}: {one.get('title')}" if at else str(one.get("title"))]
    if "reason" in one:
        lines.append(f"  at {one.get('path')}: {one['reason']}")
    if "counterexample" in one:
        text = encode_text(one["counterexample"])
        shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
        lines.append(f"  for example: {shown}")
    return lines


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _lines(document: Json | None) -> list[str]:
    return [] if document is None else write_text(document, is_json=False).splitlines()
