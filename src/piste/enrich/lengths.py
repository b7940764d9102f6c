"""Maximum lengths of the canonical text columns.

Source: canonical event, "Max length"; measured in UTF-16 code units. Nothing is ever truncated.
"""

from collections.abc import Mapping

from piste.enrich.mapping import AtomicProblem
from piste.events.columns import MAX_LENGTHS
from piste.events.enriched import Value

LENGTH_EXCEEDED = "atomic_field_length_exceeded"
KEPT_THOUGH_TOO_LONG = frozenset({"event_id", "v_collector", "v_etl"})


def too_long(fields: Mapping[str, Value]) -> tuple[AtomicProblem, ...]:
    """One problem a column that holds more than it may."""
    problems = []
    for name, value in fields.items():
        if not isinstance(value, str):
            continue
        limit = MAX_LENGTHS.get(name)
        if limit is None or len(value) * 2 <= limit:  # no text has more code units than that
            continue
        if len(value) > limit or len(value.encode("utf-16-le", "surrogatepass")) > 2 * limit:
            message = f"Field is longer than maximum allowed size {limit}"
            problems.append(AtomicProblem(name, value, message, LENGTH_EXCEEDED))
    return tuple(problems)
