"""A running ``scrapy schedule`` for tests, and what it said."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

from tests import forked
from tests.crawls import LONGEST_CRAWL, NO_WAITING, ROOT, Desk


class Scheduler:
    """A ``scrapy schedule`` whose crawls write to a desk."""

    def __init__(self, desk: Desk, *options: str, environment: Mapping[str, str] | None = None) -> None:
        self._path = desk.home / f"schedule-{os.urandom(4).hex()}.log"
        with self._path.open("wb") as log:
            self.process = subprocess.Popen(
                command(desk, options), cwd=ROOT, stdout=log, stderr=log, env=os.environ | (environment or {})
            )

    @property
    def log(self) -> str:
        return self._path.read_text()

    def crawls_failed(self) -> list[int]:
        """Return the exit codes of the child crawls so far that did not end well."""
        return [int(code) for code in re.findall(r"Crawl ended with exit code (-?\d+)", self.log)]

    def stopped(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(LONGEST_CRAWL)


def command(desk: Desk, options: Sequence[str]) -> list[str]:
    places = {"ESPRESO_OUTPUT": str(desk.home / "output"), "ESPRESO_STATE": str(desk.home / "state")}
    given = [part for name, value in (places | NO_WAITING).items() for part in ("-s", f"{name}={value}")]
    return [sys.executable, "-m", "scrapy", "schedule", *options, *given]


def refused(desk: Desk, *options: str) -> tuple[int, str]:
    """Return the exit code and the words of a scheduler that does not start."""
    done = forked.command(*command(desk, options)[3:])
    return done.returncode, done.stderr.decode().strip()
