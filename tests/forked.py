"""``scrapy`` commands in processes that begin in a fifth of the time: forked from one that has imported everything."""

import atexit
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TextIO

import time_machine
from scrapy import cmdline

from espreso_crawler.ledger import crash

ROOT = Path(__file__).parents[1]
CONTEXT = multiprocessing.get_context("forkserver")
# This file too: each child would import it, and with its clock all of pytest.
CONTEXT.set_forkserver_preload([__name__, "tests.preload"])


CLOSED = ""
"""In the place of a stream's path: closed before the start, as by ``>&-`` in a shell."""
OF_THE_PROCESS = ("espreso_crawler.settings", "espreso_crawler.commands")
"""What looks at the environment and the streams when it is imported, and so is imported by each process anew."""
UNFLUSHED = 120
"""How Python ends when its last words have no place."""


class Streams(NamedTuple):
    """What a process reads and writes: paths, or the end of a `pipe`; None for a file that is read at its end."""

    stdin: str = os.devnull
    stdout: str | Connection | None = None
    stderr: str | None = None
    are_terminal: bool = False
    """Whether they become the terminal that the process belongs to."""


USUAL = Streams()


def pipe() -> tuple[BinaryIO, Connection]:
    """Return a pipe: the end to read from, and the one to begin a process with, which keeps it alone."""
    ours, theirs = CONTEXT.Pipe(duplex=False)
    with ours:
        return os.fdopen(os.dup(ours.fileno()), "rb"), theirs


class Finished(NamedTuple):
    """What a process said at its end."""

    exit_code: int
    """Negative for a signal."""
    log: str
    stdout: bytes


class Started:
    """A ``scrapy`` command that runs in a folder, and what tests ask of a `subprocess.Popen`."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        now: datetime | None,
        environment: Mapping[str, str] | None = None,
        streams: Streams = USUAL,
    ) -> None:
        """Begin, at another time of day if one is given."""
        self.arguments = list(arguments)
        self._folder = tempfile.TemporaryDirectory(prefix="espreso-")
        self._streams = [Path(self._folder.name) / name for name in ("stdout", "stderr")]
        self._said: tuple[bytes, bytes] | None = None
        stdout, stderr = map(str, self._streams)
        opened = streams._replace(
            stdout=stdout if streams.stdout is None else streams.stdout,
            stderr=stderr if streams.stderr is None else streams.stderr,
        )
        given = dict(os.environ if environment is None else environment)
        self._child = CONTEXT.Process(target=_child, args=(self.arguments, folder, given, now, opened))
        self._child.start()
        if isinstance(streams.stdout, Connection):
            streams.stdout.close()  # it has its own, and the reader is to see its end
        assert self._child.pid is not None
        self.pid = self._child.pid

    @property
    def returncode(self) -> int | None:
        """Negative for a signal; None while it runs."""
        return self._child.exitcode

    @property
    def log(self) -> str:
        """What it has said on standard error so far."""
        path = self._streams[1]
        said = path.read_bytes() if path.exists() else self._said[1] if self._said else b""
        return said.decode("utf-8", "replace")

    def poll(self) -> int | None:
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code; raises TimeoutError, and kills it, when it runs longer than so many seconds."""
        self._child.join(timeout)
        if self.returncode is None:
            self._child.kill()
            self._child.join()
            raise TimeoutError(f"scrapy {' '.join(self.arguments)}: {self.communicate()[1].decode()}")
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[bytes, bytes]:
        """Wait for its end; return what it said."""
        self.wait(timeout)
        if self._said is None:
            stdout, stderr = (path.read_bytes() if path.exists() else b"" for path in self._streams)
            self._said = stdout, stderr
            self._folder.cleanup()
        return self._said


def scrapy(
    arguments: Sequence[str], *, folder: Path, now: datetime | None, seconds: float, streams: Streams = USUAL
) -> Finished:
    """Run ``scrapy <arguments>`` in a folder to its end, at another time of day if one is given.

    Raises TimeoutError when it takes longer than so many seconds.
    """
    started = Started(arguments, folder=folder, now=now, streams=streams)
    stdout, log = started.communicate(seconds)
    return Finished(started.wait(), log.decode(), stdout)


def command(*arguments: str, streams: Streams = USUAL) -> subprocess.CompletedProcess[bytes]:
    """Run a ``scrapy`` command in the project's folder to its end: two seconds sooner than a new interpreter."""
    done = scrapy(arguments, folder=ROOT, now=None, seconds=60, streams=streams)
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.log.encode())


def _child(
    arguments: list[str],
    folder: Path,
    environment: Mapping[str, str],
    now: datetime | None,
    streams: Streams,
) -> None:
    if streams.are_terminal:
        os.setsid()  # the terminal that a process opens is its own then
    for number, given in enumerate((streams.stdin, streams.stdout, streams.stderr)):
        assert given is not None
        _put(given, number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    _begin_as_new(arguments)

    crash.arm(environment.get("ESPRESO_CRASH_AT", ""))
    if now:
        time_machine.travel(now, tick=True).start()
    sys.exit(_run())  # type: ignore[arg-type]  # as it was given


def _put(given: str | Connection, number: int) -> None:
    """Make a stream of this process lead somewhere."""
    if given == CLOSED:
        os.close(number)
        return
    if isinstance(given, Connection):
        with given:
            os.dup2(given.fileno(), number)
        return
    file = os.open(given, os.O_WRONLY | os.O_CREAT | os.O_APPEND if number else os.O_RDONLY, 0o644)
    os.dup2(file, number)
    os.close(file)


def _begin_as_new(arguments: Sequence[str]) -> None:
    """Make what Python makes for a process at its start."""
    sys.stdin, sys.stdout, sys.stderr = _opened(0, "r"), _opened(1, "w"), _opened(2, "w")
    if sys.stderr:
        sys.stderr.reconfigure(line_buffering=True, errors="backslashreplace")
    sys.argv = ["scrapy", *arguments]
    sys.path[:0] = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    atexit._clear()
    sys.excepthook = sys.__excepthook__
    for name in OF_THE_PROCESS:
        sys.modules.pop(name, None)


def _opened(number: int, mode: str) -> Any:
    """Return a stream as Python has it: None for one that is closed."""
    try:
        return open(number, mode, closefd=False)
    except OSError:
        return None


def _run() -> object:
    """Run a command to its end as Python does; return the exit code."""
    try:
        cmdline.execute()
        code: object = 0
    except SystemExit as end:
        code = end.code
    except Exception:  # noqa: BLE001  # whatever it is
        sys.excepthook(*sys.exc_info())
        code = 1
    atexit._run_exitfuncs()
    return code if all(map(_is_flushed, (sys.stdout, sys.stderr))) else UNFLUSHED


def _is_flushed(stream: TextIO) -> bool:
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # `multiprocessing` flushes once more
        return False
    return True
