"""The folder that driver and workers share: what is asked, what is answered, and on what workers ended.

A batch has a folder, whose name is its key. The driver writes `asked`. A worker writes a part of its own, page by page:
that it begins one, then the answer. A worker that goes on after one that was killed finds the answers there, and what
that one ended on. The part becomes `answers` by rename when it is whole, so it does not matter if two workers do the
same batch.
"""

import fcntl
import os
import pickle
import shutil
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from espreso_crawler.reading import Question, Work

WORK, ASKED, ANSWERS, PART, LOCK = "work", "asked", "answers", ".part", ".lock"
FRAME = struct.Struct("<cII")
"""What it is, which question, and how many bytes follow."""
BEGUN, ANSWERED, SET_ASIDE = b"b", b"a", b"s"
MOST_ENDED = 3
"""Workers that may end on a question before it is set aside."""
ASIDE = f"{MOST_ENDED} workers ended on it"


@dataclass(slots=True)
class History:
    """What is known of a batch."""

    answers: dict[int, bytes | str] = field(default_factory=dict)
    """As text, why there is none."""
    ended: Counter[int] = field(default_factory=Counter)
    """How many workers ended on a question."""


@dataclass(frozen=True)
class Shelf:
    """The folder of one run."""

    folder: Path

    def begin(self, work: Work[Any]) -> int:
        """Make the folder, and put the work into it; returns the lock that says it is in use. Raises OSError."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        clear(self.folder.parent)
        descriptor = self._locked()
        self.folder.mkdir()
        (self.folder / WORK).write_bytes(pickle.dumps(work, pickle.HIGHEST_PROTOCOL))
        return descriptor

    def _locked(self) -> int:
        path = self.folder.with_suffix(LOCK)
        while True:
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if path.exists():
                return descriptor
            os.close(descriptor)  # another run took it for one that was left, and removed it

    def work(self) -> Work[Any]:
        """Return the work."""
        work: Work[Any] = pickle.loads((self.folder / WORK).read_bytes())  # noqa: S301  # the driver wrote it
        return work

    def ask(self, number: int, questions: Sequence[Question]) -> str:
        """Put a batch into its folder; return its key, which follows from its number and its content."""
        content = pickle.dumps(list(questions), pickle.HIGHEST_PROTOCOL)
        key = f"{number:08d}-{sha256(content).hexdigest()[:16]}"
        place = self.folder / key
        place.mkdir()
        (place / ASKED).write_bytes(content)
        return key

    def asked(self, key: str) -> list[Question]:
        """Return a batch."""
        asked: list[Question] = pickle.loads((self.folder / key / ASKED).read_bytes())  # noqa: S301  # the same
        return asked

    def take(self, key: str, count: int) -> list[bytes | str]:
        """Return the answers to a batch, and remove it."""
        found = self.history(key).answers
        shutil.rmtree(self.folder / key, ignore_errors=True)
        return [found[index] for index in range(count)]

    def progress(self, key: str) -> int:
        """Return a number that rises whenever a worker has got anywhere in a batch."""
        history = self.history(key)
        return len(history.answers) + history.ended.total()

    def history(self, key: str) -> History:
        """Return what the workers have left of a batch: the answers, or as far as each came."""
        place, history = self.folder / key, History()
        with suppress(FileNotFoundError):
            history.answers = dict(_said(place / ANSWERS, history.ended))
            return history
        for part in place.glob(f"*{PART}"):
            history.answers |= dict(_said(part, history.ended))
        return history

    def answer(self, key: str, work: Work[Any]) -> None:
        """Answer a batch from where others left it."""
        place, history, asked = self.folder / key, self.history(key), self.asked(key)
        if (place / ANSWERS).exists():
            return
        part = place / f"{uuid4().hex}{PART}"
        with part.open("wb", buffering=0) as file:
            waiting = b"".join(_frame(index, answer) for index, answer in history.answers.items())
            for index, question in enumerate(asked):
                if index in history.answers:
                    continue
                if history.ended[index] >= MOST_ENDED:
                    waiting += _frame(index, ASIDE)
                    continue
                file.write(waiting + FRAME.pack(BEGUN, index, 0))
                waiting = _frame(index, work.answer(question))
            file.write(waiting)
        part.replace(place / ANSWERS)

    def remove(self) -> None:
        """Remove the folder. While a worker still writes there it stays, with its lock, by which `clear` finds it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if not self.folder.exists():
            self.folder.with_suffix(LOCK).unlink(missing_ok=True)


def clear(folder: Path) -> None:
    """Remove what runs left that were killed: it has the texts of pages."""
    for lock in folder.glob(f"*{LOCK}"):
        with suppress(OSError), lock.open("r+b") as file:  # it is in use, or another run removes it
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            Shelf(lock.with_suffix("")).remove()


def _frame(index: int, answer: bytes | str) -> bytes:
    kind, content = (SET_ASIDE, answer.encode()) if isinstance(answer, str) else (ANSWERED, answer)
    return FRAME.pack(kind, index, len(content)) + content


def _said(path: Path, ended: Counter[int]) -> Iterator[tuple[int, bytes | str]]:
    """Yield the answers in a part, and count what its worker ended on."""
    begun: int | None = None
    with path.open("rb") as file:
        for kind, index, content in _frames(file):
            begun = index if kind == BEGUN else None
            if kind != BEGUN:
                yield index, content.decode() if kind == SET_ASIDE else content
    if begun is not None:
        ended[begun] += 1


def _frames(file: BinaryIO) -> Iterator[tuple[bytes, int, bytes]]:
    """Yield whole frames; the last one may be cut."""
    while len(head := file.read(FRAME.size)) == FRAME.size:
        kind, index, length = FRAME.unpack(head)
        content = file.read(length)
        if len(content) < length:
            return
        yield kind, index, content
