"""``copies``: what fetched pages and files said of their own version."""

from typing import Any

from espreso_crawler.ledger.store.database import Database

_KEEP = """
INSERT INTO copies (url, etag, last_modified, fetched, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (url) DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified,
                                fetched = excluded.fetched, body = excluded.body
"""


def of(db: Database, url: str) -> Any:
    """Return etag, last_modified, fetched and body of an address; None when nothing is known."""
    return db.row("SELECT etag, last_modified, fetched, body FROM copies WHERE url = ?", (url,))


def keep(
    db: Database, url: str, *, etag: str | None, last_modified: str | None, fetched: int, body: bytes | None
) -> None:
    """Write what is known of an address."""
    db.write(_KEEP, (url, etag, last_modified, fetched, body))


def confirm(db: Database, url: str, fetched: int) -> None:
    """Note when what is known of an address was confirmed."""
    db.write("UPDATE copies SET fetched = ? WHERE url = ?", (fetched, url))


def keep_only(db: Database, oldest: int, newest: int) -> None:
    """Remove what was fetched outside a span."""
    db.write("DELETE FROM copies WHERE fetched NOT BETWEEN ? AND ?", (oldest, newest))


def forget(db: Database, address: str) -> None:
    """Remove what is known of an address (`articles.address`)."""
    db.write("DELETE FROM copies WHERE url IN ('https:' || ?1, 'http:' || ?1)", (address,))
