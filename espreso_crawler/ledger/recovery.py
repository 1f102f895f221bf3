"""What an opener puts right after runs that died: leases, run files, stale locks; never the output."""

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger import runs
from espreso_crawler.ledger.crash import crash_point
from espreso_crawler.ledger.delivery import segment_paths
from espreso_crawler.ledger.delivery.lines import STREAMS
from espreso_crawler.ledger.entries import states
from espreso_crawler.ledger.liveness import SUFFIX, Lock, in_hand, run_lock
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import run_rows, segment_rows
from espreso_crawler.ledger.store.database import Database
from espreso_crawler.ledger.store.opening import Place, shown
from espreso_crawler.object_path import OutputPath

KILLED = "killed"
"""Finish reason of a run that never said why it ended."""


def refuse_new_beside_output(database: Place, latest: dict[str, int]) -> None:
    """Raise LedgerError before a new ledger is made beside sealed output."""
    if any(latest.values()):
        raise LedgerError(
            f"{shown(database)}: there is no ledger, but the output holds sealed files; bring the ledger back, or "
            "make a new one from them: `scrapy ledger reconcile --rebuild`"
        )


def refuse_strange_output(db: Database, latest: dict[str, int]) -> None:
    """Raise LedgerError when the output holds segments that this ledger never planned.

    `latest` is what lay on the disk before the ledger was asked: a plan always comes before its file.
    """
    for stream, number in latest.items():
        known = segment_rows.latest(db, stream)
        if number > known:
            way = "`--fix` reads into an old copy what was sealed since, `--rebuild` makes a new one"
            raise LedgerError(
                f"{db.name}: the output holds {stream} segment {number}, but this ledger knows {known or 'none'}: "
                f"it is new, or an old copy; `scrapy ledger reconcile` with {way}"
            )


def refuse_other_output(session: Session) -> None:
    """Raise LedgerError when a ledger on a server belongs to another output: none of its newest files is here.

    A file's rename is its delivery, so one output has one ledger, and a ledger one output. One or two may be
    missing: somebody moved them, and `reconcile` says so.
    """
    db, output = session.db, session.output
    for stream in STREAMS if db.locks else ():
        paths = segment_rows.newest_sealed(db, stream)
        if paths and not any((output / path).exists() for path in paths):
            raise LedgerError(
                f"{db.name}: its newest files of {stream}, such as {paths[0]}, are not in {output}: give the output "
                "folder of this ledger; if the files are lost: `scrapy ledger reconcile --fix`"
            )


def latest_on_disk(output: OutputPath) -> dict[str, int]:
    """Return the highest segment number of every stream."""
    return {stream: segment_paths.latest(output, stream) for stream in STREAMS}


def recover(session: Session) -> list[str]:
    """End every run that died and give its leases back; returns their ids. Living runs are left alone."""
    if session.locks is None:
        return []
    dead = []
    for run in run_rows.running(session.db, but=session.run):
        if lock := Lock.take(run_lock(session.locks, run), session.db.locks):
            crash_point("recovery:locked")
            if _end(session, run, lock.text()):
                dead.append(run)
            lock.remove()
    _file_all(session)
    _sweep(session)
    return dead


def _end(session: Session, run: str, notes: str) -> bool:
    db = session.db
    with db.transaction("recovery"):
        if not run_rows.is_running(db, run):
            return False
        given_back = states.release(
            db, run, in_hand=in_hand(notes), error=f"run {run} died", now=session.now(), rules=session.rules
        )
        session.count({f"entry/{state}": count for state, count in given_back.items()}, run)
        ended = {"ended_at": None, "reason": KILLED, "exit_code": None, "recovered_by": session.run}
        runs.end(session, run, runs.document(session, run) | ended, state="dead")
    return True


def _file_all(session: Session) -> None:
    """Write the run files that are owed: of the dead, and of runs that died between end and file."""
    for run in run_rows.unfiled(session.db):
        if session.locks and (lock := Lock.take(run_lock(session.locks, run), session.db.locks)):
            runs.file(session, run)
            crash_point("recovery:run-file-written")
            lock.remove()


def _sweep(session: Session) -> None:
    """Remove lock files whose run is over, or never began."""
    for path in session.locks.glob(f"*{SUFFIX}") if session.locks else ():
        run = path.name.removesuffix(SUFFIX)
        if not run_rows.is_running(session.db, run) and (lock := Lock.take(path, session.db.locks)):
            lock.remove()
