"""The governance side over HTTP: the Console APIs, the schema registry and TinyTrail's API, each built at its
first request.

Room:   the top; puts routers together with their services.
"""

import os
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from piste.enriching import clock_ms
from piste.events.hit import Hit
from piste.governance import Governance
from piste.queries.statements import Rows
from piste.server import Application
from piste.settings.model import TrafficSettings

if TYPE_CHECKING:  # imported when built
    from piste.traffic.compiled import CompiledWebsite


def console_of(
    governance: Governance, rows: Rows | None, catch_up: Callable[[], Awaitable[int]]
) -> Application:
    """`rows` is None when no events are kept; `catch_up` is as in `web.console.conformance`."""
    from piste.specs.service import EVENT_SPECIFICATIONS, TRACKING_SCENARIOS
    from piste.web.console import (
        applications,
        conformance,
        event_specifications,
        identity,
        products,
        structures,
        subscriptions,
    )
    from piste.web.console.app import console
    from piste.web.console.requests import caller

    who = caller(governance.identity.authenticate, governance.identity.has_account)

    def product_name(organization_id: str, product_id: str) -> str | None:
        found = governance.store.products(organization_id).get(product_id)
        return None if found is None else found.item.name

    seen = conformance.Seen(
        records=governance.store.specifications,
        product_name=product_name,
        rows=rows,
        catch_up=catch_up,
    )
    return console(
        [
            identity.router(governance.identity),
            structures.router(governance.structures, who),
            applications.router(governance.applications, who),
            products.router(governance.products, who),
            subscriptions.router(governance.subscriptions, who),
            *(
                event_specifications.router(names, partial(governance.specifications, names), who)
                for names in (EVENT_SPECIFICATIONS, TRACKING_SCENARIOS)
            ),
            conformance.router(seen, who),
        ]
    )


def registry_of(governance: Governance, prefixes: tuple[str, ...]) -> Application:
    from piste.web.registry.app import application

    return application(governance.registry(), prefixes=prefixes)


def analytics_of(
    governance: Governance,
    settings: TrafficSettings,
    rows: Rows | None,
    catch_up: Callable[[], Awaitable[int]],
) -> Application:
    """`rows` and `catch_up` are as in `web.tinytrail.reports.Traffic`."""
    from piste.traffic.proxies import TrustedProxies
    from piste.web.client_address import ClientAddress
    from piste.web.rate_limits import RateLimit
    from piste.web.tinytrail import accounts, reports, users, websites
    from piste.web.tinytrail.access import Access, Limits
    from piste.web.tinytrail.app import application

    seconds = settings.api_window.total_seconds()
    limits = Limits(
        keys=RateLimit(settings.api_requests, seconds),
        strangers=RateLimit(settings.api_requests, seconds),
        now=time.monotonic,
    )
    proxies = TrustedProxies.of(settings.trusted_proxies)
    access = Access(governance.identity, limits, ClientAddress(proxies, settings.client_header))
    return application(
        [
            accounts.router(governance.identity, access),
            users.router(governance.identity, access),
            websites.router(governance.websites, access),
            reports.router(governance.websites, access, reports.Traffic(rows, catch_up, clock_ms)),
        ]
    )


def collect_of(
    governance: Governance,
    settings: TrafficSettings,
    website: "Callable[[str], CompiledWebsite | None]",
    accept: Callable[[Hit], Awaitable[None]],
    collector_name: str,
) -> Application:
    """`website`, `accept` and `collector_name` are as in `web.collect.app`."""
    from piste.traffic.identity import Visitors
    from piste.traffic.proxies import TrustedProxies
    from piste.web.client_address import ClientAddress
    from piste.web.collect.app import Collect
    from piste.web.rate_limits import RateLimit

    proxies = TrustedProxies.of(settings.trusted_proxies)
    return Collect(
        websites=website,
        visitors=Visitors(governance.store.salts(), os.urandom),
        accept=accept,
        limit=RateLimit(settings.collect_requests, settings.collect_window.total_seconds()),
        address=ClientAddress(proxies, settings.client_header),
        clock_ms=clock_ms,
        now=time.monotonic,
        collector_name=collector_name,
        explains=lambda website: settings.explain,
    )
