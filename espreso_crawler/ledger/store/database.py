"""What the ledger asks of its database, whichever it is: statements and transactions. Drivers: `sqlite`, `postgresql`.

Statements are written once, in the SQL that both databases know: ``?``, ``?1`` or ``:name`` for a value, integers for
flags, ``ON CONFLICT`` and ``RETURNING``. Of SQLite's functions they use ``json_each``, ``json_extract`` and ``instr``;
the PostgreSQL driver's tables bring their like.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

MOST_ROWS = 200
"""Rows in one statement: a page of the feed, a flush."""
Values = Sequence[Any] | Mapping[str, Any]
Question = tuple[str, Values]
"""A query and its values."""


class SessionLocks(Protocol):
    """What a session on a server holds for as long as it lasts."""

    def lock(self, name: str) -> bool:
        """Take a lock without waiting; False when it is held, also by this session itself."""

    def unlock(self, name: str) -> None:
        """Let go of a lock."""

    def fence(self, run: str) -> None:
        """Let this session write only as long as nobody has ended its run."""


class Database(ABC):
    """One connection; writes belong inside `transaction`, which never nests. Every method may raise LedgerError."""

    name: str
    """What errors call it; it holds no password."""
    commits: int = 0
    """Transactions of this connection so far: what was read before the last one may have changed."""
    locks: SessionLocks | None = None
    """What is locked beside the lock files; None where other machines do not write."""

    @abstractmethod
    def row(self, sql: str, values: Values = ()) -> Any:
        """Return the first row of a query, None when there is none; its values by place and by name."""

    @abstractmethod
    def rows(self, sql: str, values: Values = ()) -> list[Any]:
        """Return every row of a query."""

    @abstractmethod
    def answers(self, questions: Sequence[Question]) -> list[list[Any]]:
        """Return the rows of each of several queries; a server is asked all of them in one round trip."""

    @abstractmethod
    def each(self, sql: str, values: Values = ()) -> Iterator[Any]:
        """Yield the rows of a query one by one, for results that need not fit in memory."""

    @abstractmethod
    def write(self, sql: str, values: Values = ()) -> None:
        """Run one writing statement."""

    @abstractmethod
    def change(self, sql: str, values: Values = ()) -> int:
        """Run one writing statement; returns how many rows it wrote."""

    @abstractmethod
    def write_all(self, sql: str, many: Iterable[Sequence[Any]]) -> None:
        """Run one writing statement for every set of values."""

    @abstractmethod
    def write_rows(self, sql: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """Run one writing statement for many rows, which stand in it as ``{rows}``; returns what it returns."""

    @abstractmethod
    def transaction(self, name: str) -> AbstractContextManager[None]:
        """Do the body in one writing transaction: all of it stands on the disk afterwards, or none of it."""

    @abstractmethod
    def version(self) -> int:
        """Return a number that changes when another process commits.

        A server tells it inside a transaction; outside, it is what the last transaction left, and so may be too old.
        """

    @abstractmethod
    def vacuum(self) -> None:
        """Write everything again, so that nothing deleted can be read from free pages."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the database."""


def in_parts(sql: str, rows: Sequence[Sequence[Any]]) -> Iterator[tuple[str, list[Any]]]:
    """Yield a statement with marks for at most `MOST_ROWS` rows in place of ``{rows}``, and their values."""
    for at in range(0, len(rows), MOST_ROWS):
        part = rows[at : at + MOST_ROWS]
        marks = ", ".join([f"({', '.join('?' * len(part[0]))})"] * len(part))
        yield sql.replace("{rows}", marks), [value for row in part for value in row]
