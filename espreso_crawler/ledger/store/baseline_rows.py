"""``baselines``: what runs saw of each edition, as JSON documents."""

from espreso_crawler.ledger.store.database import Database

_ADD = "INSERT INTO baselines (edition, run, tally) VALUES (?, ?, ?)"
_IS_CHANGED = "CASE WHEN json_extract(tally, '$.changes') IS NULL THEN 0 ELSE 1 END"
"""1 where a run saw the edition changed, which is not usual before a person says so; see `Baselines.changed`."""
_LAST = f"""
SELECT tally FROM baselines WHERE edition = ? AND {_IS_CHANGED} = 0 ORDER BY seq DESC LIMIT ?
"""  # noqa: S608  # no value of another's in it
_CHANGED = f"SELECT edition, tally FROM baselines WHERE run = ? AND {_IS_CHANGED} = 1"  # noqa: S608
_PRUNE = f"""
DELETE FROM baselines WHERE edition = ?1 AND {_IS_CHANGED} = ?3 AND seq <= (
    SELECT seq FROM baselines WHERE edition = ?1 AND {_IS_CHANGED} = ?3 ORDER BY seq DESC LIMIT 1 OFFSET ?2
)
"""  # noqa: S608


def last(db: Database, edition: str, most: int) -> list[str]:
    """Return what the last runs saw of an edition, newest first; of runs that saw no change."""
    return [row[0] for row in db.rows(_LAST, (edition, most))]


def changed(db: Database, run: str) -> dict[str, str]:
    """Return what a run saw of each edition that it found changed."""
    return dict(map(tuple, db.rows(_CHANGED, (run,))))


def add(db: Database, edition: str, run: str, tally: str, *, is_changed: bool, most: int) -> None:
    """Add what a run saw, and remove all but the last ones of its kind."""
    db.write(_ADD, (edition, run, tally))
    db.write(_PRUNE, (edition, most, is_changed))


def forget(db: Database, edition: str) -> None:
    """Remove what was seen of an edition."""
    db.write("DELETE FROM baselines WHERE edition = ?", (edition,))
