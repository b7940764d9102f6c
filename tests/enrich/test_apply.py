"""The fold of steps over an event."""

from support.events import WEB_PAGE, entity
from support.views import view

from piste.enrich import STEPS, Patch, View, apply
from piste.enrich.event import derive_tstamp, name_event
from piste.enrich.page import parse_page_url, parse_referrer, read_cross_domain_link
from piste.events.failures import EnrichmentFailure

FIRST, SECOND = EnrichmentFailure("first"), EnrichmentFailure("second")
A, B, C = (entity(WEB_PAGE, {"id": name}) for name in "abc")


def test_later_steps_see_what_earlier_ones_did() -> None:
    """Patches are folded one by one; None clears a column."""
    seen: list[dict[str, object]] = []

    def see(view: View) -> Patch:
        seen.append(dict(view.fields))
        return Patch({"app_id": None, "user_id": None, "platform": "web"})

    event = view({"app_id": "shop", "event": "struct"})
    assert apply((lambda _: Patch({"txn_id": 1}), see, see), event) == []
    assert seen == [
        {"app_id": "shop", "event": "struct", "txn_id": 1},
        {"event": "struct", "txn_id": 1, "platform": "web"},
    ]
    assert event.fields == {"event": "struct", "txn_id": 1, "platform": "web"}


def test_a_step_that_fails_stops_no_other() -> None:
    """Failures are collected in order, and what a failing step found is kept."""
    event = view({})
    steps = (
        lambda _: Patch({"app_id": "a"}, failures=(FIRST,)),
        lambda _: Patch({"user_id": "u"}, failures=(SECOND, FIRST)),
    )
    assert apply(steps, event) == [FIRST, SECOND, FIRST]
    assert event.fields == {"app_id": "a", "user_id": "u"}


def test_new_entities_stand_before_older_ones() -> None:
    """Of one step they keep their order."""
    event = view({}, derived_contexts=(C,))
    apply((lambda _: Patch(entities=(B,)), lambda _: Patch(entities=(A, B))), event)
    assert event.derived_contexts == (A, B, B, C)


def test_the_given_fields_are_not_changed() -> None:
    """The bad row of the first phase shows the event as it was before enrichment."""
    fields = {"app_id": "shop"}
    event = view()
    event.fields = fields
    apply((lambda _: Patch({"app_id": "other"}),), event)
    assert fields == {"app_id": "shop"}


def test_parts_of_the_page_are_known_before_the_link_is_read() -> None:
    """The order of steps is the order of what they need."""
    assert STEPS.index(parse_page_url) < STEPS.index(read_cross_domain_link)
    assert {parse_referrer, derive_tstamp, name_event} < set(STEPS)
