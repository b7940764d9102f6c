"""References inside a schema, and the places of its parts.

Room:   pure; JSON Pointer in fragments.
Limits: `#` and `#/…` only; anything else is for the caller to refuse.
Source: RFC 6901; JSON Schema draft-04, core 7.
"""

from urllib.parse import unquote

from piste.subschema.values import Json


class Unfollowed(Exception):
    """A reference that cannot be followed; `str()` says why, and `path` is where it stands."""

    def __init__(self, problem: str, path: str = "$") -> None:
        super().__init__(problem)
        self.path = path


Path = tuple["Path", tuple[object, ...]] | None
"""Backwards: a keyword, and a name or position in it. Written out only where it is needed."""


def joined(path: Path) -> str:
    steps: list[str] = []
    while path is not None:
        path, (keyword, *names) = path
        steps.append("".join([f".{keyword}", *(f"[{name!r}]" for name in names)]))
    return "".join(["$", *reversed(steps)])


def resolve(root: Json, reference: str) -> Json:
    """What a local reference points at; None when there is nothing."""
    if not (reference == "#" or reference.startswith("#/")):
        return None
    node = root
    for token in reference[2:].split("/") if len(reference) > 1 else ():
        name = unquote(token).replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict) and name in node:
            node = node[name]
        elif isinstance(node, list) and (index := _index(name)) is not None and index < len(node):
            node = node[index]
        else:
            return None
    return node


def _index(token: str) -> int | None:
    """In a list, as JSON Pointer writes it."""
    is_index = token.isascii() and token.isdecimal() and len(token) < _MAX_DIGITS
    return int(token) if is_index and (token[0] != "0" or len(token) == 1) else None


_MAX_DIGITS = 10
