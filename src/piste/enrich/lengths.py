"""Maximum lengths of the canonical text columns.

Source: canonical event, "Max length"; measured in UTF-16 code units. Nothing is ever truncated.
"""

from collections.abc import Mapping

from piste.enrich.mapping import AtomicProblem
from piste.events.columns import MAX_LENGTHS
from piste.events.enriched import Value

LENGTH_EXCEEDED = "atomic_field_length_exceeded"
_HALF_LIMITS = {name: limit // 2 for name, limit in MAX_LENGTHS.items()}
_NO_LIMIT = float("inf")
KEPT_THOUGH_TOO_LONG = frozenset({"event_id", "v_collector", "v_etl"})


def too_long(fields: Mapping[str, Value]) -> tuple[AtomicProblem, ...]:
    """One problem a column that holds more than it may."""
    # A character is at most two code units: half the limit settles nearly all texts.
    suspects = [
        (name, value)
        for name, value in fields.items()
        if isinstance(value, str) and len(value) > _HALF_LIMITS.get(name, _NO_LIMIT)
    ]
    problems = []
    for name, value in suspects:
        limit = MAX_LENGTHS[name]
        if _code_units(value) > limit:
            message = f"Field is longer than maximum allowed size {limit}"
            problems.append(AtomicProblem(name, value, message, LENGTH_EXCEEDED))
    return tuple(problems)


def _code_units(text: str) -> int:
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
