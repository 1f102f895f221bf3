"""The ledger as a whole: a process opens it once and closes it last; its parts do the work."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger import recovery, runs
from espreso_crawler.ledger.articles.articles import Articles
from espreso_crawler.ledger.articles.decisions import Record
from espreso_crawler.ledger.articles.lookups import Lookups
from espreso_crawler.ledger.articles.neighbours import Neighbours
from espreso_crawler.ledger.articles.rechecks import Rechecks
from espreso_crawler.ledger.care.rewriting import rewrite_all
from espreso_crawler.ledger.copies import Copies
from espreso_crawler.ledger.delivery import files, segments
from espreso_crawler.ledger.delivery.outbox import Outbox
from espreso_crawler.ledger.entries import rhythm, states
from espreso_crawler.ledger.entries.coverage import Coverage
from espreso_crawler.ledger.entries.entries import Entries
from espreso_crawler.ledger.entries.listings import Listings
from espreso_crawler.ledger.guests import Guests
from espreso_crawler.ledger.holding import quarantine
from espreso_crawler.ledger.holding.baselines import Baselines
from espreso_crawler.ledger.holding.holding import Holding
from espreso_crawler.ledger.liveness import Lock, run_lock
from espreso_crawler.ledger.pauses import Pauses
from espreso_crawler.ledger.rules import Rules
from espreso_crawler.ledger.runs import Run
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store.opening import Place, is_there, opened
from espreso_crawler.ledger.times import utc_now
from espreso_crawler.object_path import ObjectPath, OutputPath

LOCKS = "locks"
OPEN_LOCK = "open.lock"
FINISHED = "finished"
"""Reason of a run that did all its work: a page still in hand at that moment had no result."""
CLOSE_WAIT = 5.0
"""Seconds a closing run waits while another process seals; then that one, or the next, seals its lines."""


class Ledger:
    """One process's hold on the ledger, used from one thread. Every method may raise LedgerError."""

    def __init__(self, session: Session, run: Run) -> None:
        self.run = run
        self.recovered: list[str] = []
        """Runs that died before this one and were ended by it."""
        lookups = Lookups(session)
        self.outbox = Outbox(session, lookups)
        self.entries = Entries(session, self.outbox)
        self.listings = Listings(session)
        self.articles = Articles(session, lookups)
        self.holding = Holding(session, self.outbox)
        self.neighbours = Neighbours(lookups, lambda: [*self.outbox.texts(), *self.holding.texts()])
        self.baselines = Baselines(session)
        self.coverage = Coverage(session)
        self.rechecks = Rechecks(session, self.outbox)
        self.pauses = Pauses(session)
        self.guests = Guests(session)
        self.copies = Copies(session)
        self.segments = segments.Segments(session)
        self.session = session
        self._is_open = True

    @classmethod
    def open(
        cls,
        database: Place | None,
        *,
        output: OutputPath,
        state: Path,
        run: Run,
        record: Record,
        rules: Rules | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> Self:
        """Open the ledger for a run, and recover what dead runs left.

        `database` is the path of an SQLite file, or the address of a PostgreSQL database; None is a crawl without
        memory: the same code on a database in memory, without locks.
        `record` writes the lines. `clock` returns the present as an aware time; tests move it.

        Raises LedgerError if the file is not a ledger, or is unreadable, read-only, damaged or of a newer program;
        if the output holds segments that this ledger does not know; or if output and state are on two file
        systems.
        """
        if isinstance(output, ObjectPath):
            output.probe()
        files.make_folder(output)
        session = Session(run.id, rules or Rules(), clock, output)
        session.record = record
        session.quarantine = state / quarantine.FOLDER
        ledger = cls(session, run)
        try:
            if database is None:
                ledger._begin_in_memory()
            else:
                ledger._begin(database, state)
        except BaseException:
            ledger.abandon()
            raise
        return ledger

    @property
    def is_on_a_server(self) -> bool:
        """Whether an answer takes a round trip."""
        return self.session.db.locks is not None

    def tick(self) -> list[str]:
        """Flush and seal what is due; returns the new files, relative to the output. Call it about once a second."""
        if self.outbox.is_due():
            self.outbox.flush()
        if self.holding.is_due():
            self.holding.flush()
        return self.segments.seal() if self.segments.is_due() else []

    def seal(self) -> list[str]:
        """Flush, then seal every line that may go out; returns the new files, relative to the output."""
        self.outbox.flush()
        return self.segments.seal()

    def counts(self) -> tuple[dict[str, dict[str, int]], int]:
        """Return what this run has counted so far, by group, and how many entries it leases now; cheap."""
        return runs.counts(self.session.db, self.run.id), runs.leased(self.session.db, self.run.id)

    def now(self) -> datetime:
        """Return the present by this ledger's clock, as an aware time."""
        return self.session.clock()

    def newest_in_feed(self) -> dict[str, datetime]:
        """Return, for each host, the newest time that was read in its feed so far."""
        return rhythm.newest_in_feed(self.session)

    def recent_times(self, host: str) -> list[int]:
        """Return the feed times of a host's newest entries, in seconds since 1970."""
        return rhythm.recent_times(self.session, host)

    def close(self, reason: str, exit_code: int, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Flush, seal, give leases back, end the run and write ``output/runs/<run>.json``; returns it.

        `extra` (stats, verdict) is merged into the run file. A second call does nothing. If a flush or seal fails,
        the run is still ended if that can be written; then the first error is raised.
        """
        if not self._is_open:
            return {}
        failed: LedgerError | None = None
        try:
            try:
                self.outbox.flush()
                self.holding.flush()  # what had no verdict waits for the next run's
                self.segments.seal(wait=CLOSE_WAIT)
            except LedgerError as error:
                failed = error
            document = self._end(reason, exit_code, extra or {})
        finally:
            self.abandon()
        if failed:
            raise failed
        return document

    def abandon(self) -> None:
        """Let go of the file without writing, after a LedgerError: the next run recovers."""
        self._is_open = False
        self.session.close()

    def _begin(self, database: Place, state: Path) -> None:
        session, locks = self.session, state / LOCKS
        files.make_folder(locks)
        _refuse_two_disks(session.output, state)
        with alone(locks / OPEN_LOCK, session.rules.busy_seconds):
            latest = recovery.latest_on_disk(session.output)
            if not is_there(database):
                recovery.refuse_new_beside_output(database, latest)
            session.db = opened(database, busy_seconds=session.rules.busy_seconds)
            recovery.refuse_strange_output(session.db, latest)
            recovery.refuse_other_output(session)
            session.locks, session.state = locks, state
            session.lock = Lock.take(run_lock(locks, self.run.id), session.db.locks)
            if session.lock is None:
                raise LedgerError(f"{run_lock(locks, self.run.id)}: another process has this run id")
            runs.begin(session.db, self.run)
            if session.db.locks:
                session.db.locks.fence(self.run.id)
            self.recovered = recovery.recover(session)
        quarantine.show_all(session)
        self.segments.settle_plans()
        with self.segments.alone(0.0) as is_alone:
            if is_alone:
                rewrite_all(session, self.segments)

    def _begin_in_memory(self) -> None:
        session = self.session
        session.db = opened(None, busy_seconds=0)
        segments.continue_after(session.db, recovery.latest_on_disk(session.output))
        runs.begin(session.db, self.run)

    def _end(self, reason: str, exit_code: int, extra: Mapping[str, Any]) -> dict[str, Any]:
        session, run = self.session, self.run.id
        with session.db.transaction("close"):
            given_back = states.release(
                session.db,
                run,
                in_hand=session.in_hand if reason == FINISHED else (),
                error=f"run {run} ended: {reason}",
                now=session.now(),
                rules=session.rules,
            )
            session.count({f"entry/{state}": count for state, count in given_back.items()})
            ended = {"ended_at": session.now_text(), "reason": reason, "exit_code": exit_code}
            document = runs.document(session, run) | ended | dict(extra)
            runs.end(session, run, document, state="closed")
        runs.file(session, run)
        if session.lock:
            session.lock.remove()
        return document


@contextmanager
def alone(path: Path, seconds: float) -> Iterator[None]:
    """Open, migrate and recover one process after the other."""
    lock = Lock.take_within(path, seconds)
    if lock is None:
        raise LedgerError(f"{path}: another process has been opening the ledger for {seconds:.0f} s: does it hang?")
    try:
        yield
    finally:
        lock.release()


def _refuse_two_disks(output: OutputPath, state: Path) -> None:
    if isinstance(output, Path) and output.stat().st_dev != state.stat().st_dev:
        raise LedgerError(f"{output} and {state} are on two file systems: set ESPRESO_OUTPUT and ESPRESO_STATE to one")
