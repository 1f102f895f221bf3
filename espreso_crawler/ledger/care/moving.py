"""A ledger copied into another database, whole or not at all; the output stays where it is."""

from pathlib import Path

from espreso_crawler.exceptions import ArgumentError, LedgerError
from espreso_crawler.ledger.care.inspection import inspected, sealing_stopped
from espreso_crawler.ledger.ledger import LOCKS, OPEN_LOCK, alone
from espreso_crawler.ledger.liveness import Lock, run_lock
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import run_rows, whole_tables
from espreso_crawler.ledger.store.opening import Place, is_there, opened, renewed, shown
from espreso_crawler.object_path import OutputPath


def copy(source: Place, target: Place, *, output: OutputPath, state: Path) -> dict[str, int]:
    """Copy a ledger, while no run writes it; returns the number of rows by table.

    The copy is compared with its source, by number of rows and digest of every table, before it counts. Raises
    LedgerError when a run is alive, and ArgumentError when the target is no new place.
    """
    with (
        inspected(source, output=output, state=state) as session,
        alone(state / LOCKS / OPEN_LOCK, session.rules.busy_seconds),
        sealing_stopped(session),
    ):
        _refuse_living(session)
        _refuse_used(target)
        with renewed(target) as made:
            with made.transaction("copy"):
                whole_tables.copy(session.db, made)
            found = whole_tables.digests(made)
            if found != (expected := whole_tables.digests(session.db)):
                wrong = [name for name, digest in expected.items() if found[name] != digest]
                raise LedgerError(f"{shown(target)}: the copy of {', '.join(wrong)} differs; nothing was kept")
    return {name: count for name, (count, _) in found.items()}


def _refuse_living(session: Session) -> None:
    for run in run_rows.running(session.db, but=session.run):
        lock = session.locks and Lock.take(run_lock(session.locks, run), session.db.locks)
        if not lock:
            raise LedgerError(f"{session.db.name}: run {run} is still at work: copy when it has ended")
        lock.release()


def _refuse_used(target: Place) -> None:
    if not is_there(target):
        return
    db = opened(target, busy_seconds=0)
    try:
        if run_rows.last(db, 1):
            raise ArgumentError(f"{shown(target)}: there is a ledger already, with runs: give a new place")
    finally:
        db.close()
