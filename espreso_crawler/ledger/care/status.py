"""What `scrapy ledger` shows: entries by state, coverage, gaps, revisions, runs; read only."""

from typing import Any

from espreso_crawler.ledger.delivery.lines import STREAMS, waiting
from espreso_crawler.ledger.entries.coverage import Coverage, Stretch
from espreso_crawler.ledger.runs import gap_document
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.times import utc_text

STATES = "SELECT state, count(*) FROM entries GROUP BY state ORDER BY state"
OLDEST = """
SELECT url, first_seen_at, attempts, error FROM entries WHERE state = 'pending'
ORDER BY first_seen_at, entry LIMIT 1
"""
EVENTS = "SELECT event, count(*) FROM revisions GROUP BY event ORDER BY event"
RUNS = """
SELECT run, spider, state, started_at, ended_at, reason, exit_code FROM runs
WHERE reason IS NULL OR reason <> 'refused'
ORDER BY started_at DESC, run DESC LIMIT ?
"""
QUARANTINE = """
SELECT run, count(*) AS rows, min(reason) AS reason FROM held WHERE state = 'quarantined' GROUP BY run ORDER BY run
"""
SEGMENTS = "SELECT state, count(*) FROM segments WHERE stream = ? GROUP BY state"


def status(session: Session, *, last_runs: int = 10) -> dict[str, Any]:
    """Return the ledger's state as a JSON document; times are UTC text. Reads every entry and revision."""
    db, coverage = session.db, Coverage(session)
    oldest = db.row(OLDEST)
    return {
        "ledger": db.name,
        "entries": dict(map(tuple, db.rows(STATES))),
        "oldest_pending": dict(oldest) if oldest else None,
        "articles": db.row("SELECT count(*) FROM articles")[0],
        "revisions": dict(map(tuple, db.rows(EVENTS))),
        "coverage": [_stretch(each) for each in coverage.stretches()],
        "gaps": [gap_document(gap) for gap in coverage.gaps()],
        "segments": {stream: dict(map(tuple, db.rows(SEGMENTS, (stream,)))) for stream in STREAMS},
        "waiting": {stream: waiting(db, stream) for stream in STREAMS},
        "held": db.row("SELECT count(*) FROM held WHERE state <> 'quarantined'")[0],
        "quarantine": [dict(row) for row in db.rows(QUARANTINE)],
        "forgotten": db.row("SELECT count(*) FROM articles WHERE state = 'erased'")[0],
        "runs": [dict(row) for row in db.rows(RUNS, (last_runs,))],
    }


def _stretch(stretch: Stretch) -> dict[str, Any]:
    return {
        "host": stretch.host,
        "newest": utc_text(stretch.newest),
        "oldest": utc_text(stretch.oldest),
        "is_open": stretch.is_open,
        "has_end": stretch.has_end,
    }
