"""A terminal of 80 columns in memory, in which a program runs, and what a person sees there."""

import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from fcntl import ioctl
from itertools import pairwise
from typing import Self

import pyte

from tests.crawls import LONGEST_CRAWL, ROOT
from tests.forked import Started, Streams

COLUMNS, LINES = 80, 24
GLIMPSE = 256
"""Bytes between two looks at the screen: less than it takes to draw it once, so that nothing comes and goes unseen."""
CONTROL = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x1b]*\x1b\\\\)")
"""Sequences that move the cursor, colour, erase, or name a link."""
SIZE = struct.pack("HHHH", LINES, COLUMNS, 0, 0)


class Terminal:
    """Runs a command as a person would."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._prepare()
        self.pid, self._file = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            os.execvpe(command[0], list(command), _environment(environment))  # noqa: S606  # our own program
        ioctl(self._file, termios.TIOCSWINSZ, SIZE)

    def _prepare(self) -> None:
        self._screen = pyte.HistoryScreen(COLUMNS, LINES, history=10_000, ratio=0.5)
        self._stream = pyte.ByteStream(self._screen)
        self.bytes = b""
        """All that was written to it."""
        self.exit_code: int | None = None

    @property
    def lines(self) -> list[str]:
        """What stands on the screen and above it."""
        above = ["".join(line[column].data for column in range(COLUMNS)) for line in self._screen.history.top]
        return [line.rstrip() for line in [*above, *self._screen.display]]

    @property
    def text(self) -> str:
        """The same as one text, in which lines that the terminal wrapped are whole, as the program wrote them."""
        written = CONTROL.sub("", self.bytes.decode("utf-8", "replace"))
        parts = list[str]()
        for line, next_ in pairwise([*self.lines, ""]):
            full = line.ljust(COLUMNS)  # a wrapped line may end with spaces
            parts.append(full if next_ and full + next_ in written else f"{line}\n")
        return "".join(parts)

    @property
    def has_cursor(self) -> bool:
        return not self._screen.cursor.hidden

    def until(self, is_so: Callable[[Self], object]) -> Self:
        """Read on until something is seen; fails when the program ends before, or takes long."""
        deadline = time.monotonic() + LONGEST_CRAWL
        while not is_so(self):
            assert self._read(), self.text
            assert time.monotonic() < deadline, self.text
        return self

    def ended(self) -> Self:
        """Read on to the end of the program."""
        while self._read():
            pass
        self.exit_code = self._exit_code()
        os.close(self._file)
        return self

    def _exit_code(self) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._file], [], [], 0.2)
        if not ready:
            return True
        try:
            data = os.read(self._file, GLIMPSE)
        except OSError:  # Linux's way to say that the program has closed it
            return False
        self.bytes += data
        self._stream.feed(data)
        return bool(data)


class CrawlTerminal(Terminal):
    """Runs a ``scrapy`` command, forked from a process that has imported everything."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._prepare()
        self._file, ours = pty.openpty()
        ioctl(self._file, termios.TIOCSWINSZ, SIZE)
        given = _environment(environment)
        name = os.ttyname(ours)
        streams = Streams(name, name, name, are_terminal=True)
        self._started = Started(arguments, folder=ROOT, now=None, environment=given, streams=streams)
        self.pid = self._started.pid
        self._other: int | None = ours
        """The end of the program: a terminal that nobody has opened yet would look like one that was closed."""

    def _exit_code(self) -> int:
        return self._started.wait(LONGEST_CRAWL)

    def _read(self) -> bool:
        before = len(self.bytes)
        is_open = super()._read()
        if self._other is not None and (len(self.bytes) > before or self._started.poll() is not None):
            os.close(self._other)
            self._other = None
        return is_open


def _environment(changed: Mapping[str, str] | None) -> dict[str, str]:
    size = ("COLUMNS", "LINES")  # those of the terminal count
    given = {**os.environ, "TERM": "xterm-256color", **(changed or {})}
    return {name: value for name, value in given.items() if name not in size}
