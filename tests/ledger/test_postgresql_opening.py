"""A ledger on a server as it is opened: tables, their formats, what goes in and comes out, and what is refused."""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from espreso_crawler.exceptions import ConfigurationError, LedgerError
from espreso_crawler.ledger.store import opening, postgresql_schema, sqlite_schema
from espreso_crawler.ledger.store.opening import opened
from tests.ledger import builders
from tests.ledger.builders import asked, database, open_ledger, see, sighting, url
from tests.postgres import socket_of

DRIVERS = (builders.POSTGRESQL,)


def place(root: Path) -> str:
    return str(database(root))


def test_a_new_ledger_goes_through_the_steps_that_an_old_one_does(tmp_path: Path, monkeypatch) -> None:
    open_ledger(tmp_path).close("finished", 0)
    monkeypatch.setattr(postgresql_schema, "STEPS", ("ALTER TABLE runs ADD COLUMN mood TEXT",))
    monkeypatch.setattr(postgresql_schema, "FORMAT", postgresql_schema.FIRST + 1)
    for root in (tmp_path, tmp_path / "new"):
        open_ledger(root).close("finished", 0)
        assert asked(root, "SELECT count(*) FROM runs WHERE mood IS NULL")


def test_both_databases_have_the_same_tables_and_steps() -> None:
    assert len(postgresql_schema.STEPS) == len(sqlite_schema.STEPS)
    assert postgresql_schema.FORMAT == sqlite_schema.FORMAT


def test_a_text_with_nul_ends_no_crawl(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    see(ledger, sighting(1))
    ledger.entries.attempt_failed(url(1), "ValueError: a\0b")
    ledger.close("finished", 0)
    assert asked(tmp_path, "SELECT error FROM entries WHERE error IS NOT NULL") == "ValueError: a\ufffdb"


def test_an_answer_that_is_left_half_read_hinders_no_other(tmp_path: Path) -> None:
    open_ledger(tmp_path).close("finished", 0)
    with closing(opened(place(tmp_path), busy_seconds=1)) as db:
        half = db.each("SELECT generate_series(1, 2000) AS n")
        assert next(half)["n"] == 1
        assert sum(1 for _ in db.each("SELECT generate_series(1, 2000) AS n")) == 2000
        assert sum(1 for _ in half) == 1999


def test_tables_of_a_newer_program_are_refused(tmp_path: Path) -> None:
    open_ledger(tmp_path).close("finished", 0)
    with closing(opened(place(tmp_path), busy_seconds=1)) as other:
        other.write("UPDATE ledger SET format = 99")
    with pytest.raises(LedgerError, match=r"written by a newer version of this program \(format 99") as refused:
        open_ledger(tmp_path)
    assert "\n" not in str(refused.value)


def test_processes_that_start_together_make_the_tables_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        databases = list(pool.map(lambda _: opened(place(tmp_path), busy_seconds=60), range(4)))
    for each in databases:
        each.close()
    assert asked(tmp_path, "SELECT count(*) FROM ledger") == 1


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://me@127.0.0.1:1/news", "postgresql://me@127.0.0.1:1/news: connection .*refused"),
        ("postgresql://espreso@/nowhere?host={folder}", 'database "nowhere" does not exist'),
        ("postgresql://espreso@/postgres?host={folder}&options=-csearch_path%3Dnone", "make the schema"),
        ("postgresql://espreso@/postgres?hosts=x", "invalid"),
    ],
)
def test_a_place_without_a_server_is_told_in_one_line(tmp_path: Path, postgresql: str, address: str, said: str) -> None:
    with pytest.raises(LedgerError, match=said) as refused:
        open_ledger(tmp_path, place=address.format(folder=socket_of(postgresql).parent))
    assert "\n" not in str(refused.value)


def test_the_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espreso_crawler.ledger.store.postgresql", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'espreso-crawler\[postgresql\]'"):
        opening.is_there("postgresql://me@db/news")
