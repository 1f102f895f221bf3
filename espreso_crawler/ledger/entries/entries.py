"""Feed entries: seen, leased to one run at a time, and ended; never what an article says."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

import orjson

from espreso_crawler.ledger.articles import articles
from espreso_crawler.ledger.articles.articles import address
from espreso_crawler.ledger.articles.suppression import suppressed
from espreso_crawler.ledger.delivery.lines import queue_all
from espreso_crawler.ledger.delivery.outbox import Outbox
from espreso_crawler.ledger.entries import states
from espreso_crawler.ledger.entries.noted import Noted, line_of
from espreso_crawler.ledger.entries.sightings import Lease, Sighting, entry_row, fingerprint, has_moved
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import entry_rows, entry_states
from espreso_crawler.ledger.times import epoch, epoch_of, instant, utc_text

OFFSITE = "not a host of this crawl"
LAST = 1 << 62

Why = Literal["new", "moved", "due", "look", "page"]
_Due = tuple[dict[str, Any], Why, int]
"""An entry to lease, why, and which attempt it is."""


class Entries:
    """``ledger.entries``."""

    def __init__(self, session: Session, outbox: Outbox) -> None:
        self._session = session
        self._outbox = outbox

    def see(
        self,
        sightings: Sequence[Sighting],
        *,
        seen_at: datetime,
        seen_on: str,
        hosts: Collection[str] | None = None,
        wanted: Callable[[Sighting], bool] | None = None,
        limit: int | None = None,
    ) -> list[Lease]:
        """Note one page's feed in one transaction and lease what is to be fetched now.

        Leased are entries that are new, that moved (label, time or headline) since they were last fetched, that
        are pending and due, or that ended by a refusal and are to be looked at again, as this feed shows them;
        those that `wanted` refuses or that exceed `limit` stay pending. An article whose own time is known is
        shown to `wanted` with that time instead of the feed's. Entries of a host not in `hosts` (None: every
        host) end as offsite. Every change of an entry becomes a line of the ``feed`` stream. `seen_at` is aware.
        """
        session, tallies = self._session, Counter[str]()
        with session.db.transaction("see"):
            forgotten = suppressed(session.db, [address(each.url) for each in sightings])
            fresh = {each.url: each for each in reversed(sightings) if address(each.url) not in forgotten}
            before = entry_rows.among(session.db, fresh)
            noted = [
                Noted.of(sighting, before.get(sighting.url), utc_text(seen_at), seen_on)
                for sighting in reversed(fresh.values())
            ]
            self._write(noted, seen_on, tallies)
            ours = [each for each in noted if hosts is None or each.entry["host"] in hosts]
            away = [each.entry["entry"] for each in noted if hosts is not None and each.entry["host"] not in hosts]
            tallies["entry/offsite"] += entry_states.send_away(session.db, away, OFFSITE)
            leases = self._lease_due(ours, wanted, limit)
            tallies.update(f"leased/{lease.why}" for lease in leases)
            session.count(tallies)
        return leases

    def take(
        self,
        hosts: Collection[str],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
        untried: bool = False,
    ) -> list[Lease]:
        """Lease pending entries of these hosts that are due, longest waiting first, in a feed or not.

        `since` and `until` bound the article's own time where its page has told it (until exclusive), else the
        feed time (both included; an updated entry may be older than it shows), else what a list says of its last
        change. Entries without any time are always taken. `untried` leaves out what this run has had before.
        """
        session, leases = self._session, list[Lease]()
        with session.db.transaction("take"):
            for host in hosts:
                entry_states.call_back(session.db, host)
                left = None if limit is None else limit - len(leases)
                urls = self._due(host, since=since, until=until, limit=left, untried=untried)
                entries = entry_rows.among(session.db, urls)
                leases += self._lease([(entries[url], "due", entries[url]["attempts"] + 1) for url in urls])
            session.count(Counter(f"leased/{lease.why}" for lease in leases))
        return leases

    def see_page(self, url: str, *, host: str, edition: str, seen_at: datetime) -> Lease | None:
        """Lease an article page that was fetched for its feed (a start page), also when it ended before.

        Returns None when a run leases it already, or when it was forgotten.
        """
        session = self._session
        with session.db.transaction("see"):
            if suppressed(session.db, [address(url)]):
                return None
            if (entry := entry_rows.among(session.db, [url]).get(url)) is None:
                blank = entry_row(Sighting(url, host, edition, headline=""), utc_text(seen_at), seen_on=None)
                entry_rows.insert(session.db, [blank])
                entry = entry_rows.among(session.db, [url])[url]
            if entry["state"] in ("leased", "held"):
                return None
            session.count({"leased/page": 1})
            return self._lease([(entry, "page", 1)])[0]

    def handling(self, url: str) -> None:
        """Note that the page of a leased entry is now in hand: if the process dies, it is the suspect.

        Call it when the response arrives. `settle`, `attempt_failed` and `Outbox.emit` end it. An entry that
        was leased but not in hand when its run ended gets its attempt back.
        """
        self._session.begin_handling(url)

    def handled(self, url: str) -> None:
        """Note that a page was read, though its entry waits: if the process dies now, it is not the suspect."""
        self._session.end_handling(url)

    def settle(self, url: str, state: states.EndState, reason: str | None = None) -> None:
        """End a leased entry without a line; written with the next flush. Other runs' entries are left alone.

        Raises ValueError for a state that is no end, and for ``emitted``, which only the flush may give.
        """
        if state not in states.ENDS or state == "emitted":  # type: ignore[comparison-overlap]
            raise ValueError(f"not an end to settle by: {state}")
        self._outbox.add(states.End(url, state, reason))

    def attempt_failed(
        self, url: str, error: str, *, permanent: bool = False, retry_after: timedelta | None = None
    ) -> None:
        """Give a leased entry back with its error: pending with back-off, ``failed`` after the last attempt.

        `permanent` ends it at once; `retry_after` lengthens the wait. Written with the next flush.
        """
        self._outbox.add(states.Failure(url, error, permanent, retry_after))

    def set_aside(self, url: str, published: datetime) -> None:
        """Give a leased entry back whose article lies outside the span that was asked for, with its own time (aware).

        Pending: a run that asks for that time takes it. Written with the next flush.
        """
        self._outbox.add(states.Aside(url, epoch(published)))

    def put_off(self, url: str, error: str, *, retry_after: timedelta | None = None) -> None:
        """Give a leased entry back because its host refused: pending as `attempt_failed`, its attempt not counted."""
        self._outbox.add(states.Failure(url, error, permanent=False, retry_after=retry_after, is_pages_fault=False))

    def disbelieve(self, url: str, error: str) -> None:
        """Give a leased entry back whose page only seems to be none: as `attempt_failed`, but however often."""
        self._outbox.add(states.Failure(url, error, permanent=False, retry_after=None, is_believed=False))

    def known(self, urls: Collection[str]) -> dict[str, datetime | None]:
        """Return which of these are entries, and when each stood in the feed, else when its article was published."""
        rows = entry_rows.times(self._session.db, urls)
        known = {url: seen or epoch_of(published) for url, seen, published in rows}
        return {url: None if seconds is None else instant(seconds) for url, seconds in known.items()}

    def counts(self) -> dict[str, int]:
        """Return the number of entries by state; reads every entry."""
        return entry_rows.counts(self._session.db)

    def _due(
        self, host: str, *, since: datetime | None, until: datetime | None, limit: int | None, untried: bool
    ) -> list[str]:
        """Return the addresses of a host's entries that are due, longest waiting first: see `take`."""
        session = self._session
        asked = {
            "host": host,
            "since": epoch(since) if since else -LAST,
            "until": epoch(until) if until else LAST,
            "now": session.now(),
            "longest": states.LONGEST_WAIT,
            "not_by": session.run if untried else "",
            "limit": LAST if limit is None else limit,
        }
        return entry_rows.due(session.db, asked)

    def _write(self, noted: Sequence[Noted], seen_on: str, tallies: Counter[str]) -> None:
        """Write what a page's sightings say of their entries, and a line for each that changed."""
        session = self._session
        tallies["feed/seen"] += len(noted)
        keys = entry_rows.insert(session.db, [each.entry for each in noted if each.before is None])
        for each in noted:
            each.entry.setdefault("entry", keys.get(each.entry["url"]))
        entry_rows.update(session.db, [each.entry for each in noted if each.before and each.tells])
        known = [each.entry for each in noted if each.before and not each.tells]
        if known:
            entry_rows.seen(session.db, [entry["entry"] for entry in known], noted[0].seen_at)
        for each in noted:
            tallies.update(f"feed/{name}" for name in each.changed)
        queue_all(session, "feed", [line_of(each, seen_on, session.run) for each in noted if each.changed])

    def _lease_due(
        self, noted: Sequence[Noted], wanted: Callable[[Sighting], bool] | None, limit: int | None
    ) -> list[Lease]:
        """Lease what is to be fetched now; what moved and is not fetched is pending once more."""
        due, reopened = list[_Due](), list[int]()
        for each in noted:
            entry, may_lease = each.entry, limit is None or len(due) < limit
            may_lease = may_lease and (wanted is None or wanted(_dated(each.sighting, entry)))
            if (why := self._why(entry)) is None:
                continue
            is_end = why in ("moved", "look")
            if not may_lease:
                reopened += [entry["entry"]] if is_end else []
                continue
            due.append((entry, why, 1 if is_end else entry["attempts"] + 1))
        entry_states.reopen(self._session.db, reopened)
        return self._lease(due)

    def _why(self, entry: dict[str, Any]) -> Why | None:
        """Return why an entry is to be fetched now, None when it is not."""
        state, now = entry["state"], self._session.now()
        if state in ("leased", "held"):
            return None
        if state in states.ENDS and not (state == "offsite" and entry["leased_at"] is None):
            look = entry["next_look"]
            return "moved" if has_moved(entry) else "look" if look is not None and look <= now else None
        if 0 < entry["next_attempt"] - now <= states.LONGEST_WAIT:
            return None
        return "new" if state == "new" else "due"

    def _lease(self, due: Sequence[_Due]) -> list[Lease]:
        session, leases = self._session, list[Lease]()
        taken = [(entry["entry"], attempt, fingerprint(entry) if entry["first"] else None) for entry, _, attempt in due]
        entry_states.lease(session.db, session.run, taken, now=session.now())
        for entry, why, attempt in due:
            feed, label = self._feed(entry)
            lease = Lease(
                url=entry["url"],
                host=entry["host"],
                edition=entry["edition"],
                headline=entry["headline"],
                attempt=attempt,
                why="look" if why == "due" and entry["next_look"] is not None else why,
                feed=feed,
                article=entry["article"],
                label=label,
            )
            leases.append(lease)
        return leases

    def _feed(self, entry: dict[str, Any]) -> tuple[dict[str, Any] | None, str | None]:
        """Return first sighting and label; of an entry that no feed showed, those of its article, where it is known."""
        if entry["first"]:
            return orjson.loads(entry["first"]), entry["label"]
        db, url = self._session.db, entry["url"]
        keys = articles.find(db, [address(url)])
        return articles.in_feed(db, keys[0], url) if keys else (None, entry["label"])


def _dated(sighting: Sighting, entry: dict[str, Any]) -> Sighting:
    """Return a sighting with its article's own time, where its page has told it."""
    if entry["dated"] is None:
        return sighting
    return replace(sighting, published_at=instant(entry["dated"]).isoformat(), label=None)
