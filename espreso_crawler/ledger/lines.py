"""Finished lines that wait for their segment: put in, held back, let go; no files."""

from typing import Literal

from espreso_crawler.ledger.database import Database
from espreso_crawler.ledger.session import Session

Stream = Literal["articles", "feed", "links"]
STREAMS: tuple[Stream, ...] = ("articles", "feed", "links")
"""Each has its own folder and its own segment numbers. ``links``: what came to light of articles written before."""

QUEUE = """
INSERT INTO outbox (stream, run, article, revision, at, schema_version, held, line)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
HOLD = "UPDATE outbox SET held = ? WHERE stream = 'articles' AND run = ?"
WAITING = "SELECT count(*) FROM outbox WHERE stream = ? AND held IS NULL"


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
    held = session.held if stream == "articles" else None
    session.db.write(QUEUE, (stream, session.run, article, revision, at, schema_version, held, line))


def hold(session: Session, reason: str) -> None:
    """Keep this run's unsealed article lines, and those to come, from being sealed."""
    session.held = reason
    with session.db.transaction("hold"):
        session.db.write(HOLD, (reason, session.run))


def release(session: Session, run: str) -> int:
    """Let a run's held lines out with the next seal; returns how many."""
    if run == session.run:
        session.held = None
    with session.db.transaction("release"):
        return session.db.write(HOLD, (None, run)).rowcount


def waiting(db: Database, stream: Stream) -> int:
    """Return the number of lines that may be sealed."""
    return int(db.row(WAITING, (stream,))[0])
