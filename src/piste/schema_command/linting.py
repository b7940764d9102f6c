"""`piste schema lint`: what a registry would refuse, and what the author should think about.

Room:   the top; files to findings to lines. The rules are those of `piste.registry`.
Limits: versions are held against those beside them in the same files and folders, not in a registry.
        Comparing two versions takes about a second at most.
Source: igluctl lint; the rules for publishing of Iglu Server and of Piste.
"""

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from piste.events.schema_key import Json, SchemaVer
from piste.jsontext import encode_text
from piste.registry.inclusion import compared
from piste.registry.linter import SKIPPABLE, Finding, Level, is_refused, lint
from piste.registry.publication import broken
from piste.registry.publishing import Step, steps_around, superseding_flaw, version_flaw
from piste.registry.self_describing import Candidate
from piste.schema_command.exits import FINE, REFUSED, USAGE
from piste.schema_command.schema_files import FORMAT, Family, SchemaFiles, Unreadable, read_files
from piste.schema_command.texts import counted, printable
from piste.subschema import Incompatible, InvalidSchema, Undecidable, to_json

_CHECKS = {
    "rootObject": "The root of a schema should have the type object",
    "unknownFormats": "unknown format ",
    "numericMinMax": "a number should have ",
    "stringLength": "a string should have ",
    "optionalNull": "an optional property should ",
    "description": "a property should have a description",
}
"""How the findings of each skippable check begin; the linter itself does not name them."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something to say of a file."""

    path: Path
    finding: Finding

    def to_json(self) -> dict[str, Json]:
        path = str(self.path).encode("utf-8", "replace").decode()  # may hold bytes of no encoding
        return {"path": path, **self.finding.to_json()}

    def __str__(self) -> str:
        place = f" {self.finding.pointer}" if self.finding.pointer else ""
        line = f"{self.path}: {self.finding.level}{place}: {self.finding.message}"
        return printable(line)


def run(paths: Sequence[Path], *, skip_checks: str, warnings_as_errors: bool, as_json: bool) -> int:
    """Print the findings; the exit code."""
    skipped = [one.strip() for one in skip_checks.split(",") if one.strip()]
    unknown = [one for one in skipped if one not in SKIPPABLE]
    if unknown:
        known = ", ".join(SKIPPABLE)
        print(
            f"error: no such check: {printable(', '.join(unknown))}; there are {known}",
            file=sys.stderr,
        )
        return USAGE
    try:
        files = read_files(paths)
        beside = read_files([path.parent for path in paths if _stands_beside_others(path)])
    except Unreadable as error:
        print(f"error: {printable(error)}", file=sys.stderr)
        return USAGE
    if not files.schemas and not files.problems:
        print(f"error: no schemas in {printable(', '.join(map(str, paths)))}", file=sys.stderr)
        return USAGE
    found = list(findings(files, beside, skipped))
    print(_as_json(files, found) if as_json else _as_text(files, found))
    levels = {one.finding.level for one in found}
    is_bad = Level.ERROR in levels or (warnings_as_errors and Level.WARNING in levels)
    return REFUSED if is_bad else FINE


def findings(files: SchemaFiles, beside: SchemaFiles, skipped: Collection[str]) -> Iterator[Found]:
    """Of `files`; versions may come after those of `beside` as well."""
    for problem in files.problems:
        yield Found(problem.path, Finding(problem.message, Level.ERROR, ""))
    known: dict[Family, dict[SchemaVer, Candidate]] = {}
    for file in (*beside.schemas, *files.schemas):
        known.setdefault(file.key[:3], {})[file.key.version] = file.candidate
    beginnings = tuple(_CHECKS[check] for check in skipped)
    for family, schemas in files.families.items():
        for file in schemas:
            report = lint(file.candidate.json)
            for finding in report:
                is_skipped = beginnings and finding.message.startswith(beginnings)
                if finding.level is Level.ERROR or not is_skipped:
                    yield Found(file.path, finding)
            for finding in _of_version(
                file.candidate, known[family], is_valid=not is_refused(report)
            ):
                yield Found(file.path, finding)


def _stands_beside_others(path: Path) -> bool:
    return path.is_file() and path.absolute().parent.name == FORMAT


def _of_version(
    candidate: Candidate, family: Mapping[SchemaVer, Candidate], *, is_valid: bool
) -> Iterator[Finding]:
    """As if the versions before it had been published, and nothing else."""
    version = candidate.key.version
    before = [one for one in family if one < version]
    flaws = (
        version_flaw(version, before),
        superseding_flaw(version, candidate.supersedes, before),
    )
    yield from (Finding(flaw, Level.ERROR, "") for flaw in flaws if flaw is not None)
    if is_valid:
        for step in steps_around(version, before):
            finding = _of_step(step, family[step.older].json, candidate.json)
            if finding is not None:
                yield finding


def _of_step(step: Step, older: Mapping[str, Json], newer: Mapping[str, Json]) -> Finding | None:
    try:
        verdict = compared(older, newer, right_name=str(step.newer))
    except InvalidSchema:  # nothing was an instance of it
        return None
    match verdict:
        case Incompatible(witness, path, reason):
            shown = f"for example {to_json(witness)}, at {path}: {_about(step, reason)}"
            if step.must_fit:
                return Finding(f"{broken(step)}; {shown}", Level.ERROR, "")
            message = f"Some instances of {step.older} are not valid any more; {shown}"
            return Finding(message, Level.INFO, "")
        case Undecidable(reason, path):
            message = (
                f"It could not be decided whether all instances of {step.older} stay valid; "
                f"{path}: {_about(step, reason)}"
            )
            return Finding(message, Level.WARNING, "")
    return None


def _about(step: Step, reason: str) -> str:
    return reason.replace("the right schema", str(step.newer))


def _as_text(files: SchemaFiles, found: Sequence[Found]) -> str:
    levels = [one.finding.level for one in found]
    read = len(files.schemas) + len(files.problems)
    summary = ", ".join(
        (
            counted(read, "schema"),
            counted(levels.count(Level.ERROR), "error"),
            counted(levels.count(Level.WARNING), "warning"),
        )
    )
    return "\n".join((*map(str, found), summary))


def _as_json(files: SchemaFiles, found: Sequence[Found]) -> str:
    read = len(files.schemas) + len(files.problems)
    return encode_text({"schemas": read, "findings": [one.to_json() for one in found]})
