"""Referrers that exist to be seen in reports.

Room:   pure; the short list of our own is data, a deployment hands in more.
Source: hosts that have been reported as referrer spam for years.
"""

import tomllib
from collections.abc import Iterable
from functools import lru_cache

from piste.traffic.hosts import suffixes
from piste.traffic.sources import DATA


class Spam:
    """Hosts, with all below them."""

    def __init__(self, hosts: Iterable[str]) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)

    def has(self, host: str) -> bool:
        return any(suffix in self._hosts for suffix in suffixes(host))


def own_list() -> tuple[str, ...]:
    return tuple(tomllib.loads((DATA / "spam.toml").read_text("utf-8"))["hosts"])


@lru_cache(maxsize=1)
def own_spam() -> Spam:
    return Spam(own_list())
