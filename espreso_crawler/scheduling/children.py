"""Crawls as child processes: one of a kind at a time, also over the death of the scheduler that started it."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import BinaryIO

from espreso_crawler.options import NEXT_CRAWL
from espreso_crawler.scheduling.kind import Kind
from espreso_crawler.scheduling.locks import locked

logger = logging.getLogger(__name__)

STEP = 0.1
GRACE = timedelta(minutes=1)
"""What a crawl has for its orderly end, as it gives pages in hand and seals; after that it is killed, which is safe."""


class Children:
    """Runs crawls of one kind as child processes, one at a time.

    A crawl inherits the lock of its kind and so holds it as long as it lives, whatever becomes of the scheduler; the
    lock's file holds its process id and start.
    """

    def __init__(
        self,
        kind: Kind,
        folder: Path,
        limit: timedelta,
        grace: timedelta = GRACE,
        every: timedelta | None = None,
    ) -> None:
        """`every` is from one start to the next, for the crawl to tell; None when nobody knows."""
        self._kind = kind
        self._path = folder / f"{kind.name}.crawl.lock"
        self._limit = limit
        self._grace = grace
        self._every = every

    def poll(self, stop: Event) -> None:
        """Crawl once, and return when the crawl is over; when `stop` is set, end the crawl."""
        with self._path.open("a+b") as lock:
            if not locked(lock):
                self._outlive(lock, stop)
            if not stop.is_set() and locked(lock):
                self._crawl(lock, stop)

    def _crawl(self, lock: BinaryIO, stop: Event) -> None:
        started = time.time()
        lock.truncate(0)
        child = self._begun(lock)
        lock.write(f"{child.pid} {started:.3f}\n".encode())
        lock.flush()
        self._watch(child.pid, started, lambda: child.poll() is not None, stop)
        level = logging.WARNING if child.returncode else logging.DEBUG  # a crawl tells of itself what went well
        logger.log(level, "Crawl ended with exit code %d after %.0f s", child.returncode, time.time() - started)

    def _begun(self, lock: BinaryIO) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  # our own program; a session of its own, for Ctrl-C is the scheduler's
            self._command(),
            pass_fds=[lock.fileno()],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            env=os.environ | ({NEXT_CRAWL: (datetime.now(UTC) + self._every).isoformat()} if self._every else {}),
        )

    def _outlive(self, lock: BinaryIO, stop: Event) -> None:
        """Wait for a crawl that an earlier scheduler left behind."""
        lock.seek(0)
        noted = lock.read().split()
        if len(noted) != 2:  # noqa: PLR2004  # its scheduler died before it could write process id and start
            return
        pid, started = int(noted[0]), float(noted[1])
        logger.info("Process %d, which an earlier scheduler started, still crawls: waiting for it", pid)
        self._watch(pid, started, lambda: locked(lock), stop)

    def _watch(self, pid: int, started: float, is_over: Callable[[], bool], stop: Event) -> None:
        """Return when a crawl is over; end it at the limit, or when the scheduler is to stop."""
        while not is_over():
            if time.time() > started + self._limit.total_seconds():
                logger.warning("Crawl stopped: process %d runs longer than %s", pid, self._limit)
                return self._end(pid, is_over)
            if stop.wait(STEP):
                return self._end(pid, is_over)
        return None

    def _end(self, pid: int, is_over: Callable[[], bool]) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + self._grace.total_seconds()
            while not is_over() and time.monotonic() < deadline:
                time.sleep(STEP)
            if not is_over():
                logger.warning("Crawl killed: process %d did not end on SIGTERM", pid)
                os.kill(pid, signal.SIGKILL)
        while not is_over():
            time.sleep(STEP)

    def _command(self) -> list[str]:
        kind = self._kind
        return [
            sys.executable, "-m", "scrapy", "crawl", kind.spider,
            *(part for name, value in kind.arguments.items() for part in ("-a", f"{name}={value}")),
            *(part for name, value in kind.settings.items() for part in ("-s", f"{name}={value}")),
        ]  # fmt: skip
