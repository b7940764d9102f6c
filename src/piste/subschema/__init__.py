"""Schema inclusion: is every instance of one JSON Schema an instance of another?

Room:   imports nothing else of Piste. Schemas are decoded JSON, numbers as int or `Decimal`.
Limits: draft-04. Never wrong: what cannot be decided within the budget is `Undecidable`. Every
        counterexample has been checked by the validator that events are validated with.
Source: Iglu schemas; event specifications, "Compatibility Checks"; Habib, Shinnar, Hirzel and Pradel,
        "Finding Data Compatibility Bugs with JSON Subschema Checks" (2021).
"""

from piste.subschema.budget import Budget
from piste.subschema.checking import check, equivalent, satisfiable
from piste.subschema.values import to_json
from piste.subschema.verdicts import (
    Compatible,
    Incompatible,
    InvalidSchema,
    Undecidable,
    Verdict,
)

__all__ = [
    "Budget",
    "Compatible",
    "Incompatible",
    "InvalidSchema",
    "Undecidable",
    "Verdict",
    "check",
    "equivalent",
    "satisfiable",
    "to_json",
]
