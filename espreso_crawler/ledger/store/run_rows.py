"""``runs`` and ``tallies``: crawls and commands that write, and what they counted."""

from collections.abc import Mapping, Sequence
from typing import Any

from espreso_crawler.ledger.store.database import Database

_INSERT = "INSERT INTO runs (run, spider, arguments, job, started_at) VALUES (?, ?, ?, ?, ?)"
_END = """
UPDATE runs SET state = ?, ended_at = ?, reason = ?, exit_code = ?, document = ?, filed = 0
WHERE run = ? AND state = 'running'
"""
_COUNT = """
INSERT INTO tallies (run, name, count) VALUES {rows}
ON CONFLICT (run, name) DO UPDATE SET count = tallies.count + excluded.count
"""
_LAST = """
SELECT run, spider, state, started_at, ended_at, reason, exit_code FROM runs
WHERE reason IS NULL OR reason <> 'refused'
ORDER BY started_at DESC, run DESC LIMIT ?
"""
_RESTORE = """
INSERT INTO runs (run, spider, arguments, job, started_at, ended_at, state, reason, exit_code,
                  document)
VALUES (?, ?, ?, ?, ?, ?, 'closed', ?, ?, ?) ON CONFLICT DO NOTHING
"""


def insert(db: Database, values: Sequence[Any]) -> None:
    """Write a run: run, spider, arguments, job, started_at."""
    db.write(_INSERT, values)


def started(db: Database, run: str) -> Mapping[str, Any]:
    """Return spider, arguments, job and start of a run."""
    found: Mapping[str, Any] = db.row("SELECT spider, arguments, job, started_at FROM runs WHERE run = ?", (run,))
    return found


def end(db: Database, run: str, state: str, values: Sequence[Any]) -> None:
    """End a running run: ended_at, reason, exit_code, document."""
    db.write(_END, (state, *values, run))


def document(db: Database, run: str) -> bytes | str:
    """Return what the file of an ended run is to hold."""
    text: str = db.row("SELECT document FROM runs WHERE run = ?", (run,))[0]
    return text


def filed(db: Database, run: str) -> None:
    """Note that a run's file is written."""
    db.write("UPDATE runs SET filed = 1 WHERE run = ?", (run,))


def unfiled(db: Database) -> list[str]:
    """Return the runs whose file is not written."""
    return [row[0] for row in db.rows("SELECT run FROM runs WHERE filed = 0")]


def running(db: Database, but: str) -> list[str]:
    """Return the runs that have not ended, but one."""
    return [row[0] for row in db.rows("SELECT run FROM runs WHERE state = 'running' AND run <> ?", (but,))]


def exists(db: Database, run: str) -> bool:
    """Whether there is such a run."""
    return db.row("SELECT 1 FROM runs WHERE run = ?", (run,)) is not None


def is_running(db: Database, run: str) -> bool:
    """Whether a run has begun and not ended."""
    return db.row("SELECT 1 FROM runs WHERE run = ? AND state = 'running'", (run,)) is not None


def is_over(db: Database, run: str) -> bool:
    """Whether a run has begun and ended."""
    return db.row("SELECT 1 FROM runs WHERE run = ? AND state <> 'running'", (run,)) is not None


def last(db: Database, most: int) -> list[dict[str, Any]]:
    """Return the runs that began last, newest first, but for refused commands."""
    return [dict(row) for row in db.rows(_LAST, (most,))]


def restore(db: Database, values: Sequence[Any]) -> None:
    """Write a run of a rebuilt ledger.

    run, spider, arguments, job, started_at, ended_at, reason, exit_code, document.
    """
    db.write(_RESTORE, values)


def count(db: Database, run: str, tallies: Mapping[str, int]) -> None:
    """Add to a run's counts."""
    db.write_rows(_COUNT, [(run, name, number) for name, number in tallies.items() if number])


def counts(db: Database, run: str) -> list[tuple[str, int]]:
    """Return a run's counts by name."""
    return [tuple(row) for row in db.rows("SELECT name, count FROM tallies WHERE run = ? ORDER BY name", (run,))]
