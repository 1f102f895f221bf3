"""What a list shows and what lies in a file costs few round trips to a server, however many lines there are."""

from pathlib import Path

from espreso_crawler.ledger import LedgerCare
from espreso_crawler.ledger.times import epoch
from tests.ledger import builders
from tests.ledger.builders import HOST, NOON, database, draft, open_ledger
from tests.ledger.test_at_once import entries, note
from tests.ledger.test_reconcile import crawl
from tests.postgres import through
from tests.proxy import Proxy

DRIVERS = (builders.POSTGRESQL,)
MANY = 150
LATER = epoch(NOON) + 3600
TRIPS_OF_A_LIST = 12
"""What all questions and statements of a list may take, and its transaction."""
TRIPS_OF_A_COMPARISON = 30


def linked(root: Path, proxy: Proxy) -> str:
    return through(str(database(root)), proxy.port)


def test_a_list_takes_few_round_trips_whatever_it_shows(tmp_path: Path, proxy: Proxy) -> None:
    ledger = open_ledger(tmp_path, place=linked(tmp_path, proxy))
    assert note(ledger, *entries(*range(MANY), headline="told")) == {"new": MANY}
    for lease in ledger.entries.take([HOST], limit=MANY):
        ledger.outbox.emit(draft(lease.url))
    ledger.outbox.flush()
    before = proxy.trips
    shown = [*entries(*range(MANY), changed=LATER, headline="told"), *entries(*range(MANY, 2 * MANY))]
    shown += entries(*range(2 * MANY, 3 * MANY), host="elsewhere.example")
    assert note(ledger, *shown) == {"changed": MANY, "new": MANY, "offsite": MANY}
    assert proxy.trips - before <= TRIPS_OF_A_LIST
    ledger.close("finished", 0)


def test_the_lines_of_a_file_are_compared_in_few_round_trips(tmp_path: Path, proxy: Proxy) -> None:
    crawl(tmp_path, "a", *range(MANY))
    before = proxy.trips
    care = LedgerCare(linked(tmp_path, proxy), output=tmp_path / "output", state=tmp_path / "state")
    assert care.reconcile().lines == MANY
    assert proxy.trips - before <= TRIPS_OF_A_COMPARISON
