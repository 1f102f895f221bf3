"""What `scrapy ledger` shows: entries by state, coverage, gaps, revisions, runs; read only."""

from typing import Any

from espreso_crawler.ledger.delivery.lines import STREAMS
from espreso_crawler.ledger.entries.coverage import Coverage, Stretch
from espreso_crawler.ledger.runs import gap_document
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import (
    article_rows,
    entry_rows,
    held_rows,
    outbox_rows,
    revision_rows,
    run_rows,
    segment_rows,
)
from espreso_crawler.ledger.times import instant, utc_text


def status(session: Session, *, last_runs: int = 10) -> dict[str, Any]:
    """Return the ledger's state as a JSON document; times are UTC text. Reads every entry and revision."""
    db, coverage = session.db, Coverage(session)
    waiting, next_look = entry_rows.looks(db)
    return {
        "ledger": db.name,
        "entries": entry_rows.counts(db),
        "oldest_pending": entry_rows.oldest_pending(db),
        "looks": {"entries": waiting, "next": None if next_look is None else utc_text(instant(next_look))},
        "articles": article_rows.count(db),
        "revisions": revision_rows.counts(db),
        "coverage": [_stretch(each) for each in coverage.stretches()],
        "gaps": [gap_document(gap) for gap in coverage.gaps()],
        "segments": {stream: segment_rows.counts(db, stream) for stream in STREAMS},
        "waiting": {stream: outbox_rows.waiting(db, stream) for stream in STREAMS},
        "held": held_rows.count_waiting(db),
        "quarantine": held_rows.quarantine_by_run(db),
        "forgotten": article_rows.count(db, "erased"),
        "runs": run_rows.last(db, last_runs),
    }


def _stretch(stretch: Stretch) -> dict[str, Any]:
    return {
        "host": stretch.host,
        "newest": utc_text(stretch.newest),
        "oldest": utc_text(stretch.oldest),
        "is_open": stretch.is_open,
        "has_end": stretch.has_end,
    }
