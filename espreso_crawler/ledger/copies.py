"""What a fetched page or file said of its own version, so that the next run asks only for a newer one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import copy_rows
from espreso_crawler.ledger.times import instant

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
        row = copy_rows.of(self._session.db, url)
        return Copy(row["etag"], row["last_modified"], instant(row["fetched"]), row["body"]) if row else None

    def keep(self, url: str, *, etag: str | None, last_modified: str | None, body: bytes | None = None) -> None:
        """Note an answer **after** everything it led to is in the ledger: a 304 to it then loses nothing."""
        now = self._session.now()
        with self._session.db.transaction("copy"):
            copy_rows.keep_only(self._session.db, now - int(LONGEST_KEPT.total_seconds()), now)
            copy_rows.keep(self._session.db, url, etag=etag, last_modified=last_modified, fetched=now, body=body)

    def confirm(self, url: str) -> None:
        """Note that an address answered 304: what is known of it still holds."""
        with self._session.db.transaction("copy"):
            copy_rows.confirm(self._session.db, url, self._session.now())
