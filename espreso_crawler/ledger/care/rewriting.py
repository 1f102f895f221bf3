"""Sealed files written again without forgotten lines, under new numbers; their manifests name the old."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.articles import articles
from espreso_crawler.ledger.delivery.lines import Stream
from espreso_crawler.ledger.delivery.segments import Segments
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import segment_rows


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be taken out: ids of articles, and addresses as `articles.address` writes them."""

    ids: frozenset[str]
    addresses: frozenset[str]

    def is_in(self, line: bytes) -> bool:
        """Whether a line is about the subject; a look at the bytes spares most lines the parsing."""
        if not any(name.encode() in line for name in (*self.ids, *self.addresses)):
            return False
        record = orjson.loads(line)
        is_link = "headline" not in record and record.get("near_duplicate_of") in self.ids
        return is_link or record.get("id") in self.ids or articles.address(record.get("url") or "") in self.addresses


def owe(session: Session, stream: Stream, numbers: Collection[int], subject: Subject) -> None:
    """Note which segments are to be written again, inside the caller's transaction."""
    addresses = orjson.dumps(sorted(subject.addresses)).decode()
    segment_rows.owe(session.db, stream, numbers, subject.ids or {""}, addresses)


def rewrite_all(session: Session, segments: Segments) -> list[str]:
    """Write what is owed, also what a killed process left; the caller keeps others from sealing.

    Returns the new files, relative to the output folder.
    """
    written = []
    for stream, number in segment_rows.owed(session.db):
        told = segment_rows.left_out(session.db, stream, number)
        subject = Subject(
            frozenset(row["id"] for row in told if row["id"]),
            frozenset(address for row in told for address in orjson.loads(row["addresses"])),
        )
        written.append(segments.replace(stream, number, partial(_rest, subject)))
    return written


def _rest(subject: Subject, path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as lines:
            for line in lines:
                if not subject.is_in(line):
                    yield line.rstrip(b"\n")
    except OSError as error:
        raise LedgerError(f"{error.filename}: {error.strerror}") from error
