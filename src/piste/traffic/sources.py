"""Who refers: search engines, social networks, webmail, assistants and others, by host, by app, by name.

Room:   the lists are this package's data, read once; a deployment hands in more, which come first.
Limits: a host of a list stands for all below it; of several that match, the longest counts.
Source: the public names of the services; our own lists.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from piste.traffic.hosts import Origin, keys, origin_of

DATA = files("piste.traffic") / "data"


class Kind(StrEnum):
    """The value is the name of the list's file."""

    SEARCH = "search"
    SOCIAL = "social"
    EMAIL = "email"
    ASSISTANT = "assistants"
    VIDEO = "video"
    SHOPPING = "shopping"
    PLAIN = "plain"
    """None of the others, though below a host of theirs."""


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    kind: Kind


Section = Mapping[str, Sequence[str]]
"""The name of a source -> its hosts, its apps or its other names."""
Lists = Mapping[str, Mapping[str, Section]]
"""The value of a `Kind` -> `hosts`, `apps` or `names`, as in the files."""


class Sources:
    """Looked up by what a request says."""

    def __init__(self, *several: Lists) -> None:
        """Of lists that disagree, the first is right."""
        self._hosts: dict[str, Source] = {}
        self._apps: dict[str, Source] = {}
        self._names: dict[str, Source] = {}
        sections = {"hosts": self._hosts, "apps": self._apps, "names": self._names}
        for lists in several:
            for kind, members in lists.items():
                for section, entries in members.items():
                    self._add(Kind(kind), sections[section], entries)

    def _add(self, kind: Kind, known: dict[str, Source], entries: Section) -> None:
        for name, texts in entries.items():
            source = Source(name, kind)
            for text in texts:
                known.setdefault(text.lower(), source)
            self._names.setdefault(name.lower(), source)

    def of_referrer(self, origin: Origin) -> Source | None:
        """None when no list has it."""
        if origin.is_app:
            return self._apps.get(origin.host)
        return next((self._hosts[key] for key in keys(origin.host) if key in self._hosts), None)

    def of_name(self, utm_source: str) -> Source | None:
        """A name, in any case of its letters, or a host."""
        name = utm_source.lower()
        found = self._names.get(name)
        if found is None and "." in name:
            origin = origin_of(name)
            found = None if origin is None else self.of_referrer(origin)
        return found


def own_lists() -> Lists:
    return {kind.value: tomllib.loads((DATA / f"{kind}.toml").read_text("utf-8")) for kind in Kind}


@lru_cache(maxsize=1)
def own_sources() -> Sources:
    return Sources(own_lists())


def extended(extra: Lists) -> Sources:
    """What a deployment adds to our own lists, or sees differently."""
    return Sources(extra, own_lists())
