"""``neighbours`` and their keys: sketches of recent texts."""

from collections.abc import Sequence

import orjson

from espreso_crawler.ledger.store.database import Database, Question

# Keys are random: by day of publication, so that a flush changes a few pages and not one for every key.
# The LIMIT keeps the pairs together, so that each is looked up in the index, and no day is read whole.
_NEAR = """
SELECT id, published, sketch FROM (
    SELECT neighbour, count(*) AS shared
    FROM (
        SELECT CAST(days.value AS BIGINT) AS day, CAST(keys.value AS BIGINT) AS key
        FROM json_each(?) AS days CROSS JOIN json_each(?) AS keys LIMIT 100000
    ) AS pairs JOIN neighbour_keys USING (day, key)
    GROUP BY neighbour ORDER BY shared DESC, neighbour LIMIT ?
) AS nearest JOIN neighbours USING (neighbour)
WHERE published BETWEEN ? AND ? ORDER BY shared DESC, neighbour
"""
_FORGET = "DELETE FROM neighbours WHERE id IN (SELECT value FROM json_each(?))"
_INSERT = "INSERT INTO neighbours (id, published, expires, keys, sketch) VALUES {rows}"
_PURGE = "DELETE FROM neighbours WHERE neighbour IN (SELECT neighbour FROM neighbours WHERE expires < ? LIMIT ?)"


def near(*, days: Sequence[int], keys: Sequence[int], most: int, span: tuple[int, int]) -> Question:
    """Ask for id, time and sketch of the texts that share most keys, published in a span."""
    return _NEAR, (orjson.dumps(days).decode(), orjson.dumps(keys).decode(), most, *span)


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
