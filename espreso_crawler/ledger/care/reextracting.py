"""Pages that newer rules read otherwise: a ``reextracted`` event for each, as the next revision of its article."""

from collections.abc import Sequence
from dataclasses import dataclass

from espreso_crawler.ledger.articles import articles, revisions
from espreso_crawler.ledger.articles.decisions import Decision, Draft
from espreso_crawler.ledger.articles.revisions import Decided
from espreso_crawler.ledger.ledger import Ledger
from espreso_crawler.ledger.store import article_rows


@dataclass(frozen=True, slots=True)
class Reextracted:
    """What a page says now."""

    draft: Draft
    id: str
    revision: int
    """The revision that was compared with it: of an article with a later one, nothing is written."""
    changes: list[str]
    """Fields that differ."""


def reextract(ledger: Ledger, drafts: Sequence[Reextracted]) -> int:
    """Write what differs, in one transaction, sealed with the next seal; returns how many lines that gave.

    Articles that were revised, removed, taken back or forgotten meanwhile are left out. When an article was looked at
    last stays known, and so does the time of the next look.
    """
    ledger.outbox.flush()
    session, decided, looks = ledger.session, list[Decided](), list[tuple[str, int | None, int]]()
    with session.db.transaction("reextract"):
        for each in drafts:
            known = articles.by_names(session.db, [each.id])
            if known is None or known.state != "live" or known.reissue or known.revision != each.revision:
                continue
            decision = Decision(
                "event",
                known.id,
                "reextracted",
                known.revision + 1,
                changes=each.changes,
                emitted_at=session.now_text(),
            )
            line = session.line(each.draft.body, decision)
            decided.append(Decided(each.draft, [known.id], decision, [known.key], line))
            looks.append((known.fetched_at, article_rows.next_check(session.db, known.key), known.key))
        revisions.write(session, decided)
        article_rows.looked_at(session.db, looks)
        session.count({"outcome/reextracted": len(decided)})
    ledger.outbox.tell([each.decision for each in decided])
    return len(decided)
