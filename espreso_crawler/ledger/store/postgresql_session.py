"""How a PostgreSQL session is opened for the ledger, what goes in and comes out of it, and its errors in words."""

import logging
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.adapt import Dumper
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumper

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.store.postgresql_schema import FENCED

CONNECT_SECONDS = 10
SILENT_SECONDS = 25
"""How long either side waits for the other's acknowledgement before the link counts as broken."""
KEEPALIVE = {"idle": 10, "interval": 5, "count": 3}
"""Probes of a silent link: seconds until the first, between two, and how many may be lost."""
OWN: dict[str, Any] = {
    "application_name": "espreso_crawler",
    "client_encoding": "utf8",
    "connect_timeout": CONNECT_SECONDS,
    "tcp_user_timeout": SILENT_SECONDS * 1000,
    **{f"keepalives_{name}": value for name, value in KEEPALIVE.items()},
}
"""What a session is opened with, unless its address says otherwise."""
ENCODING = "UTF8"
STATEMENT_SECONDS = 600
STOPPED_SECONDS = 60
"""How long a process may be stopped in a transaction, which keeps all others from writing."""
PLANS = {
    "plan_cache_mode": "force_generic_plan",
    **dict.fromkeys(("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit"), "off"),
}
"""Statements are planned once, and by indexes: tables that were just made have no statistics, and grow."""
ENDED = ("08", "57P", "25P03")
"""How the SQLSTATE begins of a session that is no more."""
LOST = "the run ends here, and what was not committed stays pending"
ADVICE = {
    FENCED: f"its session was lost, or seemed to be: {LOST}",
    "53100": "the disk is full: make room and crawl again, what was not written stays pending",
    "55P03": "another process writes and does not let go: is a crawl stopped or hanging?",
    "57014": "the statement took too long: is the server overloaded?",
    "42501": "this role lacks a right: see docs/postgresql.md",
    "25006": "the server takes no writes: is it a standby?",
    "3F000": "make the schema that the address names: see docs/postgresql.md",
}
_MARK = re.compile(r"\?(\d*)|(?<![:\w]):([a-z_]+)")

# A lost session is told as an error, once.
logging.getLogger("psycopg").setLevel(logging.ERROR)

Connection = psycopg.Connection[Any]


def connected(address: str, name: str) -> Connection:
    """Open a session in autocommit mode; `name` is what errors call it."""
    try:
        conninfo = make_conninfo(**(OWN | conninfo_to_dict(address)))
        connection = psycopg.connect(conninfo, autocommit=True, cursor_factory=psycopg.RawCursor, row_factory=_named)
    except psycopg.Error as error:
        raise LedgerError(f"{name}: {_first_line(error)}") from error
    for kind, dumper in ((int, Int8Dumper), (str, _TextDumper), (bool, _FlagDumper)):
        connection.adapters.register_dumper(kind, dumper)
    return connection


def prepared(connection: Connection, *, busy_seconds: float) -> tuple[str, str]:
    """Bound how long a session waits and may be silent; returns its schema and the encoding of its database."""
    settings: dict[str, float | str] = {
        "synchronous_commit": "on",  # a file is delivered after its commit, and may not be the only trace of it
        "lock_timeout": max(busy_seconds * 1000, 1),  # 0 would be for ever
        "statement_timeout": STATEMENT_SECONDS * 1000,
        "idle_in_transaction_session_timeout": STOPPED_SECONDS * 1000,
        "tcp_user_timeout": SILENT_SECONDS * 1000,
        **{f"tcp_keepalives_{key}": value for key, value in KEEPALIVE.items()},
        **PLANS,
    }
    asked = ", ".join([f"set_config(${place}, ${place + 1}, false)" for place in range(1, 2 * len(settings), 2)])
    given = [text for name, value in settings.items() for text in (name, _setting(value))]
    settled = connection.execute(
        f"SELECT current_schema(), current_setting('server_encoding'), {asked}",  # our marks
        given,
    ).fetchone()
    return (settled[0], settled[1]) if settled else ("", "")


def is_lost(connection: Connection, error: psycopg.Error) -> bool:
    """Whether an error is the end of its session."""
    return connection.closed or (error.sqlstate or "").startswith(ENDED)


def told(name: str, connection: Connection, error: psycopg.Error) -> str:
    """Return an error of a session in words: which session, and what to do."""
    advice = LOST if is_lost(connection, error) else ADVICE.get(error.sqlstate or "")
    return f"{name}: {_first_line(error)}" + (f"; {advice}" if advice else "")


@lru_cache(maxsize=1024)
def numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """Return a statement with PostgreSQL's marks for values, and the names of those that have one.

    >>> numbered("SELECT ?, ?1, ?")
    ('SELECT $1, $1, $2', ())
    >>> numbered("SELECT :a + :b, :a")
    ('SELECT $1 + $2, $1', ('a', 'b'))
    """
    names, highest = list[str](), 0

    def mark(found: re.Match[str]) -> str:
        nonlocal highest
        number, name = found.groups()
        if name:
            names.extend([] if name in names else [name])
            return f"${names.index(name) + 1}"
        highest = max(highest, int(number)) if number else highest + 1
        return f"${number or highest}"

    return _MARK.sub(mark, sql), tuple(names)


class _Row(tuple[Any, ...]):  # noqa: SLOT001  # each query makes a class of it, whose names are its own
    """A row whose values have a place and a name, as sqlite3 gives it."""

    places: Mapping[str, int]

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(self.places[key] if isinstance(key, str) else key)

    def keys(self) -> Iterable[str]:
        """Return the names of its columns."""
        return self.places.keys()


class _TextDumper(StrDumper):
    """PostgreSQL's text holds no NUL: one in an error's text must not end a crawl."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\ufffd"))


class _FlagDumper(Dumper):
    """Flags are integers in the ledger."""

    oid = Int8Dumper.oid

    def dump(self, obj: bool) -> bytes:  # psycopg gives it by place
        return b"1" if obj else b"0"


def _named(cursor: psycopg.Cursor[Any]) -> Any:
    return _row_of(tuple(column.name for column in cursor.description or ()))


@lru_cache(maxsize=1024)
def _row_of(names: tuple[str, ...]) -> type[_Row]:
    return type("Row", (_Row,), {"places": {name: place for place, name in enumerate(names)}})


def _setting(value: float | str) -> str:
    return value if isinstance(value, str) else str(int(value))


def _first_line(error: psycopg.Error) -> str:
    text = error.diag.message_primary or str(error) or type(error).__name__
    return text.strip().splitlines()[0]
