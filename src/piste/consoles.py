"""The governance side over HTTP: the Console APIs and the schema registry, each built at its first request.

Room:   the top; puts routers together with their services.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from piste.governance import Governance
from piste.queries.statements import Rows
from piste.server import Application


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
