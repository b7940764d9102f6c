"""The spool: acknowledged records survive, in order, once; faults are injected into real files."""

import asyncio
import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piste.ingest.log import LogFull
from piste.ingest.spool import Spool, SpoolError
from piste.ingest.spool.frames import HEADER_BYTES, frame, frames
from piste.ingest.spool.segments import first_positions

Opener = Callable[..., Spool]


@pytest.fixture
def open_spool(tmp_path: Path) -> Iterator[Opener]:
    spools: list[Spool] = []

    def opener(loaded: int = 0, max_bytes: int = 1 << 30, **limits: float) -> Spool:
        spools.append(Spool(tmp_path, loaded=loaded, max_bytes=max_bytes, **limits))  # type: ignore[arg-type]
        return spools[-1]

    yield opener
    for spool in spools:
        spool.close()


def append(spool: Spool, *records: bytes) -> list[int]:
    async def all_at_once() -> list[int]:
        return await asyncio.gather(*(spool.append(record) for record in records))

    return asyncio.run(all_at_once())


def all_of(spool: Spool, after: int = 0) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    while batch := spool.read(after, 1 << 20):
        found += batch
        after = batch[-1][0]
    return found


@given(st.lists(st.binary(min_size=1, max_size=200)), st.data())
def test_frames_end_before_what_is_cut_or_damaged(
    records: list[bytes], data: st.DataObject
) -> None:
    """Whatever happens to the end of a file, what is read is a beginning of what was written."""
    whole = b"".join(map(frame, records))
    assert [record for _, record in frames(whole)] == records
    cut = data.draw(st.integers(0, len(whole)))
    kept = [record for _, record in frames(whole[:cut])]
    assert kept == records[: len(kept)]
    assert len(b"".join(map(frame, records[: len(kept) + 1]))) > cut or len(kept) == len(records)
    if whole:
        at = data.draw(st.integers(0, len(whole) - 1))
        damaged = bytearray(whole)
        damaged[at] ^= 1 << data.draw(st.integers(0, 7))
        before = [record for end, record in frames(whole) if end <= at]
        assert [record for _, record in frames(bytes(damaged))][: len(before)] == before


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=3000), max_size=60), st.integers(1, 4000))
def test_what_is_appended_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, records: list[bytes], read_bytes: int
) -> None:
    """In order, with positions from 1 without gaps, over many segments and any reading size."""
    spool = Spool(tmp_path_factory.mktemp("spool"), loaded=0, max_bytes=1 << 30, segment_bytes=5000)
    try:
        half = len(records) // 2
        append(spool, *records[:half])
        append(spool, *records[half:])
        found: list[tuple[int, bytes]] = []
        while batch := spool.read(found[-1][0] if found else 0, read_bytes):
            found += batch
        assert found == list(enumerate(records, start=1))
    finally:
        spool.close()


def test_a_reading_goes_on_in_the_next_segment(open_spool: Opener, tmp_path: Path) -> None:
    """The end of a file is no reason for a small batch."""
    spool = open_spool(segment_bytes=100)
    for number in range(20):
        append(spool, b"%050d" % number)
    assert len(list(tmp_path.glob("*.spool"))) > 5
    assert [position for position, _ in spool.read(0, 500)] == list(range(1, 11))
    assert [position for position, _ in spool.read(10, 1 << 20)] == list(range(11, 21))
    assert [position for position, _ in spool.read(3, 50)] == [4]


def test_records_and_positions_survive_a_restart(open_spool: Opener) -> None:
    """A new spool in the same folder goes on where the old one ended."""
    spool = open_spool()
    assert append(spool, b"one", b"two") == [1, 2]
    spool.close()
    spool = open_spool(loaded=1)
    assert all_of(spool, after=1) == [(2, b"two")]
    assert append(spool, b"three") == [3]
    spool.close()
    # Everything is in the store: positions must not begin again.
    spool = open_spool(loaded=3)
    assert spool.read(3, 100) == []
    assert append(spool, b"four") == [4]


def test_positions_go_on_behind_the_store_when_the_folder_is_empty(open_spool: Opener) -> None:
    """Whoever deletes the spool's files loses what is in them, but no number is given twice."""
    assert append(open_spool(loaded=41), b"x") == [42]


@pytest.mark.parametrize("cut", [1, HEADER_BYTES - 1, HEADER_BYTES, HEADER_BYTES + 2])
def test_a_torn_last_frame_is_cut_off(
    open_spool: Opener, tmp_path: Path, cut: int, caplog: pytest.LogCaptureFixture
) -> None:
    """It was never acknowledged; the next record takes its place, and the log says so."""
    spool = open_spool()
    append(spool, b"whole")
    spool.close()
    with next(tmp_path.glob("*.spool")).open("ab") as file:
        file.write(frame(b"torn record")[:cut])
    spool = open_spool()
    assert f"{cut} bytes after record 1" in caplog.text
    assert append(spool, b"next") == [2]
    assert all_of(spool) == [(1, b"whole"), (2, b"next")]


def test_damage_before_the_last_segment_stops_the_start(open_spool: Opener, tmp_path: Path) -> None:
    """Acknowledged records behind the damage would be lost silently, so a person has to decide."""
    spool = open_spool(segment_bytes=10)
    for record in (b"first record", b"second record"):
        append(spool, record)
    spool.close()
    first, *_ = sorted(tmp_path.glob("*.spool"))
    content = bytearray(first.read_bytes())
    content[-1] ^= 1
    first.write_bytes(bytes(content))
    with pytest.raises(SpoolError, match="damaged at byte 0"):
        Spool(tmp_path, loaded=0, max_bytes=1 << 20)
    # A refused start lets the folder go.
    first.unlink()
    open_spool().close()


def test_a_missing_segment_stops_the_start(open_spool: Opener, tmp_path: Path) -> None:
    """Positions have no gaps."""
    spool = open_spool(segment_bytes=10)
    for record in (b"first record", b"second record", b"third record"):
        append(spool, record)
    spool.close()
    sorted(tmp_path.glob("*.spool"))[1].unlink()
    with pytest.raises(SpoolError, match="next segment begins at"):
        Spool(tmp_path, loaded=0, max_bytes=1 << 20)


def test_released_segments_are_deleted(open_spool: Opener, tmp_path: Path) -> None:
    """Whole segments only, and never the one that is written."""
    spool = open_spool(segment_bytes=10)
    for number in range(5):
        append(spool, b"record number %d" % number)
    assert first_positions(tmp_path) == [1, 2, 3, 4, 5]
    spool.release(3)
    assert first_positions(tmp_path) == [4, 5]
    spool.release(5)
    assert first_positions(tmp_path) == [5]
    assert all_of(spool, after=4) == [(5, b"record number 4")]


def test_an_old_segment_is_closed(open_spool: Opener, tmp_path: Path) -> None:
    """So that a quiet server does not keep a day's records in one file."""
    spool = open_spool(segment_seconds=0.0)
    append(spool, b"one")
    append(spool, b"two")
    assert first_positions(tmp_path) == [1, 2]


def test_a_full_spool_refuses_and_recovers(open_spool: Opener) -> None:
    """What is refused is not kept; released segments make room."""
    spool = open_spool(max_bytes=100, segment_bytes=40)
    append(spool, b"x" * 40)
    append(spool, b"y" * 40)
    with pytest.raises(LogFull):
        append(spool, b"z" * 40)
    spool.release(1)
    assert append(spool, b"z" * 40) == [3]


def test_a_full_spool_of_one_segment_recovers(open_spool: Opener) -> None:
    """A limit below the size of a segment: once all is released there is room again, without a write."""
    spool = open_spool(max_bytes=100)

    async def fill_and_come_again() -> None:
        await spool.append(b"x" * 60)
        spool.release(spool.last_position)
        for _ in range(200):
            try:
                await spool.append(b"y" * 60)
            except LogFull:
                await asyncio.sleep(0.01)
            else:
                return
        raise AssertionError("it stays full")

    asyncio.run(fill_and_come_again())
    assert spool.read(1, 1000) == [(2, b"y" * 60)]


def test_a_full_disk_refuses_and_recovers(
    open_spool: Opener, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A write that fails halfway leaves no trace, and the next one that succeeds follows on."""
    spool = open_spool()
    append(spool, b"before")
    write = os.pwrite

    def half_then_full(descriptor: int, data: bytes, offset: int) -> int:
        if len(data) > 4:
            return write(descriptor, bytes(data[:4]), offset)
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", half_then_full)
        with pytest.raises(LogFull):
            append(spool, b"refused")
    assert "the disk is full" in caplog.text
    assert append(spool, b"after") == [2]
    spool.close()
    assert all_of(open_spool()) == [(1, b"before"), (2, b"after")]


def test_after_a_failed_sync_the_segment_is_never_written_again(
    open_spool: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel may have dropped the pages that it could not write."""
    spool = open_spool()
    append(spool, b"before")

    def failing(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fdatasync", failing)
        with pytest.raises(LogFull):
            append(spool, b"refused")
    assert append(spool, b"after") == [2]
    assert first_positions(tmp_path) == [1, 2]
    spool.close()
    assert all_of(open_spool()) == [(1, b"before"), (2, b"after")]


def test_a_group_shares_one_sync(open_spool: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records that come while the disk is busy are synced together."""
    syncs = 0
    sync = os.fdatasync

    def slow(descriptor: int) -> None:
        nonlocal syncs
        syncs += 1
        time.sleep(0.02)
        sync(descriptor)

    monkeypatch.setattr(os, "fdatasync", slow)
    spool = open_spool()
    assert append(spool, *(b"record %d" % number for number in range(200))) == list(range(1, 201))
    assert syncs <= 3


def test_two_servers_never_share_a_folder(open_spool: Opener, tmp_path: Path) -> None:
    """The error names the process that has it."""
    open_spool()
    with pytest.raises(SpoolError, match=f"process {os.getpid()} uses this data folder"):
        Spool(tmp_path, loaded=0, max_bytes=1 << 20)


def test_a_record_larger_than_a_reading_is_read(open_spool: Opener) -> None:
    """A frame may be larger than what is read at once."""
    large = os.urandom(20 << 20)
    spool = open_spool()
    append(spool, b"small", large, b"small too")
    assert all_of(spool) == [(1, b"small"), (2, large), (3, b"small too")]
    spool.close()
    assert all_of(open_spool())[1] == (2, large)


_APPENDER = """
import asyncio, sys
from pathlib import Path
from piste.ingest.spool import Spool

async def main() -> None:
    spool = Spool(Path(sys.argv[1]), loaded=0, max_bytes=1 << 30, segment_bytes=20_000)
    async def client(name: int) -> None:
        for number in range(1_000_000):
            record = b"%d:%d" % (name, number)
            position = await spool.append(record)
            sys.stdout.buffer.write(b"%d=%s\\n" % (position, record))
            sys.stdout.buffer.flush()
    await asyncio.gather(*map(client, range(16)))

asyncio.run(main())
"""


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """The process prints each acknowledgement; every printed record is there, at its position."""
    for _ in range(3):
        folder = tmp_path / os.urandom(4).hex()
        process = subprocess.Popen(
            [sys.executable, "-c", _APPENDER, str(folder)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        acknowledged = [process.stdout.readline() for _ in range(500)]
        process.send_signal(signal.SIGKILL)
        acknowledged += process.stdout.read().splitlines(keepends=True)
        process.wait()
        spool = Spool(folder, loaded=0, max_bytes=1 << 30)
        try:
            kept = dict(all_of(spool))
        finally:
            spool.close()
        for line in acknowledged:
            if line.endswith(b"\n"):
                position, _, record = line.strip().partition(b"=")
                assert kept[int(position)] == record
        assert len(set(kept.values())) == len(kept)
