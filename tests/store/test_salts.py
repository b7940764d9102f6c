"""Salts on disk: one a day for all processes, there after a kill, and destroyed without a trace."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from piste.store.metadata import MetadataStore

FRESH = bytes(range(1, 33))
OTHER = bytes(range(101, 133))
DAY = 20_000

ASK = """
import sys
from pathlib import Path
from piste.store.metadata import MetadataStore
found = MetadataStore(Path(sys.argv[1])).salts().of(int(sys.argv[2]), bytes.fromhex(sys.argv[3]))
print(found[int(sys.argv[2])].hex(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "metadata.db"


@pytest.fixture
def store(file):
    store = MetadataStore(file)
    yield store
    store.close()


def asking(file, day, fresh):
    return subprocess.Popen(
        [sys.executable, "-c", ASK, str(file), str(day), fresh.hex()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_the_first_salt_of_a_day_stays(store):
    assert store.salts().of(DAY, FRESH) == {DAY: FRESH}
    assert store.salts().of(DAY, OTHER) == {DAY: FRESH}


def test_yesterdays_comes_with_todays(store):
    store.salts().of(DAY, FRESH)
    assert store.salts().of(DAY + 1, OTHER) == {DAY: FRESH, DAY + 1: OTHER}


def test_a_day_without_anybody_leaves_no_salt(store):
    store.salts().of(DAY, FRESH)
    assert store.salts().of(DAY + 2, OTHER) == {DAY + 2: OTHER}
    assert store.salts().of(DAY + 1, OTHER) == {DAY + 1: OTHER}


def test_it_is_there_in_the_next_process(store, file):
    store.salts().of(DAY, FRESH)
    store.close()
    again = MetadataStore(file)
    assert again.salts().of(DAY, OTHER) == {DAY: FRESH}
    again.close()


def test_an_old_salt_is_in_no_file_any_more(store, tmp_path):
    salts = store.salts()
    salts.of(DAY, FRESH)
    salts.of(DAY + 1, OTHER)
    assert FRESH in everything_in(tmp_path)
    salts.of(DAY + 2, bytes(range(33, 65)))
    assert FRESH not in everything_in(tmp_path)
    assert OTHER in everything_in(tmp_path)


def everything_in(folder):
    return b"".join(file.read_bytes() for file in folder.iterdir())


def test_many_threads_agree(store):
    found = []
    given = [bytes([number]) * 32 for number in range(1, 17)]

    def ask(fresh):
        found.append(store.salts().of(DAY, fresh)[DAY])

    threads = [threading.Thread(target=ask, args=(fresh,)) for fresh in given]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16
    assert len(set(found)) == 1
    assert found[0] in given


def test_two_processes_agree_and_a_killed_one_has_kept_its_salt(store, file):
    first, second = (asking(file, DAY, fresh) for fresh in (FRESH, OTHER))
    said = [process.stdout.readline().strip() for process in (first, second)]
    assert said[0] == said[1]
    for process in (first, second):
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert store.salts().of(DAY, bytes(32))[DAY].hex() == said[0]
