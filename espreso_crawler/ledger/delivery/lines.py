"""Finished lines that wait for their segment; no files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import outbox_rows

Stream = Literal["articles", "feed", "links"]
STREAMS: tuple[Stream, ...] = ("articles", "feed", "links")
"""Each has its own folder and its own segment numbers. ``links``: what came to light of articles written before."""


@dataclass(frozen=True, slots=True)
class Line:
    """A finished line."""

    line: bytes
    at: str
    """UTC text; names its day's folder."""
    schema_version: str
    article: int | None = None
    """Key of its article."""
    revision: int | None = None


def queue_all(session: Session, stream: Stream, lines: Sequence[Line]) -> None:
    """Put lines into the outbox, inside the caller's transaction."""
    rows = [
        (stream, session.run, each.article, each.revision, each.at, each.schema_version, each.line) for each in lines
    ]
    outbox_rows.insert(session.db, rows)
