"""``outbox``: finished lines that wait for their segment."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import orjson

from espreso_crawler.ledger.store.database import Database

_INSERT = "INSERT INTO outbox (stream, run, article, revision, at, schema_version, line) VALUES {rows}"
_READY = """
SELECT seq, substr(at, 1, 10) AS day, schema_version, at FROM outbox
WHERE stream = ? ORDER BY seq LIMIT ?
"""
_LINES = "SELECT line FROM outbox WHERE seq IN (SELECT CAST(value AS BIGINT) FROM json_each(?)) ORDER BY seq"
_DROP = "DELETE FROM outbox WHERE seq IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"


def insert(db: Database, rows: Sequence[Sequence[Any]]) -> None:
    """Write lines; each: stream, run, article, revision, at, schema_version, line."""
    db.write_rows(_INSERT, rows)


def waiting(db: Database, stream: str) -> int:
    """Return the number of lines that may be sealed."""
    return int(db.row("SELECT count(*) FROM outbox WHERE stream = ?", (stream,))[0])


def ready(db: Database, stream: str, most: int) -> list[Any]:
    """Return seq, day, schema_version and time of the lines that come next."""
    return db.rows(_READY, (stream, most))


def lines(db: Database, rows: str) -> Iterator[bytes]:
    """Yield the lines of rows (a JSON list of seq), one by one."""
    return (row[0] for row in db.each(_LINES, (rows,)))


def drop(db: Database, rows: str) -> None:
    """Remove rows (a JSON list of seq): they are delivered."""
    db.write(_DROP, (rows,))


def everything(db: Database) -> list[tuple[int, bytes]]:
    """Return seq and line of all that waits."""
    return [tuple(row) for row in db.rows("SELECT seq, line FROM outbox")]


def remove(db: Database, seqs: Collection[int]) -> None:
    """Remove lines that are never to be delivered."""
    drop(db, orjson.dumps(list(seqs)).decode())


def forget(db: Database, article: int) -> None:
    """Remove the lines of an article."""
    db.write("DELETE FROM outbox WHERE article = ?", (article,))


def unsealed(db: Database, run: str) -> int:
    """Return how many lines of articles that a run wrote still wait."""
    return int(db.row("SELECT count(*) FROM outbox WHERE run = ? AND stream = 'articles'", (run,))[0])
