"""``neighbours`` and their keys: sketches of recent texts."""

from collections.abc import Sequence
from typing import Any

import orjson

from espreso_crawler.ledger.store.database import Database

# Keys are random: by day of publication, so that a flush changes a few pages and not one for every key.
_NEAR = """
SELECT id, published, sketch FROM (
    SELECT neighbour, count(*) AS shared FROM neighbour_keys
    WHERE day IN (SELECT CAST(value AS BIGINT) FROM json_each(?))
      AND key IN (SELECT CAST(value AS BIGINT) FROM json_each(?))
    GROUP BY neighbour ORDER BY shared DESC, neighbour LIMIT ?
) AS nearest JOIN neighbours USING (neighbour)
WHERE id <> ? AND published BETWEEN ? AND ? ORDER BY shared DESC, neighbour
"""
_FORGET = "DELETE FROM neighbours WHERE id IN (SELECT value FROM json_each(?))"
_INSERT = "INSERT INTO neighbours (id, published, expires, keys, sketch) VALUES {rows}"
_PURGE = "DELETE FROM neighbours WHERE neighbour IN (SELECT neighbour FROM neighbours WHERE expires < ? LIMIT ?)"


def near(
    db: Database, *, days: Sequence[int], keys: Sequence[int], most: int, but: str, span: tuple[int, int]
) -> list[Any]:
    """Return id, time and sketch of the texts of other articles that share most keys, published in a span."""
    asked = (orjson.dumps(days).decode(), orjson.dumps(keys).decode(), most, but, *span)
    return db.rows(_NEAR, asked)


def replace(db: Database, texts: Sequence[tuple[str, int, int, Sequence[int], bytes]]) -> None:
    """Write texts in place of earlier ones of the same articles; each: id, published, expires, keys, sketch.

    Of two with one id the last one stays.
    """
    newest = {text[0]: text for text in texts}
    forget(db, [*newest])
    rows = [(*text[:3], orjson.dumps(text[3]).decode(), text[4]) for text in newest.values()]
    db.write_rows(_INSERT, rows)


def purge(db: Database, *, now: int, most: int) -> None:
    """Remove some of the texts that are expired."""
    db.write(_PURGE, (now, most))


def forget(db: Database, ids: Sequence[str]) -> None:
    """Remove the texts of articles."""
    db.write(_FORGET, (orjson.dumps(ids).decode(),))
