"""Piste as a process: started, asked, told to stop.

Room:   the only module of tests/system that starts processes.
Limits: every server listens on a free port of 127.0.0.1 that it chooses itself (`--port 0`), and hears of
        no settings but the ones it is given.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from e2e.harness import Lines, Piste

START_SECONDS = 60.0
STOP_SECONDS = 20.0
HERE = Path(__file__).resolve().parent
"""Where no piste.toml is."""
Command = tuple[str | Path, ...]
_READY = re.compile(r"REST interface bound to /127\.0\.0\.1:(\d+)")


@dataclass(frozen=True)
class Running:
    """A server that has said it is ready; `ports` are those of HTTP and, with a certificate, HTTPS."""

    process: subprocess.Popen[str]
    ports: tuple[int, ...]
    micro: Piste

    @property
    def port(self) -> int:
        return self.ports[0]

    def stop(self, signum: int = signal.SIGTERM) -> int:
        """Ask it to stop, and wait; the exit code."""
        self.process.send_signal(signum)
        return self.process.wait(STOP_SECONDS)


@contextmanager
def running(
    *argv: str | Path,
    endpoints: int = 1,
    cwd: Path = HERE,
    environ: Mapping[str, str] | None = None,
) -> Iterator[Running]:
    """`python -m piste …`, ready to answer on so many endpoints; killed on leaving if it still runs."""
    process = subprocess.Popen(
        [*_command(*argv), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=cwd,
        env=_environment(environ),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    stdout, stderr = Lines(process.stdout), Lines(process.stderr)
    try:
        said = stderr.until(lambda lines: len(_ports(lines)) == endpoints, START_SECONDS)
        ports = _ports(said)
        if len(ports) != endpoints:
            pytest.fail("piste did not become ready; it said:\n" + "\n".join(said[-40:]))
        yield Running(process, ports, Piste(ports[0], stdout, stderr))
    finally:
        process.kill()
        process.wait()


def finished(
    *argv: str | Path, cwd: Path = HERE, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """`python -m piste …` that is expected to end by itself."""
    return subprocess.run(
        _command(*argv),
        cwd=cwd,
        env=_environment(environ),
        capture_output=True,
        encoding="utf-8",
        timeout=START_SECONDS,
        check=False,
    )


def _command(*argv: str | Path) -> list[str]:
    return [sys.executable, "-m", "piste", *map(str, argv)]


def _environment(given: Mapping[str, str] | None) -> dict[str, str]:
    """The checkout, installed or not, and no settings but the given ones."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("PISTE", "MICRO"))
    }
    return {**inherited, "PYTHONPATH": str(HERE.parents[1] / "src"), **(given or {})}


def _ports(lines: list[str]) -> tuple[int, ...]:
    return tuple(int(found[1]) for line in lines if (found := _READY.search(line)))
