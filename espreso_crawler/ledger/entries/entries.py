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
from espreso_crawler.ledger.delivery.lines import queue
from espreso_crawler.ledger.delivery.outbox import Outbox
from espreso_crawler.ledger.entries import feed_lines, states
from espreso_crawler.ledger.entries.due import due
from espreso_crawler.ledger.entries.sightings import BLANK, Lease, Sighting, entry_row, fingerprint, has_moved
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.times import epoch, epoch_of, instant, utc_text

AMONG = """
SELECT entry, entries.url, entries.host, entries.edition, headline, label, entries.published_at, published,
       position, important, first, entries.state, attempts, next_attempt, fetched_as, leased_at, dated,
       next_look,       articles.id AS article, article AS article_key
FROM entries LEFT JOIN articles USING (article) WHERE entries.url IN (SELECT value FROM json_each(?))
"""
INSERT = """
INSERT INTO entries (url, host, edition, headline, label, published_at, published, position, important, first,
                     first_seen_at, last_seen_at)
VALUES (:url, :host, :edition, :headline, :label, :published_at, :published, :position, :important, :first,
        :seen_at, :seen_at)
"""
UPDATE = """
UPDATE entries SET headline = :headline, label = :label, published_at = :published_at, published = :published,
                   position = :position, important = :important, last_seen_at = :seen_at,
                   first = coalesce(first, :first), fetched_as = coalesce(fetched_as, :fingerprint)
WHERE entry = :entry
"""
TIMES = """
SELECT entries.url, coalesce(published, dated), articles.published_at FROM entries LEFT JOIN articles USING (article)
WHERE entries.url IN (SELECT value FROM json_each(?))
"""
SEEN = "UPDATE entries SET last_seen_at = ? WHERE entry = ?"
OFFSITE = "not a host of this crawl"


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
        session, leases = self._session, list[Lease]()
        tallies = Counter[str]()
        with session.db.transaction("see"):
            forgotten = suppressed(session.db, [address(each.url) for each in sightings])
            fresh = {each.url: each for each in reversed(sightings) if address(each.url) not in forgotten}
            before = {row["url"]: dict(row) for row in session.db.rows(AMONG, (_json(fresh),))}
            for sighting in reversed(fresh.values()):
                entry = self._note(before.get(sighting.url), sighting, utc_text(seen_at), seen_on, tallies)
                if hosts is not None and entry["host"] not in hosts:
                    tallies["entry/offsite"] += states.send_away(session.db, entry["entry"], OFFSITE)
                    continue
                may_lease = limit is None or len(leases) < limit
                may_lease = may_lease and (wanted is None or wanted(_dated(sighting, entry)))
                if lease := self._lease_if_due(entry, may_lease):
                    leases.append(lease)
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
                states.call_back(session.db, host)
                left = None if limit is None else limit - len(leases)
                urls = due(session, host, since=since, until=until, limit=left, untried=untried)
                entries = {row["url"]: row for row in session.db.rows(AMONG, (_json(urls),))}
                leases += [self._lease(dict(entries[url]), "due", entries[url]["attempts"] + 1) for url in urls]
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
            if (row := session.db.row(AMONG, (_json([url]),))) is None:
                blank = entry_row(Sighting(url, host, edition, headline=""), utc_text(seen_at), seen_on=None)
                session.db.write(INSERT, blank)
                row = session.db.row(AMONG, (_json([url]),))
            if row["state"] in ("leased", "held"):
                return None
            session.count({"leased/page": 1})
            return self._lease(dict(row), "page", 1)

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
        rows = self._session.db.rows(TIMES, (_json(urls),))
        known = {url: seen or epoch_of(published) for url, seen, published in rows}
        return {url: None if seconds is None else instant(seconds) for url, seconds in known.items()}

    def counts(self) -> dict[str, int]:
        """Return the number of entries by state; reads every entry."""
        return dict(self._session.db.rows("SELECT state, count(*) FROM entries GROUP BY state"))

    def _note(
        self,
        before: dict[str, Any] | None,
        sighting: Sighting,
        seen_at: str,
        seen_on: str,
        tallies: Counter[str],
    ) -> dict[str, Any]:
        """Write what a sighting says of an entry; returns the entry as it stands now."""
        tallies["feed/seen"] += 1
        now = entry_row(sighting, seen_at, seen_on)
        if before is None:
            entry = now | BLANK | {"entry": self._session.db.write(INSERT, now).lastrowid}
        elif sighting.in_feed or before["first"] is None:
            entry = before | now | {"first": before["first"] or now["first"]}
            if sighting.published_at is None:  # no time in this row: that is no move
                entry |= {name: before[name] for name in ("published_at", "published")}
                entry["fingerprint"] = fingerprint(entry)
            self._session.db.write(UPDATE, entry)
        else:
            self._session.db.write(SEEN, (seen_at, before["entry"]))
            return before | {"fingerprint": fingerprint(before)}
        was_in_feed = before is not None and before["first"] is not None
        changed = feed_lines.changes(before if was_in_feed else None, entry)
        tallies.update(f"feed/{name}" for name in changed)
        if changed:
            self._write_line(entry, changed, seen_on)
        return entry

    def _write_line(self, entry: dict[str, Any], changed: list[str], seen_on: str) -> None:
        line = feed_lines.feed_line(
            entry,
            changed=changed,
            article=entry["article"],
            seen_at=entry["seen_at"],
            seen_on=seen_on,
            poll=self._session.run,
        )
        queue(
            self._session,
            "feed",
            line,
            at=entry["seen_at"],
            schema_version=feed_lines.SCHEMA_VERSION,
            article=entry["article_key"],
        )

    def _lease_if_due(self, entry: dict[str, Any], may_lease: bool) -> Lease | None:
        state = entry["state"]
        if state in ("leased", "held"):
            return None
        if state in states.ENDS and not (state == "offsite" and entry["leased_at"] is None):
            moved, look = has_moved(entry), entry["next_look"]
            if not moved and (look is None or look > self._session.now()):
                return None
            if not may_lease:
                states.reopen(self._session.db, entry["entry"])
                return None
            return self._lease(entry, "moved" if moved else "look", 1)
        wait = entry["next_attempt"] - self._session.now()
        if not may_lease or 0 < wait <= states.LONGEST_WAIT:
            return None
        return self._lease(entry, "new" if state == "new" else "due", entry["attempts"] + 1)

    def _lease(self, entry: dict[str, Any], why: Literal["new", "moved", "due", "look", "page"], attempt: int) -> Lease:
        session = self._session
        if why == "due" and entry["next_look"] is not None:
            why = "look"
        fetched_as = fingerprint(entry) if entry["first"] else None
        states.lease(session.db, session.run, entry["entry"], attempt, fetched_as=fetched_as, now=session.now())
        feed, label = self._feed(entry)
        return Lease(
            url=entry["url"],
            host=entry["host"],
            edition=entry["edition"],
            headline=entry["headline"],
            attempt=attempt,
            why=why,
            feed=feed,
            article=entry["article"],
            label=label,
        )

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


def _json(values: Collection[str]) -> str:
    return orjson.dumps(list(values)).decode()
