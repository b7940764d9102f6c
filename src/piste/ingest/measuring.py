"""Websites and salts, as far as an enricher was told of them, and what they make of an event.

Room:   between the decisions of `ingest.decisions` and the rules in `piste.traffic`, which are loaded with
        the first website: who only inspects events has no use for them.
Limits: may be told while events are measured. A website that cannot be compiled is not measured.
"""

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from piste.events.enriched import EnrichedEvent
from piste.events.outcome import Traffic
from piste.events.schema_key import Json

if TYPE_CHECKING:  # loaded with the first website
    from piste.traffic.compiled import CompiledWebsite, CompiledWebsites
    from piste.traffic.websites import Website

NOT_MEASURED: Traffic = {}

_logger = logging.getLogger(__name__)


class Measuring:
    """Of all websites."""

    def __init__(self, *, respects_gpc: bool = False, respects_dnt: bool = False) -> None:
        """As in `traffic.compiled.CompiledWebsite`, for every website."""
        self._respects_gpc, self._respects_dnt = respects_gpc, respects_dnt
        self._websites: CompiledWebsites | None = None
        self._salts: dict[int, bytes] = {}

    def website(self, website_id: str) -> "CompiledWebsite | None":
        """`website_id` is in lower case."""
        return None if self._websites is None else self._websites.of_id(website_id)

    def of(self, event: EnrichedEvent) -> Traffic:
        if self._websites is None:
            return NOT_MEASURED
        from piste.traffic.of_snowplow import traffic_of

        return traffic_of(event, self._websites, self._salts)

    def put_website(self, json: Json) -> None:
        """What `website_json` made."""
        from functools import partial

        from piste.traffic.compiled import CompiledWebsites, compiled
        from piste.traffic.website_forms import PathGroup
        from piste.traffic.websites import Website

        groups = tuple(PathGroup(one["name"], one["pattern"]) for one in json["content_groups"])
        website = Website(
            id=json["id"],
            account_id=json["account_id"],
            domain=json["domain"],
            content_groups=groups,
            excluded_ips=tuple(json["excluded_ips"]),
            created_at=datetime.fromisoformat(json["created_at"]),
        )
        if self._websites is None:
            gpc, dnt = self._respects_gpc, self._respects_dnt
            self._websites = CompiledWebsites(partial(compiled, respects_gpc=gpc, respects_dnt=dnt))
        try:
            self._websites.put(website)
        except ValueError:
            _logger.exception("website %s is not measured", website.id)
            self._websites.remove(website.id)

    def remove_website(self, website_id: str) -> None:
        """Whether it is known or not."""
        if self._websites is not None:
            self._websites.remove(website_id)

    def put_salt(self, day: int, salt: bytes) -> None:
        self._salts = {**self._salts, day: salt}

    def remove_salt(self, day: int) -> None:
        """Whether it is known or not."""
        self._salts = {known: salt for known, salt in self._salts.items() if known != day}


def website_json(website: "Website") -> Json:
    """For `Measuring.put_website`."""
    return {
        "id": website.id,
        "account_id": website.account_id,
        "domain": website.domain,
        "content_groups": [
            {"name": one.name, "pattern": one.pattern} for one in website.content_groups
        ],
        "excluded_ips": list(website.excluded_ips),
        "created_at": website.created_at.isoformat(),
    }
