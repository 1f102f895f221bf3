"""Taking a text out everywhere: the ledger, the outbox, sealed files, rejects; what stays is a keyed hash."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import orjson

from espreso_crawler.exceptions import ArgumentError, LedgerError
from espreso_crawler.ledger.articles import articles
from espreso_crawler.ledger.articles.decisions import Decision, Known
from espreso_crawler.ledger.articles.revisions import announce
from espreso_crawler.ledger.articles.suppression import suppress
from espreso_crawler.ledger.care.inspection import sealing_stopped
from espreso_crawler.ledger.care.rewriting import owe, rewrite_all
from espreso_crawler.ledger.delivery import files
from espreso_crawler.ledger.delivery.leaving_out import Subject
from espreso_crawler.ledger.ledger import Ledger
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import (
    article_rows,
    copy_rows,
    entry_rows,
    held_rows,
    neighbour_rows,
    outbox_rows,
    revision_rows,
    segment_rows,
)
from espreso_crawler.object_path import OutputPath, matching

MAY_HOLD_TEXT = ("rejects", "quarantine", "aside")
"""Folders in the state folder."""
BESIDE = "tags"
"""Folder in the output folder whose files are made from sealed ones, and have no segment numbers."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What `forget` did."""

    decisions: list[Decision]
    """The ``erased`` events; none when only a feed entry was known."""
    rewritten: list[str]
    """New files, relative to the output folder."""
    archived: list[str]
    """Archived files that still hold the text: they lie outside the output."""


def names(ledger: Ledger, target: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the ids and addresses of all that a target means. Raises ArgumentError when nothing is known."""
    _, subject = _subject(ledger.session, target)
    return subject.ids, frozenset(address.removeprefix(articles.ADDRESS) for address in subject.addresses)


def forget(ledger: Ledger, target: str, *, reason: str) -> Forgotten:
    """Take an article (id or canonical address) out everywhere, for good: it never comes back.

    To be called again after a kill or an error: what was begun is finished. Raises LedgerError when nothing
    of this name is known.
    """
    ledger.outbox.flush()
    session = ledger.session
    with sealing_stopped(session) as segments:
        known, subject = _subject(session, target)
        standing = [each for each in known if each.state != "erased"]
        places = [row for each in standing for row in revision_rows.places(session.db, each.key)]
        others = [
            row for row in segment_rows.others_sealed(session.db) if _holds(session.output / row["path"], subject)
        ]
        with session.db.transaction("forget"):
            owe(session, "articles", {row["number"] for row in places if row["state"] == "sealed"}, subject)
            for row in others:
                owe(session, row["stream"], [row["number"]], subject)
            _take_out(session, standing, subject, reason=reason, at=session.now_text())
            decisions = [_announce(session, each, reason) for each in standing]
        rewritten = rewrite_all(session, segments)
    ledger.outbox.tell(decisions)
    _purge(session.output / BESIDE, subject)
    if session.state:
        for folder in MAY_HOLD_TEXT:
            _purge(session.state / folder, subject)
    session.db.vacuum()
    return Forgotten(decisions, rewritten, [row["path"] for row in places if row["state"] == "archived"])


def forget_again(session: Session, target: str, *, reason: str, at: str) -> None:
    """Take an article out of the tables of an old copy of the ledger, in the caller's transaction.

    Its lines and the files without its text are in the output already.
    """
    known, subject = _subject(session, target)
    _take_out(session, [each for each in known if each.state != "erased"], subject, reason=reason, at=at)


def _subject(session: Session, target: str) -> tuple[list[Known], Subject]:
    """Return every article that the target means, with all its ids and addresses."""
    db, is_url = session.db, "://" in target
    first = articles.by_names(db, [articles.address(target) if is_url else target])
    keys = article_rows.same(db, first.key) if first else []
    known = [each for each in (articles.by_key(db, key) for key in keys) if each]
    found = {address for key in keys for address in article_rows.addresses(db, key)}
    addresses = frozenset([*found, *([articles.address(target)] if is_url else [])])
    is_entry = is_url and entry_rows.is_known(db, target)
    if not known and not is_entry:
        raise ArgumentError(f"{target}: neither an article nor a feed entry of this ledger: give an id or an address")
    return known, Subject(frozenset(each.id for each in known), addresses)


def _take_out(session: Session, standing: Sequence[Known], subject: Subject, *, reason: str, at: str) -> None:
    """Take the subject out of the ledger's tables, but for the heads that carry its ids, and never let it in again."""
    db = session.db
    suppress(db, [*subject.ids, *subject.addresses], reason=reason, at=at)
    for address in subject.addresses:
        entry_rows.forget(db, address)
        copy_rows.forget(db, address)
    # What an earlier call that was killed has to say of it still waits for its file.
    waiting = [seq for seq, line in outbox_rows.everything(db) if subject.is_in(line) and not _is_erasure(line)]
    outbox_rows.remove(db, waiting)
    held_rows.remove(db, [seq for seq, line in held_rows.everything(db) if subject.is_in(line)])
    for each in standing:
        neighbour_rows.forget(db, [each.id])
        revision_rows.forget(db, each.key)
        outbox_rows.forget(db, each.key)
        article_rows.erase(db, each.key)


def _is_erasure(line: bytes) -> bool:
    return bool(orjson.loads(line).get("event") == "erased")


def _announce(session: Session, known: Known, reason: str) -> Decision:
    return announce(
        session,
        replace(known, text_digest=None, record_digest=None, fields={}),
        "erased",
        reason=reason,
        body=session.record.bare(known),
    )


def _holds(path: OutputPath, subject: Subject) -> bool:
    return any(subject.is_in(line) for line in _lines(path))


def _purge(folder: OutputPath, subject: Subject) -> None:
    """Take every line that names the subject out of the files of a folder."""
    # As JSON writes them: an id may begin another one, an address too.
    names = [f'"{id_}"'.encode() for id_ in subject.ids]
    names += [f"{address}{end}".encode() for address in subject.addresses for end in '"?#']
    for path in matching(folder, "**"):
        if path.is_file() and any(name in line for line in _lines(path) for name in names):
            rest = (line.rstrip(b"\n") for line in _lines(path) if not any(name in line for name in names))
            files.write_again(path, rest)


def _lines(path: OutputPath) -> Iterator[bytes]:
    try:
        with path.open("rb") as lines:
            yield from lines
    except OSError as error:
        raise LedgerError(f"{error.filename}: {error.strerror}") from error
