"""Processes that read pages: each a fork that knows the same `read`, by ``concurrent.futures``."""

import asyncio
import gc
import multiprocessing
import os
import signal
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

import msgspec

from espreso_crawler.reading.article_page import Asked, Reading, read
from espreso_crawler.reading.preparation import Preparation

LARGEST_BATCH = 8
"""Pages that go to a process at once: each message wakes two threads here."""
AHEAD = 2
"""Batches for each process: one that it reads, one that lies ready."""
ENDING_SECONDS = 1.0
"""Longest wait for a killed process."""
MOST_RENEWALS = 10
"""Times that killed processes are replaced: a machine that goes on killing them has no room for them."""
ENDED = "the process that read this page ended on it"
FOR_THE_CRAWL = (signal.SIGINT, signal.SIGTERM)
"""A service manager sends them to every process of a crawl, which ends its readers itself."""

# JSON keeps the offset of a time, MessagePack does not; pickle takes five times as long for an article.
_ENCODER, _ASKED, _READING = msgspec.json.Encoder(), msgspec.json.Decoder(Asked), msgspec.json.Decoder(Reading)

Question = tuple[bytes, bytes]
"""A page's body, and its `Asked` as JSON."""


@dataclass(slots=True, eq=False)
class _Page:
    url: str
    question: Question
    answer: "asyncio.Future[Reading | None]"

    def hand_out(self, reading: Reading | None) -> None:
        """Give its reader the answer."""
        if not self.answer.done():
            self.answer.set_result(reading)


class Pool:
    """Reads pages in ``count`` processes; what a process leaves unread when it is killed is read by another one.

    A process has copies of the crawl's open files, and touches none. ``tell`` is told why the pool gives up.
    """

    def __init__(self, count: int, preparation: Preparation, tell: Callable[[str], None] = print) -> None:
        self._count = count
        self._preparation = preparation
        self._tell = tell
        self._renewals = 0
        self._is_alone = False
        self._executor: ProcessPoolExecutor | None = None
        self._processes: list[BaseProcess] = []
        self._queue: deque[_Page] = deque()
        self._suspects: deque[_Page] = deque()
        """Pages under way when a process ended: one of them may be why, so each is read again by itself."""
        self._batches: set[asyncio.Task[None]] = set()
        self._unread: set[_Page] = set()

    @property
    def is_alive(self) -> bool:
        """Whether it takes pages."""
        return self._executor is not None

    @property
    def waiting(self) -> int:
        """How many pages are yet to be read."""
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
            initargs=(self._preparation,),
        )
        before = set(multiprocessing.active_children())
        try:
            with _signals_held_back():
                executor.submit(_read, ()).add_done_callback(lambda done: done.cancelled() or done.exception())
        except OSError:
            for process in set(multiprocessing.active_children()) - before:
                process.kill()
            raise
        self._processes = list(set(multiprocessing.active_children()) - before)
        self._executor = executor

    async def read(self, body: bytes, asked: Asked) -> Reading | None:
        """Read a page; None when no process can be had. A page on which two processes end is read as broken."""
        if self._executor is None:
            return None
        page = _Page(asked.served.url, (body, _ENCODER.encode(asked)), asyncio.get_running_loop().create_future())
        self._queue.append(page)
        self._unread.add(page)
        try:
            self._send()
            return await page.answer
        finally:
            self._unread.discard(page)

    async def settled(self) -> None:
        """Wait until the pages that are yet to be read now have been read, or given back."""
        if self._unread:
            await asyncio.wait({page.answer for page in self._unread})

    def close(self) -> None:
        """End the processes: they hold nothing that is not here too."""
        self._end()
        self._suspects.clear()
        self._queue.clear()
        for page in tuple(self._unread):
            page.hand_out(None)
        for task in self._batches:
            task.cancel()
        for process in self._processes:
            process.join(ENDING_SECONDS)

    def _send(self) -> None:
        """Send what waits, in as few batches as keep the processes busy; each suspect by itself."""
        while self._executor is not None and not self._is_alone:
            if self._suspects:
                if self._batches:
                    return
                pages, self._is_alone = [self._suspects.popleft()], True
            elif self._queue and len(self._batches) < AHEAD * self._count:
                pages = [self._queue.popleft() for _ in range(min(len(self._queue), LARGEST_BATCH))]
            else:
                return
            task = asyncio.ensure_future(self._batch(self._executor, pages))
            self._batches.add(task)

    async def _batch(self, executor: ProcessPoolExecutor, pages: list[_Page]) -> None:
        answers: list[Reading | None] = []
        try:
            questions = [page.question for page in pages]
            found = await asyncio.wrap_future(executor.submit(_read, questions))
            answers = [_decoded(page, answer) for page, answer in zip(pages, found, strict=True)]
        except BrokenProcessPool:
            if self._is_alone:
                answers = [Reading(error=f"{page.url}: {ENDED}, twice") for page in pages]
            else:
                self._suspects.extend(pages)
            self._renew(executor)
        except asyncio.CancelledError:  # the pool is closed, and its pages are handed out
            return
        except Exception as error:  # noqa: BLE001  # a bug must not leave pages without an answer
            answers = [Reading(error=f"{page.url}: {error}", bug=traceback.format_exc()) for page in pages]
        self._is_alone = False
        self._batches.discard(asyncio.current_task())
        self._send()
        for page, reading in zip(pages, answers, strict=False):
            page.hand_out(reading)
            await asyncio.sleep(0)  # in between, further pages go to the processes

    def _renew(self, broken: ProcessPoolExecutor) -> None:
        """Start other processes in place of those of which one was killed; without them, give all pages back."""
        if self._executor is None:  # there are none any more
            self._give_back()
        if self._executor is not broken:  # another batch of the same processes came first
            return
        self._end()
        self._renewals += 1
        if self._renewals > MOST_RENEWALS:
            self._tell(f"they were killed {self._renewals} times")
            while self._suspects:  # pages on which processes may have ended are not for the crawl's own
                page = self._suspects.popleft()
                page.hand_out(Reading(error=f"{page.url}: {ENDED}"))
            self._give_back()
            return
        try:
            self.start()
        except OSError as error:
            self._tell(str(error))
            self._give_back()

    def _give_back(self) -> None:
        for page in (*self._suspects, *self._queue):
            page.hand_out(None)
        self._suspects.clear()
        self._queue.clear()

    def _end(self) -> None:
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.kill()


def _decoded(page: _Page, answer: bytes) -> Reading:
    """Decode an answer; one that is wrong is a bug in the parser, and this page's alone."""
    try:
        return _READING.decode(answer)
    except msgspec.MsgspecError as error:
        return Reading(error=f"{page.url}: {error}", bug=traceback.format_exc())


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Give the processes that are started inside no signal that is meant for the crawl, from their first moment on."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, FOR_THE_CRAWL)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# --- In a process of the pool ----------------------------------------------------------------------------------

_preparation = Preparation()


def _begin(preparation: Preparation) -> None:
    """Leave the crawl: what is typed at its terminal is for it, and what it has loaded is not searched for cycles."""
    global _preparation  # noqa: PLW0603  # one of each process
    _preparation = preparation
    os.setsid()
    signal.set_wakeup_fd(-1)
    gc.freeze()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    """End this process when the crawl has ended, whatever that died of."""
    connection.wait([sentinel])
    os._exit(1)


def _read(questions: Sequence[Question]) -> list[bytes]:
    """Read pages, in their order."""
    return [_answer(body, _ASKED.decode(asked)) for body, asked in questions]


def _answer(body: bytes, asked: Asked) -> bytes:
    try:
        reading = read(body, asked)
        if reading.article is not None:
            reading.prepared = _preparation.of(reading.article)
        return _ENCODER.encode(reading)
    except Exception as error:  # noqa: BLE001  # a bug, and this page's alone
        return _ENCODER.encode(Reading(error=f"{asked.served.url}: {error}", bug=traceback.format_exc()))
