"""What a fetched page or file said of its own version, so that the next run asks only for a newer one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.times import instant

COPY = "SELECT etag, last_modified, fetched, body FROM copies WHERE url = ?"
KEEP = """
INSERT INTO copies (url, etag, last_modified, fetched, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (url) DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified,
                                fetched = excluded.fetched, body = excluded.body
"""
CONFIRM = "UPDATE copies SET fetched = ? WHERE url = ?"
TOO_OLD = "DELETE FROM copies WHERE fetched NOT BETWEEN ? AND ?"
LONGEST_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Copy:
    """What is known of an address's last answer."""

    etag: str | None
    """``ETag`` header, quotes included (RFC 9110, section 8.8.3)."""
    last_modified: str | None
    """``Last-Modified`` header, as sent."""
    fetched_at: datetime
    """When it was fetched or confirmed, UTC."""
    body: bytes | None
    """The body, kept only of small files that decide what may be fetched."""


class Copies:
    """``ledger.copies``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, url: str) -> Copy | None:
        """Return what is known of an address's last answer."""
        row = self._session.db.row(COPY, (url,))
        return Copy(row["etag"], row["last_modified"], instant(row["fetched"]), row["body"]) if row else None

    def keep(self, url: str, *, etag: str | None, last_modified: str | None, body: bytes | None = None) -> None:
        """Note an answer **after** everything it led to is in the ledger: a 304 to it then loses nothing."""
        now = self._session.now()
        with self._session.db.transaction("copy"):
            self._session.db.write(TOO_OLD, (now - int(LONGEST_KEPT.total_seconds()), now))
            self._session.db.write(KEEP, (url, etag, last_modified, now, body))

    def confirm(self, url: str) -> None:
        """Note that an address answered 304: what is known of it still holds."""
        with self._session.db.transaction("copy"):
            self._session.db.write(CONFIRM, (self._session.now(), url))
