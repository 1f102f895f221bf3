"""Addresses that lists name which are no feed (sitemaps, RSS): noted in bulk, leased later by `Entries.take`."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from espreso_crawler.ledger.articles.articles import address
from espreso_crawler.ledger.articles.suppression import suppressed
from espreso_crawler.ledger.entries.entries import OFFSITE
from espreso_crawler.ledger.entries.sightings import Listed
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import article_rows, entry_rows, entry_states
from espreso_crawler.ledger.times import epoch_of, utc_text


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
            session.count({"listed/look": entry_states.look_again_at_listed(session.db, url, session.now())})

    def _note(self, listed: Listed, seen: tuple[str, str], hosts: Collection[str]) -> str:
        db = self._session.db
        if not entry_rows.is_known(db, listed.url):
            return "known" if self._is_an_alias(listed) else self._insert(listed, seen, hosts)
        entry_rows.seen_listed(db, listed.url, seen_at=seen[0], listed_on=seen[1])
        if listed.headline or listed.published_at:
            published = epoch_of(listed.published_at)
            entry_rows.fill(db, listed.url, listed.headline, listed.published_at, published)
        is_changed = listed.changed is not None and entry_states.reopen_changed(db, listed.url, listed.changed)
        if is_changed:
            return "changed"
        return "look" if entry_states.look_again(db, listed.url, self._session.now()) else "known"

    def _is_an_alias(self, listed: Listed) -> bool:
        """Whether an address without entry belongs to an article that was fetched after its last change."""
        fetched_at = article_rows.fetched_at(self._session.db, address(listed.url))
        return fetched_at is not None and (listed.changed is None or listed.changed <= (epoch_of(fetched_at) or 0))

    def _insert(self, listed: Listed, seen: tuple[str, str], hosts: Collection[str]) -> str:
        (seen_at, seen_on), db, published = seen, self._session.db, epoch_of(listed.published_at)
        entry = (listed.url, listed.host, listed.edition, listed.headline, listed.published_at, published)
        key = entry_rows.insert_listed(db, (*entry, listed.latest), seen_at=seen_at, listed_on=seen_on)
        return "new" if listed.host in hosts or not entry_states.send_away(db, [key], OFFSITE) else "offsite"
