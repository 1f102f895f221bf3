"""``entries.state`` and all that goes with it: no other file sets it; what each state means is in `entries.states`."""

from collections.abc import Collection, Iterable, Sequence

import orjson

from espreso_crawler.ledger.store.database import Database

LEASE = """
WITH taken (entry, run, attempts, fetched_as, now) AS (VALUES {rows})
UPDATE entries SET state = 'leased', run = taken.run, attempts = taken.attempts, fetched_as = taken.fetched_as,
                   leased_at = taken.now, error = NULL
FROM taken WHERE entries.entry = taken.entry AND state NOT IN ('leased', 'held')
"""
# `run` stays behind a lease: it says which run tried the entry last.
END = """
WITH ends (url, run, state, error, article) AS (VALUES {rows})
UPDATE entries SET state = ends.state, error = ends.error, refused_at = NULL, next_look = NULL,
                   article = coalesce(CAST(ends.article AS BIGINT), entries.article)
FROM ends WHERE entries.url = ends.url AND entries.state IN ('leased', 'held') AND entries.run = ends.run
RETURNING entries.state
"""
_REFUSED = "SELECT entry, refused_at, next_look FROM entries WHERE url = ? AND state IN ('leased', 'held') AND run = ?"
_REFUSE = "UPDATE entries SET state = ?, error = ?, refused_at = ?, next_look = ? WHERE entry = ?"
WATCH = "UPDATE entries SET refused_at = ?, next_look = ? WHERE article = ?"
_LOOK = """
UPDATE entries SET state = 'pending', attempts = 0, next_attempt = 0, error = NULL
WHERE {} AND next_look <= ? AND state NOT IN ('pending', 'leased', 'held')
RETURNING url
"""
LOOK_AT = _LOOK.format("url IN (SELECT value FROM json_each(?))")
LOOK_AT_LISTED = _LOOK.format("listed_on = ?")
_LEASED = "SELECT entry, attempts FROM entries WHERE url = ? AND state = 'leased' AND run = ?"
_LEASED_BY = "SELECT entry, url, attempts FROM entries WHERE state = 'leased' AND run = ?"
_GIVE_BACK = """
UPDATE entries SET state = ?1, error = ?2, attempts = ?3, next_attempt = ?4,
                   next_look = CASE ?1 WHEN 'failed' THEN NULL ELSE next_look END
WHERE entry = ?5 AND state = 'leased' AND run = ?6
"""
_SET_ASIDE = """
UPDATE entries SET state = 'pending', dated = ?, attempts = 0, next_attempt = 0, error = NULL
WHERE url = ? AND state = 'leased' AND run = ?
"""
AGAIN = """
UPDATE entries SET state = 'pending', attempts = 0, next_attempt = 0, error = ?
WHERE article = ? AND state NOT IN ('pending', 'leased', 'held')
"""
_REOPEN = """
UPDATE entries SET state = 'pending', attempts = 0, next_attempt = 0, error = NULL
WHERE entry IN (SELECT CAST(value AS BIGINT) FROM json_each(?)) AND state NOT IN ('pending', 'leased', 'held')
"""
_HOLD = """
UPDATE entries SET state = 'held' WHERE url IN (SELECT value FROM json_each(?)) AND state = 'leased' AND run = ?
"""
_ADOPT = "UPDATE entries SET run = ? WHERE url = ? AND state = 'held'"
_RECLAIM = "UPDATE entries SET state = 'held', run = ? WHERE url = ? AND state = 'quarantined'"
_FREE = """
UPDATE entries SET state = 'pending', attempts = 0, next_attempt = 0, error = ?
WHERE url = ? AND state = 'quarantined'
"""
# Only what was never fetched: a page that led to another site ends as offsite too, and for every crawl.
_SEND_AWAY = """
UPDATE entries SET state = 'offsite', error = ?
WHERE entry IN (SELECT CAST(value AS BIGINT) FROM json_each(?)) AND state = 'pending' AND leased_at IS NULL
"""
_CALL_BACK = """
UPDATE entries SET state = 'pending', error = NULL WHERE host = ? AND state = 'offsite' AND leased_at IS NULL
"""
CHANGED = """
WITH changes (url, changed) AS (VALUES {rows})
UPDATE entries SET state = 'pending', attempts = 0, next_attempt = 0, error = NULL
FROM changes WHERE entries.url = changes.url AND leased_at < CAST(changes.changed AS BIGINT)
                   AND state IN ('emitted', 'unchanged', 'gone', 'rejected', 'failed')
RETURNING entries.url
"""
_RESTORE = "UPDATE entries SET state = 'emitted', article = ? WHERE url = ?"


def lease(db: Database, run: str, leases: Sequence[tuple[int, int, str | None]], *, now: int) -> None:
    """Lease entries to a run; each is given with its attempts, this one counted, and its fingerprint."""
    db.write_rows(LEASE, [(entry, run, attempts, fetched_as, now) for entry, attempts, fetched_as in leases])


def end(db: Database, run: str, ends: Iterable[tuple[str, str, str | None, int | None]]) -> list[str]:
    """End entries that a run leases (address, state, error, article); returns the states that were given."""
    return [row[0] for row in db.write_rows(END, [(url, run, *rest) for url, *rest in ends])]


def refused(db: Database, run: str, url: str) -> tuple[int, int | None, int | None] | None:
    """Return key, first refusal and next look of an entry that a run leases; None for another."""
    row = db.row(_REFUSED, (url, run))
    return None if row is None else tuple(row)


def refuse(db: Database, entry: int, state: str, error: str | None, *, since: int | None, look: int | None) -> int:
    """End an entry by a refusal; returns how many: 1."""
    return db.change(_REFUSE, (state, error, since, look, entry))


def watch(db: Database, article: int, *, refused_at: int, look: int | None) -> None:
    """Give the entries of an article their next look."""
    db.write(WATCH, (refused_at, look, article))


def leased(db: Database, run: str, url: str) -> tuple[int, int] | None:
    """Return key and attempts of an entry that a run leases; None for another."""
    row = db.row(_LEASED, (url, run))
    return None if row is None else tuple(row)


def leased_by(db: Database, run: str) -> list[tuple[int, str, int]]:
    """Return key, address and attempts of all that a run leases."""
    return [tuple(row) for row in db.rows(_LEASED_BY, (run,))]


def give_back(db: Database, run: str, entry: int, state: str, error: str, *, attempts: int, next_attempt: int) -> None:
    """Give a leased entry back: pending, or failed."""
    db.write(_GIVE_BACK, (state, error, attempts, next_attempt, entry, run))


def set_aside(db: Database, run: str, url: str, dated: int) -> int:
    """Make a leased entry pending with its article's own time; returns how many: 0 if it was not leased."""
    return db.change(_SET_ASIDE, (dated, url, run))


def hold(db: Database, run: str, urls: Collection[str]) -> None:
    """Note that entries this run leases led to drafts that wait for a verdict: no run fetches them meanwhile."""
    db.write(_HOLD, (orjson.dumps(list(urls)).decode(), run))


def adopt(db: Database, run: str, urls: Iterable[str]) -> None:
    """Make held entries those of this run."""
    db.write_all(_ADOPT, [(run, url) for url in urls])


def reclaim(db: Database, run: str, urls: Iterable[str]) -> None:
    """Take entries out of quarantine to be ended by this run; those fetched again since are left alone."""
    db.write_all(_RECLAIM, [(run, url) for url in urls])


def free(db: Database, urls: Iterable[str], *, reason: str) -> int:
    """Make quarantined entries pending once more; returns how many."""
    return sum(db.change(_FREE, (reason, url)) for url in urls)


def reopen(db: Database, entries: Collection[int]) -> None:
    """Make ended entries pending once more: they moved in the feed, but this run does not fetch them."""
    if entries:
        db.write(_REOPEN, (orjson.dumps(list(entries)).decode(),))


def send_away(db: Database, entries: Collection[int], reason: str) -> int:
    """End pending entries of a host that this crawl leaves alone; returns how many."""
    return db.change(_SEND_AWAY, (reason, orjson.dumps(list(entries)).decode())) if entries else 0


def call_back(db: Database, host: str) -> int:
    """Make the entries of a host pending that other crawls left alone; returns how many."""
    return db.change(_CALL_BACK, (host,))


def reopen_changed(db: Database, changes: Sequence[tuple[str, int]]) -> set[str]:
    """Make ended entries pending once more whose page changed (seconds since 1970) after it was fetched last.

    Returns their addresses.
    """
    return {row[0] for row in db.write_rows(CHANGED, changes)}


def look_again(db: Database, urls: Collection[str], now: int) -> set[str]:
    """Make ended entries pending once more that are due to be looked at again: a list shows them; returns which."""
    return {row[0] for row in db.rows(LOOK_AT, (orjson.dumps(list(urls)).decode(), now))}


def look_again_at_listed(db: Database, list_url: str, now: int) -> int:
    """Do the same for what a list showed that has not changed since; returns how many."""
    return len(db.rows(LOOK_AT_LISTED, (list_url, now)))


def again(db: Database, article: int, *, reason: str) -> int:
    """Make the ended entries of an article pending once more; returns how many."""
    return db.change(AGAIN, (reason, article))


def restore(db: Database, url: str, article: int) -> None:
    """Note in a rebuilt ledger that an entry's article is in the output."""
    db.write(_RESTORE, (article, url))
