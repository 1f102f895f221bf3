"""Hosts that asked to be left alone for longer than one run: until when, and why."""

from datetime import datetime

from espreso_crawler.ledger.entries.states import LONGEST_WAIT
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import pause_rows
from espreso_crawler.ledger.times import epoch, instant


class Pauses:
    """``ledger.pauses``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def ask(self, host: str, until: datetime, reason: str) -> None:
        """Note that no run asks this host for anything before an aware instant; a day at most.

        A longer pause, of which another run was told meanwhile, stays.
        """
        now = self._session.now()
        with self._session.db.transaction("pause"):
            known = self.of(host)
            if known is None or known[0] < until:
                pause_rows.keep(self._session.db, host, min(epoch(until), now + LONGEST_WAIT), reason)

    def of(self, host: str) -> tuple[datetime, str] | None:
        """Return until when a host is left alone, and why; None when it may be asked.

        A pause longer than a day on record means that the clock was set back: it is over.
        """
        row = pause_rows.of(self._session.db, host)
        if row is None or not 0 < row["until"] - self._session.now() <= LONGEST_WAIT:
            return None
        return instant(row["until"]), row["reason"]

    def over(self, host: str) -> None:
        """Forget a host's pause: it answers again."""
        if pause_rows.of(self._session.db, host):
            with self._session.db.transaction("pause"):
                pause_rows.remove(self._session.db, host)
