"""``scrapy`` commands in processes that begin in a fifth of the time: forked from one that has imported everything."""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import time_machine
from scrapy import cmdline

from espreso_crawler.ledger import crash

ROOT = Path(__file__).parents[1]
CONTEXT = multiprocessing.get_context("forkserver")
# This file too: each child would import it, and with its clock all of pytest.
CONTEXT.set_forkserver_preload([__name__, "tests.preload"])


class Finished(NamedTuple):
    """What a process said at its end."""

    exit_code: int
    """Negative for a signal."""
    log: str
    stdout: bytes


class Started:
    """A ``scrapy`` command that runs in a folder, and what tests ask of a `subprocess.Popen`."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        now: datetime | None,
        environment: Mapping[str, str] | None = None,
        terminal: str = "",
    ) -> None:
        """Begin, at another time of day if one is given; a terminal, by its path, takes the place of all streams."""
        self.arguments = list(arguments)
        self._folder = tempfile.TemporaryDirectory(prefix="espreso-")
        self._streams = [Path(self._folder.name) / name for name in ("stdout", "stderr")]
        self._said: tuple[bytes, bytes] | None = None
        streams: list[str] = [terminal] * 3 if terminal else [os.devnull, *map(str, self._streams)]
        given = (self.arguments, folder, dict(os.environ if environment is None else environment), streams, now)
        self._child = CONTEXT.Process(target=_child, args=given)
        self._child.start()
        assert self._child.pid is not None
        self.pid = self._child.pid

    @property
    def returncode(self) -> int | None:
        """Negative for a signal; None while it runs."""
        return self._child.exitcode

    @property
    def log(self) -> str:
        """What it has said on standard error so far."""
        path = self._streams[1]
        said = path.read_bytes() if path.exists() else self._said[1] if self._said else b""
        return said.decode("utf-8", "replace")

    def poll(self) -> int | None:
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code; raises TimeoutError, and kills it, when it runs longer than so many seconds."""
        self._child.join(timeout)
        if self.returncode is None:
            self._child.kill()
            self._child.join()
            raise TimeoutError(f"scrapy {' '.join(self.arguments)}: {self.communicate()[1].decode()}")
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[bytes, bytes]:
        """Wait for its end; return what it said."""
        self.wait(timeout)
        if self._said is None:
            stdout, stderr = (path.read_bytes() if path.exists() else b"" for path in self._streams)
            self._said = stdout, stderr
            self._folder.cleanup()
        return self._said


def scrapy(arguments: Sequence[str], *, folder: Path, now: datetime | None, seconds: float) -> Finished:
    """Run ``scrapy <arguments>`` in a folder to its end, at another time of day if one is given.

    Raises TimeoutError when it takes longer than so many seconds.
    """
    started = Started(arguments, folder=folder, now=now)
    stdout, log = started.communicate(seconds)
    return Finished(started.wait(), log.decode(), stdout)


def command(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run a ``scrapy`` command in the project's folder to its end: two seconds sooner than a new interpreter."""
    done = scrapy(arguments, folder=ROOT, now=None, seconds=60)
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.log.encode())


def _child(
    arguments: list[str], folder: Path, environment: Mapping[str, str], streams: list[str], now: datetime | None
) -> None:
    if streams[0] != os.devnull:
        os.setsid()  # the terminal that a process opens is its own then
    for number, path in enumerate(streams):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644), number)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1) for number in (1, 2))
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)

    crash.arm(environment.get("ESPRESO_CRASH_AT", ""))
    if now:
        time_machine.travel(now, tick=True).start()
    cmdline.execute(["scrapy", *arguments])
