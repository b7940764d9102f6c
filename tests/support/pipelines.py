"""A store that keeps what it is given, and bounded waiting."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import zstandard
from support.requests import get
from support.streams import rows_of

from piste.events.tables import EVENT_BITS
from piste.ingest.enricher import Record
from piste.ingest.log import MemoryLog
from piste.ingest.records import encode_record

FOREVER_S = 30.0
"""Longer than any test takes."""


def run(test: Coroutine[Any, Any, None]) -> None:
    """A test in an event loop, with a limit."""

    async def limited() -> None:
        await asyncio.wait_for(test, FOREVER_S)

    asyncio.run(limited())


def wait_until(condition: Callable[[], object]) -> None:
    """For what nobody tells of."""
    deadline = time.monotonic() + FOREVER_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.002)


async def until(condition: Callable[[], object]) -> None:
    """The same, in an event loop."""
    await asyncio.to_thread(wait_until, condition)


def record_of(app_id: str) -> bytes:
    return encode_record(get({"e": "pv", "aid": app_id}))


def records_of(*app_ids: str) -> list[Record]:
    return [(place, record_of(app_id)) for place, app_id in enumerate(app_ids, 1)]


def append_now(log: MemoryLog, *records: bytes) -> None:
    """Without an event loop: a log in memory never waits."""
    for record in records:
        coroutine = log.append(record)
        try:
            coroutine.send(None)
        except StopIteration:
            continue
        raise AssertionError("it waits")


def reason_of(origin: bytes) -> str:
    """Why a request was set aside: the message of its `generic_error`."""
    errors = json.loads(zstandard.decompress(origin))["errors"]
    bad_row = json.loads(errors[1])
    assert bad_row["schema"].split("/")[1] == "generic_error"
    (message,) = bad_row["data"]["failure"]["errors"]
    return str(message)


class KeepingStore:
    """Events as `app_id` by position, requests that were set aside as their reason.

    What a store should never be asked to do is collected in `surprises`.
    """

    def __init__(self) -> None:
        self.events: dict[int, str] = {}
        self.aside: dict[int, str] = {}
        self.order: list[int] = []
        self.position = 0
        self.clears = 0
        self.surprises: list[str] = []
        self.refuses: Callable[[list[int]], bool] = lambda positions: False
        self.may_append = threading.Event()
        self.may_append.set()
        self.is_asked = threading.Event()

    def append(self, batches: Sequence[Mapping[str, bytes]], position: int) -> None:
        self.is_asked.set()
        assert self.may_append.wait(FOREVER_S)
        rows = rows_of(*batches)
        origins = {row["seq"] >> EVENT_BITS: row["origin"] for row in rows.get("origins", [])}
        if self.refuses(list(origins)):
            raise OSError("the store is broken")
        if list(origins) != sorted(set(origins)) or any(
            not self.position < place <= position for place in origins
        ):
            self.surprises.append(f"{list(origins)} at {position} after {self.position}")
        for row in rows.get("events", []):
            self.events[row["seq"] >> EVENT_BITS] = row["app_id"]
        for row in rows.get("payloads", []):
            place = row["seq"] >> EVENT_BITS
            self.aside[place] = reason_of(origins[place])
        self.order += origins
        self.position = position

    def clear(self) -> None:
        self.clears += 1
        self.events.clear()
        self.aside.clear()
