"""The log in memory."""

import asyncio
import threading

import pytest

from piste.ingest.log import Log, LogFull, MemoryLog


def append(log: Log, *records: bytes) -> list[int]:
    async def run() -> list[int]:
        return [await log.append(record) for record in records]

    return asyncio.run(run())


def test_positions_are_whole_numbers_from_one() -> None:
    """Each record has the next position, without gaps; an empty log's last one is 0."""
    log = MemoryLog(100)
    assert log.last_position == 0
    assert append(log, b"a", b"b", b"") == [1, 2, 3]
    assert log.last_position == 3


def test_a_new_log_goes_on_where_the_last_one_ended() -> None:
    """Positions are never given twice, so that nothing is loaded twice."""
    log = MemoryLog(100, position=41)
    assert log.last_position == 41
    assert append(log, b"a") == [42]
    assert log.read(41, 10) == [(42, b"a")]


def test_records_are_read_in_order_and_stay() -> None:
    """Reading takes nothing away; what was read is read again until it is released."""
    log = MemoryLog(100)
    append(log, b"a", b"b", b"c")
    assert log.read(0, 100) == [(1, b"a"), (2, b"b"), (3, b"c")]
    assert log.read(1, 100) == [(2, b"b"), (3, b"c")]
    assert log.read(3, 100) == []
    assert log.read(99, 100) == []


@pytest.mark.parametrize(
    ("max_bytes", "found"),
    [(0, 1), (3, 1), (7, 1), (8, 2), (11, 2), (12, 3), (100, 3)],
)
def test_a_reading_is_bounded_but_never_empty(max_bytes: int, found: int) -> None:
    """As many records as fit; one in any case, so that a large one is not stuck."""
    log = MemoryLog(100)
    append(log, b"1234", b"1234", b"1234")
    assert len(log.read(0, max_bytes)) == found


def test_a_full_log_refuses_and_a_released_one_takes_again() -> None:
    """A refused record has no position; release makes room up to a position, again and again."""
    log = MemoryLog(10)
    append(log, b"12345", b"12345")
    with pytest.raises(LogFull):
        append(log, b"1")
    assert log.last_position == 2
    log.release(1)
    log.release(1)
    log.release(0)
    assert append(log, b"1234") == [3]
    with pytest.raises(LogFull):
        append(log, b"12")
    assert log.read(0, 100) == [(2, b"12345"), (3, b"1234")]
    log.release(99)
    assert log.read(0, 100) == []
    assert append(log, b"1234567890") == [4]


def test_a_record_that_is_larger_than_the_log_is_refused() -> None:
    """Also by an empty log."""
    with pytest.raises(LogFull):
        append(MemoryLog(3), b"1234")


def test_one_reader_and_many_writers() -> None:
    """Any thread may append while the loader reads and releases: nothing lost, nothing twice."""
    log = MemoryLog(10_000)
    writers = [
        threading.Thread(target=append, args=(log, *[b"%d" % number] * 200)) for number in range(4)
    ]
    for writer in writers:
        writer.start()
    seen: list[int] = []
    while len(seen) < 800:
        batch = log.read(seen[-1] if seen else 0, 64)
        seen += [position for position, _ in batch]
        if seen:
            log.release(seen[-1])
    for writer in writers:
        writer.join()
    assert seen == list(range(1, 801))
