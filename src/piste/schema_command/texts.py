"""What is printed for people, whoever wrote it.

Room:   pure; texts of registries and names of files may hold anything.
"""

import json
import re

from piste.events.schema_key import Json

LONGEST = 1_000
"""Characters of a message that are shown."""

_OBEYED = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""What JSON leaves as it is, and terminals and editors act on."""


def pretty(value: Json) -> str:
    """Indented JSON, keys in their order, with a line end."""
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    return _OBEYED.sub(lambda found: json.dumps(found[0])[1:-1], text)


def printable(text: object) -> str:
    """On one line, without anything that a terminal obeys or no encoding takes, and not too long."""
    shown = str(text)
    if len(shown) > LONGEST:
        shown = shown[:LONGEST] + "…"
    if shown.isprintable():
        return shown
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in shown)


def counted(number: int, noun: str) -> str:
    """Such as "1 schema" or "2 schemas"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
