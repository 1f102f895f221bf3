"""Setting right what `reconcile` found: strangers put aside, lost articles asked for again."""

import errno
from collections.abc import Sequence
from pathlib import Path

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.care.inspection import sealing_stopped
from espreso_crawler.ledger.care.reconcile import Line, Report
from espreso_crawler.ledger.delivery import files
from espreso_crawler.ledger.delivery.segments import Plan, manifest
from espreso_crawler.ledger.entries import states
from espreso_crawler.ledger.session import Session

ASIDE = "aside"
"""Folder in the state folder for files that are no part of the output."""
SEGMENT = """
SELECT stream, number, run, path, schema_version, first_at, last_at, rows, replaces, count, bytes, sha256
FROM segments WHERE path = ?
"""
ASK_AGAIN = """
INSERT INTO entries (url, host, edition, headline, position, important, first_seen_at, last_seen_at, article)
SELECT url, host, edition, '', 0, 0, ?1, ?1, article FROM articles WHERE article = ?2
ON CONFLICT (url) DO UPDATE SET article = excluded.article
"""
ARCHIVED = """
UPDATE segments SET state = 'archived' WHERE stream = ? AND number = ? AND state IN ('sealed', 'lost')
"""
HEAD = "SELECT article, revision, state, same_as FROM articles WHERE id = ?"
REISSUE = "UPDATE articles SET reissue = 1 WHERE article = ?"
UNPLACE = "UPDATE revisions SET segment = NULL WHERE article = ? AND revision = ? AND event <> 'baseline'"
LOST = """
UPDATE revisions SET is_lost = 1, segment = NULL WHERE article = ? AND revision = ? AND event <> 'baseline'
"""


def mend(session: Session, report: Report) -> list[str]:
    """Set right what can be; returns one sentence for each thing done, and for each that cannot be mended.

    Files that are foreign or spoilt go to ``aside`` in the state folder. Articles whose last revision is lost
    are fetched again by the next crawl and written under the same revision; older ones are recorded as lost.
    """
    with sealing_stopped(session):
        done = [_put_aside(session, name) for name in (*report.foreign_files, *report.spoilt_segments)]
        done += [_manifest_again(session, name) for name in report.wrong_manifests]
        done += [_lose_segment(session, name) for name in (*report.missing_segments, *report.spoilt_segments)]
    done += [_ask_again(session, line) for line in report.missing_lines]
    done += [f"{id_} revision {revision} is doubled: not mended" for id_, revision in report.doubled_lines]
    if report.strange_lines:
        done.append(f"{len(report.strange_lines)} lines are unknown to this ledger: rebuild it from the output")
    return done


def archive(session: Session, paths: Sequence[Path]) -> list[str]:
    """Note that sealed files were moved elsewhere: each must be what was sealed. Returns what was noted.

    Raises LedgerError for a file this ledger did not write, or whose content is not what it wrote.
    """
    done = []
    for path in paths:
        digest = files.measure(path).sha256
        row = session.db.row(
            "SELECT stream, number, path FROM segments WHERE sha256 = ? AND path LIKE '%/' || ?",
            (digest, path.name),
        )
        if row is None:
            raise LedgerError(f"{path}: not a segment of this ledger, or changed since it was sealed")
        with session.db.transaction("archive"):
            session.db.write(ARCHIVED, (row["stream"], row["number"]))
        done.append(f"{row['path']} is archived as {path}")
    return done


def _put_aside(session: Session, name: str) -> str:
    path, state = session.output / name, session.state or session.output
    folder = state / ASIDE
    files.make_folder(folder)
    for each in (path, files.manifest_of(path)):
        try:
            each.rename(folder / each.name)
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise LedgerError(f"{error.filename}: {error.strerror}") from error
    return f"{name} put aside in {folder}"


def _manifest_again(session: Session, name: str) -> str:
    *values, count, size, sha256 = session.db.row(SEGMENT, (name,))
    document = manifest(Plan(*values), files.Written(count, size, sha256))
    files.write_document(files.manifest_of(session.output / name), document)
    return f"{name}: manifest written again"


def _lose_segment(session: Session, name: str) -> str:
    files.remove(files.manifest_of(session.output / name))
    with session.db.transaction("mend"):
        session.db.write("UPDATE segments SET state = 'lost' WHERE path = ?", (name,))
    return f"{name} recorded as lost"


def _ask_again(session: Session, line: Line) -> str:
    id_, revision = line
    with session.db.transaction("mend"):
        key, last, state, same_as = session.db.row(HEAD, (id_,))
        if (last, state, same_as) != (revision, "live", None):
            session.db.write(LOST, (key, revision))
            return f"{id_} revision {revision} is lost for good"
        session.db.write(UNPLACE, (key, revision))
        session.db.write(REISSUE, (key,))
        session.db.write(ASK_AGAIN, (session.now_text(), key))
        states.again(session.db, key, reason="its line was lost from the output")
    return f"{id_} revision {revision} will be written again by the next crawl"
