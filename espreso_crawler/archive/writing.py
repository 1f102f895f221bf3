"""The archive as a crawl writes it: one file after the other, each with the run's id in its name."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from espreso_crawler.archive.blanking import finish
from espreso_crawler.archive.layout import name_of
from espreso_crawler.archive.records import Answer
from espreso_crawler.archive.recovery import recover
from espreso_crawler.archive.warc_file import Pointer, WarcFile
from espreso_crawler.exceptions import ArchiveError


class Archive:
    """What one run keeps. Every method may raise `ArchiveError`; a pointer is given only for what was written whole.

    `information` stands at the beginning of each file, `about` in the metadata of each answer.
    """

    def __init__(
        self,
        folder: Path,
        run: str,
        *,
        information: Mapping[str, str],
        about: Mapping[str, str],
        most_bytes: int,
        most_seconds: float,
    ) -> None:
        self.folder = folder
        self.files = 0
        self._run, self._information, self._about = run, information, about
        self._most_bytes, self._most_seconds = most_bytes, most_seconds
        self._file: WarcFile | None = None

    def recover(self) -> list[str]:
        """Seal what killed crawls left; returns the files."""
        with self._told():
            return recover(self.folder)

    def finish_forgetting(self) -> list[str]:
        """Blank what a `forget` could not, because it was killed or a crawl was at work; returns the changed files."""
        with self._told():
            return finish(self.folder)[0]

    def write(self, answer: Answer) -> Pointer:
        """Keep an answer; returns where."""
        with self._told():
            if self._file and self._is_full(self._file):
                self._seal()
            if self._file is None:
                name = name_of(self._run, self.files + 1)
                self._file = WarcFile(self.folder, name, datetime.now(UTC), self._information)
                self.files += 1
            return self._file.write(answer, self._about)

    def sync(self) -> None:
        """Make all pointers given so far durable."""
        with self._told():
            if self._file:
                self._file.sync()

    def close(self) -> None:
        """Seal what is open. When that fails the file stays as it is, and the next crawl seals it."""
        with self._told():
            if self._file:
                self._seal()

    def _seal(self) -> None:
        file = self._file
        assert file  # noqa: S101  # asked by the callers
        file.sync()  # a file that is not durable stays the one that `sync` asks
        self._file = None
        try:
            file.seal()
        finally:
            file.let_go()

    def _is_full(self, file: WarcFile) -> bool:
        return file.size >= self._most_bytes or time.monotonic() - file.began >= self._most_seconds

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ArchiveError(f"{error.filename or self.folder}: {error.strerror}") from error
