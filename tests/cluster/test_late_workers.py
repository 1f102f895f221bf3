"""A worker that comes later and runs another version is left out, and the run goes on with those that fit."""

import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import pytest
from distributed import Client

from espreso_crawler.cluster import Cluster, engine
from espreso_crawler.exceptions import ClusterError
from espreso_crawler.reextraction.running import outcomes, started
from espreso_crawler.reextraction.work import Outcome
from espreso_crawler.tagging import tagger
from tests.checkout import ROOT
from tests.cluster.pages import archived, work
from tests.waiting import wait_until

PAGES = 60
OLD = "0.0.0"
"""The version of a worker that does not fit."""
SCHEDULER = """
import asyncio
from distributed import Scheduler

async def main():
    async with Scheduler(host="127.0.0.1", port=0, dashboard_address="127.0.0.1:0") as scheduler:
        print(scheduler.address, flush=True)
        await scheduler.finished()

asyncio.run(main())
"""
WORKER = """
import asyncio, sys
import espreso_crawler
from distributed import Worker

espreso_crawler.__version__ = sys.argv[2] or espreso_crawler.__version__

async def main():
    threads = 4 if sys.argv[2] else 1  # who does not fit gets the next batches
    async with Worker(sys.argv[1], nthreads=threads, host="127.0.0.1", dashboard_address="127.0.0.1:0") as worker:
        await worker.finished()

asyncio.run(main())
"""


class Machines:
    """A scheduler, and workers that no nanny replaces."""

    def __init__(self, running: ExitStack) -> None:
        self._running = running
        scheduler = self._start(SCHEDULER)
        assert scheduler.stdout
        self.address = scheduler.stdout.readline().strip()
        self._client = running.enter_context(Client(self.address, set_as_default=False))

    def worker(self, version: str = "") -> "subprocess.Popen[str]":
        """Start a worker of this version, or another, and wait until it is there."""
        count = len(self._client.nthreads())
        process = self._start(WORKER, self.address, version)
        wait_until(lambda: len(self._client.nthreads()) > count)
        return process

    def kill(self, worker: "subprocess.Popen[str]") -> None:
        """Kill a worker, and wait until it is gone."""
        count = len(self._client.nthreads())
        worker.kill()
        wait_until(lambda: len(self._client.nthreads()) < count)

    def _start(self, *arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._running.enter_context(process)
        self._running.callback(process.kill)
        return process


@pytest.fixture
def machines() -> Iterator[Machines]:
    with ExitStack() as running:
        yield Machines(running)


def begun(machines: Machines, home: Path) -> Iterator[Outcome]:
    """Return what becomes of records, without end."""
    tags, archive = tagger(None, frozenset()), home / "archive"
    lines = archived(archive, PAGES, tags, 4)
    reading = work(archive, tags)
    workers = started(2, reading, pytest.fail, partial(Cluster, machines.address, home / "shared", [archive]))
    return outcomes(cycle(lines), reading, workers)


def taken(found: Iterator[Outcome], count: int) -> None:
    """Take some outcomes: each page was read."""
    assert [each.error for each in islice(found, count)] == [None] * count


def taken_until_it_is_left_out(found: Iterator[Outcome], caplog: pytest.LogCaptureFixture) -> None:
    def is_left_out() -> bool:
        taken(found, 50)
        return f"is left out: it has espreso_crawler {OLD}, source" in caplog.text

    wait_until(is_left_out)


def test_a_worker_that_differs_is_left_out_and_the_run_ends_only_when_none_fits(
    machines: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine, "LOOK_SECONDS", 0.2)
    first = machines.worker()
    found = begun(machines, tmp_path)
    taken(found, 10)
    machines.worker(OLD)
    taken_until_it_is_left_out(found, caplog)
    machines.kill(first)  # with batches that are for it alone
    second = machines.worker()
    taken(found, 300)
    monkeypatch.setattr(engine, "ALONE_SECONDS", 3.0)
    machines.kill(second)
    with pytest.raises(
        ClusterError, match=rf"no worker of use for 3 seconds; worker \S+: it has espreso_crawler {OLD}"
    ):
        deque(found, maxlen=0)
    assert list((tmp_path / "shared").iterdir()) == []


def test_a_batch_that_such_a_worker_refuses_is_given_to_another(
    machines: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine, "LOOK_SECONDS", 3600.0)  # nobody looks before it gets one
    machines.worker()
    found = begun(machines, tmp_path)
    taken(found, 10)
    machines.worker(OLD)
    taken_until_it_is_left_out(found, caplog)
    taken(found, 300)
    assert caplog.text.count("is left out") == 1
    found.close()  # type: ignore[attr-defined]  # a generator
