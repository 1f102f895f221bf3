"""Taking back wrong rows: a ``retracted`` event that names the revisions; the rows themselves stay."""

from espreso_crawler.exceptions import ArgumentError
from espreso_crawler.ledger.articles import articles
from espreso_crawler.ledger.articles.decisions import Decision, Known
from espreso_crawler.ledger.articles.revisions import announce
from espreso_crawler.ledger.entries import states
from espreso_crawler.ledger.ledger import Ledger

OF_RUN = """
SELECT DISTINCT article FROM revisions WHERE run = ? AND event IN ('created', 'revised', 'reextracted')
"""
CONTENT = """
SELECT revision FROM revisions
WHERE article = ? AND (run = ? OR ?) AND event IN ('created', 'revised', 'reextracted')
ORDER BY revision
"""


def retract(ledger: Ledger, target: str, *, reason: str) -> list[Decision]:
    """Take back what a run wrote, or an article by its id; returns the events, sealed with the next seal.

    Each article is fetched again by the next crawl and then gets a new revision, even with the same text.
    Raises ArgumentError when target is neither a run nor an article, or when nothing of it stands.
    """
    ledger.outbox.flush()
    session, decisions = ledger.session, list[Decision]()
    with session.db.transaction("retract"):
        is_run = session.db.row("SELECT 1 FROM runs WHERE run = ?", (target,)) is not None
        for known in _targets(ledger, target, is_run=is_run):
            rows = session.db.rows(CONTENT, (known.key, target, not is_run))
            if known.state not in ("live", "removed") or not rows:
                continue
            decision = announce(
                session,
                known,
                "retracted",
                reason=reason,
                retracts=[row[0] for row in rows],
            )
            states.again(session.db, known.key, reason=f"retracted: {reason}")
            decisions.append(decision)
    if not decisions:
        raise ArgumentError(f"{target}: nothing of it stands in the output")
    ledger.outbox.tell(decisions)
    return decisions


def _targets(ledger: Ledger, target: str, *, is_run: bool) -> list[Known]:
    db = ledger.session.db
    if is_run:
        found = [articles.by_key(db, row[0]) for row in db.rows(OF_RUN, (target,))]
        return [known for known in found if known]
    if known := ledger.articles.known(target):
        return [known]
    raise ArgumentError(f"{target}: neither a run nor an article of this ledger; `scrapy ledger` shows the runs")
