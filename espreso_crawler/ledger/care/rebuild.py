"""A new ledger from sealed files, when the old one is gone; what never was emitted is not in them."""

from pathlib import Path

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.care.restoring import FieldDigests, restore_runs, restore_segment
from espreso_crawler.ledger.delivery import files, segment_paths
from espreso_crawler.ledger.delivery.lines import STREAMS
from espreso_crawler.ledger.entries import coverage
from espreso_crawler.ledger.ledger import LOCKS, OPEN_LOCK, alone
from espreso_crawler.ledger.rules import Rules
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import comparison, entry_rows, segment_rows
from espreso_crawler.ledger.store.opening import Place, is_there, opened, renewed, shown
from espreso_crawler.ledger.times import utc_now
from espreso_crawler.object_path import OutputPath


def rebuild(database: Place, *, output: OutputPath, state: Path, field_digests: FieldDigests) -> dict[str, int]:
    """Make a ledger from sealed files and run files; returns how many segments, articles, entries it knows.

    Articles, revisions and what was forgotten come back; entries that led to no article are pending once
    more. Of the coverage only the top of each feed comes back: the next walk reads down to it.

    Raises LedgerError when there is a ledger that knows sealed segments, or a file is not what was sealed.
    """
    files.make_folder(state / LOCKS)
    with alone(state / LOCKS / OPEN_LOCK, Rules().busy_seconds):
        _refuse_living(database)
        session = Session("rebuild", Rules(), utc_now, output)
        with renewed(database) as session.db:
            return _restore(session, field_digests)


def _restore(session: Session, field_digests: FieldDigests) -> dict[str, int]:
    db = session.db
    for stream in STREAMS:
        for file in segment_paths.segment_files(session.output, stream):
            with db.transaction("rebuild"):
                restore_segment(session, stream, file, field_digests)
    with db.transaction("rebuild"):
        for host, newest in entry_rows.newest_times(db):
            coverage.restore(session, host, newest)
        restore_runs(session)
        return comparison.sizes(db)


def _refuse_living(database: Place) -> None:
    if not is_there(database):
        return
    db = opened(database, busy_seconds=0)
    try:
        if segment_rows.has_any(db):
            raise LedgerError(f"{shown(database)}: this ledger knows sealed files; move it away, then rebuild again")
    finally:
        db.close()
