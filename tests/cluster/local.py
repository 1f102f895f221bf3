"""A Dask cluster on this machine, in processes of its own: one that this process could fork would be in its way."""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dask
from distributed import LocalCluster
from distributed.utils import get_mp_context

from tests.checkout import ROOT

WORKERS = 2
READING = ("tests.cluster.pages", "espreso_crawler.archive.reading.work", "espreso_crawler.cluster.worker")


class Running:
    """A running cluster."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.address: str = self._read()

    def pids(self) -> list[int]:
        """Return the workers' processes; one that was killed has another soon."""
        return self._asked("pids")

    def workers(self) -> int:
        """Return how many workers the scheduler has."""
        return len(self._asked("workers"))

    def kill_worker(self) -> int:
        """Kill a worker; returns which."""
        pid = self.pids()[0]
        os.kill(pid, signal.SIGKILL)
        return pid

    def stop(self) -> None:
        """End the scheduler and the workers."""
        if self._process.poll() is None:
            self._process.communicate("", timeout=60)

    def _asked(self, what: str) -> Any:
        assert self._process.stdin
        print(what, file=self._process.stdin, flush=True)
        return self._read()

    def _read(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())


@contextmanager
def running() -> Iterator[Running]:
    """Give a cluster of two workers, each a process with one thread that its nanny replaces."""
    with subprocess.Popen(
        [sys.executable, "-m", __name__],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        cluster = Running(process)
        try:
            yield cluster
        finally:
            cluster.stop()


def main() -> None:
    """Run it until standard input ends."""
    # Workers are forked from a process that has imported what they read with, which a new one does for seconds.
    dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})
    get_mp_context().set_forkserver_preload(["distributed", *READING])
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(
            n_workers=WORKERS,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            local_directory=folder,
            silence_logs=logging.CRITICAL,
        ) as cluster,
    ):
        print(json.dumps(cluster.scheduler_address), flush=True)
        for what in sys.stdin:
            pids = [nanny.pid for nanny in cluster.workers.values() if nanny.pid]
            print(json.dumps(pids if what == "pids\n" else [*cluster.scheduler.workers]), flush=True)


if __name__ == "__main__":
    main()
