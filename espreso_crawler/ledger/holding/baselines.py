"""What earlier runs saw of each edition, so that a judge knows what is usual; not what it means."""

from collections.abc import Sequence
from typing import Any

import orjson

from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import baseline_rows

KEPT = 100
"""Runs kept of an edition, of usual ones and of changed ones each."""


class Baselines:
    """``ledger.baselines``: one JSON document a run and edition."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def last(self, edition: str, *, runs: int = KEPT) -> list[dict[str, Any]]:
        """Return what the last runs saw of an edition, newest first; of runs that saw no change."""
        return [orjson.loads(tally) for tally in baseline_rows.last(self._session.db, edition, runs)]

    def changed(self, run: str) -> dict[str, dict[str, Any]]:
        """Return what a run saw of each edition that it found changed."""
        return {edition: orjson.loads(tally) for edition, tally in baseline_rows.changed(self._session.db, run).items()}

    def add(self, edition: str, tally: dict[str, Any], *, changes: Sequence[str] = (), anew: bool = False) -> None:
        """Add what this run saw; `anew` forgets all before it: what it saw is the new normal.

        `changes` are names of critical changes that it found: what it saw is kept apart, until a person accepts it.
        """
        session, document = self._session, tally | ({"changes": list(changes)} if changes else {})
        with session.db.transaction("baseline"):
            if anew:
                baseline_rows.forget(session.db, edition)
            text = orjson.dumps(document).decode()
            baseline_rows.add(session.db, edition, session.run, text, is_changed=bool(changes), most=KEPT)
