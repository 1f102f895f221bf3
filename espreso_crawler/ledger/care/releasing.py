"""What a person decides about a run's quarantine: its rows go out after all, or its entries are fetched again."""

from dataclasses import dataclass, field

from espreso_crawler.exceptions import ArgumentError
from espreso_crawler.ledger.articles.decisions import Decision
from espreso_crawler.ledger.entries import states
from espreso_crawler.ledger.holding import quarantine
from espreso_crawler.ledger.ledger import Ledger

RELEASE = "UPDATE held SET state = 'released', run = ? WHERE run = ? AND state = 'quarantined'"
ENTRIES = "SELECT entry FROM held WHERE run = ? AND state = 'quarantined' AND entry IS NOT NULL ORDER BY seq"
IS_HELD = "SELECT 1 FROM held WHERE run = ? AND state = 'quarantined' LIMIT 1"
DISCARD = "DELETE FROM held WHERE run = ? AND state = 'quarantined'"


@dataclass(slots=True)
class Released:
    """What became of the rows that were let out of quarantine."""

    decisions: list[Decision] = field(default_factory=list)
    """As committed; ``overtaken`` is a row whose article was looked at again since: it is fetched once more."""
    observations: list[bytes] = field(default_factory=list)
    """What the judge had seen of each row."""


def release(ledger: Ledger, run: str) -> Released:
    """Let a run's quarantined rows out: each is decided anew, against what stands now.

    One whose article has an earlier row without a verdict goes out after that one, with the next crawl.

    Raises ArgumentError when nothing of the run is in quarantine.
    """
    session, found = ledger.session, Released()
    with session.db.transaction("release"):
        entries = _entries(ledger, run)
        if not session.db.write(RELEASE, (session.run, run)).rowcount:
            raise ArgumentError(_nothing(run))
        states.reclaim(session.db, session.run, entries)
    quarantine.show(session, run)
    released = [kept for kept in ledger.holding.adopt() if kept.is_released]  # no verdict over the others was spoken
    tell, ledger.outbox.on_commit = ledger.outbox.on_commit, found.decisions.extend
    try:
        blocked = ledger.holding.accept(released)
        found.observations = [kept.observation for kept in released if kept not in blocked]
        ledger.outbox.flush()
    finally:
        ledger.outbox.on_commit = tell
    return found


def has_quarantine(ledger: Ledger, run: str) -> bool:
    """Return whether any row of a run is in quarantine."""
    return ledger.session.db.row(IS_HELD, (run,)) is not None


def discard(ledger: Ledger, run: str, *, reason: str) -> tuple[int, int]:
    """Drop a run's quarantined rows; their entries are pending again, with the reason.

    Returns how many rows were dropped and how many entries are pending now: those that were fetched again
    meanwhile are left alone. Raises ArgumentError when nothing of the run is in quarantine.
    """
    session = ledger.session
    with session.db.transaction("discard"):
        freed = states.free(session.db, _entries(ledger, run), reason=f"discarded: {reason}")
        dropped = session.db.write(DISCARD, (run,)).rowcount
        if not dropped:
            raise ArgumentError(_nothing(run))
        session.count({"quarantine/discarded": dropped})
    quarantine.show(session, run)
    return dropped, freed


def _entries(ledger: Ledger, run: str) -> list[str]:
    return [row[0] for row in ledger.session.db.rows(ENTRIES, (run,))]


def _nothing(run: str) -> str:
    return f"{run}: nothing of this run is in quarantine; `scrapy ledger` shows what is"
