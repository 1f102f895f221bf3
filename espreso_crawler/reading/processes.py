"""Questions given to workers in batches, and their answers; what a worker leaves undone when it ends is done again."""

import asyncio
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from espreso_crawler.exceptions import ClusterError
from espreso_crawler.reading.engine import Engine, Question, Work, WorkersEnded
from espreso_crawler.reading.forked import Forked

AHEAD = 2
"""Batches for each worker: one that it reads, one that lies ready."""
QUEUED = 2
"""Batches for each worker that are worth having in the queue, so that the next one is full."""
MOST_RENEWALS = 10
"""Times that killed processes are replaced: a machine that goes on killing them has no room for them."""
ENDED = "the process that read this page ended on it"

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Task(Generic[T]):
    question: Question
    answer: "asyncio.Future[T | None]"

    def hand_out(self, answer: T | None) -> None:
        """Give the answer to the one who asked."""
        if not self.answer.done():
            self.answer.set_result(answer)


class Processes(Generic[T]):
    """Work done in ``count`` processes, or by another engine; what one leaves undone when killed is done by another.

    ``tell`` is told why they are given up.
    """

    def __init__(
        self,
        count: int,
        work: Work[T],
        tell: Callable[[str], None] = print,
        make: Callable[[], Engine] | None = None,
    ) -> None:
        self._work = work
        self._tell = tell
        self._make = make or partial(Forked, count)
        self._renewals = 0
        self._is_alone = False
        self._engine: Engine | None = None
        self._ended: list[Engine] = []
        self._lost: ClusterError | None = None
        self._queue: deque[_Task[T]] = deque()
        self._suspects: deque[_Task[T]] = deque()
        """What was under way when a process ended: one of them may be why, so each is done again by itself."""
        self._batches: set[asyncio.Task[None]] = set()
        self._unread: set[_Task[T]] = set()

    @property
    def is_alive(self) -> bool:
        """Whether they take questions."""
        return self._engine is not None

    @property
    def waiting(self) -> int:
        """How many questions have no answer yet."""
        return len(self._unread)

    @property
    def count(self) -> int:
        """How many work now; without any, this process does."""
        return self._engine.count if self._engine else 1

    @property
    def window(self) -> int:
        """How many questions are worth having under way."""
        return self.count * (AHEAD + QUEUED) * self._engine.largest_batch if self._engine else 1

    @property
    def shared(self) -> Path | None:
        """Folder that all workers see; None where they see every one."""
        return self._engine.shared if self._engine else None

    @property
    def pids(self) -> list[int]:
        """The processes, as far as they are of this machine."""
        return self._engine.pids if self._engine else []

    def start(self) -> None:
        """Start the workers. Raises OSError when there can be none, `ConfigurationError` for an unfit cluster."""
        engine = self._make()
        engine.start(self._work)
        self._engine = engine

    async def ask(self, question: Question) -> T | None:
        """Return the answer to a question; None when no worker can be had.

        One on which workers go on ending has failed. Raises `ClusterError` when the cluster is lost.
        """
        if self._lost:
            raise self._lost
        if self._engine is None:
            return None
        task = _Task[T](question, asyncio.get_running_loop().create_future())
        self._queue.append(task)
        self._unread.add(task)
        try:
            self._send()
            answer = await task.answer
        finally:
            self._unread.discard(task)
        if answer is None and self._lost:
            raise self._lost
        return answer

    async def settled(self) -> None:
        """Wait until the questions that have no answer now have one, or are given back."""
        if self._unread:
            await asyncio.wait({task.answer for task in self._unread})

    def close(self) -> None:
        """End the workers: they hold nothing that is not here too."""
        self._end()
        self._release()
        for batch in self._batches:
            batch.cancel()
        for engine in self._ended:
            engine.join()

    def _send(self) -> None:
        """Send what waits, in as few batches as keep the workers busy; each suspect by itself."""
        while self._engine is not None and not self._is_alone:
            if self._suspects:
                if self._batches:
                    return
                tasks, self._is_alone = [self._suspects.popleft()], True
            elif self._queue and len(self._batches) < AHEAD * self._engine.count:
                tasks = [self._queue.popleft() for _ in range(min(len(self._queue), self._engine.largest_batch))]
            else:
                return
            task = asyncio.ensure_future(self._batch(self._engine, tasks))
            self._batches.add(task)

    async def _batch(self, engine: Engine, tasks: list[_Task[T]]) -> None:
        answers: list[T | None] = []
        try:
            found = await engine.answers([task.question for task in tasks])
            answers = [self._decoded(task, answer) for task, answer in zip(tasks, found, strict=True)]
        except WorkersEnded:
            if self._is_alone:
                answers = [self._failed(task, f"{ENDED}, twice") for task in tasks]
            else:
                self._suspects.extend(tasks)
            self._renew(engine)
        except ClusterError as error:
            self._lose(error)
        except asyncio.CancelledError:  # the pool is closed, and its tasks are handed out
            return
        except Exception as error:  # noqa: BLE001  # a bug must not leave them without an answer
            answers = [self._failed(task, str(error), traceback.format_exc()) for task in tasks]
        self._is_alone = False
        self._batches.discard(asyncio.current_task())
        self._send()
        for task, answer in zip(tasks, answers, strict=False):
            task.hand_out(answer)
            await asyncio.sleep(0)  # in between, further ones go to the workers

    def _failed(self, task: _Task[T], error: str, bug: str | None = None) -> T | None:
        """Return the answer to a question that failed; None when even that is a bug: who asked reads it and sees it."""
        try:
            return self._work.failed(task.question, error, bug)
        except Exception:  # noqa: BLE001  # the other tasks must get their answers
            return None

    def _decoded(self, task: _Task[T], answer: bytes | str) -> T | None:
        """Decode an answer; one that is wrong is a bug, and this question's alone."""
        if isinstance(answer, str):
            return self._failed(task, answer)
        try:
            return self._work.decoded(answer)
        except Exception as error:  # noqa: BLE001
            return self._failed(task, str(error), traceback.format_exc())

    def _renew(self, broken: Engine) -> None:
        """Start other workers in place of those of which one was killed; without them, give all tasks back."""
        if self._engine is None:  # there are none any more
            self._give_back()
        if self._engine is not broken:  # another batch of the same workers came first
            return
        self._end()
        self._renewals += 1
        if self._renewals > MOST_RENEWALS:
            self._tell(f"they were killed {self._renewals} times")
            while self._suspects:  # what processes may have ended on is not for this one
                task = self._suspects.popleft()
                task.hand_out(self._failed(task, ENDED))
            self._give_back()
            return
        try:
            self.start()
        except OSError as error:
            self._tell(str(error))
            self._give_back()

    def _lose(self, error: ClusterError) -> None:
        """Let all who asked, and who ask from now on, get the error."""
        self._lost = self._lost or error
        self._end()
        self._release()

    def _release(self) -> None:
        """Hand every question back."""
        self._suspects.clear()
        self._queue.clear()
        for task in tuple(self._unread):
            task.hand_out(None)

    def _give_back(self) -> None:
        for task in (*self._suspects, *self._queue):
            task.hand_out(None)
        self._suspects.clear()
        self._queue.clear()

    def _end(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.end()
            self._ended.append(engine)
