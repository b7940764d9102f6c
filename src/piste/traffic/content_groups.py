"""Groups of a website's pages, by patterns of their paths.

Room:   pure.
Limits: at most MAX_GROUPS groups, of which MAX_EXPRESSIONS are regular expressions; names of MAX_NAME and
        patterns of MAX_PATTERN characters. The time of a match grows with the path and never explodes
        (RE2), whatever the author wrote: the worst expressions take 15 ms each for the longest path. One
        that needs more than MAX_MEMORY bytes is refused. Case counts.
Source: TinyTrail's API, `content_groups` of a website. The dialect is ours: `*` is any run without `/`, `**`
        any run, a trailing `/*` everything below, a trailing `/**` that and the path itself; all else is
        literal. `regex:` begins a regular expression in RE2's syntax, found anywhere unless anchored.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import re2

from piste.events.schema_key import Json
from piste.traffic.flaws import Flaw, shortened

FIELD = "content_groups"
MAX_GROUPS = 100
MAX_NAME = 255
MAX_PATTERN = 200
MAX_EXPRESSIONS = 20
MAX_MEMORY = 1 << 15
REGEX = "regex:"

_STARS = re.compile(r"(\*+)")

Matches = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class ContentGroup:
    """`matches` tells of a path whether it belongs to the group, as far as this pattern goes."""

    name: str
    matches: Matches
    is_expression: bool


class ContentGroups:
    """Of one website, in their order."""

    def __init__(self, groups: Sequence[ContentGroup] = ()) -> None:
        self._groups = tuple(groups)

    def of(self, path: str) -> str | None:
        """The name of the first group that matches; `path` is a normalised one."""
        return next((group.name for group in self._groups if group.matches(path)), None)


NO_GROUPS = ContentGroups()


def content_groups(value: Json) -> ContentGroups | tuple[Flaw, ...]:
    """From JSON, or everything that is wrong with it. None is an empty list."""
    if value is None:
        return NO_GROUPS
    if not isinstance(value, list):
        return (Flaw(FIELD, f"`{FIELD}` must be an array of groups"),)
    if len(value) > MAX_GROUPS:
        return (Flaw(FIELD, f"`{FIELD}` has more than {MAX_GROUPS} groups"),)
    groups: list[ContentGroup] = []
    flaws: list[Flaw] = []
    for position, one in enumerate(value):
        found = _group(one, f"{FIELD}[{position}]")
        if isinstance(found, ContentGroup):
            groups.append(found)
        else:
            flaws.extend(found)
    if sum(group.is_expression for group in groups) > MAX_EXPRESSIONS:
        message = f"`{FIELD}` has more than {MAX_EXPRESSIONS} regular expressions"
        flaws.append(Flaw(FIELD, message))
    return tuple(flaws) or ContentGroups(groups)


def _group(value: Json, at: str) -> ContentGroup | list[Flaw]:
    if not isinstance(value, dict):
        return [Flaw(at, f"`{at}` must be an object with `name` and `pattern`")]
    flaws = []
    for member, limit in (("name", MAX_NAME), ("pattern", MAX_PATTERN)):
        reason = _not_a_text(value.get(member), limit)
        if reason:
            flaws.append(Flaw(f"{at}.{member}", f"`{at}.{member}` {reason}"))
    if flaws:
        return flaws
    pattern = value["pattern"].strip()
    matches = compiled(pattern)
    if isinstance(matches, str):
        return [Flaw(f"{at}.pattern", f"`{at}.pattern` is no regular expression: {matches}")]
    return ContentGroup(value["name"].strip(), matches, pattern.startswith(REGEX))


def _not_a_text(value: Json, limit: int) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return "must be a text that is not empty"
    if len(value) > limit:
        return f"is longer than {limit} characters"
    if not value.isprintable():  # nor has it lone surrogates
        return "has characters that cannot be printed"
    return None


def compiled(pattern: str) -> Matches | str:
    """Or why it is no regular expression."""
    if pattern.startswith(REGEX):
        return _searched(pattern.removeprefix(REGEX))
    if "*" not in pattern:
        return pattern.__eq__
    return _glob(pattern)


def _searched(expression: str) -> Matches | str:
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    options.log_errors = False
    try:
        found = re2.compile(expression, options).search
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        return shortened(reason.decode() if isinstance(reason, bytes) else str(reason), 200)
    return lambda path: found(path) is not None


def _glob(pattern: str) -> Matches | str:
    prefix = pattern.partition("*")[0]
    body, end = pattern, ""
    if pattern.endswith("/**"):
        body, end = pattern.removesuffix("/**"), "(?:/.*)?"
        prefix = prefix.removesuffix("/")
    elif pattern.endswith("/*"):
        body, end = pattern.removesuffix("*"), ".*"
    parts = (_piece(piece) for piece in _STARS.split(body))
    found = _searched(rf"(?s)\A{''.join(parts)}{end}\z")
    if isinstance(found, str):
        return found
    # Most paths are of another group: the beginning tells it without the engine.
    return lambda path: path.startswith(prefix) and found(path)


def _piece(text: str) -> str:
    if text.startswith("*"):
        return "[^/]*" if text == "*" else ".*"
    escaped: str = re2.escape(text)
    return escaped
