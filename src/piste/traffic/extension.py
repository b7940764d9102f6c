"""What a deployment adds to the lists, as one TOML text.

Room:   pure; whoever reads the file hands its text in.
Limits: a host is one of `name.tld` or `name.*`, with all below it. What is added here counts before our own.
Source: the form is that of `data/*.toml`, a table per kind, and `spam`, an array of hosts.
"""

import tomllib
from dataclasses import dataclass

from piste.events.schema_key import Json
from piste.traffic.flaws import shortened
from piste.traffic.hosts import origin_of
from piste.traffic.sources import Kind, Sources, extended
from piste.traffic.spam import Spam, own_list

SECTIONS = ("hosts", "apps", "names")
SPAM = "spam"


@dataclass(frozen=True, slots=True)
class Extension:
    """With our own lists behind it; both are for `Rules`."""

    sources: Sources
    spam: Spam


def extension_of(text: str) -> Extension:
    """ValueError: the text is no such TOML; the message names the place."""
    lists = tomllib.loads(text)
    hosts = _texts(lists.pop(SPAM, []), SPAM)
    for host in hosts:
        _check_host(host, SPAM)
    kinds = [kind.value for kind in Kind]
    for kind, sections in lists.items():
        if kind not in kinds:
            raise ValueError(f"{shortened(kind)}: there are {', '.join(kinds)} and {SPAM}")
        for section, sources in _table(sections, kind).items():
            if section not in SECTIONS:
                raise ValueError(f"{kind}.{shortened(section)}: there are {', '.join(SECTIONS)}")
            for name, entries in _table(sources, f"{kind}.{section}").items():
                at = f"{kind}.{section}.{shortened(name)}"
                for entry in _texts(entries, at):
                    if section == "hosts":
                        _check_host(entry, at)
    return Extension(extended(lists), Spam([*own_list(), *hosts]))


def _table(value: Json, at: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise ValueError(f"{at} must be a table")
    return value


def _texts(value: Json, at: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise ValueError(f"{at} must be an array of texts")
    return value


def _check_host(text: str, at: str) -> None:
    host = text.lower()
    example = f"{host.removesuffix('.*')}.com" if host.endswith(".*") else host
    origin = origin_of(f"https://{example}/")
    if origin is None or origin.host != example or "*" in example:
        raise ValueError(f"{at}: {shortened(text)} is no host such as example.com or example.*")
