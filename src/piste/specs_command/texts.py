"""Texts of files, YAML or JSON, to JSON values and back.

Room:   pure.
Limits: a YAML file has JSON's types only: no tags, no merge keys, names that are texts, each once; a date is
        a text. Aliases are followed, within the bound on values. Nothing of a file is ever executed.
"""

import json
import re
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from piste.events.schema_key import Json
from piste.jsontext import MAX_DEPTH, JsonError, decode

MAX_BYTES = 1_000_000
MAX_VALUES = 100_000
"""Of a YAML file, those behind aliases counted each time."""

_WIDTH = 1_000_000
"""Never break a line: a long description would not come back with the same line ends."""

_TAG = "tag:yaml.org,2002:"
_DECIMAL = re.compile(r"[-+]?[0-9]{1,400}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_TRUE = ("true", "yes", "on")


class Unreadable(Exception):
    """`str()` says what is wrong with a text."""


def read_text(text: str, *, is_json: bool) -> Json:
    """Raises `Unreadable`."""
    if is_json:
        found = decode(text)
        if isinstance(found, JsonError):
            raise Unreadable(found.message)
        return found
    try:
        root = YAML(typ="safe", pure=True).compose(StringIO(text))
    except YAMLError as error:
        raise Unreadable(f"not YAML: {_in_one_line(error)}") from error
    except RecursionError:
        raise Unreadable(f"nested deeper than {MAX_DEPTH}") from None
    except (ValueError, AttributeError, TypeError, IndexError) as error:
        # Some texts that are no YAML bring the parser down in other ways.
        raise Unreadable(f"not YAML: {error}") from error
    return None if root is None else _Reading().value(root, 0)


def write_text(value: Json, *, is_json: bool, before: str | None = None) -> str:
    """In the order of the value. Where `before` is a YAML text, its comments stay, and its order."""
    if is_json:
        return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    if before is not None:
        merged = _merged(value, before)
        if merged is not None:
            return merged
    return _dumped(value)


class _Reading:
    def __init__(self) -> None:
        self._values = 0

    def value(self, node: Node, depth: int) -> Json:
        self._values += 1
        if self._values > MAX_VALUES:
            raise Unreadable(f"more than {MAX_VALUES} values")
        if depth > MAX_DEPTH:
            raise Unreadable(f"nested deeper than {MAX_DEPTH}")
        tag = str(node.tag)
        if isinstance(node, MappingNode) and tag == f"{_TAG}map":
            return self._mapping(node, depth)
        if isinstance(node, SequenceNode) and tag == f"{_TAG}seq":
            return [self.value(one, depth + 1) for one in node.value]
        if isinstance(node, ScalarNode) and tag.startswith(_TAG):
            return _scalar(tag.removeprefix(_TAG), node)
        raise _refused(node, f"the tag {tag} has no meaning here")

    def _mapping(self, node: MappingNode, depth: int) -> Json:
        found: dict[str, Json] = {}
        for name, value in node.value:
            if not isinstance(name, ScalarNode) or str(name.tag) != f"{_TAG}str":
                raise _refused(name, "a name must be a text: put it in quotes")
            if name.value in found:
                raise _refused(name, f"{_quoted(name.value)} stands twice")
            found[_text(name)] = self.value(value, depth + 1)
        return found


def _scalar(kind: str, node: ScalarNode) -> Json:
    text = node.value
    match kind:
        case "str" | "timestamp":
            return _text(node)
        case "null":
            return None
        case "bool":
            return text.lower() in _TRUE
        case "int" if _DECIMAL.fullmatch(text):
            return int(text)
        case "float" if _NUMBER.fullmatch(text) and abs(number := float(text)) != float("inf"):
            return number
    raise _refused(node, f"{_quoted(text)} is neither a JSON number nor in quotes")


def _text(node: ScalarNode) -> str:
    text: str = node.value
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise _refused(node, "half of a surrogate pair is no text")
    return text


def _refused(node: Node, problem: str) -> Unreadable:
    mark = node.start_mark
    return Unreadable(problem if mark is None else f"line {mark.line + 1}: {problem}")


def _quoted(text: str) -> str:
    return json.dumps(text[:100], ensure_ascii=True)


def _in_one_line(error: YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    place = "" if mark is None else f"line {mark.line + 1}: "
    problem = getattr(error, "problem", None) or str(error)
    return f"{place}{' '.join(str(problem).split())[:300]}"


def _round_trip() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.width = _WIDTH
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _dumped(value: Json) -> str:
    stream = StringIO()
    _round_trip().dump(_unmistakable(value), stream)
    return stream.getvalue()


def _unmistakable(value: Json) -> Json:
    """The same list in two places would be written as an alias; and some characters, unless they are in
    double quotes, as others."""
    if isinstance(value, dict):
        return {_unmistakable(name): _unmistakable(one) for name, one in value.items()}
    if isinstance(value, str) and not value.replace("\n", "").isprintable():
        return DoubleQuotedScalarString(value)
    return [_unmistakable(one) for one in value] if isinstance(value, list) else value


def _merged(value: Json, before: str) -> str | None:
    """None when the text says something else after the change, as one with aliases may."""
    yaml = _round_trip()
    stream = StringIO()
    try:
        document = _changed(yaml.load(before), value)
        yaml.dump(document, stream)
        text = stream.getvalue()
        return text if read_text(text, is_json=False) == value else None
    except (YAMLError, Unreadable, RecursionError):
        return None


def _changed(old: Any, new: Json) -> Any:
    """`old`, with what its comments hang on, as `new`."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in [name for name in old if name not in new]:
            del old[name]
        for name, value in new.items():
            if name in old:
                old[name] = _changed(old[name], value)
            else:
                old[_unmistakable(name)] = _unmistakable(value)
        return old
    if isinstance(old, list) and isinstance(new, list):
        old[len(new) :] = []
        for position, value in enumerate(new):
            if position < len(old):
                old[position] = _changed(old[position], value)
            else:
                old.append(_unmistakable(value))
        return old
    # The old one knows how it was quoted.
    return old if isinstance(new, str) and old == new else _unmistakable(new)
