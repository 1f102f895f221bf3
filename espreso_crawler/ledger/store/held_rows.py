"""``held``: drafts that wait for a verdict, or stand in quarantine until a person decides."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import orjson

from espreso_crawler.ledger.store.database import Database

_INSERT = """
INSERT INTO held (run, state, entry, base, draft, line, observation, reason) VALUES {rows} RETURNING seq
"""
_QUARANTINE = "UPDATE held SET state = 'quarantined', reason = ? WHERE seq = ?"
_MINE = "SELECT * FROM held WHERE run = ? AND state <> 'quarantined' ORDER BY seq"
_ADOPT = """
UPDATE held SET run = ? WHERE state <> 'quarantined' AND run NOT IN (SELECT run FROM runs WHERE state = 'running')
"""
_RELEASE = "UPDATE held SET state = 'released', run = ? WHERE run = ? AND state = 'quarantined'"
_ENTRIES = "SELECT entry FROM held WHERE run = ? AND state = 'quarantined' AND entry IS NOT NULL ORDER BY seq"
_IS_QUARANTINED = "SELECT 1 FROM held WHERE run = ? AND state = 'quarantined' LIMIT 1"
_DISCARD = "DELETE FROM held WHERE run = ? AND state = 'quarantined'"
_LINES = "SELECT line, reason FROM held WHERE run = ? AND state = 'quarantined' ORDER BY seq"
_OVER = (
    "SELECT DISTINCT run FROM held JOIN runs USING (run) WHERE held.state = 'quarantined' AND runs.state <> 'running'"
)
_BY_RUN = """
SELECT run, count(*) AS rows, min(reason) AS reason FROM held WHERE state = 'quarantined' GROUP BY run ORDER BY run
"""
_NEWEST = "SELECT run, line, reason FROM held WHERE state = 'quarantined' ORDER BY seq DESC LIMIT ?"
_REMOVE = "DELETE FROM held WHERE seq IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"
_REASONS = """
SELECT reason, count(*) AS rows FROM held WHERE run = ? AND state = 'quarantined'
GROUP BY reason ORDER BY rows DESC, reason
"""


def insert(db: Database, rows: Sequence[Sequence[Any]]) -> list[int]:
    """Write held drafts; returns their seq in the order given.

    Each: run, state, entry, base, draft, line, observation, reason.
    """
    return sorted(row[0] for row in db.write_rows(_INSERT, rows))


def quarantine(db: Database, rows: Sequence[tuple[str, int]]) -> None:
    """Put rows into quarantine; each: reason, seq."""
    db.write_all(_QUARANTINE, rows)


def adopt(db: Database, run: str) -> None:
    """Make the waiting rows of runs that are over those of this run."""
    db.write(_ADOPT, (run,))


def waiting_of(db: Database, run: str) -> list[Any]:
    """Return a run's rows that are not in quarantine, oldest first."""
    return db.rows(_MINE, (run,))


def release(db: Database, run: str, *, of: str) -> int:
    """Take the rows of a run out of quarantine and make them this run's; returns how many."""
    return db.change(_RELEASE, (run, of))


def discard(db: Database, run: str) -> int:
    """Remove a run's rows in quarantine; returns how many."""
    return db.change(_DISCARD, (run,))


def entries_in_quarantine(db: Database, run: str) -> list[str]:
    """Return the addresses of the entries that led to a run's rows in quarantine."""
    return [row[0] for row in db.rows(_ENTRIES, (run,))]


def has_quarantine(db: Database, run: str) -> bool:
    """Whether any row of a run is in quarantine."""
    return db.row(_IS_QUARANTINED, (run,)) is not None


def lines_in_quarantine(db: Database, run: str) -> Iterator[tuple[bytes, str]]:
    """Yield line and reason of a run's rows in quarantine."""
    return (tuple(row) for row in db.each(_LINES, (run,)))


def quarantined_runs_over(db: Database) -> list[str]:
    """Return the runs that are over and have rows in quarantine."""
    return [row[0] for row in db.rows(_OVER)]


def quarantine_by_run(db: Database) -> list[dict[str, Any]]:
    """Return run, number of rows and a reason for each run with rows in quarantine."""
    return [dict(row) for row in db.rows(_BY_RUN)]


def reasons(db: Database, run: str) -> list[dict[str, Any]]:
    """Return the reasons for which rows of a run are in quarantine, and how many for each, most first."""
    return [dict(row) for row in db.rows(_REASONS, (run,))]


def newest_in_quarantine(db: Database, most: int) -> list[Any]:
    """Return run, line and reason of the rows that came into quarantine last, newest first."""
    return db.rows(_NEWEST, (most,))


def count_waiting(db: Database) -> int:
    """Return how many rows wait for a verdict."""
    return int(db.row("SELECT count(*) FROM held WHERE state <> 'quarantined'")[0])


def everything(db: Database) -> list[tuple[int, bytes]]:
    """Return seq and line of every row."""
    return [tuple(row) for row in db.rows("SELECT seq, line FROM held")]


def remove(db: Database, seqs: Collection[int]) -> None:
    """Remove rows."""
    if seqs:
        db.write(_REMOVE, (orjson.dumps(list(seqs)).decode(),))
