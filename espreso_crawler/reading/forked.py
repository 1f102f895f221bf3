"""Processes of this machine that answer questions, each a fork of this one, by ``concurrent.futures``."""

import asyncio
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from espreso_crawler.reading.engine import YOUNG, Question, Work, WorkersEnded

ENDING_SECONDS = 1.0
"""Longest wait for a killed process."""
FIRST_SAFE = (3, 11, 6)
"""Before this Python, `ProcessPoolExecutor` waits for ever when a process is killed while questions are sent to it, or
when many are queued (cpython issues 94777 and 105829)."""
FOR_THE_CRAWL = (signal.SIGINT, signal.SIGTERM)
"""A service manager sends them to every process of a crawl, which ends its readers itself."""


def process_count(given: object, *, spared: int = 0) -> int:
    """Return how many processes are to work: what is given, else one for each core but for those that are spared.

    None where processes cannot fork, and on an early Python 3.11.
    """
    if not hasattr(os, "fork") or sys.version_info < FIRST_SAFE:
        return 0
    if given not in (None, ""):
        return int(str(given))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores - spared


class Forked:
    """``count`` processes; an `Engine`. One has copies of this one's open files, and touches none."""

    largest_batch = 8  # each message wakes two threads here

    def __init__(self, count: int) -> None:
        self.count = count
        self.shared: Path | None = None
        self._processes: list[BaseProcess] = []
        self._executor: ProcessPoolExecutor | None = None

    @property
    def pids(self) -> list[int]:
        """The processes."""
        return [each.pid for each in self._processes if each.pid]

    def start(self, work: Work[Any]) -> None:
        """Start the processes. Raises OSError when there can be none."""
        executor = ProcessPoolExecutor(
            self.count,
            multiprocessing.get_context("fork"),  # what the crawl has loaded need not be loaded again
            initializer=_begin,
            initargs=(work,),
        )
        before = set(multiprocessing.active_children())
        try:
            with _signals_held_back():
                executor.submit(_answers, ()).add_done_callback(lambda done: done.cancelled() or done.exception())
        except OSError:
            for process in set(multiprocessing.active_children()) - before:
                process.kill()
            raise
        self._processes = list(set(multiprocessing.active_children()) - before)
        self._executor = executor

    async def answers(self, questions: Sequence[Question]) -> Sequence[bytes | str]:
        """Have a batch answered. Raises `WorkersEnded`: when one process is killed, the executor ends the others."""
        if self._executor is None:
            raise WorkersEnded
        try:
            return await asyncio.wrap_future(self._executor.submit(_answers, questions))
        except BrokenProcessPool as error:
            raise WorkersEnded from error

    def end(self) -> None:
        """Kill the processes: they hold nothing that is not here too."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.kill()

    def join(self) -> None:
        """Wait a moment until they are gone."""
        for process in self._processes:
            process.join(ENDING_SECONDS)


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Give the processes that are started inside no signal that is meant for the crawl, from their first moment on."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, FOR_THE_CRAWL)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# --- In a process of the pool ----------------------------------------------------------------------------------

_work: Work[Any]


def _begin(work: Work[Any]) -> None:
    """Leave the crawl: what is typed at its terminal is for it, and what it has loaded is not searched for cycles."""
    global _work  # noqa: PLW0603  # one of each process
    _work = work
    os.setsid()
    signal.set_wakeup_fd(-1)
    gc.freeze()
    gc.set_threshold(YOUNG)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    """End this process when the crawl has ended, whatever that died of."""
    connection.wait([sentinel])
    os._exit(1)


def _answers(questions: Sequence[Question]) -> list[bytes]:
    """Answer questions, in their order."""
    return [_work.answer(question) for question in questions]
