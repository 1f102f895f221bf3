"""One PostgreSQL session: its tables, statements, transactions and locks.

The session is the run: it writes, and it holds the run's lock. The server ends both or neither, and a session that is
lost is never opened again.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from hashlib import sha256
from itertools import count
from typing import Any, Self
from weakref import WeakSet

import psycopg

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.crash import crash_point
from espreso_crawler.ledger.store import postgresql_schema as schema
from espreso_crawler.ledger.store import postgresql_session as session
from espreso_crawler.ledger.store.database import Database, Question, Values, in_parts

FETCHED = 500
"""Rows in one answer to a query that is read one by one."""

_TABLE = "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'ledger'"
_COUNTERS = """
SELECT table_name AS tab, column_name AS name, pg_get_serial_sequence(table_name, column_name) AS counter
FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES'
"""

_open: WeakSet["PostgresDatabase"] = WeakSet()
_numbers = count()


class PostgresDatabase(Database):
    """A session in autocommit mode; statements of a transaction that return nothing are sent without waiting."""

    def __init__(self, connection: session.Connection, name: str) -> None:
        self.name = name
        self.locks = self
        self._connection = connection
        self._pipeline: psycopg.Pipeline | None = None
        self._begun: psycopg.Cursor[Any] | None = None
        self._changes = 0
        self._run: str | None = None
        self._held = set[int]()
        self._is_within = False
        self._lost = ""
        """How the session was lost, for whoever asks it later."""
        self._schema = ""
        _open.add(self)

    @classmethod
    def open(cls, address: str, name: str, *, busy_seconds: float) -> Self:
        """Open a session, and bring the tables in its schema up to date.

        `name` is what errors call it. Raises LedgerError when the server does not answer or refuses, when the tables
        are those of a newer program, and when they are missing and this role may not make them.
        """
        database = cls(session.connected(address, name), name)
        try:
            database._prepare(busy_seconds)
        except BaseException:
            database.close()
            raise
        return database

    @classmethod
    def is_there(cls, address: str, name: str) -> bool:
        """Whether there is a ledger at an address; raises LedgerError as `open` does."""
        database = cls(session.connected(address, name), name)
        try:
            return database._has_tables()
        finally:
            database.close()

    def row(self, sql: str, values: Values = ()) -> Any:
        """Return the first row of a query."""
        with self._told():
            return self._answered(sql, values).fetchone()

    def rows(self, sql: str, values: Values = ()) -> list[Any]:
        """Return every row of a query."""
        with self._told():
            return self._answered(sql, values).fetchall()

    def answers(self, questions: Sequence[Question]) -> list[list[Any]]:
        """Return the rows of each of several queries, all asked before the first answer."""
        with self._told():
            with nullcontext() if self._pipeline else self._connection.pipeline():  # whose end asks for the answers
                cursors = [self._run_one(sql, values) for sql, values in questions]
                if self._pipeline:
                    self._pipeline.sync()
            return [cursor.fetchall() for cursor in cursors]

    def each(self, sql: str, values: Values = ()) -> Iterator[Any]:
        """Yield the rows of a query, which the server keeps; inside a transaction they are fetched at once."""
        if self._pipeline:
            yield from self.rows(sql, values)
            return
        name = f"each{next(_numbers)}"  # one that an error left half read may be there still
        with self._told(), psycopg.RawServerCursor(self._connection, name, withhold=True) as cursor:
            cursor.itersize = FETCHED
            for row in cursor.execute(session.numbered(sql)[0], values):  # noqa: UP028  # closing this one ends no other
                yield row

    def write(self, sql: str, values: Values = ()) -> None:
        """Run one writing statement."""
        with self._told():
            self._run_one(sql, values)

    def change(self, sql: str, values: Values = ()) -> int:
        """Run one writing statement; returns how many rows it wrote."""
        with self._told():
            return self._answered(sql, values).rowcount

    def write_all(self, sql: str, many: Iterable[Sequence[Any]]) -> None:
        """Run one writing statement for every set of values, in one round trip."""
        with self._told():
            self._connection.cursor().executemany(session.numbered(sql)[0], many)

    def write_rows(self, sql: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """Run one writing statement for many rows."""
        returned = list[Any]()
        for part, values in in_parts(sql, rows):
            if "RETURNING" in sql:
                returned += self.rows(part, values)
            else:
                self.write(part, values)
        return returned

    @contextmanager
    def transaction(self, name: str) -> Iterator[None]:
        """Do the body in one writing transaction, alone, and only if this session's run was not ended."""
        if self._is_within:
            yield
            return
        with self._told():
            try:
                with self._connection.pipeline() as self._pipeline:
                    self._connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
                    self._begun = self._connection.execute("SELECT begin_writing($1)", (self._run,))
                    yield
                    crash_point(f"{name}:before-commit")
                    self._connection.execute("COMMIT")
                self._note_changes()
                self.commits += 1
            except BaseException:
                with suppress(psycopg.Error):
                    self._connection.rollback()
                raise
            finally:
                self._pipeline = self._begun = None
        crash_point(f"{name}:after-commit")

    @contextmanager
    def emptied(self) -> Iterator[None]:
        """Do the body, with all its transactions, in one that begins without a row: a rebuild is there whole or not."""
        with self.transaction("emptied"):
            self.write("SET LOCAL idle_in_transaction_session_timeout = 0")  # a copy reads its source meanwhile
            for table in schema.NAMES:
                self.write(f"DELETE FROM {table}")  # noqa: S608  # our names
            self._is_within = True
            try:
                yield
                for row in self.rows(_COUNTERS):
                    self.row(f"SELECT setval(?, greatest(max({row['name']}), 1)) FROM {row['tab']}", (row["counter"],))  # noqa: S608
            finally:
                self._is_within = False

    def version(self) -> int:
        """Return a number that changes when another process commits: all changes so far but this session's own."""
        if self._begun is not None:
            with self._told():
                self._note_changes()
            return self._changes - 1 - self.commits
        if not self.commits:
            return int(self.row("SELECT changes FROM ledger")[0])
        return self._changes - self.commits

    def vacuum(self) -> None:
        """Write the tables again; what the server's log and backups hold stays there until they are dropped."""
        skipped = list[psycopg.errors.Diagnostic]()
        self._connection.add_notice_handler(skipped.append)
        limit = self.row("SELECT current_setting('statement_timeout'), set_config('statement_timeout', '0', false)")[0]
        for table in schema.NAMES:
            self.write(f"VACUUM (FULL) {table}")
        self.row("SELECT set_config('statement_timeout', ?, false)", (limit,))
        self._connection.remove_notice_handler(skipped.append)
        if skipped:  # the server only warns a role that does not own the tables
            left = "what was deleted is still in the pages; run it again as the tables' owner"
            raise LedgerError(f"{self.name}: {skipped[0].message_primary}: {left}")

    def close(self) -> None:
        """End the session."""
        with suppress(psycopg.Error):
            self._connection.close()

    def fence(self, run: str) -> None:
        """Let this session write only as long as nobody has ended its run."""
        self._run = run

    def lock(self, name: str) -> bool:
        """Take a lock; the server would give a session its own lock once more."""
        key = self._key(name)
        if key in self._held or not self.row("SELECT pg_try_advisory_lock(?)", (key,))[0]:
            return False
        self._held.add(key)
        return True

    def unlock(self, name: str) -> None:
        """Let go of a lock; nothing to do when the session is lost."""
        key = self._key(name)
        if key in self._held:
            self._held.discard(key)
            with suppress(LedgerError):
                self.row("SELECT pg_advisory_unlock(?)", (key,))

    def let_go_in_child(self) -> None:
        """Close a forked child's copy of the socket: with it the session would outlive the run."""
        with suppress(psycopg.Error, OSError):
            os.close(self._connection.fileno())

    def _note_changes(self) -> None:
        if self._begun is not None and (begun := self._begun.fetchone()) is not None:  # None: it was noted before
            self._changes = int(begun[0])

    def _prepare(self, busy_seconds: float) -> None:
        with self._told():
            self._schema, encoding = session.prepared(self._connection, busy_seconds=busy_seconds)
        if encoding != session.ENCODING:
            raise LedgerError(
                f"{self.name}: its encoding is {encoding}: make a database with ENCODING '{session.ENCODING}'"
            )
        if not self._has_tables() or self._format() < schema.FORMAT:
            self._migrate()
        if (found := self._format()) > schema.FORMAT:
            raise LedgerError(
                f"{self.name}: written by a newer version of this program (format {found}, known up to "
                f"{schema.FORMAT}): update the program; the tables were left as they are"
            )

    def _migrate(self) -> None:
        with self._told(), self._connection.transaction():
            self.row("SELECT pg_advisory_xact_lock(?)", (self._key("migrate"),))
            if not self._has_tables():  # another process may have been faster
                self._connection.execute(schema.FUNCTIONS + schema.TABLES + schema.TRIGGERS)
            for step in schema.STEPS[self._format() - schema.FIRST :]:
                self._connection.execute(step)
            self._connection.execute("UPDATE ledger SET format = $1 WHERE format < $1", (schema.FORMAT,))

    def _has_tables(self) -> bool:
        return self.row(_TABLE) is not None  # `to_regclass` may not see what another session has just made

    def _format(self) -> int:
        return int(self.row("SELECT format FROM ledger")[0])

    def _answered(self, sql: str, values: Values) -> psycopg.Cursor[Any]:
        """Run a statement and wait for its answer by a Sync.

        After the Flush that psycopg sends itself, a server waits for a stopped process for ever: it is not yet idle.
        """
        cursor = self._run_one(sql, values)
        if self._pipeline:
            self._pipeline.sync()
        return cursor

    def _run_one(self, sql: str, values: Values) -> psycopg.Cursor[Any]:
        text, names = session.numbered(sql)
        if isinstance(values, Mapping):
            values = [values[name] for name in names]
        return self._connection.execute(text, values)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            text = session.told(self.name, self._connection, error)
            if session.is_lost(self._connection, error):
                text = self._lost = self._lost or text
            raise LedgerError(text) from error

    def _key(self, name: str) -> int:
        """Return the number of a lock: the server's locks know no names, and other ledgers are in other schemas."""
        digest = sha256(f"{self._schema}/{name}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)


def _let_go_in_child() -> None:
    for database in list(_open):
        database.let_go_in_child()
    _open.clear()  # in a child's child the number may be another file's


# A socket is shared by a fork: the reading pool's processes would keep a dead run's session alive.
os.register_at_fork(after_in_child=_let_go_in_child)
