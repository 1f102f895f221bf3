"""The crawl's end of a process that reads its pages: forked off, asked, and let go."""

import asyncio
import fcntl
import os
import signal
import traceback
from collections import deque
from contextlib import suppress
from typing import BinaryIO

import msgspec

from espreso_crawler.reading import frames, service
from espreso_crawler.reading.article_page import Asked, Reading
from espreso_crawler.reading.preparation import Preparation

PIPE_BYTES = 1 << 20
"""What Linux lets everybody have: with the usual 64 kB there is not even one page ahead of the process."""

FOR_THE_CRAWL = (signal.SIGINT, signal.SIGTERM)
"""A service manager sends them to every process of a crawl, which ends this one itself, by closing the pipe."""


class ReaderProcess(asyncio.Protocol):
    """Reads pages in a process of its own, in the order in which they are asked for.

    A fork of the crawl, so what that has loaded need not be loaded again. Not ``concurrent.futures``: its processes
    outlive a parent that is killed, and it wakes three threads a page. This one sees the end of its pipe, whatever the
    crawl died of.
    """

    def __init__(self) -> None:
        self.is_alive = False
        """Whether it takes pages."""
        self.pid: int | None = None
        """None before `start` and after `close`."""
        self._transports: list[asyncio.BaseTransport] = []
        self._frames = frames.Frames()
        self._answers: deque[bytes] = deque()
        self._waiting: deque[tuple[str, asyncio.Future[Reading | None]]] = deque()
        # JSON keeps the offset of a time, MessagePack does not.
        self._encoder, self._decoder = msgspec.json.Encoder(), msgspec.json.Decoder(Reading)

    async def start(self, preparation: Preparation) -> None:
        """Start the process and connect it to the running loop. Raises OSError when there can be none."""
        (questions, ask), (answered, answers) = _pipe(), _pipe()
        with questions, answers:
            try:
                self.pid = _forked()
            except OSError:
                ask.close()
                answered.close()
                raise
            if self.pid == 0:
                service.run(questions, answers, preparation)
        loop = asyncio.get_running_loop()
        self._out, _ = await loop.connect_write_pipe(asyncio.Protocol, ask)
        self._transports.append(self._out)
        self._transports.append((await loop.connect_read_pipe(lambda: self, answered))[0])
        self.is_alive = True

    async def read(self, body: bytes, asked: Asked) -> Reading | None:
        """Read a page; None when the process ended before it came to this page.

        The page that it ended on is read as broken: another look may end another process.
        """
        if self._out.is_closing():  # it has just died, and its last answers are still to come
            return None
        answer: asyncio.Future[Reading | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked.served.url, answer))
        question = self._encoder.encode(asked)
        self._out.writelines([frames.head(question), question, frames.head(body), body])
        return await answer

    @property
    def waiting(self) -> int:
        """How many pages it has yet to read."""
        return len(self._waiting)

    def close(self) -> None:
        """End the process: it holds nothing that is not here too."""
        if self.pid is None:
            return
        self.is_alive = False
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        self.pid = None
        for transport in self._transports:
            transport.close()

    def data_received(self, data: bytes) -> None:
        """Hand out what was read."""
        is_under_way = bool(self._answers)
        self._answers.extend(self._frames.of(data))
        if not is_under_way:
            self._hand_out_next()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # the protocol's
        """Blame the page in hand, and give the others back."""
        self.is_alive = False
        while self._answers:
            self._hand_out(self._decoded(self._answers.popleft()))
        if self._waiting:
            url = self._waiting[0][0]
            self._hand_out(Reading(error=f"{url}: the process that read this page ended on it"))
        while self._waiting:
            self._hand_out(None)

    def _hand_out_next(self) -> None:
        """Hand out one answer in each turn of the loop: in between, further pages go to the process."""
        if self._answers:
            asyncio.get_running_loop().call_soon(self._hand_out_next)
            self._hand_out(self._decoded(self._answers.popleft()))

    def _decoded(self, answer: bytes) -> Reading:
        """Decode an answer; one that is wrong is a bug in the parser, and this page's alone."""
        try:
            return self._decoder.decode(answer)
        except msgspec.MsgspecError as error:
            return Reading(error=f"{self._waiting[0][0]}: {error}", bug=traceback.format_exc())

    def _hand_out(self, reading: Reading | None) -> None:
        _, answer = self._waiting.popleft()
        if not answer.cancelled():
            answer.set_result(reading)


def _forked() -> int:
    """Fork; the new process gets no signal that is meant for the crawl, from its first moment on."""
    before, is_the_crawl = signal.pthread_sigmask(signal.SIG_BLOCK, FOR_THE_CRAWL), True
    try:
        pid = os.fork()
        is_the_crawl = pid != 0
        return pid
    finally:
        if is_the_crawl:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _pipe() -> tuple[BinaryIO, BinaryIO]:
    """Return the reading and the writing end of a wide pipe."""
    out, into = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # a user who has many pipes gets narrow ones
            fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return open(out, "rb"), open(into, "wb", buffering=0)  # noqa: PTH123  # descriptors, closed by others
