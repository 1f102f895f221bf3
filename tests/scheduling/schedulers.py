"""A running ``scrapy schedule`` for tests, and what it said."""

import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import Event
from typing import BinaryIO

from espreso_crawler.scheduling.children import Children
from tests import forked
from tests.crawls import LONGEST_CRAWL, NO_WAITING, ROOT, Desk


class Scheduler:
    """A ``scrapy schedule`` whose crawls write to a desk."""

    def __init__(self, desk: Desk, *options: str, environment: Mapping[str, str] | None = None) -> None:
        given = command(desk, options)
        self.process = forked.Started(given, folder=ROOT, now=None, environment=os.environ | (environment or {}))

    @property
    def log(self) -> str:
        return self.process.log

    def crawls_failed(self) -> list[int]:
        """Return the exit codes of the child crawls so far that did not end well."""
        return [int(code) for code in re.findall(r"Crawl ended with exit code (-?\d+)", self.log)]

    def stopped(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(LONGEST_CRAWL)


class ForkedChildren(Children):
    """Crawls that are forked, where it does not matter how they begin."""

    _child: forked.Started

    def poll(self, stop: Event) -> None:
        """Crawl once, and pass on what the crawl said."""
        super().poll(stop)
        sys.stderr.write(self._child.communicate()[1].decode())

    def now(self) -> datetime | None:
        """Return what the crawl takes for the present; None for the machine's."""
        return None

    def _begun(self, _lock: BinaryIO) -> forked.Started:  # type: ignore[override]  # has what is asked of a Popen
        command = self._command()
        self._child = forked.Started(command[command.index("crawl") :], folder=ROOT, now=self.now())
        return self._child


def command(desk: Desk, options: Sequence[str]) -> list[str]:
    places = {"ESPRESO_OUTPUT": str(desk.home / "output"), "ESPRESO_STATE": str(desk.home / "state")}
    given = [part for name, value in (places | NO_WAITING).items() for part in ("-s", f"{name}={value}")]
    return ["schedule", *options, *given]


def refused(desk: Desk, *options: str) -> tuple[int, str]:
    """Return the exit code and the words of a scheduler that does not start."""
    done = forked.command(*command(desk, options))
    return done.returncode, done.stderr.decode().strip()
