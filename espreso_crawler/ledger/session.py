"""What the parts of an open ledger share: the connection, the run, the rules, the clock, the folders."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from espreso_crawler.ledger.liveness import Lock
from espreso_crawler.ledger.rules import Rules
from espreso_crawler.ledger.store import run_rows
from espreso_crawler.ledger.store.database import Database
from espreso_crawler.ledger.times import epoch, utc_text
from espreso_crawler.object_path import OutputPath

if TYPE_CHECKING:  # it knows drafts, which know what is kept of texts, which knows a session
    from espreso_crawler.ledger.articles.decisions import Decision, Record


class Session:
    """One process's open ledger."""

    db: Database
    """Set when the ledger is opened."""
    record: "Record"
    """How lines are written; set when the ledger is opened by what writes any."""

    make_durable: Callable[[], None] = staticmethod(lambda: None)
    """Called before records are committed: what they point to outside the ledger must outlive a power cut too."""

    def __init__(self, run: str, rules: Rules, clock: Callable[[], datetime], output: OutputPath) -> None:
        self.run = run
        self.rules = rules
        self.clock = clock
        self.output = output
        self.state: Path | None = None
        """Folder of locks, rejects and quarantine; None for a ledger in memory."""
        self.locks: Path | None = None
        """Folder of the lock files; None for a ledger in memory."""
        self.lock: Lock | None = None
        """This run's own lock; None for a ledger in memory."""
        self.host_locks: list[Lock] = []
        """Those of the hosts that this run alone asks."""
        self.quarantine: Path | None = None
        """Folder of the readable copies of what is in quarantine."""
        self.in_hand: set[str] = set()
        """Entries whose pages are being read, or stand in the pipelines."""

    def now(self) -> int:
        """Return the present in seconds since 1970."""
        return epoch(self.clock())

    def now_text(self) -> str:
        """Return the present as UTC text."""
        return utc_text(self.clock())

    def line(self, body: bytes, decision: "Decision") -> bytes:
        """Return the finished line of a body, as this run writes it."""
        return self.record.finished(body, decision, self.run)

    def count(self, tallies: Mapping[str, int], run: str | None = None) -> None:
        """Add to a run's counts (this one's), in the caller's transaction: exact even if it is killed."""
        run_rows.count(self.db, run or self.run, tallies)

    def begin_handling(self, url: str) -> None:
        """Note that an entry's page is in hand."""
        self.in_hand.add(url)
        if self.lock:
            self.lock.note(f"+{url}\n")

    def end_handling(self, url: str) -> None:
        """Note that an entry's page was dealt with."""
        self.in_hand.discard(url)
        if self.lock:
            self.lock.note(f"-{url}\n")

    def close(self) -> None:
        """Let go of the hosts, the database and the lock."""
        for lock in (*self.host_locks, self.lock):  # first: a server takes a moment to see that a session has ended
            if lock:
                lock.release()
        if hasattr(self, "db"):
            self.db.close()
