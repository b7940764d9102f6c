"""Why a request about a tracking plan is not done.

Room:   pure.
Source: Snowplow's console: plain errors are `{"message": …}`; the findings are ours.
"""

from dataclasses import dataclass

from piste.events.schema_key import Json
from piste.specs.findings import Code, Finding, error

INVALID, CONFLICT, NOT_FOUND = 422, 409, 404

MAX_FINDINGS = 100
"""That are printed; the first ones."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """`status` is that of HTTP; nothing was changed."""

    status: int
    findings: tuple[Finding, ...]

    def to_json(self) -> dict[str, Json]:
        """As the API prints it."""
        shown = self.findings[:MAX_FINDINGS]
        return {
            "message": "; ".join(finding.title for finding in shown),
            "errors": [finding.to_json() for finding in shown],
        }


def refusal(status: int, code: Code, source: str, title: str) -> Refusal:
    """With a single finding."""
    return Refusal(status, (error(code, source, title),))


def name_taken(what: str, other: str) -> Refusal:
    """`other` is the id of the one that has the name."""
    title = f"There is a {what} with this name: {other}"
    return refusal(INVALID, Code.DUPLICATE_NAME, "name", title)


def missing(what: str) -> Refusal:
    return refusal(NOT_FOUND, Code.NOT_FOUND, "id", f"There is no such {what}")


def overtaken(what: str) -> Refusal:
    """Somebody else was faster."""
    title = f"Somebody else has changed this {what} meanwhile, or what it refers to"
    return refusal(CONFLICT, Code.CONFLICT, "id", title)
