"""Articles the output holds: their ids, every name they go by, and what stands of each; no lines."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Self

import orjson

from espreso_crawler import identity
from espreso_crawler.ledger.articles.decisions import Known
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store.database import Database

# Asked by one statement with a part for each name: `IN` over a list of them takes three to four times as long.
BY_ALIAS = "SELECT coalesce(same_as, article) FROM aliases JOIN articles USING (article) WHERE alias = ?"
BY_ID = "SELECT coalesce(same_as, article) FROM articles WHERE id = ?"
BY_ADDRESS = BY_ALIAS + " AND (entity_id IS NULL OR edition <> ? OR entity_id = ?)"
KNOWN = """
SELECT article, id, revision, state, url, edition, entity_id, text_digest, record_digest,
       articles.extractor_version, published_at, articles.fetched_at, emitted_at,
       CASE WHEN reissue THEN event END, fields
FROM articles JOIN revisions USING (article, revision, extractor_version)
"""
# An entry knows its article once a page was read for it. One under the article's own address may not have been.
IN_FEED = """
SELECT first, label, last_seen_at FROM entries
WHERE first IS NOT NULL
  AND (url = :url OR article IN (SELECT article FROM articles WHERE article = :key OR same_as = :key))
"""
MOST_NAMES = 100
"""In one statement: SQLite takes 500 parts, and a page may name any number of alternates."""
MERGE = "UPDATE articles SET same_as = ?, next_check = NULL WHERE article = ? OR same_as = ?"
ADDRESS = "//"
"""How the name of an address begins; ids begin with an edition."""
BIND = "INSERT OR IGNORE INTO aliases (alias, article, later) VALUES (?, ?, ?)"


class Entity(NamedTuple):
    """The site's own number of an article, one of its edition's."""

    edition: str
    number: str

    @classmethod
    def of(cls, edition: str, number: str | int | None) -> Self | None:
        """Return the number of an article; None for a page that gives none."""
        return None if number is None else cls(edition, str(number))


class Articles:
    """``ledger.articles``: what is committed; drafts that wait for their flush are not seen here."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def identify(
        self, edition: str, entity_id: str | int | None, url: str, urls: Sequence[str] = ()
    ) -> tuple[str, Known | None]:
        """Return the article's id, the one any of its names got first, and what stands of it.

        When nothing does: the id it would get now, and None.
        """
        every = names(edition, entity_id, list(dict.fromkeys([url, *urls])))
        known = by_names(self._session.db, every, Entity.of(edition, entity_id))
        return (known.id if known else new_id(edition, entity_id, url)), known

    def known(self, article_id: str) -> Known | None:
        """Return what stands of an article, None when nothing was ever emitted under this id."""
        return by_names(self._session.db, [article_id])

    def at(self, url: str) -> Known | None:
        """Return what stands of the article that a canonical address belongs to."""
        return by_names(self._session.db, [address(url)])


def new_id(edition: str, entity_id: str | int | None, url: str) -> str:
    """Return the id an article gets at first sight."""
    return identity.article_id(edition, None if entity_id is None else str(entity_id), url)


def names(edition: str, entity_id: str | int | None, urls: Sequence[str]) -> list[str]:
    """Return every name by which an article can be recognised: the id it would get now, then its addresses.

    >>> names("ua", 7, ["https://espreso.tv/a"])
    ['ua:7', '//espreso.tv/a']
    """
    return [new_id(edition, entity_id, urls[0]), *(address(url) for url in urls)]


def address(url: str) -> str:
    """Return a canonical address without its scheme: http and https are one page."""
    return ADDRESS + url.partition("://")[2]


def find(db: Database, names: Sequence[str], entity: Entity | None = None) -> list[int]:
    """Return the keys of the articles that bear one of these names, the first given first.

    More than one: an article was met under two names before the page said that they are one. `entity` is the
    number of the page that bears them: an article of another number in the same edition is another article,
    whatever addresses they share (a redirect, a wrong canonical link).
    """
    found = set[int]()
    for at in range(0, len(names), MOST_NAMES):
        parts = [_query(name, entity) for name in names[at : at + MOST_NAMES]]
        query = " UNION ALL ".join(sql for sql, _ in parts)
        found.update(row[0] for row in db.rows(query, [value for _, values in parts for value in values]))
    return sorted(found)


def by_key(db: Database, key: int) -> Known | None:
    """Return what stands of an article by its row."""
    row = db.row(KNOWN + "WHERE article = ?", (key,))
    if row is None:
        return None
    values = [*row[:-1], orjson.loads(row[-1])]
    return Known(*values)


def by_names(db: Database, names: Sequence[str], entity: Entity | None = None) -> Known | None:
    """Return what stands of the first article that bears one of these names: see `find`."""
    found = find(db, names, entity)
    return by_key(db, found[0]) if found else None


def in_feed(db: Database, key: int, url: str) -> tuple[dict[str, Any] | None, str | None]:
    """Return how a feed first showed an article, as in `Lease.feed`, and the label it showed last.

    The feed may have named it by another address than its canonical one, `url`, or by several. None and None
    when no feed showed it.
    """
    entries = db.rows(IN_FEED, {"key": key, "url": url})
    if not entries:
        return None, None
    first = min((orjson.loads(entry["first"]) for entry in entries), key=lambda sighting: sighting["seen_at"])
    return first, max(entries, key=lambda entry: entry["last_seen_at"])["label"]


def is_later(db: Database, url: str) -> bool:
    """Whether an article was not first written from this canonical address."""
    row = db.row("SELECT later FROM aliases WHERE alias = ?", (address(url),))
    return row is None or bool(row[0])


def _query(name: str, entity: Entity | None) -> tuple[str, tuple[str, ...]]:
    if not name.startswith(ADDRESS):
        return f"{BY_ALIAS} UNION ALL {BY_ID}", (name, name)
    return (BY_ADDRESS, (name, *entity)) if entity else (BY_ALIAS, (name,))


def bind(db: Database, names: Iterable[str], key: int, *, later: bool) -> None:
    """Bind names to an article for ever, inside the caller's transaction; a bound name stays where it is."""
    db.write_all(BIND, [(name, key, later) for name in names])


def merge(db: Database, keys: Sequence[int]) -> None:
    """Let the articles after the first be the first from now on, inside the caller's transaction."""
    first, *others = keys
    db.write_all(MERGE, [(first, other, other) for other in others])
