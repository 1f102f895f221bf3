"""When articles appear, as the feed told: for what is usual at an hour, and for what was known before a run."""

from datetime import datetime

from espreso_crawler.ledger.entries.coverage import Coverage
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import entry_rows

RECENT = 2000
"""Entries looked at: about a month of the feed."""


def recent_times(session: Session, host: str) -> list[int]:
    """Return the feed times of the entries that came last, in seconds since 1970."""
    return entry_rows.recent_times(session.db, host, RECENT)


def newest_in_feed(session: Session) -> dict[str, datetime]:
    """Return, by host of the feed, the newest time that was read of it so far."""
    newest: dict[str, datetime] = {}
    for stretch in Coverage(session).stretches():
        newest[stretch.host] = max(stretch.newest, newest.get(stretch.host, stretch.newest))
    return newest
