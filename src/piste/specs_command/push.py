"""`piste specs push`: show what differs, then do it, step by step.

Room:   prints and takes the steps of `steps`.
Limits: the first step that is refused is the last one that is tried; what was done before stays done, and is
        said.
"""

import sys
from collections import Counter
from collections.abc import Sequence

from piste.specs_command.client import Client, Failed, Refused
from piste.specs_command.showing import difference, printable, refusal_lines
from piste.specs_command.steps import Step, Verb

DONE, REFUSED = 0, 1


def push(client: Client, steps: Sequence[Step], *, dry_run: bool) -> int:
    """The exit code. Raises `Failed` when the server is not to be asked any more."""
    for step in steps:
        _show(step)
    _print(_summary(steps))
    todo = [step for step in steps if step.verb is not Verb.UNCHANGED]
    if dry_run:
        return DONE
    for number, step in enumerate(todo):
        try:
            notes = step.take(client)
        except Refused as refused:
            _tell_refusal(step, refused, todo[:number])
            return REFUSED
        except Failed:
            _tell_done(todo[:number])
            raise
        _print(f"done: {step.verb} {step.label}")
        for note in notes:
            _print(f"  {note}")
    return DONE


def _show(step: Step) -> None:
    if step.verb is Verb.UNCHANGED:
        return
    where = f" ({step.path})" if step.path else ""
    _print(f"{step.verb} {step.label}{where}")
    if step.verb is not Verb.PUBLISH:
        for line in difference(step.before, step.after, "server", step.path):
            print(line)


def _summary(steps: Sequence[Step]) -> str:
    counts = Counter(step.verb for step in steps)
    return ", ".join(f"{counts[verb]} {_TO[verb]}" for verb in Verb if counts[verb]) or "nothing"


_TO = {
    Verb.CREATE: "to create",
    Verb.UPDATE: "to update",
    Verb.UNCHANGED: "unchanged",
    Verb.PUBLISH: "to publish",
    Verb.DELETE: "to delete",
}


def _tell_refusal(step: Step, refused: Refused, done: Sequence[Step]) -> None:
    place = ": ".join(part for part in (step.path, step.at) if part)
    where = f"{place}: " if place else ""
    _complain(f"error: {where}{step.verb} {step.label}: the server refuses ({refused.status})")
    for line in refusal_lines(refused):
        _complain(f"  {line}")
    _tell_done(done)


def _tell_done(done: Sequence[Step]) -> None:
    if not done:
        _complain("nothing was changed")
        return
    _complain("done before, and not taken back:")
    for step in done:
        _complain(f"  {step.verb} {step.label}")


def _print(text: str) -> None:
    print(printable(text))


def _complain(text: str) -> None:
    print(printable(text), file=sys.stderr)
