"""Page views by page. Source: TinyTrail's API, "pages"."""

from typing import cast

from piste.reports.answer import Answer, listed
from piste.reports.parameters import Parameters
from piste.reports.periods import Period
from piste.reports.scope import Scope
from piste.reports.statements import Rows


def pages(rows: Rows, parameters: Parameters, period: Period) -> Answer:
    """Most page views first. A page is a path with the content group that it had when it was viewed;
    `uniquePageviews` are the visits that saw it."""
    scope = Scope.of(rows, parameters, period)
    found = [
        {
            "path": row["path"],
            "contentGroup": row["content_group"],
            "pageviews": int(cast("int", row["pageviews"])),
            "uniquePageviews": row["visits"],
        }
        for row in scope.ask("pages", scope.page())
    ]
    return listed(parameters, period, found)
