"""Copies of events for the outputs: the lines of one payload.

Source: Snowplow Micro, `--output-tsv` and `--output-json`: good events and failed ones, newest first.
"""

from typing import Literal

from piste.events.enriched import EnrichedEvent
from piste.events.outcome import Processed, RejectedPayload
from piste.events.sdk_json import lossy
from piste.events.tsv import tsv_line
from piste.ingest.enricher import Copy
from piste.jsontext import encode, encode_text

Format = Literal["tsv", "json"]


def lines_of(form: Format) -> Copy:
    """What makes the lines of a payload's events, without line ends."""
    line = _tsv if form == "tsv" else _json

    def copy(processed: Processed) -> list[bytes]:
        return [
            line(outcome.event)
            for outcome in reversed(processed.outcomes)
            if not isinstance(outcome, RejectedPayload)
        ]

    return copy


def _tsv(event: EnrichedEvent) -> bytes:
    return tsv_line(event, encode_text).encode()


def _json(event: EnrichedEvent) -> bytes:
    return encode(lossy(event))
