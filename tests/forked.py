"""``scrapy`` commands in processes that begin in a fifth of the time: forked from one that has imported everything."""

import multiprocessing
import os
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
CONTEXT.set_forkserver_preload(["tests.preload"])


class Finished(NamedTuple):
    """What a process said at its end."""

    exit_code: int
    """Negative for a signal."""
    log: str
    stdout: bytes


def scrapy(arguments: Sequence[str], *, folder: Path, now: datetime | None, seconds: float) -> Finished:
    """Run ``scrapy <arguments>`` in a folder to its end, at another time of day if one is given.

    Raises TimeoutError when it takes longer than so many seconds.
    """
    with tempfile.TemporaryDirectory(prefix="espreso-") as said:
        streams = [Path(said) / name for name in ("stdout", "stderr")]
        given = (list(arguments), folder, dict(os.environ), streams, now)
        child = CONTEXT.Process(target=_child, args=given)
        child.start()
        child.join(seconds)
        if child.exitcode is None:
            child.kill()
            child.join()
            raise TimeoutError(f"scrapy {' '.join(arguments)}: {streams[1].read_text()}")
        stdout, log = (path.read_bytes() if path.exists() else b"" for path in streams)
        return Finished(child.exitcode, log.decode(), stdout)


def command(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run a ``scrapy`` command in the project's folder to its end: two seconds sooner than a new interpreter."""
    done = scrapy(arguments, folder=ROOT, now=None, seconds=60)
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.log.encode())


def _child(
    arguments: list[str], folder: Path, environment: Mapping[str, str], streams: list[Path], now: datetime | None
) -> None:
    for number, path in enumerate(streams, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644), number)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1) for number in (1, 2))
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)

    crash.arm(environment.get("ESPRESO_CRASH_AT", ""))
    if now:
        time_machine.travel(now, tick=True).start()
    cmdline.execute(["scrapy", *arguments])
