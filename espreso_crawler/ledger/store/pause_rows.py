"""``pauses``: hosts that asked to be left alone."""

from typing import Any

from espreso_crawler.ledger.store.database import Database

_ASK = """
INSERT INTO pauses (host, until, reason) VALUES (?, ?, ?)
ON CONFLICT (host) DO UPDATE SET until = excluded.until, reason = excluded.reason
"""


def of(db: Database, host: str) -> Any:
    """Return until and reason of a host's pause; None when it has none."""
    return db.row("SELECT until, reason FROM pauses WHERE host = ?", (host,))


def keep(db: Database, host: str, until: int, reason: str) -> None:
    """Write a host's pause."""
    db.write(_ASK, (host, until, reason))


def remove(db: Database, host: str) -> None:
    """Remove a host's pause."""
    db.write("DELETE FROM pauses WHERE host = ?", (host,))
