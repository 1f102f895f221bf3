"""A worker that comes later and runs another version is left out, and the run goes on with those that fit."""

import os
import signal
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
from tests.cluster.apart import Apart, beginning
from tests.cluster.pages import SMALL, TAGS, archived, work
from tests.waiting import wait_until

PAGES = 60
OLD = "0.0.0"
"""The version of a worker that does not fit."""


class Machines:
    """A scheduler and its workers."""

    def __init__(self, apart: Apart, running: ExitStack) -> None:
        self._apart = apart
        _, self.address = apart.begun()
        self._client = running.enter_context(Client(self.address, set_as_default=False))

    def worker(self, version: str = "") -> int:
        """Start a worker of this version, or another, and wait until it is there; returns its process id."""
        count = len(self._client.nthreads())
        pid, _ = self._apart.begun(self.address, version)
        wait_until(lambda: len(self._client.nthreads()) > count)
        return pid

    def kill(self, worker: int) -> None:
        """Kill a worker, and wait until it is gone."""
        count = len(self._client.nthreads())
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: len(self._client.nthreads()) < count)


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    with beginning() as process:
        yield process


@pytest.fixture
def machines(apart: Apart) -> Iterator[Machines]:
    with ExitStack() as running:
        yield Machines(apart, running)


def begun(machines: Machines, home: Path) -> Iterator[Outcome]:
    """Return what becomes of records, without end."""
    archive = home / "archive"
    lines = archived(archive, PAGES, TAGS, 4, SMALL)
    reading = work(archive, TAGS)
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
    machines.kill(second)
    monkeypatch.setattr(engine, "ALONE_SECONDS", 1.0)
    with pytest.raises(
        ClusterError, match=rf"no worker of use for 1 seconds; worker \S+: it has espreso_crawler {OLD}"
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
