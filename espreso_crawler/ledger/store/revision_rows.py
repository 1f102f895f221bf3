"""``revisions``: what was written of each article, with digests and the segment that holds the line."""

from collections.abc import Sequence
from typing import Any

from espreso_crawler.ledger.store.database import Database

CONTENT = ("created", "revised", "reextracted")
"""Events whose lines hold a text."""
_IS_CONTENT = f"event IN {CONTENT}"
_INSERT = """
INSERT INTO revisions (article, revision, extractor_version, event, text_digest, record_digest,
                       fields, fetched_at, emitted_at, run)
VALUES {rows}
ON CONFLICT (article, revision, extractor_version) DO UPDATE SET
    event = excluded.event, text_digest = excluded.text_digest, record_digest = excluded.record_digest,
    fields = excluded.fields, fetched_at = excluded.fetched_at, emitted_at = excluded.emitted_at, run = excluded.run,
    segment = NULL, is_lost = 0
"""
_PLACE = "UPDATE revisions SET segment = ? WHERE article = ? AND revision = ? AND event <> 'baseline'"
_PLACE_ANY = "UPDATE revisions SET segment = ? WHERE article = ? AND revision = ?"
_WAITING = """
SELECT ?, article, revision FROM outbox
WHERE seq IN (SELECT CAST(value AS BIGINT) FROM json_each(?)) AND revision IS NOT NULL
"""
_PLACED_AGAIN = """
SELECT ?1, article, CAST(json_extract(pair.value, '$[1]') AS BIGINT) FROM json_each(?2) AS pair
JOIN articles ON articles.id = json_extract(pair.value, '$[0]')
"""
_LOST = """
UPDATE revisions SET is_lost = 1, segment = NULL WHERE article = ? AND revision = ? AND event <> 'baseline'
"""
_OF_ARTICLE = """
SELECT revision, event, emitted_at, run, segment FROM revisions WHERE article = ? ORDER BY revision, emitted_at
"""
_OF_RUN = f"SELECT DISTINCT article FROM revisions WHERE run = ? AND {_IS_CONTENT}"  # noqa: S608  # our names
_WITH_TEXT = f"""
SELECT revision FROM revisions WHERE article = ? AND run = coalesce(?, run) AND {_IS_CONTENT} ORDER BY revision
"""  # noqa: S608
_PLACES = """
SELECT DISTINCT number, state, path FROM revisions
JOIN segments ON segments.number = revisions.segment AND stream = 'articles' WHERE article = ?
"""


def insert(db: Database, rows: Sequence[Sequence[Any]]) -> None:
    """Write revisions.

    Each: article, revision, extractor_version, event, text_digest, record_digest, fields, fetched_at, emitted_at, run.
    """
    db.write_rows(_INSERT, rows)


def place_waiting(db: Database, segment: int, rows: str) -> None:
    """Note which segment the revisions of outbox rows (a JSON list) lie in."""
    db.write_all(_PLACE, db.rows(_WAITING, (segment, rows)))


def place_pairs(db: Database, segment: int, pairs: str) -> None:
    """Note which segment revisions lie in; `pairs` is a JSON list of id and revision."""
    db.write_all(_PLACE, db.rows(_PLACED_AGAIN, (segment, pairs)))


def place(db: Database, key: int, revision: int | None, segment: int | None) -> None:
    """Note in a rebuilt ledger which segment a revision lies in."""
    db.write(_PLACE_ANY, (segment, key, revision))


def unplace(db: Database, key: int, revision: int) -> None:
    """Note that a revision lies in no segment any more."""
    db.write(_PLACE, (None, key, revision))


def lose(db: Database, key: int, revision: int) -> None:
    """Note that a revision's line is lost for good."""
    db.write(_LOST, (key, revision))


def lost(db: Database) -> int:
    """Return how many lines are lost for good."""
    return int(db.row("SELECT count(*) FROM revisions WHERE is_lost = 1")[0])


def of_article(db: Database, key: int) -> list[dict[str, Any]]:
    """Return an article's revisions, oldest first."""
    return [dict(row) for row in db.rows(_OF_ARTICLE, (key,))]


def numbers(db: Database, key: int) -> set[int]:
    """Return the numbers of an article's revisions."""
    return {row[0] for row in db.rows("SELECT revision FROM revisions WHERE article = ?", (key,))}


def of_run(db: Database, run: str) -> list[int]:
    """Return the articles of which a run wrote a text."""
    return [row[0] for row in db.rows(_OF_RUN, (run,))]


def with_text(db: Database, key: int, run: str | None) -> list[int]:
    """Return the revisions of an article that hold a text, those of a run or all."""
    return [row[0] for row in db.rows(_WITH_TEXT, (key, run))]


def places(db: Database, key: int) -> list[Any]:
    """Return number, state and path of the segments that hold an article's lines."""
    return db.rows(_PLACES, (key,))


def counts(db: Database) -> dict[str, int]:
    """Return the number of revisions by event."""
    return dict(map(tuple, db.rows("SELECT event, count(*) FROM revisions GROUP BY event ORDER BY event")))


def forget(db: Database, key: int) -> None:
    """Remove an article's revisions."""
    db.write("DELETE FROM revisions WHERE article = ?", (key,))
