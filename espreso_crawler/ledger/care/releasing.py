"""What a person decides about a run's quarantine: its rows go out after all, or its entries are fetched again."""

from dataclasses import dataclass, field

from espreso_crawler.exceptions import ArgumentError
from espreso_crawler.ledger.articles.decisions import Decision
from espreso_crawler.ledger.holding import quarantine
from espreso_crawler.ledger.ledger import Ledger
from espreso_crawler.ledger.store import entry_states, held_rows


@dataclass(slots=True)
class Released:
    """What became of the rows that were let out of quarantine."""

    decisions: list[Decision] = field(default_factory=list)
    """As committed; ``overtaken`` is a row whose article was looked at again since: it is fetched once more."""
    observations: list[bytes] = field(default_factory=list)
    """What the judge had seen of each row."""


def release(ledger: Ledger, run: str) -> Released:
    """Let a run's quarantined rows out: each is decided again, against what stands now.

    One whose article has an earlier row without a verdict goes out after that one, with the next crawl.

    Raises ArgumentError when nothing of the run is in quarantine.
    """
    session, found = ledger.session, Released()
    with session.db.transaction("release"):
        entries = held_rows.entries_in_quarantine(session.db, run)
        if not held_rows.release(session.db, session.run, of=run):
            raise ArgumentError(_nothing(run))
        entry_states.reclaim(session.db, session.run, entries)
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
    return held_rows.has_quarantine(ledger.session.db, run)


def discard(ledger: Ledger, run: str, *, reason: str) -> tuple[int, int]:
    """Drop a run's quarantined rows; their entries are pending again, with the reason.

    Returns how many rows were dropped and how many entries are pending now: those that were fetched again
    meanwhile are left alone. Raises ArgumentError when nothing of the run is in quarantine.
    """
    session = ledger.session
    with session.db.transaction("discard"):
        freed = entry_states.free(
            session.db, held_rows.entries_in_quarantine(session.db, run), reason=f"discarded: {reason}"
        )
        dropped = held_rows.discard(session.db, run)
        if not dropped:
            raise ArgumentError(_nothing(run))
        session.count({"quarantine/discarded": dropped})
    quarantine.show(session, run)
    return dropped, freed


def _nothing(run: str) -> str:
    return f"{run}: nothing of this run is in quarantine; `scrapy ledger` shows what is"
