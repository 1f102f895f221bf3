"""``segments`` and ``rewrites``: sealed files, planned ones, and those that are to be written again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from espreso_crawler.ledger.store.database import Database

_PLAN = """
INSERT INTO segments (stream, number, run, path, state, schema_version, first_at, last_at, rows,
                      replaces)
VALUES (?, ?, ?, ?, 'planned', ?, ?, ?, ?, ?)
"""
_COLUMNS = "stream, number, run, path, schema_version, first_at, last_at, rows, replaces"
_PLANNED = f"SELECT {_COLUMNS} FROM segments WHERE stream = ? AND state = 'planned'"  # noqa: S608  # our names
_SEALED = """
UPDATE segments SET state = 'sealed', count = ?, bytes = ?, sha256 = ?, rows = NULL
WHERE stream = ? AND number = ?
"""
_ELSEWHERE = """
INSERT INTO segments (stream, number, run, path, state, schema_version) VALUES (?, ?, '', '', 'archived', '')
"""
_AT_PATH = f"SELECT {_COLUMNS}, count, bytes, sha256 FROM segments WHERE path = ?"  # noqa: S608
_FILE = "SELECT path, schema_version, first_at, last_at FROM segments WHERE stream = ? AND number = ?"
_REPLACED = "UPDATE segments SET state = 'replaced' WHERE stream = ? AND number = ?"
_VOID = "DELETE FROM segments WHERE stream = ? AND number = ? AND state = 'planned'"
_OF_RUN = """
SELECT stream, number, path AS file, count FROM segments WHERE run = ? AND state = 'sealed'
ORDER BY stream, number
"""
_ALL_SEALED = "SELECT path, bytes, sha256 FROM segments WHERE state = 'sealed' AND stream = ? ORDER BY number"
# One that is being written again may be gone already.
_NEWEST = """
SELECT path FROM segments WHERE stream = ?1 AND state = 'sealed' AND number NOT IN (
    SELECT replaces FROM segments WHERE stream = ?1 AND state = 'planned' AND replaces IS NOT NULL
) ORDER BY number DESC LIMIT 20
"""
_OTHERS = "SELECT stream, number, path FROM segments WHERE stream <> 'articles' AND state = 'sealed'"
_WITH_DIGEST = "SELECT stream, number, path FROM segments WHERE sha256 = ? AND path LIKE '%/' || ?"
_ARCHIVED = """
UPDATE segments SET state = 'archived' WHERE stream = ? AND number = ? AND state IN ('sealed', 'lost')
"""
_RESTORE = """
INSERT INTO segments (stream, number, run, path, state, count, bytes, sha256, schema_version, first_at,
                      last_at)
VALUES (?, ?, ?, ?, 'sealed', ?, ?, ?, ?, ?, ?)
"""
_SEALED_PATH = "SELECT path FROM segments WHERE stream = 'articles' AND number = ? AND state = 'sealed'"
_OWE = "INSERT INTO rewrites (stream, segment, id, addresses) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
_OWED = "SELECT DISTINCT stream, segment FROM rewrites ORDER BY stream, segment"


def latest(db: Database, stream: str) -> int:
    """Return the highest number of a stream, 0 when there is none."""
    return int(db.row("SELECT coalesce(max(number), 0) FROM segments WHERE stream = ?", (stream,))[0])


def plan(db: Database, values: Sequence[Any]) -> None:
    """Write a plan: the fields of `segments.Plan` in their order."""
    db.write(_PLAN, values)


def planned(db: Database, stream: str) -> list[Any]:
    """Return the plans that nobody has finished, fields in the order of `segments.Plan`."""
    return db.rows(_PLANNED, (stream,))


def seal(db: Database, stream: str, number: int, *, count: int, size: int, sha256: str) -> None:
    """Note that a planned segment is delivered."""
    db.write(_SEALED, (count, size, sha256, stream, number))


def void(db: Database, stream: str, number: int) -> None:
    """Take a plan back."""
    db.write(_VOID, (stream, number))


def replaced(db: Database, stream: str, number: int | None) -> None:
    """Note that a segment was written again under another number."""
    db.write(_REPLACED, (stream, number))
    db.write("DELETE FROM rewrites WHERE stream = ? AND segment = ?", (stream, number))


def elsewhere(db: Database, numbers: Iterable[tuple[str, int]]) -> None:
    """Note numbers (stream, number) that are taken by files of which nothing else is known."""
    db.write_all(_ELSEWHERE, numbers)


def file(db: Database, stream: str, number: int | None) -> Any:
    """Return path, schema_version, first_at and last_at of a segment."""
    return db.row(_FILE, (stream, number))


def at_path(db: Database, path: str) -> Any:
    """Return the fields of `segments.Plan` in their order, then count, bytes and digest, of a file."""
    return db.row(_AT_PATH, (path,))


def sealed_path(db: Database, number: int | None) -> str | None:
    """Return the path of a sealed segment of articles."""
    row = db.row(_SEALED_PATH, (number,))
    return None if row is None else row[0]


def of_run(db: Database, run: str) -> list[dict[str, Any]]:
    """Return what a run sealed: stream, number, file, count."""
    return [dict(row) for row in db.rows(_OF_RUN, (run,))]


def sealed(db: Database, stream: str) -> dict[str, Mapping[str, Any]]:
    """Return bytes and digest of every sealed file of a stream, by path."""
    return {row["path"]: row for row in db.rows(_ALL_SEALED, (stream,))}


def newest_sealed(db: Database, stream: str) -> list[str]:
    """Return the paths of a stream's last sealed files that are not being written again, newest first."""
    return [row[0] for row in db.rows(_NEWEST, (stream,))]


def others_sealed(db: Database) -> list[Any]:
    """Return stream, number and path of every sealed file that holds no articles."""
    return db.rows(_OTHERS)


def with_digest(db: Database, sha256: str, name: str) -> Any:
    """Return stream, number and path of the file with a digest and a name; None when there is none."""
    return db.row(_WITH_DIGEST, (sha256, name))


def has_digest(db: Database, sha256: str) -> bool:
    """Whether a file with a digest is known."""
    return bool(db.row("SELECT EXISTS (SELECT 1 FROM segments WHERE sha256 = ?)", (sha256,))[0])


def archive(db: Database, stream: str, number: int) -> None:
    """Note that a segment lies elsewhere."""
    db.write(_ARCHIVED, (stream, number))


def lose(db: Database, path: str) -> None:
    """Note that a segment is lost."""
    db.write("UPDATE segments SET state = 'lost' WHERE path = ?", (path,))


def restore(db: Database, values: Sequence[Any]) -> None:
    """Write a segment of a rebuilt ledger.

    stream, number, run, path, count, bytes, sha256, schema_version, first_at, last_at.
    """
    db.write(_RESTORE, values)


def counts(db: Database, stream: str) -> dict[str, int]:
    """Return the number of a stream's segments by state."""
    rows = db.rows("SELECT state, count(*) FROM segments WHERE stream = ? GROUP BY state", (stream,))
    return dict(map(tuple, rows))


def has_any(db: Database) -> bool:
    """Whether any segment is known."""
    return bool(db.row("SELECT EXISTS (SELECT 1 FROM segments)")[0])


def owe(db: Database, stream: str, numbers: Collection[int], ids: Collection[str], addresses: str) -> None:
    """Note segments that are to be written again without some articles; `addresses` is a JSON list."""
    db.write_all(_OWE, [(stream, number, id_, addresses) for number in numbers for id_ in ids])


def owed(db: Database) -> list[Any]:
    """Return stream and number of the segments that are to be written again."""
    return db.rows(_OWED)


def left_out(db: Database, stream: str, number: int) -> list[Any]:
    """Return id and addresses of what a segment is to be written again without."""
    return db.rows("SELECT id, addresses FROM rewrites WHERE stream = ? AND segment = ?", (stream, number))
