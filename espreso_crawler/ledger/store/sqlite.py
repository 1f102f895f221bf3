"""One SQLite connection: opening, transactions, and its errors in the words of the person at the terminal."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.crash import crash_point
from espreso_crawler.ledger.store import sqlite_schema as schema
from espreso_crawler.ledger.store.database import Database, Question, Values, in_parts

CACHE_KIB = 32 * 1024
ADVICE = {
    sqlite3.SQLITE_FULL: "the disk is full: make room and crawl again, what was not written stays pending",
    sqlite3.SQLITE_READONLY: "it cannot be written: check the rights of the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: check the rights of the file and its folder",
    sqlite3.SQLITE_PERM: "it cannot be opened: check the rights of the file and its folder",
    sqlite3.SQLITE_IOERR: "the disk failed: check it, then crawl again, what was not written stays pending",
    sqlite3.SQLITE_BUSY: "another process holds it and does not let go: is a crawl stopped or hanging?",
    sqlite3.SQLITE_NOTADB: "it is no ledger; it was left as it is",
    sqlite3.SQLITE_CORRUPT: (
        "it is damaged and was left as it is: set it aside and restore it by `scrapy ledger reconcile --rebuild`"
    ),
}
OLDEST = (3, 35)
"""SQLite that knows ``RETURNING``, of March 2021."""
_PRIMARY = 0xFF  # the low byte of an extended result code


class SqliteDatabase(Database):
    """A connection in autocommit mode."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self.name = name
        self._connection = connection

    @classmethod
    def open(cls, path: Path | None, *, busy_seconds: float) -> Self:
        """Open the file, or a vanishing database for None, and bring its tables up to date.

        Raises LedgerError when it is no ledger, damaged, read-only, of a newer program or cannot be opened.
        """
        name = str(path or "the ledger in memory")
        if sqlite3.sqlite_version_info < OLDEST:
            raise LedgerError(
                f"this Python has SQLite {sqlite3.sqlite_version}, and the ledger needs "
                f"{'.'.join(map(str, OLDEST))} or newer: use another Python"
            )
        with _told(name):
            # `scrapy shell` opens the one in memory in another thread than it uses it from.
            connection = sqlite3.connect(
                path or ":memory:", timeout=busy_seconds, isolation_level=None, check_same_thread=path is not None
            )
            connection.row_factory = sqlite3.Row
            database = cls(connection, name)
            try:
                database._prepare()
            except BaseException:
                connection.close()
                raise
        return database

    def row(self, sql: str, values: Values = ()) -> Any:
        """Return the first row of a query."""
        try:
            return self._connection.execute(sql, values).fetchone()
        except sqlite3.Error as error:
            raise told(self.name, error) from error

    def rows(self, sql: str, values: Values = ()) -> list[Any]:
        """Return every row of a query."""
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise told(self.name, error) from error

    def answers(self, questions: Sequence[Question]) -> list[list[Any]]:
        """Return the rows of each of several queries."""
        return [self.rows(sql, values) for sql, values in questions]

    def each(self, sql: str, values: Values = ()) -> Iterator[Any]:
        """Yield the rows of a query one by one."""
        with _told(self.name):
            # No `yield from`: that would close the cursor with the generator, perhaps after the connection.
            for row in self._connection.execute(sql, values):  # noqa: UP028
                yield row

    def write(self, sql: str, values: Values = ()) -> None:
        """Run one writing statement."""
        try:
            self._connection.execute(sql, values)
        except sqlite3.Error as error:
            raise told(self.name, error) from error

    def change(self, sql: str, values: Values = ()) -> int:
        """Run one writing statement; returns how many rows it wrote."""
        try:
            return self._connection.execute(sql, values).rowcount
        except sqlite3.Error as error:
            raise told(self.name, error) from error

    def write_all(self, sql: str, many: Iterable[Sequence[Any]]) -> None:
        """Run one writing statement for every set of values."""
        try:
            self._connection.executemany(sql, many)
        except sqlite3.Error as error:
            raise told(self.name, error) from error

    def write_rows(self, sql: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """Run one writing statement for many rows."""
        return [returned for part, values in in_parts(sql, rows) for returned in self.rows(part, values)]

    @contextmanager
    def transaction(self, name: str) -> Iterator[None]:
        """Do the body in one writing transaction, alone: other processes wait for its end."""
        self.write("BEGIN IMMEDIATE")
        try:
            yield
            crash_point(f"{name}:before-commit")
            self.write("COMMIT")
            self.commits += 1
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.rollback()
            raise
        crash_point(f"{name}:after-commit")

    def version(self) -> int:
        """Return a number that changes when another process commits."""
        return int(self.row("PRAGMA data_version")[0])

    def vacuum(self) -> None:
        """Write the whole file again, so that nothing deleted can be read from its free pages."""
        self.write("VACUUM")
        self.write("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of the file."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def _prepare(self) -> None:
        version = self.row("PRAGMA user_version")[0]
        has_tables = self.row("SELECT count(*) FROM sqlite_schema")[0] > 0
        if has_tables and self.row("PRAGMA application_id")[0] != schema.APPLICATION_ID:
            raise LedgerError(f"{self.name}: an SQLite file, but no ledger; it was left as it is")
        if version > schema.FORMAT:
            raise LedgerError(
                f"{self.name}: written by a newer version of this program (format {version}, known up to "
                f"{schema.FORMAT}): update the program; the file was left as it is"
            )
        if has_tables and version < schema.FIRST_FORMAT:
            raise LedgerError(
                f"{self.name}: format {version} was never in a release, the oldest that is read is "
                f"{schema.FIRST_FORMAT}; set it aside and restore it by `scrapy ledger reconcile --rebuild`"
            )
        self.write("PRAGMA journal_mode = WAL")
        self.write("PRAGMA synchronous = FULL")
        self.write(f"PRAGMA cache_size = -{CACHE_KIB}")
        # Some builds overwrite what is deleted, which writes every sealed line once more: `vacuum` is for that.
        self.write("PRAGMA secure_delete = OFF")
        if version < schema.FORMAT:
            self._migrate()

    def _migrate(self) -> None:
        with self.transaction("migrate"):
            version = self.row("PRAGMA user_version")[0]  # another process may have been faster
            missing = (
                schema.STEPS[version - schema.FIRST_FORMAT :]
                if version
                else (schema.TABLES, schema.TRIGGERS, *schema.STEPS)
            )
            for step in missing:
                for statement in step.split(";\n"):
                    self.write(statement)
            self.write(f"PRAGMA application_id = {schema.APPLICATION_ID}")
            self.write(f"PRAGMA user_version = {schema.FORMAT}")


def told(name: str, error: sqlite3.Error) -> LedgerError:
    """Return an SQLite error as a LedgerError that names the file and what to do."""
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    advice = ADVICE.get(code)
    return LedgerError(f"{name}: {error}" + (f"; {advice}" if advice else ""))


@contextmanager
def _told(name: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise told(name, error) from error
