"""Small websites told in a line: who saw which pages, when.

Room:   what tests of the oracle and of the product's reports begin with.
Limits: one website unless another is named; `SITE` was created at the epoch.
"""

from typing import Any

from .oracle import Answer, Hit, answer
from .worlds import MINUTE, SECOND, milliseconds

SITE = "550e8400-e29b-41d4-a716-446655440000"
OTHER_SITE = "550e8400-e29b-41d4-a716-446655440001"
NOW = milliseconds("2026-03-19T15:30:00Z")

__all__ = ["MINUTE", "NOW", "OTHER_SITE", "SECOND", "SITE", "Story", "ask"]


class Story:
    """Hits, numbered as they are told."""

    def __init__(self) -> None:
        self.hits: list[Hit] = []

    def hit(self, at: str | int, visitor: str = "ann", **rest: Any) -> "Story":
        """An event, a page view of `/` unless told otherwise. `at`: ISO 8601 or epoch milliseconds."""
        time_ms = at if isinstance(at, int) else milliseconds(at)
        self.hits.append(
            Hit(
                **{
                    "seq": len(self.hits) + 1,
                    "website_id": SITE,
                    "visitor": visitor,
                    "time_ms": time_ms,
                    **rest,
                }
            )
        )
        return self

    def visit(
        self, at: str, *paths: str, visitor: str = "ann", lasting: int = 0, **rest: Any
    ) -> "Story":
        """Page views, the last one `lasting` ms after the first; `rest` is what each of them has."""
        start = milliseconds(at)
        for number, path in enumerate(paths or ("/",)):
            share = lasting * number // max(len(paths) - 1, 1)
            self.hit(start + share, visitor, path=path, **rest)
        return self

    def ask(self, report: str, **query: Any) -> Answer:
        return ask(self.hits, report, **query)


def ask(hits: list[Hit], report: str, now_ms: int = NOW, **query: Any) -> Answer:
    """A report about `SITE`; all of its time unless told otherwise. Refused ones are asserted against.

    `filter_path="/"` is `filter[path]=/`, `steps=[…]` is `steps[]`.
    """
    dates = {"start_date", "end_date", "period"} & query.keys()
    asked: dict[str, Any] = {"website_id": SITE} | ({} if dates else {"period": "all"})
    for name, value in query.items():
        if name.startswith("filter_"):
            asked[f"filter[{name.removeprefix('filter_')}]"] = value
        else:
            asked["steps[]" if name == "steps" else name] = value
    said = answer(report, hits, asked, now_ms)
    assert isinstance(said, dict), said
    return said
