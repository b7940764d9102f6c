"""JSON Pointers (RFC 6901), which the registry's reports name places with.

Room:   pure.
"""

import re

from piste.events.schema_key import Json

_INDEX = re.compile(r"\[(\d{1,9})\]")


def pointer(*tokens: str | int) -> str:
    """`""` is the whole document."""
    return "".join(f"/{str(token).replace('~', '~0').replace('/', '~1')}" for token in tokens)


def pointer_of(path: str, json: Json) -> str:
    """Of a path such as `$.items[0].sku`, as the validator writes it, in the document that it is of.

    A name may hold dots and brackets, so it is looked for in the document; where the path leads out of
    that, its last place inside is answered.
    """
    tokens: list[str | int] = []
    rest = path.removeprefix("$")
    while rest:
        if isinstance(json, list) and (match := _INDEX.match(rest)) and int(match[1]) < len(json):
            index = int(match[1])
            tokens.append(index)
            json, rest = json[index], rest[match.end() :]
        elif isinstance(json, dict) and (name := _name_at(rest, json)) is not None:
            tokens.append(name)
            json, rest = json[name], rest[len(name) + 1 :]
        else:
            break
    return pointer(*tokens)


def _name_at(rest: str, json: dict[str, Json]) -> str | None:
    """The longest key that a path goes on with."""
    possible = (
        name
        for name in json
        if rest.startswith(f".{name}") and rest[len(name) + 1 :][:1] in ("", ".", "[")
    )
    return max(possible, key=len, default=None)
