"""A scheduler and workers that no nanny replaces, each a process forked from one that has imported what they run."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from distributed import Scheduler, Worker

import espreso_crawler
from tests.checkout import ROOT
from tests.cluster import pages  # noqa: F401  # what a worker would import for its first batch
from tests.waiting import PATIENCE

PLACE: dict[str, Any] = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}


class Apart:
    """The process that begins them."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def begun(self, *arguments: str) -> tuple[int, str]:
        """Begin a scheduler, or a worker of the scheduler at an address; returns its process id and its own address."""
        assert self._process.stdin and self._process.stdout
        print(json.dumps(arguments), file=self._process.stdin, flush=True)
        pid, address = json.loads(self._process.stdout.readline())
        return pid, address


@contextmanager
def beginning() -> Iterator[Apart]:
    """Run the process; what it has begun ends with it."""
    with subprocess.Popen(
        [sys.executable, "-m", __name__],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield Apart(process)
        finally:
            process.communicate("", timeout=PATIENCE)


def main() -> None:
    """Fork a process for each line of standard input, and kill them all at its end."""
    begun = []
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            asyncio.run(run(*json.loads(line)))
            os._exit(0)
        begun.append(pid)
    for pid in begun:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


async def run(scheduler: str = "", version: str = "") -> None:
    """Be a scheduler, or a worker of the scheduler at an address, of this version or of another one."""
    espreso_crawler.__version__ = version or espreso_crawler.__version__
    threads = 4 if version else 1  # who does not fit gets the next batches
    async with Worker(scheduler, nthreads=threads, **PLACE) if scheduler else Scheduler(port=0, **PLACE) as running:
        print(json.dumps([os.getpid(), running.address]), flush=True)
        await running.finished()


if __name__ == "__main__":
    main()
