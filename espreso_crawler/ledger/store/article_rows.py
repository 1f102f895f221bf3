"""``articles`` and ``aliases``: heads of articles, every name they go by, and when they are looked at again."""

from collections.abc import Collection, Sequence
from typing import Any

import orjson

from espreso_crawler.ledger.store.database import Database, Question

_FIND = """
SELECT alias, coalesce(same_as, article) AS article, edition, entity_id, later
FROM aliases JOIN articles USING (article) WHERE alias IN (SELECT value FROM json_each(?))
UNION ALL
SELECT id, coalesce(same_as, article), NULL, NULL, 0 FROM articles WHERE id IN (SELECT value FROM json_each(?))
"""
_KNOWN = """
SELECT article, id, revision, state, url, edition, entity_id, text_digest, record_digest,
       articles.extractor_version, published_at, articles.fetched_at, emitted_at,
       CASE reissue WHEN 1 THEN event END, fields
FROM articles JOIN revisions USING (article, revision, extractor_version)
WHERE article IN (SELECT CAST(value AS BIGINT) FROM json_each(?))
"""
_MERGE = "UPDATE articles SET same_as = ?, next_check = NULL WHERE article = ? OR same_as = ?"
_BIND = "INSERT INTO aliases (alias, article, later) VALUES {rows} ON CONFLICT DO NOTHING"
_FETCHED = """
SELECT alias, fetched_at FROM articles JOIN aliases USING (article)
WHERE alias IN (SELECT value FROM json_each(?))
"""
_CREATE = """
INSERT INTO articles (id, edition, host, entity_id, url, revision, extractor_version, published_at,
                      fetched_at, next_check)
VALUES {rows} RETURNING id, article
"""
_ADVANCE = """
UPDATE articles SET revision = ?, extractor_version = ?, state = 'live', published_at = ?, fetched_at = ?,
                    next_check = ?, refused_since = NULL, reissue = 0, entity_id = coalesce(entity_id, ?)
WHERE article = ?
"""
_LOOKED_AT = "UPDATE articles SET fetched_at = ?, next_check = ?, refused_since = NULL WHERE article = ?"
_END = "UPDATE articles SET revision = ?, state = ?, next_check = NULL, refused_since = NULL WHERE article = ?"
_SELECT = """
SELECT article, id, url, host, edition, revision, refused_since FROM articles WHERE host = ? AND state = 'live'
"""
_DUE = _SELECT + " AND next_check <= ? AND (? = 1 OR refused_since IS NOT NULL) ORDER BY next_check LIMIT ?"
_OTHER = _SELECT + " AND refused_since IS NULL AND same_as IS NULL AND id <> ? ORDER BY article DESC LIMIT 1"
_CHECK = "UPDATE articles SET next_check = ? WHERE article = ?"
_ASKED = "UPDATE articles SET next_check = ? WHERE article = ? AND state = 'live'"
_NEXT = "UPDATE articles SET next_check = ?, refused_since = ? WHERE article = ?"
_ADDRESSES = """
SELECT alias FROM aliases WHERE article = ?1 AND substr(alias, 1, 2) = '//'
UNION SELECT substr(url, instr(url, '://') + 1) FROM entries WHERE article = ?1
"""
_BLANK = "UPDATE articles SET url = '', entity_id = NULL, published_at = NULL, reissue = 0 WHERE article = ?"


def find(names: Collection[str], ids: Collection[str]) -> Question:
    """Ask who bears these names, and those of them that may be ids.

    Answers: name, article, edition and entity_id of the article that was given it (None and None for an id), and
    whether it was first written under another name.
    """
    return _FIND, (orjson.dumps(list(names)).decode(), orjson.dumps(list(ids)).decode())


def known(keys: Collection[int]) -> Question:
    """Ask what stands of articles: rows in the order of `decisions.Known`."""
    return _KNOWN, (orjson.dumps(list(keys)).decode(),)


def fetched_at(db: Database, aliases: Collection[str]) -> dict[str, str]:
    """Return when the article of each name was fetched last, of the names that are known."""
    return dict(map(tuple, db.rows(_FETCHED, (orjson.dumps(list(aliases)).decode(),))))


def bind(db: Database, rows: Sequence[tuple[str, int, bool]]) -> None:
    """Bind names to articles for ever (name, article, whether later); a bound name stays where it is."""
    db.write_rows(_BIND, rows)


def merge(db: Database, keys: Sequence[int]) -> None:
    """Let the articles after the first be the first from now on."""
    first, *others = keys
    db.write_all(_MERGE, [(first, other, other) for other in others])


def create(db: Database, rows: Sequence[Sequence[Any]]) -> dict[str, int]:
    """Write new articles; returns their keys by id.

    Each: id, edition, host, entity_id, url, revision, extractor_version, published_at, fetched_at, next_check.
    """
    return dict(map(tuple, db.write_rows(_CREATE, rows)))


def advance(db: Database, values: Sequence[Any]) -> None:
    """Write a new head: revision, extractor_version, published_at, fetched_at, next_check, entity_id, article."""
    db.write(_ADVANCE, values)


def looked_at(db: Database, rows: Sequence[tuple[str, int | None, int]]) -> None:
    """Note articles that are as they were: fetched_at, next_check, article."""
    db.write_all(_LOOKED_AT, rows)


def end(db: Database, key: int, revision: int | None, state: str | None) -> None:
    """Write the head of an event that no page led to."""
    db.write(_END, (revision, state, key))


def set_state(db: Database, key: int, state: str | None) -> None:
    """Set an article's state in a rebuilt ledger."""
    db.write("UPDATE articles SET state = ?, next_check = NULL WHERE article = ?", (state, key))


def due(db: Database, host: str, *, now: int, is_on: bool, most: int) -> list[Any]:
    """Return articles whose next look is due; with `is_on` false only those that were refused once."""
    return db.rows(_DUE, (host, now, is_on, most))


def other(db: Database, host: str, *, than: str) -> Any:
    """Return the latest article of a host that was not refused and has another id; None when there is none."""
    return db.row(_OTHER, (host, than))


def check_at(db: Database, key: int, when: int) -> None:
    """Set when an article is looked at next."""
    db.write(_CHECK, (when, key))


def ask(db: Database, key: int, now: int) -> None:
    """Make an article due now, if it stands."""
    db.write(_ASKED, (now, key))


def next_check(db: Database, key: int) -> int | None:
    """Return when an article is looked at next (seconds since 1970); None for never."""
    when: int | None = db.row("SELECT next_check FROM articles WHERE article = ?", (key,))[0]
    return when


def set_looks(db: Database, key: int, *, check: int | None, refused_since: int | None) -> None:
    """Set when an article is looked at next, and since when it is refused."""
    db.write(_NEXT, (check, refused_since, key))


def refused_since(db: Database, key: int) -> int | None:
    """Return since when an article is refused (seconds since 1970); None when it is not."""
    row: int | None = db.row("SELECT refused_since FROM articles WHERE article = ?", (key,))[0]
    return row


def same(db: Database, key: int) -> list[int]:
    """Return the keys of an article and of those that are it since they were merged."""
    return [row[0] for row in db.rows("SELECT article FROM articles WHERE article = ?1 OR same_as = ?1", (key,))]


def addresses(db: Database, key: int) -> list[str]:
    """Return every address of an article, as `articles.address` writes them."""
    return [row[0] for row in db.rows(_ADDRESSES, (key,))]


def head(db: Database, article_id: str) -> tuple[int, int, str, int | None]:
    """Return key, revision, state and the article that it was merged with, of an article by its id."""
    return tuple(db.row("SELECT article, revision, state, same_as FROM articles WHERE id = ?", (article_id,)))


def reissue(db: Database, key: int) -> None:
    """Note that an article's last line is to be written again."""
    db.write("UPDATE articles SET reissue = 1 WHERE article = ?", (key,))


def awaited(db: Database) -> list[tuple[str, int]]:
    """Return id and revision of the lines that are to be written again."""
    return [tuple(row) for row in db.rows("SELECT id, revision FROM articles WHERE reissue = 1 ORDER BY 1, 2")]


def count(db: Database, state: str | None = None) -> int:
    """Return how many articles there are, of one state or of all."""
    return int(db.row("SELECT count(*) FROM articles WHERE state = coalesce(?, state)", (state,))[0])


def erase(db: Database, key: int) -> None:
    """Take all but its id out of an article's head, and all its names."""
    db.write("DELETE FROM aliases WHERE article = ?", (key,))
    db.write(_BLANK, (key,))
