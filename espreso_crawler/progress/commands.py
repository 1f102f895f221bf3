"""How far a command is: a bar in a terminal, a line a minute elsewhere, both on standard error."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Protocol, TypeVar

T = TypeVar("T")
LINE_SECONDS = 60.0


class Track(Protocol):
    """Hands things on one by one, and shows how many there were."""

    def __call__(self, things: Iterable[T], description: str, total: int | None = None, /) -> Iterable[T]:
        """Yield the things; `total` is None where nobody knows how many come."""


@contextmanager
def tracking(mode: str, note: Callable[[], str] = str) -> Iterator[Track]:
    """Give a `Track` for as long as a ``with`` block, as ``ESPRESO_PROGRESS`` says: auto, on or off.

    `note` returns what else is shown, now.

    Every command that takes more than a second shows its progress by it::

        with tracking(self.given["ESPRESO_PROGRESS"]) as track:
            for line in track(lines, "lines read", None):
                ...
    """
    from espreso_crawler.progress.display import console, is_wanted  # noqa: PLC0415  # rich takes 60 ms to load

    if not is_wanted(mode):
        yield untracked if mode == "off" or sys.stderr is None else partial(_told, note)
        return

    from rich.progress import (  # noqa: PLC0415
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text  # noqa: PLC0415

    class NoteColumn(ProgressColumn):
        def render(self, _task: object) -> Text:
            return Text(note())

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        NoteColumn(),
    )
    with Progress(
        *columns, console=console(is_forced=mode == "on"), transient=True, refresh_per_second=4, redirect_stdout=False
    ) as progress:

        def track(things: Iterable[T], description: str, total: int | None = None, /) -> Iterable[T]:
            return progress.track(things, total=total, description=description)

        yield track


def untracked(things: Iterable[T], _description: str, _total: int | None = None, /) -> Iterable[T]:
    """Hand things on and tell nobody."""
    return things


def _told(note: Callable[[], str], things: Iterable[T], description: str, total: int | None = None, /) -> Iterator[T]:
    began = told = monotonic()
    for count, thing in enumerate(things):
        if (now := monotonic()) - told >= LINE_SECONDS:
            told = now
            left = (total - count) * (now - began) / count if total and count else None
            end = f", done about {datetime.now().astimezone() + timedelta(seconds=left):%Y-%m-%d %H:%M}" if left else ""
            line = (
                f"{description}: {count}" + (f" of {total}" if total else "") + end + (f"; {note()}" if note() else "")
            )
            with suppress(OSError):
                print(line, file=sys.stderr, flush=True)  # noqa: T201
        yield thing
