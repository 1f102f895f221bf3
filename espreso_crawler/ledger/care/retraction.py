"""Taking back wrong rows: a ``retracted`` event that names the revisions; the rows themselves stay."""

from espreso_crawler.exceptions import ArgumentError
from espreso_crawler.ledger.articles import articles
from espreso_crawler.ledger.articles.decisions import Decision, Known
from espreso_crawler.ledger.articles.revisions import announce
from espreso_crawler.ledger.ledger import Ledger
from espreso_crawler.ledger.store import entry_states, revision_rows, run_rows


def retract(ledger: Ledger, target: str, *, reason: str) -> list[Decision]:
    """Take back what a run wrote, or an article by its id; returns the events, sealed with the next seal.

    Each article is fetched again by the next crawl and then gets a new revision, even with the same text.
    Raises ArgumentError when target is neither a run nor an article, or when nothing of it stands.
    """
    ledger.outbox.flush()
    session, decisions = ledger.session, list[Decision]()
    with session.db.transaction("retract"):
        is_run = run_rows.exists(session.db, target)
        for known in _targets(ledger, target, is_run=is_run):
            rows = revision_rows.with_text(session.db, known.key, target if is_run else None)
            if known.state not in ("live", "removed") or not rows:
                continue
            decision = announce(
                session,
                known,
                "retracted",
                reason=reason,
                retracts=rows,
            )
            entry_states.again(session.db, known.key, reason=f"retracted: {reason}")
            decisions.append(decision)
    if not decisions:
        raise ArgumentError(f"{target}: nothing of it is in the output")
    ledger.outbox.tell(decisions)
    return decisions


def _targets(ledger: Ledger, target: str, *, is_run: bool) -> list[Known]:
    db = ledger.session.db
    if is_run:
        found = [articles.by_key(db, key) for key in revision_rows.of_run(db, target)]
        return [known for known in found if known]
    if known := ledger.articles.known(target):
        return [known]
    raise ArgumentError(f"{target}: neither a run nor an article of this ledger; `scrapy ledger` shows the runs")
