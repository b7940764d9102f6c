"""Websites as the traffic is held against them: compiled once, found by id and by host.

Room:   in memory; who reads and changes websites tells it.
Limits: of several websites that have a host, that of the longest domain counts, and of those the first told.
        Safe to use from several threads.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from piste.traffic.classification import Rules
from piste.traffic.content_groups import ContentGroups, content_groups
from piste.traffic.excluded_ips import ExcludedIps, excluded_ips
from piste.traffic.hosts import suffixes, without_www
from piste.traffic.websites import Website


@dataclass(frozen=True, slots=True)
class CompiledWebsite:
    """`respects_gpc` and `respects_dnt`: nothing is recorded of browsers that ask for it, by the headers
    `Sec-GPC` and `DNT`."""

    id: str
    rules: Rules
    respects_gpc: bool = False
    respects_dnt: bool = False


Compile = Callable[[Website], CompiledWebsite]


def compiled(
    website: Website, *, respects_gpc: bool = False, respects_dnt: bool = False
) -> CompiledWebsite:
    """With our own lists of referrers. ValueError: its patterns are none, so they were never stored."""
    groups = content_groups(
        [{"name": one.name, "pattern": one.pattern} for one in website.content_groups]
    )
    excluded = excluded_ips(list(website.excluded_ips))
    if not isinstance(groups, ContentGroups) or not isinstance(excluded, ExcludedIps):
        raise ValueError(f"website {website.id} has settings that cannot be compiled")
    rules = Rules(website.domain, groups, excluded)
    return CompiledWebsite(website.id, rules, respects_gpc, respects_dnt)


class CompiledWebsites:
    """All websites of the deployment."""

    def __init__(self, compile_: Compile = compiled) -> None:
        """`compile_` as `compiled`, with what a deployment adds."""
        self._compile = compile_
        self._by_id: dict[str, CompiledWebsite] = {}
        self._by_domain: dict[str, dict[str, CompiledWebsite]] = {}
        self._changing = threading.Lock()

    def put(self, website: Website) -> None:
        """Instead of what was known of that id."""
        one = self._compile(website)
        with self._changing:
            self._remove(one.id)
            self._by_id[one.id] = one
            self._by_domain.setdefault(without_www(one.rules.domain), {})[one.id] = one

    def remove(self, website_id: str) -> None:
        """Whether it is known or not."""
        with self._changing:
            self._remove(website_id)

    def of_id(self, website_id: str) -> CompiledWebsite | None:
        """`website_id` is in lower case."""
        return self._by_id.get(website_id)

    def of_host(self, host: str) -> CompiledWebsite | None:
        """That of the host's domain, or of one above it."""
        for domain in suffixes(without_www(host.lower())):
            for one in list(self._by_domain.get(domain, {}).values()):
                return one
        return None

    def _remove(self, website_id: str) -> None:
        known = self._by_id.pop(website_id, None)
        if known is not None:
            domain = without_www(known.rules.domain)
            del self._by_domain[domain][website_id]
            if not self._by_domain[domain]:
                del self._by_domain[domain]
