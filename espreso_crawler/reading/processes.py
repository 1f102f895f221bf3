"""Processes that work for this one, each a fork of it, by ``concurrent.futures``; what they do is given to them."""

import asyncio
import gc
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from typing import Any, Generic, Protocol, TypeVar

LARGEST_BATCH = 8
"""Questions that go to a process at once: each message wakes two threads here."""
AHEAD = 2
"""Batches for each process: one that it reads, one that lies ready."""
YOUNG = 50_000
"""Objects that are made before Python searches them for cycles: pages have hardly any, and the search costs a tenth."""
ENDING_SECONDS = 1.0
"""Longest wait for a killed process."""
MOST_RENEWALS = 10
"""Times that killed processes are replaced: a machine that goes on killing them has no room for them."""
FIRST_SAFE = (3, 11, 6)
"""Before this Python, `ProcessPoolExecutor` waits for ever when a process is killed while questions are sent to it, or
when many are queued (cpython issues 94777 and 105829)."""
ENDED = "the process that read this page ended on it"
FOR_THE_CRAWL = (signal.SIGINT, signal.SIGTERM)
"""A service manager sends them to every process of a crawl, which ends its readers itself."""

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Question = Any
"""What pickles, and costs little to send."""


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


class Work(Protocol[T_co]):
    """What processes are asked to do; each has a copy of it, and of what was loaded before they were started."""

    def answer(self, question: Question) -> bytes:
        """Return the answer to a question; called in a process, and never raises."""

    def decoded(self, answer: bytes) -> T_co:
        """Return an answer as it is used here."""

    def failed(self, name: str, error: str, bug: str | None = None) -> T_co:
        """Return what stands for the answer to a question that has none; `bug` is a traceback."""


@dataclass(slots=True, eq=False)
class _Task(Generic[T]):
    name: str
    question: Question
    answer: "asyncio.Future[T | None]"

    def hand_out(self, answer: T | None) -> None:
        """Give the answer to the one who asked."""
        if not self.answer.done():
            self.answer.set_result(answer)


class Processes(Generic[T]):
    """Work done in ``count`` processes; what a process leaves undone when it is killed is done by another one.

    A process has copies of this one's open files, and touches none. ``tell`` is told why the processes are given up.
    """

    def __init__(self, count: int, work: Work[T], tell: Callable[[str], None] = print) -> None:
        self._count = count
        self._work = work
        self._tell = tell
        self._renewals = 0
        self._is_alone = False
        self._executor: ProcessPoolExecutor | None = None
        self._processes: list[BaseProcess] = []
        self._queue: deque[_Task[T]] = deque()
        self._suspects: deque[_Task[T]] = deque()
        """What was under way when a process ended: one of them may be why, so each is done again by itself."""
        self._batches: set[asyncio.Task[None]] = set()
        self._unread: set[_Task[T]] = set()

    @property
    def is_alive(self) -> bool:
        """Whether they take questions."""
        return self._executor is not None

    @property
    def waiting(self) -> int:
        """How many questions have no answer yet."""
        return len(self._unread)

    @property
    def pids(self) -> list[int]:
        """The processes."""
        return [each.pid for each in self._processes if each.pid]

    def start(self) -> None:
        """Start the processes. Raises OSError when there can be none."""
        executor = ProcessPoolExecutor(
            self._count,
            multiprocessing.get_context("fork"),  # what the crawl has loaded need not be loaded again
            initializer=_begin,
            initargs=(self._work,),
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

    async def ask(self, name: str, question: Question) -> T | None:
        """Return the answer to a question; None when no process can be had.

        One on which two processes end has failed; `name` is what it is told by.
        """
        if self._executor is None:
            return None
        task = _Task[T](name, question, asyncio.get_running_loop().create_future())
        self._queue.append(task)
        self._unread.add(task)
        try:
            self._send()
            return await task.answer
        finally:
            self._unread.discard(task)

    async def settled(self) -> None:
        """Wait until the questions that have no answer now have one, or are given back."""
        if self._unread:
            await asyncio.wait({task.answer for task in self._unread})

    def close(self) -> None:
        """End the processes: they hold nothing that is not here too."""
        self._end()
        self._suspects.clear()
        self._queue.clear()
        for task in tuple(self._unread):
            task.hand_out(None)
        for batch in self._batches:
            batch.cancel()
        for process in self._processes:
            process.join(ENDING_SECONDS)

    def _send(self) -> None:
        """Send what waits, in as few batches as keep the processes busy; each suspect by itself."""
        while self._executor is not None and not self._is_alone:
            if self._suspects:
                if self._batches:
                    return
                tasks, self._is_alone = [self._suspects.popleft()], True
            elif self._queue and len(self._batches) < AHEAD * self._count:
                tasks = [self._queue.popleft() for _ in range(min(len(self._queue), LARGEST_BATCH))]
            else:
                return
            task = asyncio.ensure_future(self._batch(self._executor, tasks))
            self._batches.add(task)

    async def _batch(self, executor: ProcessPoolExecutor, tasks: list[_Task[T]]) -> None:
        answers: list[T | None] = []
        try:
            questions = [task.question for task in tasks]
            found = await asyncio.wrap_future(executor.submit(_answers, questions))
            answers = [self._decoded(task, answer) for task, answer in zip(tasks, found, strict=True)]
        except BrokenProcessPool:
            if self._is_alone:
                answers = [self._work.failed(task.name, f"{ENDED}, twice") for task in tasks]
            else:
                self._suspects.extend(tasks)
            self._renew(executor)
        except asyncio.CancelledError:  # the pool is closed, and its tasks are handed out
            return
        except Exception as error:  # noqa: BLE001  # a bug must not leave them without an answer
            answers = [self._work.failed(task.name, str(error), traceback.format_exc()) for task in tasks]
        self._is_alone = False
        self._batches.discard(asyncio.current_task())
        self._send()
        for task, answer in zip(tasks, answers, strict=False):
            task.hand_out(answer)
            await asyncio.sleep(0)  # in between, further ones go to the processes

    def _decoded(self, task: _Task[T], answer: bytes) -> T:
        """Decode an answer; one that is wrong is a bug, and this question's alone."""
        try:
            return self._work.decoded(answer)
        except Exception as error:  # noqa: BLE001
            return self._work.failed(task.name, str(error), traceback.format_exc())

    def _renew(self, broken: ProcessPoolExecutor) -> None:
        """Start other processes in place of those of which one was killed; without them, give all tasks back."""
        if self._executor is None:  # there are none any more
            self._give_back()
        if self._executor is not broken:  # another batch of the same processes came first
            return
        self._end()
        self._renewals += 1
        if self._renewals > MOST_RENEWALS:
            self._tell(f"they were killed {self._renewals} times")
            while self._suspects:  # what processes may have ended on is not for this one
                task = self._suspects.popleft()
                task.hand_out(self._work.failed(task.name, ENDED))
            self._give_back()
            return
        try:
            self.start()
        except OSError as error:
            self._tell(str(error))
            self._give_back()

    def _give_back(self) -> None:
        for task in (*self._suspects, *self._queue):
            task.hand_out(None)
        self._suspects.clear()
        self._queue.clear()

    def _end(self) -> None:
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.kill()


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
