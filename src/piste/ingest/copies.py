"""Copies of events for the outputs: the lines of one payload.

Source: Snowplow Micro, `--output-tsv` and `--output-json`: good events and failed ones, newest first.
"""

from collections.abc import Callable
from typing import Literal

from piste.events.enriched import EnrichedEvent
from piste.events.outcome import Processed, RejectedPayload
from piste.events.sdk_json import lossy
from piste.events.tsv import tsv_line
from piste.ingest.outputs import Output
from piste.jsontext import encode, encode_text

Format = Literal["tsv", "json"]


def copy_to(output: Output, form: Format) -> Callable[[Processed], None]:
    """What writes each payload's events to `output`."""
    line = _tsv if form == "tsv" else _json

    def copy(processed: Processed) -> None:
        events = [
            outcome.event
            for outcome in reversed(processed.outcomes)
            if not isinstance(outcome, RejectedPayload)
        ]
        if events:
            output.write([line(event) for event in events])

    return copy


def _tsv(event: EnrichedEvent) -> bytes:
    return tsv_line(event, encode_text).encode()


def _json(event: EnrichedEvent) -> bytes:
    return encode(lossy(event))
