"""Which pending entries a run may lease now: by host, by wait, and by what is known of their time."""

from datetime import datetime

from espreso_crawler.ledger.entries import states
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.times import epoch

# An update moves a feed time up, so one after the span may hide an earlier publication: the label tells.
# Feed times have no seconds.
DUE = """
SELECT url FROM entries
WHERE state = 'pending' AND host = :host AND next_attempt NOT BETWEEN :now + 1 AND :now + :longest
  AND CASE WHEN dated IS NOT NULL THEN dated >= :since AND dated < :until
           WHEN published IS NOT NULL
           THEN published >= :since - 59 AND (published <= :until OR label IS 'updated')
           ELSE latest IS NULL OR latest >= :since END
  AND run IS NOT :not_by
ORDER BY next_attempt, entry LIMIT :limit
"""
LAST = 1 << 62


def due(
    session: Session, host: str, *, since: datetime | None, until: datetime | None, limit: int | None, untried: bool
) -> list[str]:
    """Return the addresses of a host's entries that are due, longest waiting first: see `Entries.take`."""
    asked = {
        "host": host,
        "since": epoch(since) if since else -LAST,
        "until": epoch(until) if until else LAST,
        "now": session.now(),
        "longest": states.LONGEST_WAIT,
        "not_by": session.run if untried else "",
        "limit": LAST if limit is None else limit,
    }
    return [row[0] for row in session.db.rows(DUE, asked)]
