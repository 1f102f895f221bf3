"""Crawls stopped at one moment after another of their start: ``python -m tests.spiders.stops [--moments N]``.

Each must end with the signal's exit code; one that reached its ledger leaves a closed run and its run file. Before
Python has loaded the command, the signal ends the process itself: that is its exit code too.
"""

import argparse
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.crawls import LONGEST_CRAWL, Desk, let_go, start, told_to_stop
from tests.forked import Started
from tests.site import DemoSite, running, small

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
SPAN = 2.0
"""Seconds of a crawl's beginning in which it is stopped."""


@dataclass
class Stopped:
    """How a crawl ended that was told to stop."""

    number: signal.Signals
    after: float
    """Seconds from its start to the signal."""
    exit_code: int
    runs: list[tuple[str, str | None, int | None]]
    """State, reason and exit code of each run in the ledger."""
    files: list[int]
    """Exit codes in the run files."""
    traceback: bool

    @property
    def is_well(self) -> bool:
        """Whether exit code, run row and run file say that it was this signal."""
        code = CODES[self.number]
        if not self.runs and not self.files:  # no run had begun
            return self.exit_code in (code, -self.number)
        closed = [("closed", "shutdown", code)]
        return (self.exit_code, self.runs, self.files, self.traceback) == (code, closed, [code], False)

    def __str__(self) -> str:
        runs = ", ".join(f"{state} {reason} {code}" for state, reason, code in self.runs) or "none"
        well = "ok" if self.is_well else "WRONG"
        return f"{self.number.name} after {self.after:.2f} s: exit {self.exit_code}, run {runs}, files {self.files}: {well}"


def stop(
    demo: DemoSite, folder: Path, number: signal.Signals, *, after: float = 0, begun: str = "", is_new: bool = False
) -> Stopped:
    """Start a crawl in a folder of its own and stop it so many seconds later, or after `begun`.

    That is a pattern of a file that the crawl has made by then. A new interpreter has its imports before it.
    """
    desk = Desk(folder)
    process = desk.start_interpreter(start(demo)) if is_new or not begun else desk.start(start(demo))
    while begun and process.poll() is None and not list(folder.glob(begun)):
        time.sleep(0.002)
    time.sleep(after)
    if isinstance(process, Started):
        told_to_stop(process, number)
    else:
        process.send_signal(number)
    let_go(demo)  # what the site keeps back, if it does
    _, said = process.communicate(timeout=LONGEST_CRAWL)
    ledger, runs = folder / "state" / "ledger.sqlite3", []
    if ledger.exists():
        with closing(sqlite3.connect(ledger)) as opened:
            has_runs = opened.execute("SELECT 1 FROM sqlite_master WHERE name = 'runs'").fetchone()
            runs = opened.execute("SELECT state, reason, exit_code FROM runs").fetchall() if has_runs else []
    files = [run["exit_code"] for run in desk.runs()]
    return Stopped(number, after, process.wait(), runs, files, b"Traceback" in said)


def main(arguments: Sequence[str] | None = None) -> int:
    """Stop crawls at so many moments by each signal, print how each ended; returns 1 when one ended wrongly."""
    parser = argparse.ArgumentParser(prog="make stops", description=__doc__)
    parser.add_argument("--moments", type=int, default=20)
    moments = parser.parse_args(arguments).moments
    with running(small(latency=0.3)) as demo, tempfile.TemporaryDirectory() as root:
        found = []
        for place in range(moments):
            for number in CODES:
                folder = Path(root, f"{place}-{number}")
                found.append(stop(demo, folder, number, after=SPAN * (place + 1) / moments))
                print(found[-1], flush=True)
    wrong = [each for each in found if not each.is_well]
    begun = sum(bool(each.runs) for each in found)
    print(f"{len(found)} crawls stopped, {begun} had begun a run, {len(wrong)} ended wrongly")
    return int(bool(wrong) or not begun)


if __name__ == "__main__":
    sys.exit(main())
