"""Which database a ledger is in, by its place; nothing else knows both."""

from pathlib import Path

from espreso_crawler.ledger.store.database import Database
from espreso_crawler.ledger.store.sqlite import SqliteDatabase


def opened(place: Path | None, *, busy_seconds: float) -> Database:
    """Open a ledger's database, or a vanishing one for None, and bring its tables up to date.

    Raises LedgerError when it is no ledger, damaged, read-only, of a newer program or cannot be opened.
    """
    return SqliteDatabase.open(place, busy_seconds=busy_seconds)
