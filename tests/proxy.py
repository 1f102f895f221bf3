"""A link to a server that can be slow, can stand still, and counts round trips; no expectations."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue

CHUNK = 1 << 16
READY = b"Z\0\0\0\5"
"""Of the last message of an answer of PostgreSQL's, with one byte more: it waits for the next question. A long question,
or a long answer, comes in several parts."""


class Proxy:
    """Passes on what a client at `port` of 127.0.0.1 and a server at a Unix socket, or a port, say to each other."""

    def __init__(self, target: Path | int, *, delay: float = 0.0) -> None:
        self.trips = 0
        """How often a client spoke after the server had answered."""
        self._target = target
        self._delay = delay
        self._moves = threading.Event()
        self._has_kept = threading.Event()
        self._moves.set()
        self._is_answered = True
        self._sockets = list[socket.socket]()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def hold(self) -> None:
        """Keep what comes from now on."""
        self._has_kept.clear()
        self._moves.clear()

    def is_holding(self, seconds: float) -> bool:
        """Wait until it keeps something that came since `hold`, at most so long."""
        return self._has_kept.wait(seconds)

    def let_go(self) -> None:
        """Deliver what was kept."""
        self._moves.set()

    def close(self) -> None:
        """Cut the connections, and take no other."""
        for each in (self._listening, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)  # a close alone would leave it to the thread that waits there
            with suppress(OSError):
                each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                try:
                    server = self._connected()
                except OSError:  # the server is down: so is the link
                    client.close()
                    continue
                self._sockets += [client, server]
                self._join(client, server, is_server=False)
                self._join(server, client, is_server=True)

    def _connected(self) -> socket.socket:
        if isinstance(self._target, int):
            return socket.create_connection(("127.0.0.1", self._target))
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(str(self._target))
        except OSError:
            server.close()
            raise
        return server

    def _join(self, source: socket.socket, target: socket.socket, *, is_server: bool) -> None:
        on_the_way: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
        threading.Thread(target=self._read, args=(source, on_the_way, is_server), daemon=True).start()
        threading.Thread(target=self._write, args=(target, on_the_way), daemon=True).start()

    def _read(self, source: socket.socket, on_the_way: "SimpleQueue[tuple[float, bytes]]", is_server: bool) -> None:
        data, end = b"begun", b""
        while data:
            try:
                data = source.recv(CHUNK)
            except OSError:
                data = b""
            if is_server:
                end = (end + data)[-len(READY) - 1 :]
                self._is_answered = end.startswith(READY)
            else:
                self.trips += self._is_answered
                self._is_answered = False
            on_the_way.put((time.monotonic() + self._delay, data))

    def _write(self, target: socket.socket, on_the_way: "SimpleQueue[tuple[float, bytes]]") -> None:
        while True:
            due, data = on_the_way.get()
            time.sleep(max(due - time.monotonic(), 0))
            if not self._moves.is_set():
                self._has_kept.set()
            self._moves.wait()
            try:
                if not data:
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(data)
            except OSError:
                return


@contextmanager
def between(target: Path | int, *, delay: float = 0.0) -> Iterator[Proxy]:
    """Put a proxy before a Unix socket, or a port; `delay` is in seconds, each way."""
    proxy = Proxy(target, delay=delay)
    try:
        yield proxy
    finally:
        proxy.close()
