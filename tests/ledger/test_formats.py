"""Ledgers of every format that is read, made by the code of their time: they open, and go on where they stopped."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger import LedgerCare
from espreso_crawler.ledger.store import sqlite_schema as schema
from tests.ledger.builders import draft, open_ledger, sealed, see, sighting, url
from tests.ledger.formats.make import dump, made

DRIVERS = ("sqlite",)

FORMATS = sorted((Path(__file__).parent / "formats").glob("*.sql"), key=lambda path: int(path.stem))


def loaded(root: Path, script: Path) -> Path:
    """Make a ledger's file from SQL; returns it."""
    (root / "state").mkdir()
    file = root / "state" / "ledger.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        database.executescript(script.read_text("utf-8"))
    return file


def care_of(root: Path) -> LedgerCare:
    return LedgerCare(root / "state" / "ledger.sqlite3", output=root / "output", state=root / "state")


def tables(file: Path) -> list[tuple[str, str]]:
    """Return every table with its columns, and every index and trigger."""
    with closing(sqlite3.connect(file)) as database:
        names = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY 1, 2"
        made = database.execute(names).fetchall()
        found = [(kind, name) for kind, name, _ in made]
        found += [(name, " ".join(sql.split())) for kind, name, sql in made if kind != "table"]
        columns = [
            (name, repr(tuple(row)[1:]))
            for kind, name in found
            if kind == "table"
            for row in database.execute(f"PRAGMA table_info({name})")
        ]
    return found + columns


def test_there_is_a_ledger_of_every_format_that_is_read() -> None:
    assert [int(path.stem) for path in FORMATS] == list(range(schema.FIRST_FORMAT, schema.FORMAT + 1))


@pytest.mark.parametrize("script", FORMATS, ids=lambda path: path.stem)
def test_a_ledger_of_an_earlier_format_goes_on_where_it_stopped(script: Path, tmp_path: Path) -> None:
    file = loaded(tmp_path, script)
    new = tmp_path / "new"
    new.mkdir()
    open_ledger(new).close("finished", 0)
    (tmp_path / "output").mkdir()
    _archive_output(file)

    later = open_ledger(tmp_path)
    assert tables(file) == tables(new / "state" / "ledger.sqlite3")
    assert later.recovered, "the third run died"
    known = {number: later.articles.known(f"ua:news-{number}") for number in (1, 2, 5, 6, 9)}
    assert {number: each and each.revision for number, each in known.items()} == {1: 2, 2: 1, 5: None, 6: None, 9: 1}
    (adopted,) = later.holding.adopt()
    assert adopted.draft.url == url(6)
    assert later.holding.accept([adopted]) == []
    assert see(later, sighting(1, headline="Changed", minutes=5)) == []
    (lease,) = see(later, sighting(10))
    later.outbox.emit(draft(lease.url))
    later.close("finished", 0)

    care = care_of(tmp_path)
    status = care.status()
    assert status["articles"] == 5
    assert [row["rows"] for row in status["quarantine"]] == [1]
    lines = sorted((line["id"], line["revision"]) for line in sealed(tmp_path))
    assert len(lines) == len(set(lines))
    assert {id_ for id_, _ in lines} >= {"ua:news-6", "ua:news-9", "ua:news-10"}


def _archive_output(file: Path) -> None:
    """Note that what the runs of the fixture sealed lies elsewhere: only their ledger was kept."""
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE segments SET state = 'archived' WHERE state = 'sealed'")


def test_a_format_that_was_never_in_a_release_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = loaded(tmp_path, FORMATS[0])
    with closing(sqlite3.connect(file)) as database:
        database.execute(f"PRAGMA user_version = {schema.FIRST_FORMAT - 1}")
    before = dump(file)
    (tmp_path / "output").mkdir()
    with pytest.raises(LedgerError, match=r"never in a release.*scrapy ledger reconcile --rebuild"):
        open_ledger(tmp_path)
    assert dump(file) == before


def test_what_makes_the_fixtures_works_with_the_code_of_today(tmp_path: Path) -> None:
    assert f"PRAGMA user_version = {schema.FORMAT};" in dump(made(tmp_path))
