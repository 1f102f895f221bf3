"""``entries``: what feeds and lists showed, a row an address; `entry_states` has what sets their states."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import orjson

from espreso_crawler.ledger.store.database import Database

_AMONG = """
SELECT entry, entries.url, entries.host, entries.edition, headline, label, entries.published_at, published,
       position, important, first, entries.state, attempts, next_attempt, fetched_as, leased_at, dated,
       next_look, articles.id AS article, article AS article_key
FROM entries LEFT JOIN articles USING (article) WHERE entries.url IN (SELECT value FROM json_each(?))
"""
_COLUMNS = (
    "url",
    "host",
    "edition",
    "headline",
    "label",
    "published_at",
    "published",
    "position",
    "important",
    "first",
)
_INSERT = f"""
INSERT INTO entries ({", ".join(_COLUMNS)}, first_seen_at, last_seen_at) VALUES {{rows}} RETURNING url, entry
"""  # noqa: S608  # our names
_SHOWN = (
    "entry", "headline", "label", "published_at", "published", "position", "important", "seen_at", "first",
    "fingerprint",
)  # fmt: skip
UPDATE = f"""
WITH shown ({", ".join(_SHOWN)}) AS (VALUES {{rows}})
UPDATE entries SET headline = shown.headline, label = shown.label, published_at = shown.published_at,
                   published = CAST(shown.published AS BIGINT), position = shown.position, important = shown.important,
                   last_seen_at = shown.seen_at, first = coalesce(entries.first, shown.first),
                   fetched_as = coalesce(fetched_as, shown.fingerprint)
FROM shown WHERE entries.entry = shown.entry
"""  # noqa: S608
_TIMES = """
SELECT entries.url, coalesce(published, dated), articles.published_at FROM entries LEFT JOIN articles USING (article)
WHERE entries.url IN (SELECT value FROM json_each(?))
"""
_SEEN = "UPDATE entries SET last_seen_at = ? WHERE entry IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"
# An update moves a feed time up, so one after the span may hide an earlier publication: the label tells.
# Feed times have no seconds.
_DUE = """
SELECT url FROM entries
WHERE state = 'pending' AND host = :host AND next_attempt NOT BETWEEN :now + 1 AND :now + :longest
  AND CASE WHEN dated IS NOT NULL THEN dated >= :since AND dated < :until
           WHEN published IS NOT NULL
           THEN published >= :since - 59 AND (published <= :until OR label = 'updated')
           ELSE latest IS NULL OR latest >= :since END
  AND (run IS NULL OR run <> :not_by)
ORDER BY next_attempt, entry LIMIT :limit
"""
_LIST = """
INSERT INTO entries (url, host, edition, headline, published_at, published, latest, position, important,
                     first_seen_at, last_seen_at, listed_on)
VALUES {rows} RETURNING entry, host
"""
LISTED = "UPDATE entries SET last_seen_at = ?, listed_on = ? WHERE url IN (SELECT value FROM json_each(?))"
# What a feed said of an entry is not touched; two lists may each know a part.
FILL = """
WITH listed (url, headline, published_at, published) AS (VALUES {rows})
UPDATE entries SET headline = CASE entries.headline WHEN '' THEN listed.headline ELSE entries.headline END,
                   published_at = coalesce(entries.published_at, listed.published_at),
                   published = coalesce(entries.published, CAST(listed.published AS BIGINT))
FROM listed WHERE entries.url = listed.url AND first IS NULL
"""
_KNOWN = "SELECT url FROM entries WHERE url IN (SELECT value FROM json_each(?))"
# An entry knows its article once a page was read for it. One under the article's own address may not have been.
IN_FEED = """
SELECT first, label, last_seen_at FROM entries
WHERE first IS NOT NULL
  AND (url = :url OR article IN (SELECT article FROM articles WHERE article = :key OR same_as = :key))
"""
_RECENT = "SELECT published FROM entries WHERE host = ? AND published IS NOT NULL ORDER BY entry DESC LIMIT ?"
_ASK_AGAIN = """
INSERT INTO entries (url, host, edition, headline, position, important, first_seen_at, last_seen_at, article)
SELECT url, host, edition, '', 0, 0, ?1, ?1, article FROM articles WHERE article = ?2
ON CONFLICT (url) DO UPDATE SET article = excluded.article
"""
_RESTORE = """
INSERT INTO entries (url, host, edition, headline, label, published_at, published, position, important, first,
                     first_seen_at, last_seen_at)
VALUES (:url, :host, :edition, :headline, :label, :published_at, :published, :position, :important, :first,
        :seen_at, :seen_at)
ON CONFLICT (url) DO UPDATE SET headline = excluded.headline, label = excluded.label,
    published_at = excluded.published_at, published = excluded.published, position = excluded.position,
    important = excluded.important, last_seen_at = excluded.last_seen_at
"""
_NEWEST = "SELECT host, max(published) FROM entries WHERE published IS NOT NULL GROUP BY host"
_OLDEST_PENDING = """
SELECT url, first_seen_at, attempts, error FROM entries WHERE state = 'pending'
ORDER BY first_seen_at, entry LIMIT 1
"""
_LOOKS = """
SELECT count(*) AS entries, min(next_look) AS next FROM entries
WHERE next_look IS NOT NULL AND state NOT IN ('pending', 'leased', 'held')
"""
_RETRIES = """
SELECT count(*) AS entries, min(next_attempt) AS at FROM entries
WHERE run = ? AND state = 'pending' AND error IS NOT NULL AND next_attempt > 0
"""


def among(db: Database, urls: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return which of these addresses are entries, with the id of their article as ``article``."""
    return {row["url"]: dict(row) for row in db.rows(_AMONG, (_json(urls),))}


def insert(db: Database, entries: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Write new entries (`sightings.entry_row`); returns their keys by address."""
    rows = [(*(entry[name] for name in _COLUMNS), entry["seen_at"], entry["seen_at"]) for entry in entries]
    return dict(map(tuple, db.write_rows(_INSERT, rows)))


def update(db: Database, entries: Sequence[Mapping[str, Any]]) -> None:
    """Write what a feed says now of known entries."""
    db.write_rows(UPDATE, [tuple(entry[name] for name in _SHOWN) for entry in entries])


def seen(db: Database, entries: Collection[int], seen_at: str) -> None:
    """Note that known entries were seen."""
    if entries:
        db.write(_SEEN, (seen_at, orjson.dumps(list(entries)).decode()))


def times(db: Database, urls: Collection[str]) -> Iterable[tuple[str, int | None, str | None]]:
    """Return of those that are entries: address, its own time, and when its article was published."""
    return map(tuple, db.rows(_TIMES, (_json(urls),)))


def due(db: Database, asked: Mapping[str, Any]) -> list[str]:
    """Return the addresses of a host's pending entries that are due, longest waiting first: see `Entries.take`."""
    return [row[0] for row in db.rows(_DUE, asked)]


def is_known(db: Database, url: str) -> bool:
    """Whether an address is an entry."""
    return db.row("SELECT 1 FROM entries WHERE url = ?", (url,)) is not None


def known(db: Database, urls: Collection[str]) -> set[str]:
    """Return which of these addresses are entries."""
    return {row[0] for row in db.rows(_KNOWN, (_json(urls),))}


def insert_listed(
    db: Database, entries: Iterable[Sequence[Any]], *, seen_at: str, listed_on: str
) -> list[tuple[int, str]]:
    """Write what a list names; returns key and host of each.

    An entry is url, host, edition, headline, published_at, published, latest.
    """
    rows = [(*entry, 0, 0, seen_at, seen_at, listed_on) for entry in entries]
    return [tuple(row) for row in db.write_rows(_LIST, rows)]


def seen_listed(db: Database, urls: Collection[str], *, seen_at: str, listed_on: str) -> None:
    """Note that a list showed known entries."""
    db.write(LISTED, (seen_at, listed_on, _json(urls)))


def fill(db: Database, entries: Sequence[tuple[str, str, str | None, int | None]]) -> None:
    """Add what a list says of entries that no feed showed and of which that is not known yet.

    An entry is url, headline, published_at, published.
    """
    db.write_rows(FILL, entries)


def in_feed(db: Database, key: int, url: str) -> list[Any]:
    """Return first sighting, last label and time of the entries of an article that a feed showed."""
    return db.rows(IN_FEED, {"key": key, "url": url})


def addresses_of(db: Database, article: int) -> list[str]:
    """Return the addresses of an article's entries."""
    return [row[0] for row in db.rows("SELECT url FROM entries WHERE article = ?", (article,))]


def recent_times(db: Database, host: str, most: int) -> list[int]:
    """Return the feed times of the entries that came last, in seconds since 1970."""
    return [row[0] for row in db.rows(_RECENT, (host, most))]


def newest_times(db: Database) -> list[tuple[str, int]]:
    """Return the newest feed time of each host."""
    return [tuple(row) for row in db.rows(_NEWEST)]


def ask_for_article(db: Database, article: int, seen_at: str) -> None:
    """Let an article have an entry under its own address."""
    db.write(_ASK_AGAIN, (seen_at, article))


def restore(db: Database, entry: Mapping[str, Any]) -> None:
    """Write an entry of a rebuilt ledger, or what a later line says of it."""
    db.write(_RESTORE, entry)


def counts(db: Database) -> dict[str, int]:
    """Return the number of entries by state; reads every entry."""
    return dict(map(tuple, db.rows("SELECT state, count(*) FROM entries GROUP BY state ORDER BY state")))


def oldest_pending(db: Database) -> dict[str, Any] | None:
    """Return the entry that waits longest; None when none waits."""
    row = db.row(_OLDEST_PENDING)
    return dict(row) if row else None


def looks(db: Database) -> tuple[int, int | None]:
    """Return how many refused entries wait to be looked at again, and when the first is due (since 1970)."""
    return tuple(db.row(_LOOKS))


def retries(db: Database, run: str) -> tuple[int, int | None]:
    """Return how many entries failed in a run and are tried again, and when the first is due (since 1970)."""
    return tuple(db.row(_RETRIES, (run,)))


def count_leased(db: Database, run: str) -> int:
    """Return how many entries a run leases."""
    return int(db.row("SELECT count(*) FROM entries WHERE run = ? AND state = 'leased'", (run,))[0])


def forget(db: Database, address: str) -> None:
    """Remove the entry of an address (`articles.address`)."""
    db.write("DELETE FROM entries WHERE url IN ('https:' || ?1, 'http:' || ?1)", (address,))


def _json(values: Collection[str]) -> str:
    return orjson.dumps(list(values)).decode()
