"""What bounds a session on a server: how long a statement may take, and a process be stopped; and its encoding."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger import Ledger, LedgerCare
from espreso_crawler.ledger.store import postgresql_session
from espreso_crawler.ledger.store.database import Database
from espreso_crawler.ledger.store.opening import opened
from espreso_crawler.ledger.store.sqlite import SqliteDatabase
from tests.ledger import builders
from tests.ledger.builders import HOST, asked, database, draft, open_ledger, run_files, sealed, see, sighting, url
from tests.ledger.formats.make import made
from tests.postgres import schema_of
from tests.waiting import wait_until

DRIVERS = (builders.POSTGRESQL,)
LIMIT = 2.0
"""Seconds of a short limit, which nothing but what is meant to meets on a busy machine."""


def place(root: Path) -> str:
    return str(database(root))


def test_a_statement_that_takes_too_long_is_told_and_undone_and_the_session_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ledger(tmp_path).close("finished", 0)
    monkeypatch.setattr(postgresql_session, "STATEMENT_SECONDS", LIMIT)
    with closing(opened(place(tmp_path), busy_seconds=1)) as db:
        with pytest.raises(LedgerError, match="the statement took too long: is the server overloaded"):
            write_for_long(db)
        with db.transaction("next"):
            db.write("UPDATE ledger SET format = format")
    assert asked(tmp_path, "SELECT format < 98 FROM ledger")


def write_for_long(db: Database) -> None:
    with db.transaction("long"):
        db.write("UPDATE ledger SET format = 98")
        db.row("SELECT pg_sleep(600)")


def test_the_tables_are_written_again_however_long_that_takes_and_then_the_limit_holds_again(tmp_path: Path) -> None:
    open_ledger(tmp_path).close("finished", 0)
    with closing(opened(place(tmp_path), busy_seconds=1)) as db:
        db.write("SET statement_timeout = 1")
        db.vacuum()
        assert db.row("SELECT current_setting('statement_timeout')")[0] == "1ms"


@pytest.mark.parametrize(
    "asked_last",
    [
        lambda db: db.row("SELECT 1"),
        lambda db: db.answers([("SELECT 1", ()), ("SELECT 2", ())]),
        lambda db: db.change("UPDATE ledger SET format = format"),
    ],
)
def test_a_run_that_is_stopped_in_a_transaction_lets_others_write_and_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked_last: Callable[[Database], object]
) -> None:
    with monkeypatch.context() as short:
        short.setattr(postgresql_session, "STOPPED_SECONDS", LIMIT)
        stopped = open_ledger(tmp_path)
    see(stopped, sighting(1))
    process = stopped.session.db.row("SELECT pg_backend_pid()")[0]
    others = list[Ledger]()

    def stop_and_go_on() -> None:
        with stopped.session.db.transaction("stopped"):
            asked_last(stopped.session.db)
            wait_until(lambda: process not in builders.sessions(), "the end of its session")
            others.append(open_ledger(tmp_path, state="another machine's"))

    with pytest.raises(LedgerError, match="the run ends here, and what was not committed stays pending"):
        stop_and_go_on()
    stopped.abandon()
    (other,) = others
    assert other.recovered == [stopped.run.id]
    assert [lease.url for lease in other.entries.take([HOST])] == [url(1)]
    other.outbox.emit(draft(url(1)))
    other.close("finished", 0)
    assert [line["event"] for line in sealed(tmp_path)] == ["created"]
    assert sorted(run["reason"] for run in run_files(tmp_path)) == ["finished", "killed"]


def test_a_copy_may_wait_for_its_source(tmp_path: Path, postgresql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    address, read = schema_of(postgresql, "waiting"), SqliteDatabase.each

    def slowly(db: SqliteDatabase, sql: str, *values: Any) -> Iterator[Any]:
        if "FROM entries" in sql:
            time.sleep(1.5 * LIMIT)
        return read(db, sql, *values)

    monkeypatch.setattr(postgresql_session, "STOPPED_SECONDS", LIMIT)
    monkeypatch.setattr(SqliteDatabase, "each", slowly)
    monkeypatch.setattr(builders, "server", None)
    care = LedgerCare(made(tmp_path), output=tmp_path / "output", state=tmp_path / "state")
    assert care.copy(address)["entries"] > 0


def test_a_database_in_another_encoding_is_refused_and_left_as_it_is(tmp_path: Path, postgresql: str) -> None:
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    address = postgresql.replace("/postgres?", "/latin?")
    with pytest.raises(LedgerError, match="its encoding is LATIN1: make a database with ENCODING 'UTF8'") as refused:
        open_ledger(tmp_path, place=address)
    assert "\n" not in str(refused.value)
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
