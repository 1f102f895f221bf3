"""Sealed files written again without forgotten lines, under new numbers; their manifests name the old."""

from collections.abc import Collection

import orjson

from espreso_crawler.ledger.delivery.leaving_out import Subject
from espreso_crawler.ledger.delivery.lines import Stream
from espreso_crawler.ledger.delivery.segments import Segments
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import segment_rows


def owe(session: Session, stream: Stream, numbers: Collection[int], subject: Subject) -> None:
    """Note which segments are to be written again, inside the caller's transaction."""
    addresses = orjson.dumps(sorted(subject.addresses)).decode()
    segment_rows.owe(session.db, stream, numbers, subject.ids or {""}, addresses)


def rewrite_all(session: Session, segments: Segments) -> list[str]:
    """Write what is owed, also what a killed process left; the caller keeps others from sealing.

    Returns the new files, relative to the output folder.
    """
    return [segments.replace(stream, number) for stream, number in segment_rows.owed(session.db)]
