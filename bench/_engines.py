"""Engines that say whether every instance of one schema is one of another, under one interface.

Limits: an engine of this process is not interrupted, jsonsubschema is, after LIMIT_S; the time of that
answer is then the limit. Numbers of schemas are exact for the engines of this process; jsonsubschema, which
does not know decimal numbers, gets floats.
"""

import json
import select
import subprocess
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import jsonschema_rs
from jsonschema_rs.canonical import Containment

from piste.subschema import Compatible, Incompatible, check

HERE = Path(__file__).parent
LIMIT_S = 10.0
START_S, INSTALL_S = 30, 300

COMPATIBLE, INCOMPATIBLE, UNDECIDED = "compatible", "incompatible", "undecided"

# What pip chose when 0.0.8 was asked for, which works: a later one of them may not.
REQUIREMENTS = (
    "jsonsubschema==0.0.8",
    "greenery==4.2.3",
    "portion==2.6.3",
    "jsonref==1.1.0",
    "jsonschema==4.26.0",
)


class Unavailable(Exception):
    """The engine cannot be had here; `str()` says why."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two schemas, decoded exactly; `text` is a line of JSON that has them as `left` and `right`."""

    text: str
    left: Any
    right: Any

    @classmethod
    def of(cls, text: str) -> "Pair":
        decoded = json.loads(text, parse_float=Decimal)
        return cls(text, decoded["left"], decoded["right"])


@dataclass(frozen=True, slots=True)
class Answer:
    """`why` is of an undecided one."""

    verdict: str
    ms: float
    why: str = ""


class Engine(Protocol):
    """`calls` is how often it is asked each pair."""

    name: str
    calls: int
    versions: dict[str, str]

    def answer(self, pair: Pair) -> Answer: ...


class Piste:
    """`piste.subschema.check`, its own validation of the counterexample included."""

    name, calls = "piste", 3
    versions = {"piste": version("piste"), "jsonschema_rs": version("jsonschema_rs")}

    def answer(self, pair: Pair) -> Answer:
        started = time.perf_counter()
        verdict = check(pair.left, pair.right)
        ms = (time.perf_counter() - started) * 1_000
        if isinstance(verdict, Compatible):
            return Answer(COMPATIBLE, ms)
        if isinstance(verdict, Incompatible):
            return Answer(INCOMPATIBLE, ms)
        return Answer(UNDECIDED, ms, verdict.reason)


class Covers:
    """`canonicalize(right).covers(canonicalize(left))` of jsonschema_rs: "yes" is proven, and so is "no";
    its "unknown" is undecided."""

    name, calls = "covers", 3
    versions = {"jsonschema_rs": version("jsonschema_rs")}

    def answer(self, pair: Pair) -> Answer:
        started = time.perf_counter()
        try:
            left, right = (
                jsonschema_rs.canonicalize(schema, draft=4, validate_formats=True)
                for schema in (pair.left, pair.right)
            )
            containment, why = right.covers(left), "unknown"
        except Exception as error:  # whatever it does not take
            containment, why = Containment.UNKNOWN, type(error).__name__
        ms = (time.perf_counter() - started) * 1_000
        if containment == Containment.YES:
            return Answer(COMPATIBLE, ms)
        if containment == Containment.NO:
            return Answer(INCOMPATIBLE, ms)
        return Answer(UNDECIDED, ms, why)


class Jsonsubschema:
    """In a process of its own, of another environment; one that takes too long is replaced."""

    name, calls = "jsonsubschema", 1

    def __init__(self, python: Path, versions: dict[str, str], warm_up: Pair) -> None:
        self._python, self.versions, self._warm_up = python, versions, warm_up
        self._process: subprocess.Popen[bytes] | None = None

    def answer(self, pair: Pair) -> Answer:
        if self._process is None:
            self.start()
        answer = self._ask(pair, LIMIT_S)
        if answer is None:
            why = "the process ended" if self._has_ended() else f"more than {LIMIT_S:.0f} s"
            self.stop()
            return Answer(UNDECIDED, LIMIT_S * 1_000, why)
        if answer["answer"] is None:
            return Answer(UNDECIDED, answer["ms"], answer.get("why", "None"))
        return Answer(COMPATIBLE if answer["answer"] else INCOMPATIBLE, answer["ms"])

    def start(self) -> None:
        """Up to its first answer, which does not count. Raises `Unavailable`."""
        self._process = subprocess.Popen(
            [self._python, HERE / "_jsonsubschema.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        if self._ask(self._warm_up, START_S) is None:
            self.stop()
            raise Unavailable("it does not answer")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _has_ended(self) -> bool:
        assert self._process is not None
        try:
            self._process.wait(0.1)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _ask(self, pair: Pair, limit_s: float) -> dict[str, Any] | None:
        """None when there was no answer in time."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(f"{pair.text}\n".encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        if not select.select([self._process.stdout], [], [], limit_s)[0]:
            return None
        answer: dict[str, Any] | None = json.loads(self._process.stdout.readline() or "null")
        return answer


@contextmanager
def jsonsubschema(warm_up: Pair) -> Iterator[Jsonsubschema]:
    """With its environment in a temporary folder. Raises `Unavailable`."""
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "bin" / "python"
        try:
            venv.create(folder, with_pip=True)
            _pip(python, "install", "--quiet", *REQUIREMENTS)
            listed = json.loads(_pip(python, "list", "--format", "json"))
        except subprocess.TimeoutExpired:
            raise Unavailable(f"pip took more than {INSTALL_S} s") from None
        except subprocess.CalledProcessError as error:
            said = (error.stderr or error.output or "").strip().splitlines() or ["nothing"]
            raise Unavailable(f"it could not be installed; pip says: {said[-1]}") from None
        versions = {one["name"]: one["version"] for one in listed}
        engine = Jsonsubschema(python, versions, warm_up)
        try:
            engine.start()
            yield engine
        finally:
            engine.stop()


def _pip(python: Path, *arguments: str) -> str:
    return subprocess.run(
        [python, "-m", "pip", "--disable-pip-version-check", *arguments],
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=INSTALL_S,
    ).stdout
