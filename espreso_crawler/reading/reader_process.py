"""The crawl's end of a process that reads its pages: started, asked, and let go."""

import asyncio
import os
import socket
import subprocess
import sys
from collections import deque
from contextlib import suppress
from typing import Any

import msgspec

from espreso_crawler.reading import frames
from espreso_crawler.reading.article_page import Asked, Reading
from espreso_crawler.reading.preparation import Preparation

MODULE = "espreso_crawler.reading"
READY = b""
"""What the process says first, once it has loaded what it needs."""
SECONDS_TO_END = 10.0


class ReaderProcess(asyncio.Protocol):
    """Reads pages in a process of its own, in the order in which they are asked for.

    Not ``concurrent.futures``: its processes outlive a parent that is killed, and it wakes three threads a page. This
    one sees the end of its stream, whatever the crawl died of.
    """

    def __init__(self) -> None:
        """Start the process, which begins to load what it needs. Raises OSError when it cannot be started."""
        self.is_ready = False
        """Whether it takes pages."""
        self._frames = frames.Frames()
        self._waiting: deque[tuple[str, asyncio.Future[Reading | None]]] = deque()
        # JSON keeps the offset of a time, MessagePack does not.
        self._encoder, self._decoder = msgspec.json.Encoder(), msgspec.json.Decoder(Reading)
        self._transport: asyncio.Transport | None = None
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  # this package's own module
                [sys.executable, "-m", MODULE],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # what is typed at the crawl's terminal is for the crawl
                # What is imported here is found there too, also out of an egg.
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )

    async def begin(self, preparation: Preparation) -> None:
        """Connect the process to the running loop; it is ready some tenths of a second later."""
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=self._socket)
        self._send(self._encoder.encode(preparation))

    async def read(self, body: bytes, asked: Asked) -> Reading | None:
        """Read a page; None when the process ended before it came to this page.

        The page that it ended on is read as broken: another look may end another process.
        """
        answer: asyncio.Future[Reading | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked.served.url, answer))
        self._send(self._encoder.encode(asked), body)
        return await answer

    @property
    def waiting(self) -> int:
        """How many pages it has yet to read."""
        return len(self._waiting)

    def close(self) -> None:
        """End the process, and wait for its end."""
        with suppress(OSError):  # closed already when the process has died
            self._socket.shutdown(socket.SHUT_RDWR)  # at once; a transport would do it in the next turn of the loop
        if self._transport:
            self._transport.close()
        else:
            self._socket.close()
        try:
            self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def connection_made(self, transport: Any) -> None:
        """Keep the stream."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Hand out what was read."""
        for message in self._frames.of(data):
            if message == READY:
                self.is_ready = True
            else:
                self._hand_out(self._decoder.decode(message))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # the protocol's
        """Blame the page in hand, and give the others back."""
        self.is_ready = False
        if self._waiting:
            url = self._waiting[0][0]
            self._hand_out(Reading(error=f"{url}: the process that read this page ended on it"))
        while self._waiting:
            self._hand_out(None)

    def _send(self, *messages: bytes) -> None:
        if self._transport:
            self._transport.writelines([part for message in messages for part in (frames.head(message), message)])

    def _hand_out(self, reading: Reading | None) -> None:
        _, answer = self._waiting.popleft()
        if not answer.cancelled():
            answer.set_result(reading)
