"""What earlier runs saw of each edition, so that a judge knows what is usual; not what it means."""

from typing import Any

import orjson

from espreso_crawler.ledger.session import Session

KEPT = 100
"""Runs kept of an edition."""
ADD = "INSERT INTO baselines (edition, run, tally) VALUES (?, ?, ?)"
LAST = "SELECT tally FROM baselines WHERE edition = ? ORDER BY seq DESC LIMIT ?"
PRUNE = """
DELETE FROM baselines WHERE edition = ?1 AND seq <= (
    SELECT seq FROM baselines WHERE edition = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2
)
"""
FORGET = "DELETE FROM baselines WHERE edition = ?"


class Baselines:
    """``ledger.baselines``: one JSON document a run and edition."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def last(self, edition: str, *, runs: int = KEPT) -> list[dict[str, Any]]:
        """Return what the last runs saw of an edition, newest first."""
        return [orjson.loads(row[0]) for row in self._session.db.rows(LAST, (edition, runs))]

    def add(self, edition: str, tally: dict[str, Any], *, anew: bool = False) -> None:
        """Add what this run saw; `anew` forgets all before it: what it saw is the new normal."""
        session = self._session
        with session.db.transaction("baseline"):
            if anew:
                session.db.write(FORGET, (edition,))
            session.db.write(ADD, (edition, session.run, orjson.dumps(tally).decode()))
            session.db.write(PRUNE, (edition, KEPT))
