"""What an enrichment step sees, made by hand."""

from typing import Any

from support.requests import raw_event

from piste.enrich import View
from piste.events.enriched import Value

_PARTS = ("unstruct_event", "derived_contexts")


def view(fields: dict[str, Value] | None = None, **others: Any) -> View:
    """`others` are self-describing parts of the event, or what the request says."""
    known = {name: others.pop(name) for name in _PARTS if name in others}
    return View(raw_event({}, **others), fields or {}, **known)
