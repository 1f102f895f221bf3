"""The states of a feed entry and every statement that sets one; nothing else writes ``entries.state``."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from espreso_crawler.ledger.articles.schedule import next_look
from espreso_crawler.ledger.rules import Rules
from espreso_crawler.ledger.store.database import Database
from espreso_crawler.ledger.times import instant, utc_text

EndState = Literal["unchanged", "duplicate", "not_article", "offsite", "gone", "rejected", "quarantined", "failed"]
"""Ends that a caller may give an entry; ``emitted`` is given by the flush alone."""
ENDS = frozenset(
    (
        "emitted",
        "unchanged",
        "duplicate",
        "not_article",
        "offsite",
        "gone",
        "rejected",
        "quarantined",
        "failed",
    )
)

REFUSALS = frozenset(("gone", "not_article"))
"""Ends that one answer does not prove: while a list shows the entry, it is looked at again (`schedule.LOOKS`)."""

LONGEST_WAIT = 24 * 60 * 60
"""Seconds between two attempts at most. A longer wait on record means that the clock was set back: it is over."""

LEASE = """
UPDATE entries SET state = 'leased', run = ?, attempts = ?, fetched_as = ?, leased_at = ?, error = NULL
WHERE entry = ? AND state NOT IN ('leased', 'held')
"""
# `run` stays behind a lease: it says which run tried the entry last.
END = """
UPDATE entries SET state = ?, error = ?, article = coalesce(?, article), refused_at = NULL, next_look = NULL
WHERE url = ? AND state IN ('leased', 'held') AND run = ?
"""
REFUSED = "SELECT entry, refused_at, next_look FROM entries WHERE url = ? AND state IN ('leased', 'held') AND run = ?"
REFUSE = "UPDATE entries SET state = ?, error = ?, refused_at = ?, next_look = ? WHERE entry = ?"
WATCH = "UPDATE entries SET refused_at = ?, next_look = ? WHERE article = ?"
LOOK = """
UPDATE entries SET state = 'pending', attempts = 0, next_attempt = 0, error = NULL
WHERE {} AND next_look <= ? AND state NOT IN ('pending', 'leased', 'held')
"""
LOOK_AT_ONE, LOOK_AT_LISTED = LOOK.format("url = ?"), LOOK.format("listed_on = ?")
GIVE_BACK = """
UPDATE entries SET state = ?1, error = ?2, attempts = ?3, next_attempt = ?4,
                   next_look = CASE ?1 WHEN 'failed' THEN NULL ELSE next_look END
WHERE entry = ?5 AND state = 'leased' AND run = ?6
"""
SET_ASIDE = """
UPDATE entries SET state = 'pending', dated = ?, attempts = 0, next_attempt = 0, error = NULL
WHERE url = ? AND state = 'leased' AND run = ?
"""
AGAIN = """
UPDATE entries SET state = 'pending', attempts = 0, next_attempt = 0, error = ?
WHERE article = ? AND state NOT IN ('pending', 'leased', 'held')
"""
REOPEN = """
UPDATE entries SET state = 'pending', attempts = 0, next_attempt = 0, error = NULL
WHERE entry = ? AND state NOT IN ('pending', 'leased', 'held')
"""
HOLD = "UPDATE entries SET state = 'held' WHERE url = ? AND state = 'leased' AND run = ?"
ADOPT = "UPDATE entries SET run = ? WHERE url = ? AND state = 'held'"
RECLAIM = "UPDATE entries SET state = 'held', run = ? WHERE url = ? AND state = 'quarantined'"
FREE = """
UPDATE entries SET state = 'pending', attempts = 0, next_attempt = 0, error = ?
WHERE url = ? AND state = 'quarantined'
"""
# Only what was never fetched: a page that led to another site ends as offsite too, and for every crawl.
SEND_AWAY = """
UPDATE entries SET state = 'offsite', error = ? WHERE entry = ? AND state = 'pending' AND leased_at IS NULL
"""
CALL_BACK = """
UPDATE entries SET state = 'pending', error = NULL WHERE host = ? AND state = 'offsite' AND leased_at IS NULL
"""
CHANGED = """
UPDATE entries SET state = 'pending', attempts = 0, next_attempt = 0, error = NULL
WHERE url = ? AND leased_at < ? AND state IN ('emitted', 'unchanged', 'gone', 'rejected', 'failed')
"""
RESTORE = "UPDATE entries SET state = 'emitted', article = ? WHERE url = ?"
HELD = "SELECT entry, url, attempts FROM entries WHERE state = 'leased' AND run = ?"


@dataclass(frozen=True, slots=True)
class End:
    """An end waiting for its flush."""

    url: str
    state: str
    reason: str | None = None
    article: int | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed attempt waiting for its flush."""

    url: str
    error: str
    permanent: bool
    retry_after: timedelta | None
    is_pages_fault: bool = True
    """False when the host refused: the attempt does not count, so an outage ends no entry as failed."""
    is_believed: bool = True
    """False when the layout is the suspect: the wait grows with each attempt, but none is the last."""


@dataclass(frozen=True, slots=True)
class Aside:
    """An article outside the span that its run was asked for, waiting for its flush."""

    url: str
    dated: int
    """When it was published, by its own page; seconds since 1970."""


Ending = End | Failure | Aside
"""What becomes of a leased entry without a line."""


def lease(db: Database, run: str, entry: int, attempts: int, *, fetched_as: str | None, now: int) -> bool:
    """Lease an entry to a run; `attempts` counts this one. False when it is leased already."""
    return db.write(LEASE, (run, attempts, fetched_as, now, entry)).rowcount == 1


def end(db: Database, run: str, ends: Iterable[End], *, now: int) -> Counter[str]:
    """End entries that this run leases and return how many by state; others' are left alone."""
    tallies = Counter[str]()
    for each in ends:
        if each.state in REFUSALS:
            ended = _refuse(db, run, each, now)
        else:
            ended = db.write(END, (each.state, each.reason, each.article, each.url, run)).rowcount
        tallies[f"entry/{each.state}"] += ended
    return tallies


def fail(db: Database, run: str, failure: Failure, *, now: int, rules: Rules) -> str | None:
    """Give a leased entry back after a failed attempt; returns its new state, None if it was not leased."""
    row = db.row("SELECT entry, attempts FROM entries WHERE url = ? AND state = 'leased' AND run = ?",
                 (failure.url, run))  # fmt: skip
    if row is None:
        return None
    entry, attempts = row
    may_be_last = failure.is_pages_fault and failure.is_believed
    is_last = failure.permanent or (may_be_last and attempts >= rules.max_attempts)
    wait = min(max(backoff(attempts, rules), _seconds(failure.retry_after)), LONGEST_WAIT)
    state = "failed" if is_last else "pending"
    counted = attempts if failure.is_pages_fault else attempts - 1
    db.write(GIVE_BACK, (state, failure.error, counted, now + wait, entry, run))
    return state


def set_aside(db: Database, run: str, aside: Aside) -> int:
    """Make a leased entry pending with its article's own time; returns how many: 0 if it was not leased."""
    return db.write(SET_ASIDE, (aside.dated, aside.url, run)).rowcount


def release(db: Database, run: str, *, in_hand: Collection[str], error: str, now: int, rules: Rules) -> dict[str, int]:
    """Give back every entry a run still leases, with the error; returns how many went to which state.

    An entry that was in hand keeps its attempt: it may be what ended the run, and ends as ``failed`` after
    the last one. The others get theirs back: they only stood in the queue.
    """
    counts = {"pending": 0, "failed": 0}
    for entry, url, attempts in db.rows(HELD, (run,)):
        suspect = url in in_hand
        state = "failed" if suspect and attempts >= rules.max_attempts else "pending"
        left = attempts if suspect else max(attempts - 1, 0)
        next_attempt = now + backoff(attempts, rules) if suspect else 0
        text = f"{error}, with this page in hand" if suspect else error
        db.write(GIVE_BACK, (state, text, left, next_attempt, entry, run))
        counts[state] += 1
    return counts


def hold(db: Database, run: str, urls: Iterable[str]) -> None:
    """Note that entries this run leases led to drafts that wait for a verdict: no run fetches them meanwhile."""
    db.write_all(HOLD, [(url, run) for url in urls])


def adopt(db: Database, run: str, urls: Iterable[str]) -> None:
    """Make held entries those of this run."""
    db.write_all(ADOPT, [(run, url) for url in urls])


def reclaim(db: Database, run: str, urls: Iterable[str]) -> None:
    """Take entries out of quarantine to be ended by this run; those fetched again since are left alone."""
    db.write_all(RECLAIM, [(run, url) for url in urls])


def free(db: Database, urls: Iterable[str], *, reason: str) -> int:
    """Make quarantined entries pending once more; returns how many."""
    return sum(db.write(FREE, (reason, url)).rowcount for url in urls)


def reopen(db: Database, entry: int) -> None:
    """Make an ended entry pending once more: it moved in the feed, but this run does not fetch it."""
    db.write(REOPEN, (entry,))


def send_away(db: Database, entry: int, reason: str) -> bool:
    """End a pending entry of a host that this crawl leaves alone; False when it was not pending."""
    return db.write(SEND_AWAY, (reason, entry)).rowcount == 1


def call_back(db: Database, host: str) -> int:
    """Make the entries of a host pending that other crawls left alone; returns how many."""
    return db.write(CALL_BACK, (host,)).rowcount


def reopen_changed(db: Database, url: str, changed: int) -> bool:
    """Make an ended entry pending once more if its page changed (seconds since 1970) after it was fetched last."""
    return db.write(CHANGED, (url, changed)).rowcount == 1


def look_again(db: Database, url: str, now: int) -> bool:
    """Make an ended entry pending once more if it is due to be looked at again: a list shows it."""
    return db.write(LOOK_AT_ONE, (url, now)).rowcount == 1


def look_again_at_listed(db: Database, url: str, now: int) -> int:
    """Do the same for what a list showed that has not changed since; returns how many."""
    return db.write(LOOK_AT_LISTED, (url, now)).rowcount


def watch(db: Database, article: int, *, refused_at: int, now: int) -> None:
    """Look at the entries of an article again that was removed, as long as a list shows them: it may come back."""
    db.write(WATCH, (refused_at, next_look(refused_at, now), article))


def restore(db: Database, url: str, article: int) -> None:
    """Note in a rebuilt ledger that an entry's article is in the output."""
    db.write(RESTORE, (article, url))


def again(db: Database, article: int, *, reason: str) -> int:
    """Make the ended entries of an article pending once more; returns how many."""
    return db.write(AGAIN, (reason, article)).rowcount


def backoff(attempts: int, rules: Rules) -> int:
    """Return the seconds to wait after so many attempts: doubling, without jitter, up to a limit.

    >>> [backoff(n, Rules()) // 60 for n in (1, 2, 3, 20)]
    [2, 4, 8, 360]
    """
    doubled = rules.backoff.total_seconds() * 2 ** min(max(attempts - 1, 0), 32)
    return int(min(doubled, rules.backoff_max.total_seconds()))


def _refuse(db: Database, run: str, end: End, now: int) -> int:
    """End an entry that one answer refused; after the last look for good. A look before its time counts for nothing."""
    if (row := db.row(REFUSED, (end.url, run))) is None:
        return 0
    entry, since, look = row
    is_first = since is None or since > now
    if is_first or look is None or now >= look:
        since = now if is_first else since
        look = next_look(since, now)
    reason = end.reason
    if look is None:
        reason, since = f"{end.reason}, first at {utc_text(instant(since))}, last at {utc_text(instant(now))}", None
    return db.write(REFUSE, (end.state, reason, since, look, entry)).rowcount


def _seconds(wait: timedelta | None) -> int:
    return int(wait.total_seconds()) if wait else 0
