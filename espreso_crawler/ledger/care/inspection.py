"""A ledger opened to be looked at or repaired, beside living runs; it is no run and leaves no run file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path

from espreso_crawler.exceptions import LedgerError, NameTaken
from espreso_crawler.ledger.delivery import files
from espreso_crawler.ledger.delivery.segments import Segments
from espreso_crawler.ledger.ledger import LOCKS
from espreso_crawler.ledger.rules import Rules
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store.opening import Place, is_there, opened, shown
from espreso_crawler.ledger.times import utc_now
from espreso_crawler.object_path import OutputPath

SEAL_WAIT = 30.0


@contextmanager
def inspected(
    database: Place, *, output: OutputPath, state: Path, clock: Callable[[], datetime] = utc_now
) -> Iterator[Session]:
    """Open an existing ledger; raises LedgerError when there is none or it cannot be used."""
    if not is_there(database):
        raise LedgerError(
            f"{shown(database)}: there is no ledger; a crawl makes one, "
            "`scrapy ledger reconcile --rebuild` restores one"
        )
    session = Session("inspection", Rules(), clock, output)
    session.state = state
    session.locks = state / LOCKS
    files.make_folder(session.locks)
    session.db = opened(database, busy_seconds=session.rules.busy_seconds)
    try:
        yield session
    finally:
        session.close()


@contextmanager
def sealing_stopped(session: Session, *, beside_strangers: bool = False) -> Iterator[Segments]:
    """Keep every process from sealing, after finishing what a dead one left.

    Raises LedgerError when one hangs, or when other data lies in the place of what a dead one left; with
    `beside_strangers` that is left to the caller, who finds it as a foreign file.
    """
    segments = Segments(session)
    with segments.alone(SEAL_WAIT) as is_alone:
        if not is_alone:
            raise LedgerError(
                f"{session.db.name}: another process has been sealing for {SEAL_WAIT:.0f} s: does it hang?"
            )
        with suppress(NameTaken) if beside_strangers else nullcontext():
            segments.settle_alone()
        yield segments
