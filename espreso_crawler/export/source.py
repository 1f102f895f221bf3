"""Sealed lines in the order in which an export writes them, in memory that does not grow with their number.

A first look notes where each line lies, in an SQLite file that goes when it is closed; a second one reads them.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any, BinaryIO, Literal

import msgspec
import orjson

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.export import later
from espreso_crawler.items import SCHEMA_VERSION
from espreso_crawler.ledger import LedgerCare, SealedLine
from espreso_crawler.object_path import OutputPath, output_path
from espreso_crawler.processors.dates import KYIV, kyiv
from espreso_crawler.progress import Track, untracked

What = Literal["latest", "revisions", "feed", "tags"]

TABLES = """
CREATE TABLE files (file INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE lines (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL, revision INTEGER NOT NULL, event TEXT NOT NULL,
    day TEXT NOT NULL, moment INTEGER NOT NULL, file INTEGER NOT NULL, offset INTEGER NOT NULL, size INTEGER NOT NULL
);
CREATE TABLE taken_back (id TEXT, revision INTEGER, PRIMARY KEY (id, revision)) WITHOUT ROWID;
"""
LINE = "INSERT INTO lines VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)"
# The same choice as the published DuckDB view `articles`.
LATEST = """
SELECT *, row_number() OVER (PARTITION BY id ORDER BY revision DESC, seq DESC) AS place FROM lines
WHERE event <> 'retracted' AND (id, revision) NOT IN (SELECT id, revision FROM taken_back)
"""
# A line stands twice for a moment while `scrapy ledger forget` rewrites its file.
REVISIONS = "SELECT *, row_number() OVER (PARTITION BY id, revision ORDER BY seq DESC) AS place FROM lines"
STANDING = "AND event NOT IN ('removed', 'erased')"
CHOSEN = "SELECT {columns} FROM ({lines}) JOIN files USING (file) WHERE place = 1 {standing} AND moment >= ? {order}"
ORDER = "ORDER BY day {way}, moment {way}, seq {way}"
ALWAYS = -(1 << 62)


class Head(msgspec.Struct):
    """What a line is chosen and ordered by; everything else in it is skipped."""

    schema_version: str
    event: str
    id: str
    revision: int
    date_published: datetime | None
    date_published_day: date | None
    emitted_at: datetime
    retracts: list[int]

    def moment(self) -> datetime:
        """Return the time of publication, else the beginning of its day, else when the line was written."""
        if self.date_published or not self.date_published_day:
            return self.date_published or self.emitted_at
        return kyiv(self.date_published_day, time())

    def day(self) -> date:
        """Return the day of publication in Kyiv, else that of emission."""
        return self.date_published_day or self.moment().astimezone(KYIV).date()


HEADS = msgspec.json.Decoder(Head)


@dataclass
class Row:
    """One record of an export."""

    day: str
    """The day it belongs to: rows of a day follow each other."""
    line: bytes
    """The record as JSON, ended by a newline."""

    @cached_property
    def record(self) -> dict[str, Any]:
        """The record, decoded."""
        return dict(orjson.loads(self.line))


@dataclass(frozen=True)
class Source:
    """What is exported: which lines of which output folder."""

    output: OutputPath
    what: What
    since: datetime | None = None
    """Articles by their publication, changes of the feed by when they were seen."""
    newest_first: bool = False
    vocabulary_version: Callable[[], str] = str
    """Names the file of `scrapy tag` that is applied to the newest revisions."""

    def rows(self, track: Track = untracked) -> Iterator[Row]:
        """Yield the rows. Raises LedgerError when the output cannot be read, or is rewritten meanwhile."""
        if not self.output.is_dir():
            raise LedgerError(f"{self.output}: there is no output folder; ESPRESO_OUTPUT names it")
        return self._feed(track) if self.what == "feed" else self._articles(track)

    def _feed(self, track: Track) -> Iterator[Row]:
        since = self.since.astimezone(UTC) if self.since else None
        for sealed in track(LedgerCare.whole(self.output, stream="feed"), "lines", None):
            seen_at = str(_decoded(sealed)["seen_at"])
            if since is None or datetime.fromisoformat(seen_at) >= since:
                yield Row(seen_at[:10], sealed.line)

    def _articles(self, track: Track) -> Iterator[Row]:
        is_latest = self.what != "revisions"
        # An empty name is a file of SQLite's own, removed when it is closed; what fits stays in its cache.
        with closing(sqlite3.connect("", isolation_level=None)) as index:
            index.executescript(f"BEGIN; {TABLES} {later.TABLES}")
            self._note_lines(index, track)
            if is_latest:
                links = (orjson.loads(sealed.line) for sealed in LedgerCare.whole(self.output, stream="links"))
                later.note(index, links, later.tags_file(self.output, self.vocabulary_version))
            index.execute("COMMIT")
            with closing(Reader()) as sealed, closing(Reader()) as tags:
                for day, path, offset, size, id_, revision in track(*self._chosen(index)):
                    line = sealed.line(path, offset, size)
                    yield Row(day, later.applied(index, line, id_, revision, tags.line) if is_latest else line)

    def _note_lines(self, index: sqlite3.Connection, track: Track) -> None:
        file = 0
        path: OutputPath | None = None
        for sealed in track(LedgerCare.whole(self.output), "lines read", None):
            if sealed.path != path:
                path = sealed.path
                index.execute("INSERT OR IGNORE INTO files VALUES (NULL, ?)", (str(path),))
                (file,) = index.execute("SELECT file FROM files WHERE path = ?", (str(path),)).fetchone()
            head = _head(sealed)
            key = (head.id, head.revision, head.event, head.day().isoformat(), int(head.moment().timestamp()))
            index.execute(LINE, (*key, file, sealed.offset, len(sealed.line)))
            index.executemany(
                "INSERT OR IGNORE INTO taken_back VALUES (?, ?)", [(head.id, number) for number in head.retracts]
            )

    def _chosen(self, index: sqlite3.Connection) -> tuple[sqlite3.Cursor, str, int]:
        is_latest, way = self.what != "revisions", "DESC" if self.newest_first else "ASC"
        parts = {"lines": LATEST if is_latest else REVISIONS, "standing": STANDING if is_latest else ""}
        since = (int(self.since.timestamp()) if self.since else ALWAYS,)
        (total,) = index.execute(CHOSEN.format(columns="count(*)", order="", **parts), since).fetchone()
        columns, order = "day, path, offset, size, id, revision", ORDER.format(way=way)
        return index.execute(CHOSEN.format(columns=columns, order=order, **parts), since), "articles", total


class Reader:
    """Reads single lines; keeps the last file open, because neighbours in time are mostly neighbours on the disk."""

    def __init__(self) -> None:
        self._path = ""
        self._file: BinaryIO | None = None

    def line(self, path: str, offset: int, size: int) -> bytes:
        """Return a line. Raises LedgerError when it is not there any more."""
        try:
            if self._file is None or path != self._path:
                self.close()
                self._path, self._file = path, output_path(path).open("rb")  # closed by the next one
            self._file.seek(offset)
            return self._file.read(size)
        except OSError as error:
            raise LedgerError(f"{path}: {error.strerror}; it was rewritten meanwhile: export again") from error

    def close(self) -> None:
        """Close the file that is open."""
        if self._file:
            self._file.close()


def _head(sealed: SealedLine) -> Head:
    try:
        head = HEADS.decode(sealed.line)
    except msgspec.DecodeError as error:
        raise LedgerError(f"{sealed.path}, byte {sealed.offset}: {error}; run `scrapy ledger reconcile`") from error
    if head.schema_version.partition(".")[0] != SCHEMA_VERSION.partition(".")[0]:
        raise LedgerError(f"{sealed.path}: format {head.schema_version}; this program reads {SCHEMA_VERSION}")
    return head


def _decoded(sealed: SealedLine) -> dict[str, Any]:
    try:
        return dict(orjson.loads(sealed.line))
    except orjson.JSONDecodeError as error:
        raise LedgerError(f"{sealed.path}, byte {sealed.offset}: {error}; run `scrapy ledger reconcile`") from error
