"""Finished lines that wait for their segment; no files."""

from typing import Literal

from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store.database import Database

Stream = Literal["articles", "feed", "links"]
STREAMS: tuple[Stream, ...] = ("articles", "feed", "links")
"""Each has its own folder and its own segment numbers. ``links``: what came to light of articles written before."""

QUEUE = """
INSERT INTO outbox (stream, run, article, revision, at, schema_version, line) VALUES (?, ?, ?, ?, ?, ?, ?)
"""
WAITING = "SELECT count(*) FROM outbox WHERE stream = ?"


def queue(
    session: Session,
    stream: Stream,
    line: bytes,
    *,
    at: str,
    schema_version: str,
    article: int | None = None,
    revision: int | None = None,
) -> None:
    """Put a line into the outbox, inside the caller's transaction. `at` (UTC text) names its day's folder."""
    session.db.write(QUEUE, (stream, session.run, article, revision, at, schema_version, line))


def waiting(db: Database, stream: Stream) -> int:
    """Return the number of lines that may be sealed."""
    return int(db.row(WAITING, (stream,))[0])
