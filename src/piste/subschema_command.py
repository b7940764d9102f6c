"""`piste subschema LEFT.json RIGHT.json`: is every instance of one schema an instance of another?

Room:   the top; files and texts around `piste.subschema`.

Exit codes: 0 compatible, 1 incompatible, 2 undecidable, 3 the files are no schemas.
"""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from piste.subschema import Compatible, Incompatible, InvalidSchema, Verdict, check, to_json

COMPATIBLE, INCOMPATIBLE, UNDECIDABLE, BAD_INPUT = range(4)

MAX_BYTES = 16_000_000


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
    try:
        if file.exists() and not file.is_file():
            raise Unreadable(f"{file}: not a file")
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unreadable(f"{file}: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise Unreadable(f"{file}: larger than {MAX_BYTES // 1_000_000} MB")
    try:
        return json.loads(
            content.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{file}: not JSON: {error}") from error


def _refuse_constant(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON number")


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in members:
        if name in found:
            raise ValueError(f"{json.dumps(name)} stands twice in an object")
        found[name] = value
    return found


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
