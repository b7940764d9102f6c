"""/micro/all: how many events, good and bad. Source: Micro REST API, "/micro/all"."""

from typing import cast

from piste.queries.statements import Rows, statement


def counts(rows: Rows) -> dict[str, int]:
    """`{"total", "good", "bad"}`; a failed event that is kept counts as bad only."""
    (found,) = rows(statement("counts"), {})
    good, bad = cast("int", found["good"]), cast("int", found["bad"])
    return {"total": good + bad, "good": good, "bad": bad}
