"""Setting right what `reconcile` found: strangers put aside, lost articles asked for again."""

import errno
from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.care.inspection import sealing_stopped
from espreso_crawler.ledger.care.reconcile import Report
from espreso_crawler.ledger.delivery import files
from espreso_crawler.ledger.delivery.plans import Plan, manifest
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import article_rows, entry_rows, entry_states, revision_rows, segment_rows
from espreso_crawler.ledger.store.comparison import Line

ASIDE = "aside"
"""Folder in the state folder for files that are no part of the output."""


def repair(session: Session, report: Report) -> list[str]:
    """Repair what can be repaired; returns a sentence for each thing done, and for each that cannot be repaired.

    Foreign and damaged files go to ``aside`` in the state folder. Articles whose last revision is lost
    are fetched again by the next crawl and written under the same revision; older ones are recorded as lost.
    """
    with sealing_stopped(session, beside_strangers=True):
        done = [_put_aside(session, name) for name in (*report.foreign_files, *report.spoilt_segments)]
        done += [_manifest_again(session, name) for name in report.wrong_manifests]
        done += [_lose_segment(session, name) for name in (*report.missing_segments, *report.spoilt_segments)]
    done += [_ask_again(session, line) for line in report.missing_lines]
    done += [f"{id_} revision {revision} is doubled; this cannot be repaired" for id_, revision in report.doubled_lines]
    if report.strange_lines:
        done.append(
            f"{len(report.strange_lines)} lines are unknown to this ledger; "
            "`scrapy ledger reconcile --rebuild` makes a new one"
        )
    return done


def archive(session: Session, paths: Sequence[Path]) -> list[str]:
    """Note that sealed files were moved elsewhere: each must be what was sealed. Returns what was noted.

    Raises LedgerError for a file this ledger did not write, or whose content is not what it wrote.
    """
    done = []
    for path in paths:
        digest = files.measure(path).sha256
        row = segment_rows.with_digest(session.db, digest, path.name)
        if row is None:
            raise LedgerError(f"{path}: not a file that this ledger sealed, or changed since")
        with session.db.transaction("archive"):
            segment_rows.archive(session.db, row["stream"], row["number"])
        done.append(f"{row['path']} is archived as {path}")
    return done


def _put_aside(session: Session, name: str) -> str:
    path, state = session.output / name, session.state or Path(str(session.output))
    place = _free(state / ASIDE / name)
    files.make_folder(place.parent)
    for each, there in ((path, place), (files.manifest_of(path), files.manifest_of(place))):
        try:
            files.move_out(each, there)
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise LedgerError(f"{error.filename}: {error.strerror}") from error
    return f"{name} moved to {place}"


def _free(place: Path) -> Path:
    """Return a place that no file has: what was put aside earlier stays."""
    others = (place.with_name(f"{place.stem}.{number}{place.suffix}") for number in count(2))
    return next(each for each in chain([place], others) if not each.exists())


def _manifest_again(session: Session, name: str) -> str:
    *values, count, size, sha256 = segment_rows.at_path(session.db, name)
    document = manifest(Plan(*values), files.Written(count, size, sha256))
    files.write_document(files.manifest_of(session.output / name), document)
    return f"{name}: manifest written again"


def _lose_segment(session: Session, name: str) -> str:
    files.remove(files.manifest_of(session.output / name))
    with session.db.transaction("repair"):
        segment_rows.lose(session.db, name)
    return f"{name} recorded as lost"


def _ask_again(session: Session, line: Line) -> str:
    id_, revision = line
    with session.db.transaction("repair"):
        key, last, state, same_as = article_rows.head(session.db, id_)
        if (last, state, same_as) != (revision, "live", None):
            revision_rows.lose(session.db, key, revision)
            return f"{id_} revision {revision} is lost for good"
        revision_rows.unplace(session.db, key, revision)
        article_rows.reissue(session.db, key)
        entry_rows.ask_for_article(session.db, key, session.now_text())
        entry_states.again(session.db, key, reason="its line was lost from the output")
    return f"{id_} revision {revision} will be written again by the next crawl"
