"""Lines that were found in the output, beside those that the ledger knows; in a table that ends with the connection."""

from collections import Counter
from collections.abc import Sequence

from espreso_crawler.ledger.store.database import Database

_FOUND = """
CREATE TEMPORARY TABLE IF NOT EXISTS found (id TEXT, revision INTEGER, PRIMARY KEY (id, revision))
"""
_MISSING = """
SELECT articles.id, revisions.revision FROM revisions JOIN articles USING (article)
LEFT JOIN segments ON segments.stream = 'articles' AND segments.number = revisions.segment
WHERE event <> 'baseline' AND is_lost = 0 AND NOT (reissue = 1 AND revisions.revision = articles.revision)
  AND coalesce(segments.state, '') <> 'archived'
  AND NOT EXISTS (SELECT 1 FROM found
                  WHERE found.id = articles.id AND found.revision = revisions.revision)
  AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.article = revisions.article
                  AND outbox.revision = revisions.revision AND outbox.stream = 'articles')
ORDER BY 1, 2
"""
_STRANGE = """
SELECT id, revision FROM found WHERE NOT EXISTS (
    SELECT 1 FROM articles JOIN revisions USING (article)
    WHERE articles.id = found.id AND revisions.revision = found.revision AND event <> 'baseline'
) ORDER BY 1, 2
"""
_NOTE = "INSERT INTO found (id, revision) VALUES {rows} ON CONFLICT DO NOTHING RETURNING id, revision"
_SIZES = """
SELECT (SELECT count(*) FROM segments) AS segments, (SELECT count(*) FROM articles) AS articles,
       (SELECT count(*) FROM entries) AS entries
"""

Line = tuple[str, int]
"""Id and revision of an article's line."""


def begin(db: Database) -> None:
    """Begin with nothing found."""
    db.write(_FOUND)
    db.write("DELETE FROM found")


def note(db: Database, lines: Sequence[Line]) -> list[Line]:
    """Note lines; returns those that were found before, each as often as it was."""
    new = Counter[Line](map(tuple, db.write_rows(_NOTE, lines)))
    return list((Counter(lines) - new).elements())


def missing(db: Database) -> list[Line]:
    """Return the lines that should have been found, and were not."""
    return [tuple(row) for row in db.rows(_MISSING)]


def strange(db: Database) -> list[Line]:
    """Return the lines that were found, and that the ledger knows nothing of."""
    return [tuple(row) for row in db.rows(_STRANGE)]


def sizes(db: Database) -> dict[str, int]:
    """Return how many segments, articles and entries the ledger knows."""
    return dict(db.row(_SIZES))
