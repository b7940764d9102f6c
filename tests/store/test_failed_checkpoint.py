"""After a failed checkpoint the engine wants its file opened anew; nothing is lost or there twice."""

import shutil
from pathlib import Path

import pytest
from support.streams import event, streams

from piste.store.connection import spill_folder
from piste.store.duckdb import EventStore

ROWS, LETTERS, MOST = 2_000, 1_000, 80


def batch(number: int) -> dict[str, bytes]:
    """Megabytes, of which a memory of sixty has room for some."""
    seqs = range(number * ROWS, (number + 1) * ROWS)
    return streams(events=[event(seq, page_title=f"{seq}" * LETTERS) for seq in seqs])


def test_it_recovers_by_itself(tmp_path: Path) -> None:
    """The folder for what does not fit into memory goes away while it is needed."""
    invalidated = 0
    with EventStore.open(tmp_path / "events.db", memory_mb=60, threads=1) as store:
        spilled = spill_folder(tmp_path / "events.db")
        number = 0
        while number < MOST and not invalidated:
            if spilled.exists():
                shutil.rmtree(spilled)
            for _ in range(3):
                try:
                    store.append([batch(number)], number + 1)
                    break
                except Exception as error:
                    invalidated += "has been invalidated" in str(error)
                    spilled.mkdir(exist_ok=True)
            else:
                pytest.fail("it does not recover")
            number += 1
        (found,) = store.rows("select count(*) as n, count(distinct seq) as d from events", {})
        assert found == {"n": number * ROWS, "d": number * ROWS}
        assert store.position() == number
    if not invalidated:
        pytest.skip("this version of the engine survives it")
