"""What a ledger on a server has to promise beside all else: sessions, fences, and a way there and back."""

from contextlib import closing
from pathlib import Path

import pytest

from espreso_crawler.exceptions import ArgumentError, LedgerError
from espreso_crawler.ledger import Ledger, LedgerCare
from espreso_crawler.ledger.store import whole_tables
from espreso_crawler.ledger.store.opening import opened
from tests.ledger import builders
from tests.ledger.builders import (
    HOST,
    QUICK,
    asked,
    database,
    draft,
    open_ledger,
    run_files,
    sealed,
    see,
    sighting,
    url,
)
from tests.ledger.formats.make import made
from tests.postgres import schema_of, through
from tests.proxy import Proxy

DRIVERS = (builders.POSTGRESQL,)
ARTICLES = 3
TRIPS = 0.5
"""Round trips for a new article: seen, leased, identified, held, accepted, written; a page of 40 at a time."""
MANY = 39
"""Articles that wait for one flush."""


def place(root: Path) -> str:
    return str(database(root))


def begun(root: Path, *, by: str | None = None) -> Ledger:
    """Return the ledger of a run that has leased its articles, and read one."""
    ledger = open_ledger(root, place=by)
    see(ledger, *(sighting(number) for number in range(ARTICLES)))
    ledger.outbox.emit(draft(url(0), "late"))
    return ledger


def assert_whole(root: Path) -> None:
    """Crawl once more; then each article is in the output once."""
    ledger = open_ledger(root)
    for lease in ledger.entries.take([HOST]):
        ledger.outbox.emit(draft(lease.url))
    ledger.close("finished", 0)
    assert sorted(line["id"] for line in sealed(root)) == [f"ua:news-{number}" for number in range(ARTICLES)]
    assert [line["event"] for line in sealed(root)] == ["created"] * ARTICLES


def end_session(root: Path, ledger: Ledger) -> None:
    """Let the server end a run's session, as it does when the run's machine does not answer."""
    process = ledger.session.db.row("SELECT pg_backend_pid()")[0]
    end(root, process)


def end(root: Path, process: int) -> None:
    assert asked(root, "SELECT pg_terminate_backend(?::integer, 60000)", process)


def test_a_run_that_was_ended_writes_nothing(tmp_path: Path) -> None:
    ledger = begun(tmp_path)
    with closing(opened(place(tmp_path), busy_seconds=1)) as other:
        other.write("UPDATE runs SET state = 'dead'")
    with pytest.raises(LedgerError, match=r"run \S+ was ended by another process.*stays pending"):
        ledger.outbox.flush()
    ledger.abandon()
    assert asked(tmp_path, "SELECT count(*) FROM outbox WHERE stream = 'articles'") == 0


def test_a_lost_session_is_the_end_of_the_run(tmp_path: Path) -> None:
    ledger = begun(tmp_path)
    end_session(tmp_path, ledger)
    for _ in range(2):  # it never connects once more, and says how it was lost
        with pytest.raises(
            LedgerError, match=r"closed the connection unexpectedly; the run ends here, and what was not"
        ):
            ledger.entries.take([HOST])
    with pytest.raises(LedgerError, match="the run ends here"):
        ledger.close("ledger_failed", 4)
    assert_whole(tmp_path)
    assert sorted(run["reason"] for run in run_files(tmp_path)) == ["finished", "killed"]


def test_a_run_of_another_machine_is_alive_while_its_session_is(tmp_path: Path) -> None:
    mine = begun(tmp_path)
    other = open_ledger(tmp_path, state="another machine's")
    assert other.recovered == []
    assert other.entries.take([HOST]) == []
    mine.abandon()
    last = open_ledger(tmp_path, state="a third machine's")
    assert last.recovered == [mine.run.id]
    assert len(last.entries.take([HOST])) == ARTICLES
    other.close("finished", 0)
    last.close("finished", 0)


def test_a_session_does_not_get_its_own_lock_once_more(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    locks = ledger.session.db.locks
    assert locks
    assert [locks.lock("name"), locks.lock("name")] == [True, False]
    locks.unlock("name")
    assert locks.lock("name")
    ledger.close("finished", 0)


def test_another_machine_does_not_seal_meanwhile(tmp_path: Path) -> None:
    mine, other = begun(tmp_path), open_ledger(tmp_path, state="another machine's")
    with other.segments.alone(0) as is_alone:
        assert is_alone
        assert mine.seal() == []
    assert len(mine.seal()) == 2
    mine.close("finished", 0)
    other.close("finished", 0)


def test_the_output_of_another_machine_is_refused(tmp_path: Path) -> None:
    begun(tmp_path).close("finished", 0)
    (tmp_path / "output").rename(tmp_path / "output of another machine")
    with pytest.raises(
        LedgerError, match=r"its newest files of articles, such as .*, are not in .*: give the output folder"
    ):
        open_ledger(tmp_path)
    (tmp_path / "output").rmdir()
    (tmp_path / "output of another machine").rename(tmp_path / "output")
    assert_whole(tmp_path)


def test_a_file_that_was_moved_away_stops_no_crawl_and_after_all_were_lost_a_person_decides(tmp_path: Path) -> None:
    begun(tmp_path).close("finished", 0)
    assert_whole(tmp_path)
    files = sorted((tmp_path / "output" / "articles").glob("*/*.jsonl"))
    assert len(files) > 1
    files[-1].unlink()
    open_ledger(tmp_path).close("finished", 0)
    for file in (tmp_path / "output").glob("*/*/*.jsonl"):
        file.unlink()
    with pytest.raises(LedgerError, match="reconcile --fix"):
        open_ledger(tmp_path)
    care = LedgerCare(place(tmp_path), output=tmp_path / "output", state=tmp_path / "state")
    care.repair(care.reconcile())
    open_ledger(tmp_path).close("finished", 0)


def test_a_writer_that_does_not_let_go_is_told(tmp_path: Path) -> None:
    ledger = begun(tmp_path)
    rules = type(QUICK)(busy_seconds=0.05)
    with ledger.session.db.transaction("held"):
        ledger.session.db.row("SELECT 1")
        with pytest.raises(LedgerError, match="another process writes and does not let go"):
            open_ledger(tmp_path, rules=rules, state="another machine's")
    ledger.close("finished", 0)


def test_a_crawl_needs_few_rights(tmp_path: Path) -> None:
    open_ledger(tmp_path).close("finished", 0)
    schema = place(tmp_path).rpartition("%3D")[2]
    with closing(opened(place(tmp_path), busy_seconds=1)) as owner:
        owner.write("CREATE ROLE crawler LOGIN")
        owner.write(f"GRANT USAGE ON SCHEMA {schema} TO crawler")
        owner.write(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO crawler")
    as_crawler = place(tmp_path).replace("espreso@", "crawler@")
    ledger = begun(tmp_path, by=as_crawler)
    ledger.close("finished", 0)
    assert LedgerCare(as_crawler, output=tmp_path / "output", state=tmp_path / "state").reconcile().is_well()
    with closing(opened(as_crawler, busy_seconds=1)) as crawler:
        with pytest.raises(LedgerError, match="lacks a right"):
            crawler.write("DROP TABLE runs")
        with pytest.raises(LedgerError, match="run it again as the tables' owner"):
            crawler.vacuum()
    with closing(opened(place(tmp_path), busy_seconds=1)) as owner:
        owner.vacuum()


def test_a_ledger_moves_there_and_back(tmp_path: Path, postgresql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    address = schema_of(postgresql, "moved")
    monkeypatch.setattr(builders, "server", None)
    file, back = made(tmp_path), tmp_path / "back.sqlite3"
    care = LedgerCare(file, output=tmp_path / "output", state=tmp_path / "state")
    counts = care.copy(address)
    assert {table for table, count in counts.items() if count} >= {"entries", "articles", "revisions", "held", "outbox"}
    with pytest.raises(ArgumentError, match="there is a ledger already"):
        care.copy(address)
    LedgerCare(address, output=tmp_path / "output", state=tmp_path / "state").copy(back)
    with closing(opened(file, busy_seconds=1)) as before, closing(opened(back, busy_seconds=1)) as after:
        assert whole_tables.digests(before) == whole_tables.digests(after)
    ledger = open_ledger(tmp_path, place=address)
    see(ledger, sighting(50))
    assert ledger.outbox.emit(draft(url(50))).event == "created"
    ledger.close("finished", 0)
    assert LedgerCare(address, output=tmp_path / "output", state=tmp_path / "state").reconcile().is_well()


def test_a_ledger_at_work_does_not_move(tmp_path: Path) -> None:
    ledger = begun(tmp_path)
    care = LedgerCare(place(tmp_path), output=tmp_path / "output", state=tmp_path / "state")
    with pytest.raises(LedgerError, match="is still at work"):
        care.copy(tmp_path / "copy.sqlite3")
    assert not (tmp_path / "copy.sqlite3").exists()
    ledger.close("finished", 0)


def test_an_article_takes_few_round_trips(tmp_path: Path, proxy: Proxy) -> None:
    ledger = open_ledger(tmp_path, place=through(place(tmp_path), proxy.port))
    page, before = 40, proxy.trips
    for first in range(1, 1 + 3 * page, page):
        leases = see(ledger, *(sighting(number) for number in range(first, first + page)))
        ledger.articles.expect([("ua", None, [lease.url]) for lease in leases], [])
        held = [ledger.holding.put(draft(lease.url), b"{}")[1] for lease in leases]
        ledger.holding.accept([each for each in held if each])
        ledger.outbox.flush()
    trips = (proxy.trips - before) / (3 * page)
    ledger.close("finished", 0)
    assert trips <= TRIPS


def test_a_flush_after_another_run_wrote_decides_all_again_in_few_round_trips(tmp_path: Path, proxy: Proxy) -> None:
    ledger, other = open_ledger(tmp_path, place=through(place(tmp_path), proxy.port)), open_ledger(tmp_path)
    for number in range(MANY):
        ledger.outbox.emit(draft(url(number)))
    other.outbox.emit(draft(url(0), "another text"))
    other.outbox.flush()
    before = proxy.trips
    assert [each.event for each in ledger.outbox.flush()] == ["revised", *["created"] * (MANY - 1)]
    assert (proxy.trips - before) / MANY <= TRIPS
