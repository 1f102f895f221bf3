"""Which known articles are looked at again, and when one counts as removed; never how they are fetched."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from espreso_crawler.ledger import articles
from espreso_crawler.ledger.decisions import Decision
from espreso_crawler.ledger.outbox import Outbox
from espreso_crawler.ledger.revisions import announce
from espreso_crawler.ledger.schedule import next_check
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.times import instant

CLAIM = timedelta(hours=1)
"""How long a due article is left to the run that got it; then, if that run died, it is due again."""
DUE = """
SELECT article, id, url, host, edition, revision, refused_since FROM articles
WHERE host = ? AND next_check <= ? AND state = 'live' AND (? OR refused_since IS NOT NULL)
ORDER BY next_check LIMIT ?
"""
CLAIMED = "UPDATE articles SET next_check = ? WHERE article = ?"
NEXT = "UPDATE articles SET next_check = ?, refused_since = ? WHERE article = ?"
EVERY = 1 << 62


@dataclass(frozen=True, slots=True)
class Recheck:
    """An article to fetch again now; no other run gets it meanwhile."""

    id: str
    url: str
    host: str
    edition: str
    revision: int
    was_refused: bool
    """Whether the last look met 404 or 410."""


class Rechecks:
    """``ledger.rechecks``."""

    def __init__(self, session: Session, outbox: Outbox) -> None:
        self._session = session
        self._outbox = outbox

    def due(self, hosts: Collection[str], *, limit: int | None = None) -> list[Recheck]:
        """Return articles whose next look is due, longest overdue first, and claim them for an hour.

        A schedule that is off gives none but those that were refused once and wait for the second look.
        """
        session, found = self._session, list[Recheck]()
        with session.db.transaction("recheck"):
            now, is_on = session.now(), bool(session.rules.recheck)
            for host in hosts:
                left = EVERY if limit is None else limit - len(found)
                for row in session.db.rows(DUE, (host, now, is_on, left)):
                    found.append(
                        Recheck(
                            id=row["id"],
                            url=row["url"],
                            host=host,
                            edition=row["edition"],
                            revision=row["revision"],
                            was_refused=row["refused_since"] is not None,
                        )
                    )
                    session.db.write(CLAIMED, (now + int(CLAIM.total_seconds()), row["article"]))
            session.count({"rechecks": len(found)})
        return found

    def checked(self, article_id: str) -> None:
        """Note an answer that was no refusal and led to no draft; `Outbox.emit` notes its own."""
        db, now = self._session.db, self._session.clock()
        self._outbox.flush()
        with db.transaction("recheck"):
            if known := articles.by_names(db, [article_id]):
                db.write(NEXT, (next_check(known.published_at, now, self._session.rules.recheck), None, known.key))

    def refused(
        self,
        article_id: str,
        status: int,
        *,
        another_answers: bool,
        schema_version: str,
        line: Callable[[Decision], bytes],
    ) -> Decision | None:
        """Note a 404 or 410. Two, `Rules.removal_after` apart, make a ``removed`` event, which is returned.

        Nothing counts while no other known article answers 200 (`another_answers`): the site is the suspect.
        """
        self._outbox.flush()
        session = self._session
        with session.db.transaction("recheck"):
            known = articles.by_names(session.db, [article_id])
            if known is None or known.state != "live" or not another_answers:
                return None
            since = session.db.row("SELECT refused_since FROM articles WHERE article = ?", (known.key,))[0]
            wait, now = int(session.rules.removal_after.total_seconds()), session.now()
            if since is None or now - since < wait:
                first = now if since is None or now < since else since
                session.db.write(NEXT, (first + wait, first, known.key))
                return None
            reason = f"HTTP {status} at {instant(since):%Y-%m-%dT%H:%M:%SZ} and at {session.now_text()}"
            decision = announce(session, known, "removed", line=line, schema_version=schema_version, reason=reason)
        self._outbox.tell([decision])
        return decision
