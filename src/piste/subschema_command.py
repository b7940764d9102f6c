"""`piste subschema LEFT.json RIGHT.json`: is every instance of one schema an instance of another?

Room:   the top; files and texts around `piste.subschema`.

Exit codes: 0 compatible, 1 incompatible, 2 undecidable, 3 the files are no schemas.
"""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from piste.subschema import Compatible, Incompatible, InvalidSchema, Verdict, check

COMPATIBLE, INCOMPATIBLE, UNDECIDABLE, BAD_INPUT = range(4)


class Unreadable(Exception):
    """`str()` names the file and what is wrong with it."""


def run(left: Path, right: Path, *, as_json: bool) -> int:
    """Print the answer; its exit code."""
    try:
        verdict = check(_schema(left), _schema(right))
    except (Unreadable, InvalidSchema) as error:
        print(f"error: {error}", file=sys.stderr)
        return BAD_INPUT
    print(_as_json(verdict) if as_json else _as_text(verdict))
    if isinstance(verdict, Compatible):
        return COMPATIBLE
    return INCOMPATIBLE if isinstance(verdict, Incompatible) else UNDECIDABLE


def _schema(file: Path) -> Any:
    def refuse(constant: str) -> Any:
        raise ValueError(f"{constant} is not a JSON number")

    try:
        return json.loads(file.read_bytes(), parse_float=Decimal, parse_constant=refuse)
    except OSError as error:
        raise Unreadable(f"{file}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{file}: not JSON: {error}") from error


def _as_text(verdict: Verdict) -> str:
    if isinstance(verdict, Compatible):
        return "compatible"
    if isinstance(verdict, Incompatible):
        return (
            f"incompatible, for example: {to_json(verdict.witness)}\n"
            f"at {verdict.path}: {verdict.reason}"
        )
    return f"undecidable, at {verdict.path}: {verdict.reason}"


def _as_json(verdict: Verdict) -> str:
    if isinstance(verdict, Compatible):
        return to_json({"verdict": "compatible"})
    known: dict[str, Any] = {"path": verdict.path, "reason": verdict.reason}
    if isinstance(verdict, Incompatible):
        return to_json({"verdict": "incompatible", "witness": verdict.witness, **known})
    return to_json({"verdict": "undecidable", **known})


def to_json(value: Any) -> str:
    """With decimal numbers as they are, which the standard encoder does not take."""
    if isinstance(value, dict):
        members = (f"{json.dumps(name)}: {to_json(one)}" for name, one in value.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(to_json, value))}]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)
