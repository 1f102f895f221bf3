"""Addresses that lists name which are no feed (sitemaps, RSS): noted in bulk, leased later by `Entries.take`."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from espreso_crawler.ledger.articles.articles import address
from espreso_crawler.ledger.articles.suppression import suppressed
from espreso_crawler.ledger.entries import states
from espreso_crawler.ledger.entries.entries import OFFSITE
from espreso_crawler.ledger.entries.sightings import Listed
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.times import epoch_of, utc_text

KNOWN = "SELECT 1 FROM entries WHERE url = ?"
BY_ALIAS = "SELECT fetched_at FROM articles JOIN aliases USING (article) WHERE alias = ?"
INSERT = """
INSERT INTO entries (url, host, edition, headline, published_at, published, latest, position, important,
                     first_seen_at, last_seen_at, listed_on)
VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?)
"""
SEEN = "UPDATE entries SET last_seen_at = ?, listed_on = ? WHERE url = ?"
# What a feed said of an entry is not touched; two lists may each know a part.
FILL = """
UPDATE entries SET headline = CASE headline WHEN '' THEN ? ELSE headline END,
                   published_at = coalesce(published_at, ?), published = coalesce(published, ?)
WHERE url = ? AND first IS NULL
"""


class Listings:
    """``ledger.listings``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def note(
        self, listed: Sequence[Listed], *, seen_at: datetime, seen_on: str, hosts: Collection[str]
    ) -> Counter[str]:
        """Note a list in one transaction; returns how many are ``new``, ``changed``, ``look``, ``known``, ``offsite``.

        New ones are pending, those of a host not in `hosts` end as offsite. A known one is pending once more
        only if its page changed after it was fetched last, or after its article was under another address, or if
        it ended by a refusal and is to be looked at again. What was forgotten is left out. `seen_at` is aware,
        `seen_on` the list's address.
        """
        session, tallies = self._session, Counter[str]()
        with session.db.transaction("list"):
            forgotten = suppressed(session.db, [address(each.url) for each in listed])
            for each in listed:
                if address(each.url) not in forgotten:
                    tallies[self._note(each, (utc_text(seen_at), seen_on), hosts)] += 1
            session.count({f"listed/{name}": count for name, count in tallies.items()})
        return tallies

    def unchanged(self, url: str) -> None:
        """Note that a list is as it was: it still shows what it showed last."""
        session = self._session
        with session.db.transaction("list"):
            session.count({"listed/look": states.look_again_at_listed(session.db, url, session.now())})

    def _note(self, listed: Listed, seen: tuple[str, str], hosts: Collection[str]) -> str:
        db = self._session.db
        if db.row(KNOWN, (listed.url,)) is None:
            return "known" if self._is_an_alias(listed) else self._insert(listed, seen, hosts)
        db.write(SEEN, (*seen, listed.url))
        if listed.headline or listed.published_at:
            published = epoch_of(listed.published_at)
            db.write(FILL, (listed.headline, listed.published_at, published, listed.url))
        is_changed = listed.changed is not None and states.reopen_changed(db, listed.url, listed.changed)
        if is_changed:
            return "changed"
        return "look" if states.look_again(db, listed.url, self._session.now()) else "known"

    def _is_an_alias(self, listed: Listed) -> bool:
        """Whether an address without entry belongs to an article that was fetched after its last change."""
        row = self._session.db.row(BY_ALIAS, (address(listed.url),))
        return row is not None and (listed.changed is None or listed.changed <= (epoch_of(row[0]) or 0))

    def _insert(self, listed: Listed, seen: tuple[str, str], hosts: Collection[str]) -> str:
        (seen_at, seen_on), db, published = seen, self._session.db, epoch_of(listed.published_at)
        entry = (listed.url, listed.host, listed.edition, listed.headline, listed.published_at, published)
        key = db.write(INSERT, (*entry, listed.latest, seen_at, seen_at, seen_on)).lastrowid or 0
        return "new" if listed.host in hosts or not states.send_away(db, key, OFFSITE) else "offsite"
