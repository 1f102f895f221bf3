"""What earlier runs saw of each edition, so that a judge knows what is usual; not what it means."""

from collections.abc import Sequence
from typing import Any

import orjson

from espreso_crawler.ledger.session import Session

KEPT = 100
"""Runs kept of an edition, of usual ones and of changed ones each."""
ADD = "INSERT INTO baselines (edition, run, tally) VALUES (?, ?, ?)"
IS_CHANGED = "json_extract(tally, '$.changes') IS NOT NULL"
"""Whether a run saw the edition changed, which is not usual before a person says so; see `Baselines.changed`."""
LAST = f"""
SELECT tally FROM baselines WHERE edition = ? AND NOT {IS_CHANGED} ORDER BY seq DESC LIMIT ?
"""  # noqa: S608  # no value of another's in it
CHANGED = f"SELECT edition, tally FROM baselines WHERE run = ? AND {IS_CHANGED}"  # noqa: S608
PRUNE = f"""
DELETE FROM baselines WHERE edition = ?1 AND {IS_CHANGED} = ?3 AND seq <= (
    SELECT seq FROM baselines WHERE edition = ?1 AND {IS_CHANGED} = ?3 ORDER BY seq DESC LIMIT 1 OFFSET ?2
)
"""  # noqa: S608
FORGET = "DELETE FROM baselines WHERE edition = ?"


class Baselines:
    """``ledger.baselines``: one JSON document a run and edition."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def last(self, edition: str, *, runs: int = KEPT) -> list[dict[str, Any]]:
        """Return what the last runs saw of an edition, newest first; of runs that saw no change."""
        return [orjson.loads(row[0]) for row in self._session.db.rows(LAST, (edition, runs))]

    def changed(self, run: str) -> dict[str, dict[str, Any]]:
        """Return what a run saw of each edition that it found changed."""
        return {row[0]: orjson.loads(row[1]) for row in self._session.db.rows(CHANGED, (run,))}

    def add(self, edition: str, tally: dict[str, Any], *, changes: Sequence[str] = (), anew: bool = False) -> None:
        """Add what this run saw; `anew` forgets all before it: what it saw is the new normal.

        `changes` are names of critical changes that it found: what it saw is kept apart, until a person accepts it.
        """
        session, document = self._session, tally | ({"changes": list(changes)} if changes else {})
        with session.db.transaction("baseline"):
            if anew:
                session.db.write(FORGET, (edition,))
            session.db.write(ADD, (edition, session.run, orjson.dumps(document).decode()))
            session.db.write(PRUNE, (edition, KEPT, bool(changes)))
