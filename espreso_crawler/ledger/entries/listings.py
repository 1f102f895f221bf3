"""Addresses that lists name which are no feed (sitemaps, RSS): noted in bulk, leased later by `Entries.take`."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from espreso_crawler.ledger.articles.articles import address
from espreso_crawler.ledger.articles.suppression import suppressed
from espreso_crawler.ledger.entries.entries import OFFSITE
from espreso_crawler.ledger.entries.sightings import Listed
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import article_rows, entry_rows, entry_states
from espreso_crawler.ledger.store.database import Database
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
        session = self._session
        with session.db.transaction("list"):
            forgotten = suppressed(session.db, [address(each.url) for each in listed])
            wanted = [each for each in listed if address(each.url) not in forgotten]
            once = dict.fromkeys(wanted)
            tallies = Counter(known=len(wanted) - len(once))
            for part in _without_repetitions(once):
                tallies += self._note(part, (utc_text(seen_at), seen_on), hosts)
            tallies = +tallies
            session.count({f"listed/{name}": count for name, count in tallies.items()})
        return tallies

    def unchanged(self, url: str) -> None:
        """Note that a list is as it was: it still shows what it showed last."""
        session = self._session
        with session.db.transaction("list"):
            session.count({"listed/look": entry_states.look_again_at_listed(session.db, url, session.now())})

    def _note(self, listed: Mapping[str, Listed], seen: tuple[str, str], hosts: Collection[str]) -> Counter[str]:
        """Note entries by their addresses, all with each statement: on a server each costs a round trip."""
        db = self._session.db
        known = entry_rows.known(db, listed)
        others = [each for url, each in listed.items() if url not in known]
        aliases = self._aliases(others)
        tallies = self._insert([each for each in others if each.url not in aliases], seen, hosts)
        changed, to_look = self._show(db, [listed[url] for url in listed if url in known], seen)
        rest = len(known) + len(aliases) - changed - to_look
        return tallies + Counter(known=rest, changed=changed, look=to_look)

    def _show(self, db: Database, listed: Sequence[Listed], seen: tuple[str, str]) -> tuple[int, int]:
        """Note that a list shows known entries; returns how many are pending by a change, and by a look."""
        if not listed:
            return 0, 0
        entry_rows.seen_listed(db, [each.url for each in listed], seen_at=seen[0], listed_on=seen[1])
        told = [each for each in listed if each.headline or each.published_at]
        entry_rows.fill(
            db, [(each.url, each.headline, each.published_at, epoch_of(each.published_at)) for each in told]
        )
        changes = [(each.url, each.changed) for each in listed if each.changed is not None]
        changed = entry_states.reopen_changed(db, changes)
        rest = [each.url for each in listed if each.url not in changed]
        return len(changed), len(entry_states.look_again(db, rest, self._session.now()))

    def _aliases(self, listed: Sequence[Listed]) -> set[str]:
        """Return which addresses without entry belong to an article that was fetched after its last change."""
        fetched = article_rows.fetched_at(self._session.db, [address(each.url) for each in listed]) if listed else {}
        return {
            each.url
            for each in listed
            if (at := fetched.get(address(each.url))) is not None
            and (each.changed is None or each.changed <= (epoch_of(at) or 0))
        }

    def _insert(self, listed: Sequence[Listed], seen: tuple[str, str], hosts: Collection[str]) -> Counter[str]:
        (seen_at, seen_on), db = seen, self._session.db
        rows = [
            (
                each.url,
                each.host,
                each.edition,
                each.headline,
                each.published_at,
                epoch_of(each.published_at),
                each.latest,
            )
            for each in listed
        ]
        made = entry_rows.insert_listed(db, rows, seen_at=seen_at, listed_on=seen_on)
        away = entry_states.send_away(db, [key for key, host in made if host not in hosts], OFFSITE)
        return Counter(new=len(made) - away, offsite=away)


def _without_repetitions(listed: Iterable[Listed]) -> list[dict[str, Listed]]:
    """Return entries by address, in parts: the second part has what is said of an address a second time."""
    parts, times = list[dict[str, Listed]](), Counter[str]()
    for each in listed:
        if times[each.url] == len(parts):
            parts.append({})
        parts[times[each.url]][each.url] = each
        times[each.url] += 1
    return parts
