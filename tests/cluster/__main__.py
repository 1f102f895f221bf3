"""``make cluster N=20000``: archived pages read again by the pool and by a Dask cluster, with and without kills."""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import msgspec

from espreso_crawler.cluster import Cluster
from espreso_crawler.reading import Engine, Processes
from espreso_crawler.reextraction.running import outcomes, started
from espreso_crawler.reextraction.work import Outcome, ReextractionWork
from espreso_crawler.tagging import tagger
from tests.benchmarks.report import show
from tests.cluster.local import WORKERS, running
from tests.cluster.pages import archived, work


class Read:
    """Outcomes of a run, and how long it took from the first question to the last answer."""

    def __init__(
        self,
        lines: list[bytes],
        reading: ReextractionWork,
        make: Callable[[], Engine] | None = None,
        kills: Iterable[int] = (),
        kill: Callable[[Processes[Outcome]], object] = lambda _: None,
    ) -> None:
        processes = started(WORKERS, reading, print, make)
        assert processes
        before, at = time.perf_counter(), set(kills)
        self.outcomes = []
        for number, outcome in enumerate(outcomes(lines, reading, processes)):
            self.outcomes.append(msgspec.json.encode(outcome))
            if number in at:
                kill(processes)
        self.rate = len(lines) / (time.perf_counter() - before)


def kill_process(processes: Processes[Outcome]) -> None:
    """Kill a process of the pool."""
    os.kill(processes.pids[0], signal.SIGKILL)


def main() -> int:
    """Read, compare and print; returns 1 when anything differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    parser.add_argument("pages", type=int, nargs="?", default=20_000)
    pages = parser.parse_args().pages
    kills = pages // 4, pages // 2
    with tempfile.TemporaryDirectory() as given, running() as cluster:
        folder = Path(given)
        lines = archived(folder / "archive", pages, tagger())
        reading = work(folder / "archive", tagger())
        make = partial(Cluster, cluster.address, folder / "shared", [folder / "archive"])
        runs = {
            "pool": Read(lines, reading),
            "cluster": Read(lines, reading, make),
            "pool, once more": Read(lines, reading),
            "cluster, a worker killed twice": Read(lines, reading, make, kills, lambda _: cluster.kill_worker()),
            "pool, a process killed twice": Read(lines, reading, None, kills, kill_process),
        }
        left = list((folder / "shared").iterdir())
    wanted = runs["pool"].outcomes
    pool = (runs["pool"].rate + runs["pool, once more"].rate) / 2
    rows = [
        (name, f"{run.rate:,.0f}", f"{run.rate / pool:.2f}", "yes" if run.outcomes == wanted else "NO")
        for name, run in runs.items()
    ]
    title = f"{pages:,} archived pages read again by {WORKERS} workers"
    show(
        title,
        ("", "pages a second", "of the pool's", "complete and equal"),
        rows,
        "a cluster of this machine is expected to have 0.85 of the pool's speed",
    )
    return int(any(row[-1] == "NO" for row in rows) or bool(left) or len(wanted) != pages)


if __name__ == "__main__":
    sys.exit(main())
