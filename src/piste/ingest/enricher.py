"""Recorded requests to stored columns: the work that is done in a thread or in a worker process.

Room:   a batch of records in; Arrow streams, copies for the outputs and counts out.
Limits: never raises for what a record holds: a record that cannot be read, processed or stored becomes a
        rejected payload in its place.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from piste.events.outcome import FailedEvent, GoodEvent, Processed
from piste.ingest.arrow import to_streams
from piste.ingest.decisions import Learn, learn_nothing
from piste.ingest.process import process, set_aside, set_record_aside
from piste.ingest.records import decode_record
from piste.ingest.rows import to_rows
from piste.ingest.rules import Rules

_logger = logging.getLogger(__name__)
_T = TypeVar("_T")

Record = tuple[int, bytes]
"""A position of the log, and what stands there."""
Positioned = tuple[int, Processed]

Copy = Callable[[Processed], list[bytes]]
"""The lines that an output gets for one payload."""
Say = Callable[[Processed], list[tuple[int, str]]]
"""What the event log says of one payload: levels of `logging` and messages."""
Begin = Callable[[int | None], None]
"""Is told which position's request is in hand, and None when it is the batch as a whole."""


def _tell_nobody(position: int | None) -> None:
    pass


class Enriched(msgspec.Struct, frozen=True):
    """What became of a batch.

    `streams` is an Arrow IPC stream by table; `copies` are the lines of each payload that has any.
    `counts` counts events by outcome: `good`, `failed/<bad row>`, `rejected/<bad row>`, the latter
    payloads. `lookups` counts schemas by how they were found, `seconds` is how long the work took.
    """

    streams: dict[str, bytes]
    copies: list[list[bytes]]
    said: list[tuple[int, str]]
    counts: dict[str, int]
    lookups: dict[str, int]
    seconds: float


class Enricher:
    """Enriches by `rules`; `copy` and `say` are None when there is nobody to copy for or to tell."""

    def __init__(
        self,
        rules: Rules,
        *,
        copy: Copy | None = None,
        say: Say | None = None,
        lookups: Callable[[], Mapping[str, int]] = dict,
        learn: Learn = learn_nothing,
    ) -> None:
        """`lookups` answers what was counted since the beginning."""
        self._rules, self._copy, self._say = rules, copy, say
        self.learn = learn
        self._lookups, self._lookups_told = lookups, Counter[str]()

    def enrich(
        self,
        records: Sequence[Record],
        aside: Mapping[int, str],
        begin: Begin = _tell_nobody,
        *,
        alone: bool = False,
    ) -> Enriched:
        """`aside` names the positions whose requests are not to be touched, and why.

        `begin` is told where the work is, so that it is known which request ended the process. With
        `alone`, each record is taken all the way by itself before all are written together: nothing is
        then left that only the batch as a whole could be blamed for.
        """
        started = time.perf_counter()
        processed: list[Positioned] = []
        for position, record in records:
            if position in aside:
                one = self._refuse(record, RuntimeError(aside[position]))
            else:
                begin(position)
                one = self._process(record)
                if alone:
                    one = self._storable(position, one)
                    self._lines(one)
            processed.append((position, one))
        begin(None)
        streams = self._streams(processed)
        lines = [self._lines(one) for _, one in processed]
        return Enriched(
            streams,
            [copies for copies, _ in lines if copies],
            [line for _, said in lines for line in said],
            _counts(processed),
            self._new_lookups(),
            time.perf_counter() - started,
        )

    def _lines(self, one: Processed) -> tuple[list[bytes], list[tuple[int, str]]]:
        """Copies and log lines."""
        return _lines_by(self._copy, one), _lines_by(self._say, one)

    def _new_lookups(self) -> dict[str, int]:
        now = Counter(self._lookups())
        new, self._lookups_told = now - self._lookups_told, now
        return dict(new)

    def _process(self, record: bytes) -> Processed:
        try:
            recorded = decode_record(record)
        except ValueError as error:
            _logger.exception("a record of the log cannot be read and is set aside as bad")
            return set_record_aside(record, error, self._rules)
        try:
            return process(recorded, self._rules)
        except Exception as error:
            _logger.exception("a request could not be processed and is set aside as bad")
            return set_aside(recorded, error, self._rules)

    def _refuse(self, record: bytes, error: Exception) -> Processed:
        try:
            return set_aside(decode_record(record), error, self._rules)
        except ValueError:
            return set_record_aside(record, error, self._rules)

    def _streams(self, processed: list[Positioned]) -> dict[str, bytes]:
        try:
            return to_streams(to_rows(processed))
        except Exception:
            _logger.exception(
                "a batch could not be written as columns; its requests are tried alone"
            )
        processed[:] = [(position, self._storable(position, one)) for position, one in processed]
        return to_streams(to_rows(processed))

    def _storable(self, position: int, one: Processed) -> Processed:
        """Itself, or what stands for it when no columns can hold it."""
        try:
            to_streams(to_rows([(position, one)]))
        except Exception as error:
            _logger.exception("a request could not be written as columns and is set aside as bad")
            return set_aside(one.payload, error, self._rules)
        return one


def _lines_by(make: Callable[[Processed], list[_T]] | None, one: Processed) -> list[_T]:
    """None when they cannot be made: the request is stored all the same."""
    try:
        return [] if make is None else make(one)
    except Exception:
        _logger.exception("a request could not be written for an output and is left out of it")
        return []


def _counts(processed: list[Positioned]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for _, one in processed:
        for outcome in one.outcomes:
            if isinstance(outcome, GoodEvent):
                counts["good"] += 1
            elif isinstance(outcome, FailedEvent):
                counts[f"failed/{_name(outcome.bad_row)}"] += 1
            else:
                counts[f"rejected/{_name(outcome.bad_rows[0])}"] += 1
    return dict(counts)


def _name(bad_row: Mapping[str, object]) -> str:
    """`schema_violations` of `iglu:com.snowplowanalytics.snowplow.badrows/schema_violations/…`."""
    return str(bad_row["schema"]).split("/")[1]
