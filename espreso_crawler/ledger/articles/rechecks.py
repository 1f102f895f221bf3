"""Which known articles are looked at again, and when one counts as removed; never how they are fetched."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from espreso_crawler.ledger.articles import articles
from espreso_crawler.ledger.articles.decisions import Decision
from espreso_crawler.ledger.articles.revisions import announce
from espreso_crawler.ledger.articles.schedule import next_check, next_try
from espreso_crawler.ledger.delivery.outbox import Outbox
from espreso_crawler.ledger.entries import states
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import article_rows
from espreso_crawler.ledger.times import instant

CLAIM = timedelta(hours=1)
"""How long a due article is left to the run that got it; then, if that run died, it is due again."""
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
    """Whether the last look was refused: 404, 410, a redirect to the home page."""
    feed: dict[str, Any] | None = None
    """First sighting in the feed, under whichever address, as in `Lease.feed`."""
    label: str | None = None
    """Label on its entry when the feed showed it last."""


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
                for row in article_rows.due(session.db, host, now=now, is_on=is_on, most=left):
                    found.append(self._recheck(row))
                    article_rows.check_at(session.db, row["article"], now + int(CLAIM.total_seconds()))
            session.count({"rechecks/due": len(found)})
        return found

    def other(self, host: str, *, than: str) -> Recheck | None:
        """Return an article of a feed that was not refused, the latest known, to see whether the site answers at all.

        `than` is the id that is not wanted. None when no other is known.
        """
        row = article_rows.other(self._session.db, host, than=than)
        return self._recheck(row) if row else None

    def ask(self, article_id: str) -> None:
        """Make a known article due now: its page was refused when it was asked for by its feed entry."""
        self._outbox.flush()
        session = self._session
        with session.db.transaction("recheck"):
            if known := articles.by_names(session.db, [article_id]):
                article_rows.ask(session.db, known.key, session.now())

    def checked(self, article_id: str) -> None:
        """Note an answer that was no refusal and led to no draft; `Outbox.emit` notes its own."""
        self._looked(article_id, is_answer=True)

    def missed(self, article_id: str) -> None:
        """Note a look that told nothing, for the site failed: `next_try` says when it comes again.

        An earlier refusal stands: a failing site does not say that the article is back.
        """
        self._looked(article_id, is_answer=False)

    def refused(self, article_id: str, why: str) -> Decision | None:
        """Note a refusal. Two, `Rules.removal_after` apart, make a ``removed`` event, which is returned.

        `why` says what it was: 404, 410, a redirect to the home page. Call it only when another known article answers:
        otherwise the site is the suspect.
        """
        self._outbox.flush()
        session = self._session
        with session.db.transaction("recheck"):
            known = articles.by_names(session.db, [article_id])
            if known is None or known.state != "live":
                return None
            since = article_rows.refused_since(session.db, known.key)
            wait, now = int(session.rules.removal_after.total_seconds()), session.now()
            if since is None or now - since < wait:
                first = now if since is None or now < since else since
                article_rows.set_looks(session.db, known.key, check=first + wait, refused_since=first)
                return None
            reason = f"{why} at {instant(since):%Y-%m-%dT%H:%M:%SZ} and at {session.now_text()}"
            decision = announce(session, known, "removed", reason=reason)
            states.watch(session.db, known.key, refused_at=since, now=now)
        self._outbox.tell([decision])
        return decision

    def _recheck(self, row: Any) -> Recheck:
        feed, label = articles.in_feed(self._session.db, row["article"], row["url"])
        return Recheck(
            id=row["id"],
            url=row["url"],
            host=row["host"],
            edition=row["edition"],
            revision=row["revision"],
            was_refused=row["refused_since"] is not None,
            feed=feed,
            label=label,
        )

    def _looked(self, article_id: str, *, is_answer: bool) -> None:
        session = self._session
        self._outbox.flush()
        with session.db.transaction("recheck"):
            known = articles.by_names(session.db, [article_id])
            if known is None or known.state != "live":
                return
            since = article_rows.refused_since(session.db, known.key)
            when = next_check if is_answer else next_try
            check = when(known.published_at, session.clock(), session.rules.recheck)
            if since is not None and not is_answer:
                wait = int(session.rules.removal_after.total_seconds())
                article_rows.check_at(session.db, known.key, session.now() + wait)
            else:
                article_rows.set_looks(session.db, known.key, check=check, refused_since=None)
