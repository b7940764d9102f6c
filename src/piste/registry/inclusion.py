"""Whether each instance of one schema is one of another, when formats mean what they mean to events.

Room:   pure; between schemas as they are published and `piste.subschema`.
Limits: takes about a second at most.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from piste.events.schema_key import Json
from piste.iglu.dialect import TooComplex, for_engine
from piste.subschema import Compatible, InvalidSchema, Undecidable, Verdict, check

_RIGHT = "the right schema"
"""As the engine calls it."""


def compared(left: Mapping[str, Json], right: Mapping[str, Json], *, right_name: str) -> Verdict:
    """`right_name` stands in reasons for the right schema, such as "the newer version".

    Raises `InvalidSchema` when `left` is no schema.
    """
    try:
        left = for_engine(dict(left))
    except TooComplex as error:
        raise InvalidSchema("left", "$", str(error)) from error
    try:
        verdict = check(left, for_engine(dict(right)))
    except TooComplex as error:
        return Undecidable(f"{right_name} {error}")
    except InvalidSchema as error:
        if error.side == "left":
            raise
        return Undecidable(f"{right_name} is no valid schema, {error.path}: {error.problem}")
    if isinstance(verdict, Compatible):
        return verdict
    return replace(verdict, reason=verdict.reason.replace(_RIGHT, right_name))


def plain_json(witness: Json) -> Json:
    """A counterexample with numbers that every encoder takes."""
    match witness:
        case Decimal():
            whole = int(witness)
            return whole if whole == witness else float(witness)
        case dict():
            return {name: plain_json(value) for name, value in witness.items()}
        case list() | tuple():
            return [plain_json(value) for value in witness]
    return witness
