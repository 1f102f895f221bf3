"""Readable copies of what is in quarantine, in the state folder; the ledger's rows are what counts."""

from collections.abc import Iterator
from pathlib import Path

import orjson

from espreso_crawler import durable
from espreso_crawler.ledger.crash import crash_point
from espreso_crawler.ledger.delivery import files
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import held_rows, run_rows

FOLDER = "quarantine"
"""In the state folder."""
UNDECIDED = ("revision", "emitted_at", "change_kind", "silent")
"""Fields of a record that only the decision at its release gives."""


def show(session: Session, run: str) -> None:
    """Write the copy of a run's quarantine, or remove it when nothing is left in there."""
    if session.quarantine is None:
        return
    path = copy_of(session.quarantine, run)
    if not held_rows.has_quarantine(session.db, run):
        files.remove(path)
        return
    files.make_folder(path.parent)
    files.write_lines(path, _lines(session, run))
    files.put(durable.temporary(path), path)
    crash_point("quarantine:file-written")


def hide(session: Session, run: str) -> None:
    """Remove the copy of a run's quarantine before that changes: the next process finds none and writes it."""
    if session.quarantine:
        files.remove(copy_of(session.quarantine, run))


def show_all(session: Session) -> None:
    """Write the copies that dead runs and commands owe, and remove those of which nothing is left."""
    if session.quarantine is None:
        return
    for run in held_rows.quarantined_runs_over(session.db):
        if not copy_of(session.quarantine, run).exists():
            show(session, run)
    for path in session.quarantine.glob("*.jsonl"):
        run = path.stem
        if run_rows.is_over(session.db, run) and not held_rows.has_quarantine(session.db, run):
            files.remove(path)


def copy_of(folder: Path, run: str) -> Path:
    """Return the path of the copy of a run's quarantine."""
    return folder / f"{run}.jsonl"


def _lines(session: Session, run: str) -> Iterator[bytes]:
    for line, reason in held_rows.lines_in_quarantine(session.db, run):
        record = orjson.loads(line) | dict.fromkeys(UNDECIDED)
        yield orjson.dumps({"url": record.get("url"), "reason": reason, "run_id": run, "record": record})
