"""What the ledger asks of its store: statements and transactions for each article, counted as SQLite runs them."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from espreso_crawler.ledger import Ledger, Rules
from tests.ledger.builders import draft, open_ledger, see, sighting, url

DRIVERS = ("sqlite",)

PAGE = 40
PAGES = 3
STATEMENTS = 2.0
"""For a new article: seen, leased, identified, written with its end. Eleven when each row had its statement."""
TRANSACTIONS = 2 / PAGE
"""A page of the feed is seen in one, a batch of arrivals is written in one."""
KNOWN = 0.25
"""For an entry that the feed shows as before."""
HELD = 3.0
"""As `STATEMENTS`, when rows wait for a verdict in the ledger."""


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the statements that run, by their first word."""
    counted, connect = Counter[str](), sqlite3.connect

    def connected(*given: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*given, **options)
        connection.set_trace_callback(lambda statement: counted.update([statement.split(maxsplit=1)[0]]))
        return connection

    monkeypatch.setattr(sqlite3, "connect", connected)
    return counted


@pytest.fixture
def ledger(tmp_path: Path, ran: Counter[str]) -> Iterator[Ledger]:
    """Open a ledger that flushes by number of articles only."""
    opened = open_ledger(tmp_path, rules=Rules(flush_items=PAGE, flush_seconds=3600))
    yield opened
    opened.close("finished", 0)


def page(number: int) -> range:
    return range(number * PAGE, (number + 1) * PAGE)


def crawl(ledger: Ledger, number: int) -> None:
    """Do what a crawl does with a page of new articles."""
    see(ledger, *(sighting(each) for each in page(number)))
    for each in page(number):
        ledger.entries.handling(url(each))
        ledger.articles.identify("ua", str(each), url(each))
        ledger.outbox.emit(draft(url(each), entity_id=str(each)))
    ledger.tick()


def test_a_new_article_costs_a_few_statements_and_no_transaction_of_its_own(ledger: Ledger, ran: Counter[str]) -> None:
    crawl(ledger, 0)
    ran.clear()
    for number in range(1, 1 + PAGES):
        crawl(ledger, number)
    assert ledger.session.db.row("SELECT count(*) FROM revisions")[0] == PAGE * (1 + PAGES)
    assert ran.total() / (PAGE * PAGES) <= STATEMENTS
    assert ran["BEGIN"] / (PAGE * PAGES) <= TRANSACTIONS


def test_entries_that_the_feed_shows_as_before_are_noted_together(ledger: Ledger, ran: Counter[str]) -> None:
    crawl(ledger, 0)
    ran.clear()
    assert see(ledger, *(sighting(each) for each in page(0))) == []
    assert ran.total() / PAGE <= KNOWN


def test_articles_that_wait_for_a_verdict_are_held_and_written_together(ledger: Ledger, ran: Counter[str]) -> None:
    see(ledger, *(sighting(each) for each in page(0)))
    ran.clear()
    kept = [ledger.holding.put(draft(url(each), entity_id=str(each)), b"{}")[1] for each in page(0)]
    ledger.holding.flush()
    assert ledger.holding.accept([each for each in kept if each]) == []
    ledger.outbox.flush()
    assert ledger.session.db.row("SELECT count(*) FROM revisions")[0] == PAGE
    assert ran.total() / PAGE <= HELD


def test_what_another_process_writes_between_question_and_flush_is_met(tmp_path: Path) -> None:
    ours, theirs = open_ledger(tmp_path), open_ledger(tmp_path)
    see(ours, sighting(1), sighting(2))
    assert ours.articles.identify("ua", None, url(1))[1] is None
    theirs.outbox.emit(draft(url(1), text="theirs", entry_url=None))
    theirs.outbox.flush()
    written = list[str | None]()
    ours.outbox.on_commit = lambda decisions: written.extend(each.event for each in decisions)
    ours.outbox.emit(draft(url(1), text="ours"))
    ours.outbox.flush()
    assert written == ["revised"]
    theirs.close("finished", 0)
    ours.close("finished", 0)
