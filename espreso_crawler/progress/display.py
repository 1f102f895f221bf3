"""The live display of a crawl in a terminal: a few lines at the bottom, above which the log goes on."""

import io
import logging
import os
import sys
from contextlib import suppress
from datetime import datetime
from typing import TextIO, cast

from rich.console import Console, Group
from rich.live import Live
from rich.segment import Segment, Segments
from rich.table import Table
from rich.text import Text

from espreso_crawler.progress.figures import COUNTED, State
from espreso_crawler.progress.words import course, duration, reached, waiting

STYLES = {"failed": "bold red", "held": "bold yellow", "written": "bold green"}
DUMB = ("dumb", "unknown")


def is_wanted(mode: str) -> bool:
    """Return whether to show a display on standard error, as ``ESPRESO_PROGRESS`` says: auto, on or off."""
    if mode == "off" or sys.stderr is None:
        return False
    try:
        return mode == "on" or (sys.stderr.isatty() and os.environ.get("TERM") not in DUMB)
    except ValueError:  # closed
        return False


class SteadyConsole(Console):
    """A console that leaves the cursor alone: a process that is killed could not show it again."""

    def show_cursor(self, show: bool = True) -> bool:  # noqa: ARG002  # rich passes it
        """Do nothing."""
        return False


def console(*, is_forced: bool) -> Console:
    """Return a console on standard error; a forced one writes a terminal's control codes also where none is."""
    return SteadyConsole(file=sys.stderr, force_terminal=True if is_forced else None, highlight=False)


class Display:
    """Shows a crawl's figures; one at a time in a process. A terminal that is gone ends it, and nothing else."""

    _is_taken = False

    def __init__(self, title: str, *, is_forced: bool = False) -> None:
        self._title = title
        self._console = console(is_forced=is_forced)
        self._live = Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=sys.stdout is not None and sys.stdout.isatty(),  # else it is a pipe of the user's
        )
        self._logs: list[logging.StreamHandler[TextIO]] = []
        self._stream = sys.stderr
        self.is_on = False

    @property
    def has_log(self) -> bool:
        """Whether log lines come to the same terminal."""
        return bool(self._logs)

    def start(self) -> bool:
        """Begin, unless another crawl of this process shows its figures; returns whether it did."""
        if Display._is_taken:
            return False
        handlers = [each for each in logging.getLogger().handlers if isinstance(each, logging.StreamHandler)]
        self._logs = [each for each in handlers if each.stream is self._stream]
        self._live.start()
        for handler in self._logs:
            handler.setStream(cast("TextIO", Above(self._console)))
        self.is_on = Display._is_taken = True
        return True

    def show(self, state: State, now: datetime) -> None:
        """Show figures in place of those before."""
        if self.is_on:
            try:
                self._live.update(self._drawn(_frame(self._title, state, now)), refresh=True)
            except OSError:
                self.stop()

    def stop(self) -> None:
        """Take the display away, and give the log its stream back."""
        if not self.is_on:
            return
        self.is_on = Display._is_taken = False
        for handler in self._logs:
            handler.setStream(self._stream)
        with suppress(OSError):
            self._live.stop()

    def _drawn(self, frame: Group) -> Segments:
        """Lay a frame out once: it is written again below every log line."""
        lines = self._console.render_lines(frame, pad=False)
        return Segments([segment for line in lines for segment in (*line, Segment.line())][:-1])

    def print(self, text: str) -> None:
        """Write text to the terminal, after the end too."""
        with suppress(OSError):
            self._console.print(Text(text), soft_wrap=True)


class Above(io.TextIOBase):
    """A stream whose lines stand above the display, unbroken: the terminal wraps them, as it does without one."""

    def __init__(self, out: Console) -> None:
        self._console = out

    def writable(self) -> bool:
        """Return that it is."""
        return True

    def write(self, text: str) -> int:
        """Write whole lines, as a log handler gives them."""
        self._console.print(Text.from_ansi(text.removesuffix("\n")), soft_wrap=True)
        return len(text)


def _frame(title: str, state: State, now: datetime) -> Group:
    head = Table.grid(expand=True)
    head.add_column(no_wrap=True, overflow="ellipsis")
    head.add_column(justify="right", no_wrap=True)
    head.add_row(Text(title, style="bold cyan"), duration(state.elapsed))
    counted = Table.grid(padding=(0, 2))
    for _ in COUNTED:
        counted.add_column(justify="right", no_wrap=True)
    counted.add_row(*(Text(name, style="dim") for name in COUNTED))
    counted.add_row(*(_figure(name, getattr(state.figures, name)) for name in COUNTED))
    lines = [course(state, now)]
    lines += [reached(span, end, now) for span, end in state.spans]
    lines += [f"waiting for {waiting(wait, now)}" for wait in state.waits]
    return Group(head, counted, *(Text(each, no_wrap=True, overflow="ellipsis") for each in lines))


def _figure(name: str, value: int) -> Text:
    return Text(str(value), style=STYLES.get(name, "") if value else "dim")
