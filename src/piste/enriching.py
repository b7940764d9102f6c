"""The enricher that the settings ask for, in this process or in a worker.

Room:   the top; gives enrichment its clock, its ids and its schemas.
"""

import logging
import sys
import time
import uuid
from dataclasses import dataclass

from piste import __version__, logs
from piste.events.badrows import Processor
from piste.events.outcome import FailedEvent, GoodEvent, Processed, RejectedPayload
from piste.events.schema_key import Json
from piste.iglu import OwnRegistry, Resolver
from piste.ingest.copies import Format, lines_of
from piste.ingest.decisions import Learn, learn_nothing, learning
from piste.ingest.enricher import Enricher
from piste.ingest.measuring import Measuring
from piste.ingest.rules import Rules
from piste.schemas import open_resolver
from piste.settings.model import IgluSettings, LogSettings, Settings
from piste.specs.plan import Plan

ARTIFACT = "piste"
REMOTE_LOOKUPS_PER_REQUEST = 64
"""Schemas that one request may make us ask other servers for."""


def clock_ms() -> int:
    return time.time_ns() // 1_000_000


def new_uuid() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True)
class Preparation:
    """Makes the enricher of a worker process; sent to it, so it holds no more than it needs."""

    iglu: IgluSettings
    log: LogSettings
    copies: Format | None

    @classmethod
    def of(cls, settings: Settings) -> "Preparation":
        output = settings.output
        copies: Format | None = "tsv" if output.tsv else "json" if output.json else None
        return cls(settings.iglu, settings.log, copies)

    def __call__(self) -> Enricher:
        """Raises `ConfigError` or `OSError`."""
        logs.configure(sys.stderr, format=self.log.format, level=self.log.level)
        own = OwnRegistry()
        resolver = open_resolver(self.iglu, clock_ms, own)
        plan = Plan()
        measuring = Measuring()
        learn = learning(own, resolver.forget, plan, measuring)
        return self.enricher(resolver, plan, measuring, learn)

    def enricher(
        self, resolver: Resolver, plan: Plan, measuring: Measuring, learn: Learn = learn_nothing
    ) -> Enricher:
        """With what others use too, who then learn for it."""
        rules = Rules(
            new_check=lambda: resolver.with_budget(REMOTE_LOOKUPS_PER_REQUEST).check,
            processor=Processor(ARTIFACT, __version__),
            clock_ms=clock_ms,
            new_uuid=new_uuid,
            plan=plan,
            traffic=measuring.of,
        )
        return Enricher(
            rules,
            copy=None if self.copies is None else lines_of(self.copies),
            say=event_lines if self.log.events else None,
            lookups=resolver.lookup_counts,
            learn=learn,
        )


def event_lines(processed: Processed) -> list[tuple[int, str]]:
    """A line for each good event and each bad one, as Micro's event log has them."""
    return [_line(outcome) for outcome in processed.outcomes]


def _line(outcome: GoodEvent | FailedEvent | RejectedPayload) -> tuple[int, str]:
    if not isinstance(outcome, GoodEvent):
        return logging.WARNING, logs.bad_event_line(messages_of(outcome))
    fields = outcome.event.fields
    line = logs.good_event_line(
        event_id=str(fields["event_id"]),
        app_id=_text_or_none(fields.get("app_id")),
        event_type=_text_or_none(fields.get("event")),
        schema=outcome.event.schema,
    )
    return logging.INFO, line


def messages_of(outcome: FailedEvent | RejectedPayload) -> list[Json]:
    """What a bad row's `failure` says, without the payload."""
    bad_rows = (outcome.bad_row,) if isinstance(outcome, FailedEvent) else outcome.bad_rows
    return [bad_row["data"]["failure"] for bad_row in bad_rows]


def _text_or_none(value: object) -> str | None:
    return None if value is None else str(value)
