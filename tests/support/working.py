"""What a worker process of a test does; apart, for the process must import it."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from support.iglu import LOOKED_UP_MS, accept_all
from support.requests import rules

from piste.enrich import STEPS, Patch, Step, View
from piste.events.enriched import Value
from piste.events.outcome import GoodEvent, Processed
from piste.iglu import EmbeddedRegistry, OwnRegistry, Resolver
from piste.ingest.copies import lines_of
from piste.ingest.decisions import learning
from piste.ingest.enricher import Enricher
from piste.ingest.measuring import Measuring
from piste.specs.plan import Plan

PATIENCE_S = 30.0
"""Longer than any test takes."""


def say_good(processed: Processed) -> list[tuple[int, str]]:
    """A log line for each outcome."""
    return [(10 * isinstance(one, GoodEvent), type(one).__name__) for one in processed.outcomes]


@dataclass(frozen=True)
class Prepare:
    """An enricher with hand-set clock and ids; `validates` by the embedded schemas."""

    steps: tuple[Step, ...] = STEPS
    validates: bool = False

    def __call__(self) -> Enricher:
        check = None if self.validates else accept_all
        known = rules(check, steps=self.steps)
        return Enricher(known, copy=lines_of("tsv"), say=say_good)


@dataclass(frozen=True)
class PrepareLearning:
    """An enricher that learns which schemas and specifications are published."""

    def __call__(self) -> Enricher:
        own, plan = OwnRegistry(), Plan()
        schemas = Resolver([own, EmbeddedRegistry()], clock_ms=lambda: LOOKED_UP_MS)
        measuring = Measuring()
        known = rules(schemas.check, plan=plan, traffic=measuring.of)
        return Enricher(known, learn=learning(own, schemas.forget, plan, measuring))


@dataclass(frozen=True)
class PrepareOnce:
    """Fails until there is a file; `exits` says how."""

    file: Path
    exits: bool

    def __call__(self) -> Enricher:
        if not self.file.exists():
            if self.exits:
                os._exit(3)
            raise ValueError("nothing is there yet")
        return Prepare()()


@dataclass(frozen=True)
class PrepareNever:
    """Hangs."""

    def __call__(self) -> Enricher:
        time.sleep(PATIENCE_S)
        raise TimeoutError


@dataclass(frozen=True)
class WaitFor:
    """A step that, for one event, leaves a file and waits for another one."""

    app_id: str
    folder: Path

    @property
    def has_begun(self) -> Path:
        return self.folder / "begun"

    @property
    def may_end(self) -> Path:
        return self.folder / "end"

    def __call__(self, view: View) -> Patch:
        if view.text("app_id") == self.app_id:
            self.has_begun.touch()
            deadline = time.monotonic() + PATIENCE_S
            while not self.may_end.exists() and time.monotonic() < deadline:
                time.sleep(0.005)
        return Patch()


@dataclass(frozen=True)
class EndOn:
    """A step that ends the process for the events of an app: it exits, or dies of a signal."""

    app_id: str = "poison"
    signal: int | None = None

    def __call__(self, view: View) -> Patch:
        if view.text("app_id") == self.app_id:
            if self.signal is None:
                os._exit(1)
            os.kill(os.getpid(), self.signal)
        return Patch()


@dataclass(frozen=True)
class Sleep:
    """A step that takes its time, by app."""

    seconds: tuple[tuple[str, float], ...]

    def __call__(self, view: View) -> Patch:
        time.sleep(dict(self.seconds).get(view.text("app_id") or "", 0.0))
        return Patch()


@dataclass(frozen=True)
class SetField:
    """A step that sets a column for the events of an app."""

    app_id: str
    name: str
    value: Value

    def __call__(self, view: View) -> Patch:
        return Patch({self.name: self.value} if view.text("app_id") == self.app_id else {})


@dataclass(frozen=True)
class RaiseOn:
    """A step that breaks for the events of an app."""

    app_id: str
    error: type[BaseException] = ZeroDivisionError

    def __call__(self, view: View) -> Patch:
        if view.text("app_id") == self.app_id:
            raise self.error
        return Patch()
