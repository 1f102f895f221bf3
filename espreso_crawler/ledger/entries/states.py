"""The states of a feed entry, and what becomes of one that is leased; `store.entry_states` writes them."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from espreso_crawler.ledger.articles.schedule import next_look
from espreso_crawler.ledger.rules import Rules
from espreso_crawler.ledger.store import entry_states
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


def end(db: Database, run: str, ends: Iterable[End], *, now: int) -> Counter[str]:
    """End entries that this run leases and return how many by state; others' are left alone."""
    proved, tallies = dict[str, End](), Counter[str]()
    for each in ends:
        if each.state in REFUSALS:
            tallies[f"entry/{each.state}"] += _refuse(db, run, each, now)
        else:
            proved.setdefault(each.url, each)
    given = [(each.url, each.state, each.reason, each.article) for each in proved.values()]
    tallies.update(f"entry/{state}" for state in entry_states.end(db, run, given))
    return tallies


def fail(db: Database, run: str, failure: Failure, *, now: int, rules: Rules) -> str | None:
    """Give a leased entry back after a failed attempt; returns its new state, None if it was not leased."""
    if (leased := entry_states.leased(db, run, failure.url)) is None:
        return None
    entry, attempts = leased
    may_be_last = failure.is_pages_fault and failure.is_believed
    is_last = failure.permanent or (may_be_last and attempts >= rules.max_attempts)
    wait = min(max(backoff(attempts, rules), _seconds(failure.retry_after)), LONGEST_WAIT)
    state = "failed" if is_last else "pending"
    counted = attempts if failure.is_pages_fault else attempts - 1
    entry_states.give_back(db, run, entry, state, failure.error, attempts=counted, next_attempt=now + wait)
    return state


def release(db: Database, run: str, *, in_hand: Collection[str], error: str, now: int, rules: Rules) -> dict[str, int]:
    """Give back every entry a run still leases, with the error; returns how many went to which state.

    An entry that was in hand keeps its attempt: it may be what ended the run, and ends as ``failed`` after
    the last one. The others get theirs back: they only stood in the queue.
    """
    counts = {"pending": 0, "failed": 0}
    for entry, url, attempts in entry_states.leased_by(db, run):
        suspect = url in in_hand
        state = "failed" if suspect and attempts >= rules.max_attempts else "pending"
        left = attempts if suspect else max(attempts - 1, 0)
        next_attempt = now + backoff(attempts, rules) if suspect else 0
        text = f"{error}, with this page in hand" if suspect else error
        entry_states.give_back(db, run, entry, state, text, attempts=left, next_attempt=next_attempt)
        counts[state] += 1
    return counts


def watch(db: Database, article: int, *, refused_at: int, now: int) -> None:
    """Look at the entries of an article again that was removed, as long as a list shows them: it may come back."""
    entry_states.watch(db, article, refused_at=refused_at, look=next_look(refused_at, now))


def backoff(attempts: int, rules: Rules) -> int:
    """Return the seconds to wait after so many attempts: doubling, without jitter, up to a limit.

    >>> [backoff(n, Rules()) // 60 for n in (1, 2, 3, 20)]
    [2, 4, 8, 360]
    """
    doubled = rules.backoff.total_seconds() * 2 ** min(max(attempts - 1, 0), 32)
    return int(min(doubled, rules.backoff_max.total_seconds()))


def _refuse(db: Database, run: str, end: End, now: int) -> int:
    """End an entry that one answer refused; after the last look for good. A look before its time counts for nothing."""
    if (refused := entry_states.refused(db, run, end.url)) is None:
        return 0
    entry, since, look = refused
    is_first = since is None or since > now
    since = now if since is None or since > now else since
    if is_first or look is None or now >= look:
        look = next_look(since, now)
    reason = end.reason
    if look is None:
        reason = f"{end.reason}, first at {utc_text(instant(since))}, last at {utc_text(instant(now))}"
    refused_since = None if look is None else since
    return entry_states.refuse(db, entry, end.state, reason, since=refused_since, look=look)


def _seconds(wait: timedelta | None) -> int:
    return int(wait.total_seconds()) if wait else 0
