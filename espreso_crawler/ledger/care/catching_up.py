"""A ledger that is older than its output, as one from a backup is: what was sealed since is read into it.

Without that, its next file would bear a number that consumers have read already, and they would never see its lines.
"""

from collections.abc import Iterator

import orjson

from espreso_crawler.ledger.articles import articles
from espreso_crawler.ledger.care.forgetting import forget_again
from espreso_crawler.ledger.care.inspection import sealing_stopped
from espreso_crawler.ledger.care.restoring import FieldDigests, restore_runs, restore_segment
from espreso_crawler.ledger.delivery import files, segment_paths
from espreso_crawler.ledger.delivery.lines import STREAMS, Stream
from espreso_crawler.ledger.delivery.segment_paths import SegmentFile
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import outbox_rows, segment_rows


def catch_up(session: Session, field_digests: FieldDigests) -> list[str]:
    """Read the files above the ledger's last number into it; returns a sentence for each.

    Files without their manifest, and copies of files that the ledger knows, stay strangers. A ledger that knows no file
    at all is to be rebuilt.
    """
    if not segment_rows.has_any(session.db):
        return []
    with sealing_stopped(session, beside_strangers=True):
        done = [_take(session, stream, file, field_digests) for stream, file in [*_later(session)]]
        with session.db.transaction("catch up"):
            restore_runs(session)
    return done


def _later(session: Session) -> Iterator[tuple[Stream, SegmentFile]]:
    for stream in STREAMS:
        last = segment_rows.latest(session.db, stream)
        for file in segment_paths.segment_files(session.output, stream):
            if file.number > last and _was_sealed(session, file):
                yield stream, file


def _was_sealed(session: Session, file: SegmentFile) -> bool:
    told, sha256 = segment_paths.read_manifest(file.path) or {}, files.measure(file.path).sha256
    is_whole = (told.get("sha256"), told.get("segment")) == (sha256, file.number)
    return is_whole and not segment_rows.has_digest(session.db, sha256)


def _take(session: Session, stream: Stream, file: SegmentFile, field_digests: FieldDigests) -> str:
    db = session.db
    with db.transaction("catch up"):
        lines = _lines(file)
        if stream == "articles":
            for record in map(orjson.loads, lines):
                if record["event"] == "erased" and articles.find(db, [record["id"]]):
                    forget_again(session, record["id"], reason=record.get("reason") or "", at=record["emitted_at"])
        restore_segment(session, stream, file, field_digests)
        outbox_rows.remove(db, [seq for seq, line in outbox_rows.everything(db) if line.rstrip(b"\n") in lines])
        for number in (segment_paths.read_manifest(file.path) or {}).get("replaces") or []:
            segment_rows.replaced(db, stream, number)
    return f"{segment_paths.relative(file.path, session.output)} was sealed after this copy of the ledger: read into it"


def _lines(file: SegmentFile) -> set[bytes]:
    with file.path.open("rb") as lines:
        return {line.rstrip(b"\n") for line in lines}
